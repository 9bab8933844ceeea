// Plugins and recipes that misbehave, through the whole program: each is named, and the store stays
// as it was.
#include <filesystem>

#include <catch2/catch.hpp>

#include "core/hash.hpp"
#include "core/paths.hpp"
#include "support/program.hpp"
#include "worker/worker.hpp"

using support::Ended;
using support::EngineHome;

namespace {

/// Runs `recipe` on a copy of the demo library with short limits; the copy must stay byte for byte
/// the same.
Ended run_hostile(const std::string& recipe,
                  const std::string& limits = "wall_seconds = 1.5, memory_megabytes = 600") {
  const EngineHome home;
  const std::string file = home.path("hostile.lua"), library = home.path("library.db");
  engine::write_file_atomically(file, recipe);
  engine::write_file_atomically(
      home.path("short.lua"),
      "return { limits = { recipe_seconds = 0.5, recipe_megabytes = 64, " + limits + " } }");
  std::filesystem::copy_file(support::demo_library(), library);
  const std::string before = engine::content_hash(engine::read_file(library));
  const std::vector<std::string> arguments = {
      "--config",  home.path("short.lua"),
      "--plugins", std::string(PLAYLIST_BUILD_DIR) + "/test-plugins",
      "run",       file};
  Ended ended = home.engine(arguments);
  CHECK(engine::content_hash(engine::read_file(library)) == before);
  // The file's place differs in each run; messages are compared as if it were here.
  for (std::size_t at; (at = ended.err.find(file)) != std::string::npos;)
    ended.err.replace(at, file.size(), "hostile.lua");
  return ended;
}

std::string bad_plugin(const std::string& how) {
  return "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"Bad\", build = function(p, user)\n"
         "  return pl.recall.catalogue {}\n"
         "    :rank(pl.ranking.bad { how = \"" +
         how +
         "\" })\n"
         "    :top(5)\n"
         "end }\n";
}

}  // namespace

TEST_CASE("Ctrl-C ends an element that asks whether it is cancelled", "[hostile]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("poll.lua"), bad_plugin("poll"));
  const Ended ended = support::run_program(
      {"timeout", "--preserve-status", "--signal=INT", "1", PLAYLIST_BUILD_DIR "/engine",
       "--library", support::demo_library(), "--plugins", PLAYLIST_BUILD_DIR "/test-plugins", "run",
       home.path("poll.lua"), "--no-record"},
      home.environment());
  CHECK(ended.exit_code == 130);
  CHECK_THAT(ended.err, Catch::Contains("bad was taken apart") &&
                            Catch::Contains("error: interrupted; the store is unchanged"));
}

TEST_CASE("a plugin that throws is named with the recipe's line", "[hostile]") {
  const Ended ended = run_hostile(bad_plugin("throw"));
  CHECK(ended.exit_code == 5);
  CHECK_THAT(
      ended.err,
      Catch::Contains("error: ranking.bad failed: model file missing\n  where: hostile.lua:4"));
  CHECK_THAT(ended.err, Catch::Contains("|          :rank(pl.ranking.bad { how = \"throw\" })"));
}

TEST_CASE("a plugin that cannot be made is named", "[hostile]") {
  const Ended ended = run_hostile(bad_plugin("create"));
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.err, Catch::Contains("ranking.bad"));
  CHECK_THAT(ended.err, Catch::Contains("constructor failed"));
}

TEST_CASE("a plugin that crashes is named", "[hostile]") {
  const Ended ended = run_hostile(bad_plugin("crash"));
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.err, Catch::Contains("it was in: ranking.bad (hostile.lua:4)"));
}

TEST_CASE("a plugin that breaks something which shows later is named beside the step",
          "[hostile]") {
  const Ended ended = run_hostile(bad_plugin("close"));
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.err, Catch::Contains("cannot send to the supervisor") &&
                            Catch::Contains("after ranking.bad (hostile.lua:4)"));
}

TEST_CASE("a plugin that writes to the worker's channel is named", "[hostile]") {
  const Ended ended = run_hostile(bad_plugin("noise"));
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.err, Catch::Contains("bytes that are no message came from the worker") &&
                            Catch::Contains("ranking.bad (hostile.lua:4)"));
}

TEST_CASE("a plugin that hangs is stopped and named", "[hostile]") {
  const Ended ended = run_hostile(bad_plugin("hang"));
  CHECK(ended.exit_code == 7);
  CHECK_THAT(ended.err,
             Catch::Contains("the worker did not answer; it was in: ranking.bad (hostile.lua:4)"));
}

TEST_CASE("a plugin that eats memory is stopped and named", "[hostile]") {
  if (!engine::limits_memory()) {
    WARN("skipped: memory limits are not applied under sanitizers");
    return;
  }
  const Ended ended = run_hostile(bad_plugin("eat"), "wall_seconds = 60, memory_megabytes = 300");
  CHECK((ended.exit_code == 5 || ended.exit_code == 7));
  CHECK_THAT(ended.err, Catch::Contains("ranking.bad"));
  CHECK_THAT(ended.err, Catch::Contains("out of memory"));
}

