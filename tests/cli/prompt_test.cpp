// Prompts on the command line, and a re-ranker that runs may or may not ask.
#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/fake_server.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

Ended run(const EngineHome& home, const std::string& recipe, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {
      "--library",  home.path("library.db"), "--now", "2026-11-21", "--json", "run", recipe,
      "--no-record"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return home.engine(arguments);
}

std::string recipe(const EngineHome& home, const std::string& name, const std::string& rest) {
  engine::write_file_atomically(home.path(name),
                                "local pl = require \"playlist\"\n"
                                "return pl.recipe { title = \"Test\", random_seed = 1,\n" +
                                    rest + " }\n");
  return home.path(name);
}

void make_library(const EngineHome& home) {
  REQUIRE(home.engine({"--library", home.path("library.db"), "--now", "2026-11-21", "demo",
                       home.path("."), "--tracks", "400", "--artists", "60", "--listens", "500"})
              .exit_code == 0);
}

}  // namespace

TEST_CASE("run --prompt is the recipe's parameter prompt", "[prompt]") {
  const EngineHome home;
  make_library(home);
  const std::string path = recipe(
      home, "prompted.lua",
      "params = { prompt = pl.text { \"\", help = \"words\" } },\n"
      "build = function(p, user) return pl.recall.prompt { text = p.prompt, limit = 10 } end");
  const Ended untrained = run(home, path, {"--prompt", "calm nights"});
  CHECK(untrained.exit_code == 1);
  CHECK_THAT(untrained.out, Catch::Contains("model.prompt has not been trained"));

  REQUIRE(
      home.engine({"--library", home.path("library.db"), "--now", "2026-11-21", "train", "prompt"})
          .exit_code == 0);
  const Ended ended = run(home, path, {"--prompt", "calm nights"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json record = support::parse_json(ended.out);
  CHECK(record.at("parameters").at("prompt") == "calm nights");
  REQUIRE(record.at("tracks").size() == 10);
  CHECK_THAT(record.at("tracks")[0].at("explanation")[0].get<std::string>(),
             Catch::Contains("PROMPT: fits \"calm nights\""));
  const Ended same = run(home, path, {"--set", "prompt=calm nights"});
  CHECK(support::parse_json(same.out).at("tracks") == record.at("tracks"));
}

TEST_CASE("discover-weekly takes --prompt, or else what the user asked for last", "[prompt]") {
  const EngineHome home;
  make_library(home);
  const auto engine = [&](std::vector<std::string> arguments) {
    std::vector<std::string> all = {"--library", home.path("library.db"), "--now", "2026-11-21"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    Ended ended = home.engine(all);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended;
  };
  const auto list = [&](const std::vector<std::string>& more) {
    const Ended ended = run(home, "recipes/discover-weekly.lua", more);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  };
  engine({"train", "prompt"});
  const json before = list({});
  CHECK(before.at("notices").dump().find("prompt") == std::string::npos);
  CHECK(before.at("tracks")[0].at("columns").at("prompt").is_null());
  const json calm = list({"--prompt", "calm"});
  CHECK(calm.at("tracks") != before.at("tracks"));

  engine::write_file_atomically(home.path("prompts.csv"),
                                "text,user,time\n"
                                "calm,demo,2026-11-01\n"
                                "wild club,demo,2026-12-01\n");
  const json imported =
      support::parse_json(engine({"--json", "import", "--prompts", home.path("prompts.csv")}).out);
  CHECK(imported.at("files")[0].at("buckets").at("new") == 2);
  // What is asked for later changes nothing.
  const auto prompts_of = [](const json& record) {
    std::vector<std::pair<std::int64_t, double>> all;
    for (const json& track : record.at("tracks"))
      all.emplace_back(track.at("track"), track.at("columns").at("prompt"));
    return all;
  };
  CHECK(prompts_of(list({})) == prompts_of(calm));
  CHECK(prompts_of(list({"--prompt", "wild"})) != prompts_of(calm));
}

TEST_CASE("import says whose what is, one thing at a time", "[prompt]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("p.csv"), "text\ncalm\n");
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--library", home.path("library.db"), "import"});
    const Ended ended = home.engine(arguments);
    CHECK(ended.exit_code == 2);
    return ended.err;
  };
  CHECK_THAT(refused({}), Catch::Contains("import what?") && Catch::Contains("--prompts FILE"));
  CHECK_THAT(refused({"--prompts", "p.csv", "p.csv"}),
             Catch::Contains("--prompts is an import of its own"));
  CHECK_THAT(refused({"--embeddings", "v.npy", "--prompts", "p.csv"}),
             Catch::Contains("--embeddings is an import of its own"));
  for (const char* word : {"new", "duplicate"}) {  // the same file, called a file of prompts or not
    std::vector<std::string> arguments = {"--library", home.path("library.db"), "import"};
    if (std::string(word) == "new") arguments.emplace_back("--prompts");
    arguments.push_back(home.path("p.csv"));
    const Ended ended = home.engine(arguments);
    CHECK(ended.exit_code == 0);
    CHECK_THAT(ended.out, Catch::Contains(std::string("prompts, 1 record: 1 ") + word));
  }
}

TEST_CASE("a recipe without a prompt says so", "[prompt]") {
  const EngineHome home;
  make_library(home);
  const Ended ended = run(home, "recipes/weekly.lua", {"--prompt", "jazz"});
  CHECK(ended.exit_code == 2);
  CHECK_THAT(ended.err, Catch::Contains("prompt"));
}

TEST_CASE("a run asks the re-ranker that is configured, others with limits.network", "[external]") {
  const EngineHome home;
  make_library(home);
  support::FakeServer server([](const std::string& body) {
    const json request = support::parse_json(body);
    json scores = json::array();
    double score = 0;
    for (const json& candidate : request.at("candidates"))
      scores.push_back({{"track", candidate.at("track")}, {"score", ++score}});
    return support::http_answer(json{{"scores", scores}}.dump());
  });
  const auto tracks = [&](const std::string& settings, const std::string& url = "") {
    const std::string path =
        recipe(home, "asked.lua",
               "build = function(p, user)\n"
               "  return user.listens:most_played(6):rank(pl.ranking.external { url = '" +
                   url +
                   "' })\n"
                   "    :score(function(t) return t.external end):top(6)\nend");
    engine::write_file_atomically(home.path("settings.lua"), "return { " + settings + " }");
    const Ended ended = run(home, path, {"--config", home.path("settings.lua")});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    const json record = support::parse_json(ended.out);
    std::vector<std::int64_t> ids;
    for (const json& track : record.at("tracks")) ids.push_back(track.at("track"));
    return std::pair(ids, record.at("notices").dump());
  };
  const auto [kept, notice] = tracks("", server.url());
  CHECK_THAT(notice, Catch::Contains("this run may open no connection: set limits.network"));
  CHECK(server.request_count() == 0);
  const std::string configured =
      "elements = { [\"ranking.external\"] = { url = \"" + server.url() + "\" } }";
  int asked = 0;
  for (auto [turned, none] :
       {tracks("limits = { network = true }", server.url()), tracks(configured)}) {
    CHECK(none == "[]");
    CHECK(server.request_count() > asked++);
    std::reverse(turned.begin(), turned.end());
    CHECK(turned == kept);
  }
}
