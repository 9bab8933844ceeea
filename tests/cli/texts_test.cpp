// Texts of recipes, plugins, files and command lines that are no UTF-8, or hold what a terminal
// obeys: none ends in an exception of JSON, none reaches the terminal as it is.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/shown_text.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

const std::string kPlugins = std::string(PLAYLIST_BUILD_DIR) + "/text-plugins";
const std::string kHostile = "\\27]0;owned\\7\\155\\194\\155";  // as Lua writes it

class TextHome : public EngineHome {
 public:
  TextHome() { fs::copy_file(support::demo_library(), path("library.db")); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  [[nodiscard]] std::string recipe(const std::string& body, const std::string& title = "x") const {
    write("texts.lua",
          "local pl = require \"playlist\"\n"
          "return pl.recipe { title = \"" +
              title +
              "\", random_seed = \"1\",\n"
              "build = function(p, user)\n  local c = pl.recall.catalogue {}\n" +
              body + "\nend }\n");
    return path("texts.lua");
  }
  [[nodiscard]] Ended run(const std::string& body, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"--plugins", kPlugins,     "--user", "demo",
                                          "--now",     "2026-11-21", "run",    recipe(body)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return engine(arguments);
  }
};

/// Nothing in `text` is for a terminal but line ends and tabs, and all of it is UTF-8.
void check_harmless(const std::string& text) {
  INFO(text);
  CHECK(engine::shown_text(text) == text);
  CHECK_THAT(text, !Contains("json.exception"));
}

void check_harmless(const Ended& ended) {
  check_harmless(ended.out);
  check_harmless(ended.err);
}

}  // namespace

TEST_CASE("an infinite score or column of a formula is an error with its line", "[cli][texts]") {
  const TextHome home;
  const std::string body =
      GENERATE(as<std::string>(), "  return c:score(function(t) return 1 / 0 end):top(5)",
               "  return c:score(function(t) return t.plays and -1 / 0 or 1 / 0 end):top(5)",
               "  return c:column(\"z\", function(t) return -1 / 0 end):top(5)",
               "  return c:order(function(t) return 1 / 0 end):top(5)",
               "  return c:score { popularity = 1e300 }:top(5)");
  CAPTURE(body);
  const Ended ended = home.run(body);
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.err, Contains("texts.lua:5") && Contains("infinite"));
  CHECK(ended.out.empty());
  check_harmless(ended);
}

TEST_CASE("an infinite number of a plugin names the element", "[cli][texts]") {
  const TextHome home;
  const auto [body, name] = GENERATE(table<std::string, std::string>(
      {{"  return c:rank(pl.ranking.hostile_texts { how = \"column\" }):top(5)",
        "ranking.hostile_texts"},
       {"  return pl.recall.hostile_texts { how = \"score\" }:top(5)", "recall.hostile_texts"}}));
  const Ended ended = home.run(body);
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.err, Contains(name) && Contains("infinite") && Contains("texts.lua:5"));
  check_harmless(ended);
}

TEST_CASE("texts of plugins that are no UTF-8 end no run", "[cli][texts]") {
  const TextHome home;
  const std::string body =
      GENERATE(as<std::string>(), "  return pl.recall.hostile_texts {}:top(5)",
               "  return pl.recall.hostile_texts { how = \"log\" }:top(5)",
               "  return c:rank(pl.ranking.hostile_texts { how = \"log\" }):top(5)");
  CAPTURE(body);
  const Ended shown = home.run(body),
              told = home.run(body, {"--json", "--to", "json:" + home.path("l.json")});
  CHECK(shown.exit_code == 0);
  check_harmless(shown);
  CHECK(told.exit_code == 0);
  CHECK(support::parse_json(told.out).at("tracks").size() == 5);
  check_harmless(told);
}

TEST_CASE("a plugin that fails with odd texts is named", "[cli][texts]") {
  const TextHome home;
  const Ended ended =
      home.run("  return c:rank(pl.ranking.hostile_texts { how = \"fail\" }):top(5)");
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.err, Contains("ranking.hostile_texts"));
  check_harmless(ended);
}

TEST_CASE("helps of plugins are shown without what a terminal obeys", "[cli][texts]") {
  const TextHome home;
  for (const char* flag : {"--quiet", "--json"}) {
    const Ended list = home.engine({"--plugins", kPlugins, "plugins", "list", flag});
    const Ended info =
        home.engine({"--plugins", kPlugins, "plugins", "info", "recall.hostile_texts", flag});
    const Ended stubs =
        home.engine({"--plugins", kPlugins, "stubs", "--to", home.path("stubs"), flag});
    for (const Ended& ended : {list, info, stubs}) {
      CHECK(ended.exit_code == 0);
      check_harmless(ended);
    }
  }
}

