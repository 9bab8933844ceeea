// engine watch on a terminal, as a recipe's author sits before it.
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <thread>

#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/tmux_screen.hpp"

using support::EngineHome;
using support::TmuxScreen;

namespace {

const std::string kSource = PLAYLIST_SOURCE_DIR, kBuild = PLAYLIST_BUILD_DIR;

std::string recipe_text(const std::string& formula, const std::string& extra = "") {
  return "local pl = require \"playlist\"\n"
         "return pl.recipe {\n"
         "  title = \"Watched\",\n"
         "  params = { least = pl.number { 0, min = 0, max = 1, help = \"least energy\" } },\n"
         "  build = function(p, user)\n"
         "    " +
         extra +
         "\n"
         "    return pl.recall.catalogue {}\n"
         "      :filter(function(t) return known(t.energy, 0) >= p.least end, \"too calm\")\n"
         "      :score(function(t) return " +
         formula +
         " end)\n"
         "      :limit { tracks = 5 }\n"
         "  end,\n"
         "}\n";
}

/// A home with a demo library, a recipe, and `engine watch` of it on a terminal.
struct Watched {
  EngineHome home;
  std::string recipe = home.path("recipe.lua");
  std::optional<TmuxScreen> screen;

  explicit Watched(const std::string& more = "",
                   const std::string& text = recipe_text("known(t.energy, 0)"),
                   const std::string& library = support::demo_library()) {
    REQUIRE(TmuxScreen::is_there());
    save(text);
    screen.emplace(home, "stty -g > '" + home.path("before") + "'; '" + kBuild +
                             "/engine' --library '" + library + "' --now 2026-11-21 watch '" +
                             recipe + "' " + more + "; ended=$?; stty -g > '" + home.path("after") +
                             "'; echo \"ended $ended\"; exec cat");
    REQUIRE_THAT(screen->until("#1 start"), Catch::Contains("#1 start"));
  }
  /// By rename, as most editors do.
  void save(const std::string& text) const { engine::write_file_atomically(recipe, text); }
  /// The process below tmux's shell: its workers bear the same name, and are younger.
  [[nodiscard]] pid_t engine_process() const {
    return std::atoi(support::run_program({"pgrep", "-f", "-o", "watch " + recipe}).out.c_str());
  }
  void is_restored(int exit_code) {
    const std::string ended = "ended " + std::to_string(exit_code);
    const std::string seen = screen->until(ended);
    CHECK_THAT(seen, Catch::Contains(ended));
    CHECK_THAT(seen, !Catch::Contains("q quit"));
    CHECK(engine::read_file(home.path("after")) == engine::read_file(home.path("before")));
  }
};

}  // namespace

TEST_CASE("a save shows what moved, what is new and what left with its stage", "[watch]") {
  const Watched watched;
  const std::string first = watched.screen->text();
  CHECK_THAT(first, Catch::Contains("Watched") && Catch::Contains("recall.catalogue") &&
                        !Catch::Contains("new "));
  watched.save(recipe_text("-known(t.energy, 1)"));
  std::string seen = watched.screen->until("outranked");
  CHECK_THAT(seen, Catch::Contains("#2 recipe.lua saved") && Catch::Contains("   1  new") &&
                       Catch::Contains("  left  ") &&
                       Catch::Contains("limit (" + watched.recipe + ":10): it was outranked"));
  watched.save(recipe_text("known(t.energy, 0) + (t.title == \"x\" and 1 or 0)"));
  CHECK_THAT(watched.screen->until("#3 recipe.lua saved"), Catch::Contains("#3 recipe.lua saved"));
}

