// engine mood and engine cycling: what lists go by for now, and how fast they turn over.
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

constexpr const char* kNow = "2026-11-21T12:00:00Z";

struct Home : EngineHome {
  std::string library = path("library.db");
  Home() { engine::write_file_atomically(library, engine::read_file(support::demo_library())); }

  Ended run(std::vector<std::string> arguments, const std::string& now = kNow) const {
    arguments.insert(arguments.end(),
                     {"--library", library, "--user", "demo", "--now", now, "--json"});
    return engine(arguments);
  }
  json ask(const std::vector<std::string>& arguments, const std::string& now = kNow,
           int exit_code = 0) const {
    const Ended ended = run(arguments, now);
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out);
  }
  /// Track numbers of recipes/mood.lua's list.
  [[nodiscard]] json list(const std::string& now = kNow) const {
    json tracks = json::array();
    const json answer = ask({"run", "mood", "--no-record"}, now);
    for (const json& track : answer.at("tracks")) tracks.push_back(track.at("track"));
    return tracks;
  }
};

/// The numbers of each row of a table in a text, by the row's name: "change" { 0.2, 0.4 ... }.
std::vector<double> numbers_behind(const std::string& text, const std::string& begin) {
  const std::size_t at = text.find(begin);
  REQUIRE(at != std::string::npos);
  std::istringstream words(text.substr(at + begin.size(), text.find('\n', at) - at - begin.size()));
  std::vector<double> numbers;
  for (std::string word; words >> word;)
    if (word != "|") numbers.push_back(std::stod(word));
  return numbers;
}

}  // namespace

TEST_CASE("without a word the mood is that of the last plays", "[cli][mood]") {
  const Home home;
  const json mood = home.ask({"mood"});
  CHECK(mood.at("said").is_null());
  CHECK(mood.at("plays") == 20);
  REQUIRE(mood.at("features").size() == 6);
  for (const json& feature : mood.at("features")) {
    const double rank = feature.at("rank");
    CHECK(rank >= 0);
    CHECK(rank <= 1);
    if (rank > 0.33 && rank < 0.67) CHECK(feature.at("word").is_null());
  }
  // Nothing that was played later makes it.
  CHECK(home.ask({"mood"}, "2026-06-01").at("features") != mood.at("features"));
}

TEST_CASE("a mood that is said holds for its time, and lists go by it", "[cli][mood]") {
  const Home home;
  const json before = home.list();
  CHECK(home.ask({"mood", "--clear"}, kNow, 1).at("cleared") == false);
  const json said = home.ask({"mood", "--like", "track:9", "--for", "2h"}).at("said");
  CHECK(said.at("like") == "track:9");
  CHECK(said.at("until") == "2026-11-21T14:00:00Z");
  const json like = home.list();
  CHECK(like != before);
  CHECK(home.list("2026-11-21T11:59:59Z") == before);
  CHECK(home.ask({"mood"}, "2026-11-21T14:00:00Z").at("said").is_null());
  // The newest holds; what is said in words needs a model, and the run says so.
  CHECK(home.ask({"mood", "--text", "calm rainy evening"}).at("said").at("text") ==
        "calm rainy evening");
  const Ended without = home.run({"run", "mood", "--no-record"});
  CHECK_THAT(support::parse_json(without.out).at("notices").dump(),
             Catch::Contains("goes by what was played last"));
  CHECK(home.list() == before);
  home.ask({"train", "prompt"});
  CHECK(home.list() != before);
  CHECK(home.ask({"mood", "--clear"}).at("cleared") == true);
  CHECK(home.ask({"mood"}).at("said").is_null());
  CHECK(home.list() == before);
  for (const auto& [words, what] :
       {std::pair(std::vector<std::string>{"mood", "--like", "artist:3"}, "like a track"),
        {{"mood", "--text", "a", "--like", "b"}, "excludes"},
        {{"mood", "--text", "calm", "--for", "soon"}, "cannot read the time span"},
        {{"mood", "--like", "Nobody - Nothing"}, "knows no track"}}) {
    const Ended refused = home.run(words);
    CHECK(refused.exit_code >= 2);
    CHECK_THAT(refused.err, Catch::Contains(what));
  }
}