TEST_CASE("a library that throws or crashes while it is loaded is named, and the rest works",
          "[hostile]") {
  const EngineHome home;
  const std::string folder = home.path("plugins");
  std::filesystem::create_directory(folder);
  const std::string name =
      GENERATE(as<std::string>(), "static_constructor.so", "crashes_at_load.so");
  std::filesystem::copy_file(PLAYLIST_BUILD_DIR "/refused-plugins/" + name, folder + "/" + name);
  std::filesystem::copy_file(PLAYLIST_BUILD_DIR "/refused-plugins/partly_same.so",
                             folder + "/first.so");
  std::filesystem::copy_file(PLAYLIST_BUILD_DIR "/test-plugins/bad.so", folder + "/second.so");
  const auto engine = [&](std::vector<std::string> arguments) {
    for (const std::string& more :
         {folder, std::string("--plugins"), support::demo_library(), std::string("--library")})
      arguments.insert(arguments.begin(), more);
    return home.engine(arguments);
  };
  const std::string path = folder + "/" + name + ": ";
  const auto check_names_both = [&](const std::string& err) {
    CHECK_THAT(err, Catch::Contains("not loaded: " + path));
    CHECK_THAT(
        err, Catch::Contains("not loaded: " + folder + "/second.so: it offers ranking.bad, which " +
                             folder + "/first.so already offers: remove one of the two"));
  };

  const Ended list = engine({"plugins", "list"});
  CHECK(list.exit_code == 0);
  CHECK_THAT(list.out, Catch::Contains("filtering.own") && Catch::Contains("recall.catalogue"));
  check_names_both(list.err);

  const Ended doctor = engine({"doctor"});
  CHECK_THAT(doctor.out, Catch::Contains("BAD   plugin") && Catch::Contains(" " + path));

  const Ended run = engine({"run", "weekly", "--no-record"});
  CHECK(run.exit_code == 0);
  check_names_both(run.err);
}

TEST_CASE("an endless recipe is stopped at its line", "[hostile]") {
  const Ended ended = run_hostile("local n = 0\nwhile true do n = n + 1 end\n");
  CHECK(ended.exit_code == 7);
  CHECK_THAT(ended.err, Catch::Contains("hostile.lua:2"));
}

TEST_CASE("an endless formula is stopped at its line", "[hostile]") {
  const Ended ended = run_hostile(
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"Endless\", build = function(p, user)\n"
      "  return pl.recall.catalogue {}:score(function(t)\n"
      "    local x = 1\n"
      "    repeat x = x * 1.0000001 until x < 0\n"
      "    return x\n"
      "  end):top(5)\n"
      "end }\n");
  CHECK(ended.exit_code == 7);
  CHECK_THAT(ended.err, Catch::Contains("hostile.lua:5"));
}

TEST_CASE("a pattern that never ends is stopped in the recipe's own time at its line",
          "[hostile]") {
  const std::string pattern = "local s = string.rep(\"a\", 3000)\ns:find(\".-.-.-.-b\")\n";
  const std::string stopped = "stopped: the recipe ran longer than 0.5 s\n  where: hostile.lua:";
  const Ended loading = run_hostile(pattern, "wall_seconds = 60");
  CHECK(loading.exit_code == 7);
  CHECK_THAT(loading.err, Catch::Contains(stopped + "2"));
  const std::string head =
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"Pattern\", build = function(p, user)\n";
  const Ended building =
      run_hostile(head + pattern + "return user.library:top(5) end }\n", "wall_seconds = 60");
  CHECK(building.exit_code == 7);
  CHECK_THAT(building.err, Catch::Contains(stopped + "4"));
  const Ended formula = run_hostile(
      head +
          "return user.library:score(function(t)\n"
          "  return (\"a\"):rep(3000):find(\".-.-.-.-b\") and 1 or 2\nend):top(5) end }\n",
      "wall_seconds = 60");
  CHECK(formula.exit_code == 7);
  CHECK_THAT(formula.err, Catch::Contains(stopped + "4"));
}

TEST_CASE("mistakes in a recipe are told with the line, the source and a suggestion", "[errors]") {
  struct Case {
    const char *body, *message;
  };
  const Case c =
      GENERATE(Case{"return pl.recall.catalogue {}:score(function(t) return t.enrgy end):top(5)",
                    "unknown column \"enrgy\""},
               Case{"return pl.recall.catalogue {}:rank(pl.ranking.moood {}):top(5)",
                    "no plugin offers ranking.moood"},
               Case{"return pl.recall.catalogue {}:rank(pl.ranking.mood { energy = 7 }):top(5)",
                    "ranking.mood"},
               Case{"return pl.recall.catalogue {}:fliter(function(t) return true end)",
                    "did you mean :filter?"},
               Case{"return pl.recall.catalogue {}:limit { track = 5 }", "did you mean tracks?"},
               Case{"return user.lieks", "did you mean likes?"},
               Case{"return p.trakcs", "parameters has no \"trakcs\""},
               Case{"return 5", "build() must return candidates"},
               Case{"return pl.mix { { user.likes, share = 0.5 }, { user.library, share = 0.2 } "
                    "}:limit { tracks = 5 }",
                    "the shares of pl.mix add up to 0.7"},
               Case{"return pl.recall.catalogue {}:score(function(t) if t.duration_ms then return "
                    "nil end end):top(5)",
                    "nothing"});
  CAPTURE(c.body);
  const Ended ended = run_hostile(
      std::string("local pl = require \"playlist\"\n"
                  "return pl.recipe { title = \"Mistake\", params = { tracks = pl.int { 5 } },\n"
                  "  build = function(p, user)\n"
                  "    ") +
      c.body + "\n  end }\n");
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.err, Catch::Contains(c.message));
  CHECK_THAT(ended.err, Catch::Contains("where: hostile.lua:4"));
}

TEST_CASE("a syntax error and a recipe that is none are told", "[errors]") {
  const Ended syntax =
      run_hostile("local pl = require \"playlist\"\nreturn pl.recipe {\n  title = = 5 }\n");
  CHECK(syntax.exit_code == 4);
  CHECK_THAT(syntax.err,
             Catch::Contains("hostile.lua:3") && Catch::Contains("unexpected symbol near '='"));
  const Ended none = run_hostile("return 5\n");
  CHECK(none.exit_code == 4);
  CHECK_THAT(none.err, Catch::Contains("a recipe must return pl.recipe { ... }"));
}