TEST_CASE("an error is shown in red with its line, and the last good list stays", "[watch]") {
  const Watched watched;
  watched.save(recipe_text("known(t.energy, 0) +"));
  std::string seen = watched.screen->until("last good one");
  CHECK_THAT(seen, Catch::Contains("error: ") &&
                       Catch::Contains("where: " + watched.recipe + ":9") &&
                       Catch::Contains(":score(function(t) return known(t.energy, 0) + end)") &&
                       Catch::Contains("   1  "));
  const std::string coloured = watched.screen->coloured();
  const std::size_t error = coloured.find("error: ");
  REQUIRE(error != std::string::npos);
  CHECK(coloured.rfind("\x1b[31m", error) > coloured.rfind("\n", error));  // red, on its line
  watched.save(recipe_text("known(t.enrgy, 0)"));
  seen = watched.screen->until("did you mean energy?");
  CHECK_THAT(seen, Catch::Contains("unknown column \"enrgy\"") && Catch::Contains("   1  "));
  watched.save(recipe_text("known(t.valence, 0)"));
  seen = watched.screen->until("#2 recipe.lua saved");
  CHECK_THAT(seen, !Catch::Contains("error: ") && Catch::Contains("   1  new"));
}

TEST_CASE("a recipe that hangs leaves the keys alive, and the next save ends it", "[watch]") {
  const Watched watched;
  watched.save(recipe_text("known(t.energy, 0)", "while true do end"));
  CHECK_THAT(watched.screen->until("running "), Catch::Contains("running "));
  watched.screen->type("p");
  watched.screen->type("abc");
  CHECK_THAT(watched.screen->until("NAME=VALUE: abc"), Catch::Contains("NAME=VALUE: abc"));
  watched.screen->press("Escape");
  watched.save(recipe_text("known(t.valence, 0)"));
  CHECK_THAT(watched.screen->until("#2 recipe.lua saved"), Catch::Contains("#2 recipe.lua saved"));
}

TEST_CASE("a rebuilt plugin is used by the next run, under the same version", "[watch]") {
  const EngineHome plugins;
  std::filesystem::create_directories(plugins.path("plugins"));
  const std::string source = engine::read_file(kSource + "/sdk/examples/ranking_steps.c");
  const auto build = [&](const std::string& text) {
    engine::write_file_atomically(plugins.path("steps.c"), text);
    const support::Ended built = support::run_program(
        {PLAYLIST_CC, "-shared", "-fPIC", "-fvisibility=hidden", "-I", kSource + "/sdk",
         "-Wl,--version-script=" + kSource + "/sdk/cmake/plugin.map", plugins.path("steps.c"), "-o",
         plugins.path("plugins/steps.so"), "-lm"});
    INFO(built.err);
    REQUIRE(built.exit_code == 0);
  };
  build(source);
  const Watched watched("--plugins '" + plugins.path("plugins") + "'",
                        "local pl = require \"playlist\"\n"
                        "return pl.recipe { title = \"Steps\", build = function(p, user)\n"
                        "  return pl.recall.catalogue {}:rank(pl.ranking.steps {})\n"
                        "    :score(function(t) return known(t.step, 0) end):limit { tracks = 3 }\n"
                        "end }\n");
  CHECK_THAT(watched.screen->text(), Catch::Contains("0.750") || Catch::Contains("1.000"));
  std::string other = source;
  const std::string line = "(float)(floor(energy[row] / width) * width)";
  REQUIRE(other.find(line) != std::string::npos);
  other.replace(other.find(line), line.size(), "(float)(0.125 * (energy[row] < 2) * width * 4)");
  build(other);
  CHECK_THAT(watched.screen->until("0.125"),
             Catch::Contains("steps.so rebuilt") && Catch::Contains("0.125"));
}