TEST_CASE("texts of a source are UTF-8 in the store and lists with them are made", "[cli][texts]") {
  const TextHome home;
  // A source in C++ repairs them itself, of one in C the host does.
  const auto [file, told] = GENERATE(
      std::pair{"HOSTILE\n", "2 texts held bytes that are not UTF-8: U+FFFD stands in their place"},
      std::pair{"HOSTILE BARE\n",
                "2 texts were not UTF-8: \xef\xbf\xbd stands for the bytes that are none"});
  home.write("odd.txt", file);
  const Ended imported = home.engine(
      {"--plugins", kPlugins, "import", "--user", "una", home.path("odd.txt"), "--json"});
  CHECK(imported.exit_code == 0);
  CHECK_THAT(imported.out, Contains(told));
  check_harmless(imported);
  home.write(
      "likes.lua",
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"x\", random_seed = \"1\",\n"
      "build = function(p, user) return user.likes end }\n");
  const std::vector<std::string> run = {"--user", "una", "run", home.path("likes.lua")};
  const Ended shown = home.engine(run);
  CHECK(shown.exit_code == 0);
  check_harmless(shown);
  for (const char* format : {"json", "csv", "m3u8", "xspf", "jspf"}) {
    auto written = run;
    written.insert(written.end(), {"--json", "--to", format + (":" + home.path("list"))});
    const Ended ended = home.engine(written);
    CHECK(ended.exit_code == 0);
    CHECK(support::parse_json(ended.out).at("tracks").size() == 2);
    check_harmless(ended);
  }
  for (const std::vector<std::string>& verb : {std::vector<std::string>{"--user", "una", "stats"},
                                               {"library", "unmatched"},
                                               {"library"},
                                               {"why", "1", "Joga"}}) {
    check_harmless(home.engine(verb));
  }
}

TEST_CASE("texts of recipes reach neither terminal nor JSON as they are", "[cli][texts]") {
  const TextHome home;
  const std::string body =
      GENERATE(as<std::string>(), "  print(\"" + kHostile + "\") return c:top(3)",
               "  error(\"" + kHostile + "\")",
               "  return c:explain(function(t) return \"" + kHostile + "\" end):top(3)",
               "  return c:filter(function(t) return t.plays and false end, \"" + kHostile + "\")",
               "  return c:score { [\"" + kHostile + "\"] = 1 }",
               "  return pl.recall.catalogue { [\"" + kHostile + "\"] = 1 }");
  CAPTURE(body);
  check_harmless(home.run(body));
  const Ended told = home.run(body, {"--json"});
  check_harmless(told);
  if (told.exit_code < 2) CHECK(support::parse_json(told.out).is_object());
  for (const char* verb : {"check", "plan"}) {
    check_harmless(home.engine({"--user", "demo", verb, home.path("texts.lua")}));
    check_harmless(home.engine({"--user", "demo", verb, home.path("texts.lua"), "--json"}));
  }
}

TEST_CASE("a recipe's title and its parameters reach no terminal as they are", "[cli][texts]") {
  const TextHome home;
  const std::string file = home.recipe("  return c:top(3)", kHostile + "\\n\\rerror: no");
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"run", file},
                                                    {"recipes", file},
                                                    {"plan", file},
                                                    {"test", file},
                                                    {"compare", file, file},
                                                    {"why", "1", "1"},
                                                    {"replay", "1"},
                                                    {"watch", file}}) {
    for (const bool is_json : {false, true}) {
      std::vector<std::string> all = {"--user", "demo", "--now", "2026-11-21"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      if (is_json) all.emplace_back("--json");
      CAPTURE(arguments, is_json);
      check_harmless(home.engine(all));
    }
  }
}

TEST_CASE("names and parameters that are no UTF-8 are refused at the door", "[cli][texts]") {
  const TextHome home;
  home.write("l.csv", "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"import", "--user", "\377\376", home.path("l.csv")},
        {"stats", "--user", "\377"},
        {"run", "weekly", "--set", "prompt=\377"},
        {"run", "weekly", "--prompt", "\377"}}) {
    const Ended ended = home.engine(arguments);
    CHECK(ended.exit_code == 2);
    CHECK_THAT(ended.err, Contains("is not UTF-8"));
    check_harmless(ended);
  }
  home.write("users.txt", "demo\n\377\n");
  check_harmless(home.engine({"batch", "weekly", "--out", home.path("lists"), "--users",
                              home.path("users.txt"), "--json"}));
  fs::create_directories(home.path("people/\377"));
  fs::copy_file(home.path("l.csv"), home.path("people/\377/l.csv"));
  check_harmless(home.engine({"import", "--user-per-folder", home.path("people"), "--json"}));
}