TEST_CASE("cycling sets how fast kept playlists turn over", "[cli][cycling]") {
  const Home home;
  CHECK(home.ask({"cycling"}, kNow, 1).at("playlists").empty());
  CHECK(home.run({"cycling", "7"}).exit_code == 3);
  home.ask({"playlist", "keep", "Mix", "dynamic", "--set", "tracks=40"});
  home.ask({"playlist", "keep", "Old", "rediscover"});
  const json levels = home.ask({"cycling"}).at("playlists");
  REQUIRE(levels.size() == 1);
  CHECK(levels.at(0).at("playlist") == "Mix");
  CHECK(levels.at(0).at("level") == 5);
  CHECK(home.ask({"cycling", "10"}).at("playlists") ==
        support::parse_json(R"([{"playlist": "Mix", "level": 10}])"));
  CHECK(home.ask({"cycling"}).at("playlists").at(0).at("level") == 10);
  home.ask({"refresh", "Mix"});
  const auto allowed = [&] {
    return home.ask({"refresh", "Mix"}, "2026-11-22T12:00:00Z")
        .at("refreshed")
        .at(0)
        .at("allowed")
        .get<int>();
  };
  CHECK(allowed() == 15);  // 0.15 * 2.5 of 40
  home.ask({"cycling", "1", "--playlist", "Mix"});
  CHECK(allowed() == 1);
  CHECK(home.run({"cycling", "3", "--playlist", "Old"}).exit_code == 3);
  CHECK(home.run({"cycling", "3", "--playlist", "None"}).exit_code == 3);
  CHECK(home.run({"cycling", "11"}).exit_code == 2);
}

TEST_CASE("cycling tells what rests, as filtering.tired has it", "[cli][cycling]") {
  const Home home;
  home.ask({"playlist", "keep", "Mix", "dynamic", "--set", "tired=4", "--set", "cooldown=50"});
  home.ask({"playlist", "keep", "Rested", "dynamic"});
  const std::string recipe = home.path("resting.lua");
  engine::write_file_atomically(recipe, R"(local pl = require "playlist"
return pl.recipe { title = "Resting", build = function(p, user)
  return user.listens:filter(pl.filtering.allowed {})
    - user.listens:filter(pl.filtering.tired { plays = 4, rest_days = 50 })
end })");
  const auto resting = [&](const std::string& now, std::size_t playlist) {
    return home.ask({"cycling"}, now).at("playlists").at(playlist).at("resting");
  };
  for (const std::string now : {kNow, "2026-09-01T00:00:00Z"}) {
    CAPTURE(now);
    std::set<int> tired, dropped;
    std::string until;
    const json told = resting(now, 0);
    for (const json& track : told.at("tracks")) {
      tired.insert(track.at("track").get<int>());
      CHECK(track.at("plays") >= 4);
      CHECK(track.at("last_played") <= now);
      CHECK(track.at("until") > now);
      CHECK(track.at("until") >= until);  // the first that may come again first
      until = track.at("until");
    }
    const json list = home.ask({"run", recipe, "--no-record"}, now);
    for (const json& track : list.at("tracks")) dropped.insert(track.at("track").get<int>());
    CHECK_FALSE(tired.empty());
    CHECK(tired == dropped);
    CHECK(resting(now, 1).at("plays") == 14);
  }
  // What is rejected does not come again when it has rested.
  const json first = resting(kNow, 0).at("tracks").at(0);
  home.ask({"feedback", "ban", "track:" + std::to_string(first.at("track").get<int>())});
  CHECK(resting(kNow, 0).at("tracks").at(0) != first);
  const Ended shown =
      home.engine({"cycling", "--library", home.library, "--user", "demo", "--now", kNow});
  CHECK_THAT(shown.out,
             Catch::Contains("loved but tired, 4 plays within 30 days or more, so that"));
}

TEST_CASE("the table of cycling in the help is that of the recipes", "[cli][cycling]") {
  const std::string source = PLAYLIST_SOURCE_DIR;
  const std::string help = engine::read_file(source + "/engine/help/topics/kept.md");
  const std::string script = engine::read_file(source + "/scripts/cycling.lua");
  for (const std::string factor : {"staleness", "exploration", "change"}) {
    std::vector<double> levels;
    for (std::size_t at = script.find(factor + " = "); at != std::string::npos;
         at = script.find(factor + " = ", at + 1))
      levels.push_back(std::stod(script.substr(at + factor.size() + 3)));
    CHECK(levels.size() == 10);
    const std::string table = help.substr(help.find("| level | 1 |"));
    CHECK(numbers_behind(table, "| " + factor + " ") == levels);
  }
}