TEST_CASE("keys set parameters, draw another seed, tell why and write the list", "[watch]") {
  const EngineHome outputs;
  Watched watched("--to uris:" + outputs.path("list.txt"));
  const TmuxScreen& screen = *watched.screen;
  screen.type("p");
  screen.type("leaxst=0.5");
  for (int i = 0; i < 6; ++i) screen.press("Left");
  screen.press("BSpace");  // the x
  screen.press("Enter");
  CHECK_THAT(screen.until("#2 least=0.5"), Catch::Contains("#2 least=0.5"));
  screen.type("p");
  screen.type("laest=1");
  screen.press("Enter");
  CHECK_THAT(screen.until("did you mean least?"), Catch::Contains("did you mean least?"));
  screen.type("s");
  CHECK_THAT(screen.until("#3 random seed"),
             Catch::Contains("#3 random seed") && !Catch::Contains("did you mean"));
  screen.type("w");
  screen.type("#2");
  screen.press("Enter");
  CHECK_THAT(screen.until("found by recall.catalogue"),
             Catch::Contains("place 2 of 5") && Catch::Contains("any key: back"));
  screen.type("x");
  CHECK_THAT(screen.until("o write"), Catch::Contains("o write"));
  screen.type("w");
  screen.type("no such title");
  screen.press("Enter");
  CHECK_THAT(screen.until("no track \"no such title\""), Catch::Contains("any key: back"));
  screen.type("x");
  screen.type("o");
  CHECK_THAT(screen.until("wrote " + outputs.path("list.txt")), Catch::Contains("wrote "));
  CHECK(std::filesystem::exists(outputs.path("list.txt")));
  screen.resize(60, 12);
  CHECK_THAT(screen.until("Watched"), Catch::Contains("   1  "));
  screen.type("q");
  watched.is_restored(0);
}

TEST_CASE("the terminal is put back on Ctrl-C, SIGTERM and a crash", "[watch]") {
  Watched watched;
  SECTION("Ctrl-C") {
    watched.screen->press("C-c");
    watched.is_restored(130);
  }
  SECTION("SIGTERM") {
    const pid_t process = watched.engine_process();
    REQUIRE(process > 1);
    ::kill(process, SIGTERM);
    watched.is_restored(130);
  }
  SECTION("a crash of its own") {
    const pid_t process = watched.engine_process();
    REQUIRE(process > 1);
    ::kill(process, SIGSEGV);
    watched.is_restored(139);
  }
}

namespace {

/// The demo library, to be changed; others than its listener "demo" play and like.
struct Household {
  Household() { std::filesystem::copy_file(support::demo_library(), library); }
  void ada(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {"--library", library, "--user", "ada", "--now", "2026-11-20"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const support::Ended ended = home.engine(all);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
  EngineHome home;
  std::string library = home.path("library.db");
};

std::string recipe_over(const std::string& candidates) {
  return "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"Watched\", build = function(p, user)\n"
         "  return " +
         candidates +
         ":order(pl.ordering.by { \"ts\", direction = \"down\" }):limit { tracks = 5 }\n" +
         "end }\n";
}

}  // namespace

TEST_CASE("what another person hears and likes runs a recipe again that names them",
          "[watch][people]") {
  const Household household;
  const Watched watched("", recipe_over("pl.person(\"ada\").history"), household.library);
  household.ada({"like", "track:1"});
  CHECK_THAT(watched.screen->until("#2 library changed"), Catch::Contains("#2 library changed"));
  engine::write_file_atomically(household.home.path("plays.csv"),
                                "time,artist,title\n2026-11-20T23:00:00Z,Nobody Yet,Heard Last\n");
  household.ada({"import", household.home.path("plays.csv")});
  CHECK_THAT(watched.screen->until("Heard Last"),
             Catch::Contains("library changed") && Catch::Contains("new   Heard Last"));
}

TEST_CASE("what another person likes does not run a recipe again that names nobody",
          "[watch][people]") {
  const Household household;
  const Watched watched("", recipe_over("user.history"), household.library);
  household.ada({"like", "track:1"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));  // it looks after 300
  watched.save(recipe_over("user.likes"));
  CHECK_THAT(watched.screen->until("#2 "), Catch::Contains("#2 recipe.lua saved"));
}
