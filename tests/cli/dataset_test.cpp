// engine dataset: tables for other people's tools.
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

struct Home : EngineHome {
  Home() {
    engine::write_file_atomically(
        path("plays.csv"),
        "ts,track,artist,ms_played\n"
        "2026-01-05T10:00:00Z,\"One, two\",A,200000\n2026-01-05T10:04:00Z,Two,A,200000\n"
        "2026-01-05T10:08:00Z,Three,A,200000\n2026-01-05T10:12:00Z,\"One, two\",A,200000\n");
    REQUIRE(engine({"import", path("plays.csv"), "--user", "ann"}).exit_code == 0);
  }
  [[nodiscard]] Ended dataset(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "dataset");
    arguments.insert(arguments.end(), {"--now", "2026-01-05T13:00:00Z"});
    return engine(arguments);
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("hours are written with their labels, later ones without", "[cli][dataset]") {
  const Home home;
  const Ended ended = home.dataset({"sessions", "--out", home.path("hours.csv"), "--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json answer = support::parse_json(ended.out);
  const auto lines = lines_of(engine::read_file(home.path("hours.csv")));
  REQUIRE(lines.size() == answer.at("rows").get<std::size_t>() + 1);
  CHECK(lines[0].starts_with("date,ts,started,hour,weekday,"));
  CHECK(lines[1].starts_with("2026-01-05T10:00:00Z,1767607200,1,10,0,"));
  CHECK(lines[2].starts_with("2026-01-05T11:00:00Z,1767610800,0,11,0,"));
  CHECK(lines[4].starts_with("2026-01-05T13:00:00Z,1767618000,,13,0,"));
  for (const json& column : answer.at("columns")) {
    CAPTURE(column.dump());
    CHECK_FALSE(column.at("help").get<std::string>().empty());
  }
}

TEST_CASE("windows are written with the track that came next", "[cli][dataset]") {
  const Home home;
  const Ended ended = home.dataset({"mood", "--out", home.path("mood.jsonl")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const auto lines = lines_of(engine::read_file(home.path("mood.jsonl")));
  REQUIRE(lines.size() == 1);
  const json row = support::parse_json(lines[0]);
  CHECK(row.at("target_track") == row.at("track_2"));
  CHECK(row.at("session_position") == 2);
  CHECK(row.at("valence_mean").is_null());
  CHECK(row.at("target_mood_cluster").is_null());  // model.moods was not trained
  CHECK_FALSE(row.contains("listen"));
}

TEST_CASE("windows have the moods of their tracks once these were learned", "[cli][dataset]") {
  const EngineHome home;
  REQUIRE(home.engine({"demo", "--tracks", "600", "--artists", "40", "--listens", "3000", "--users",
                       "1", "--days", "90", "--now", "2026-06-01T12:00:00Z"})
              .exit_code == 0);
  const Ended trained = home.engine({"train", "moods", "--now", "2026-06-01T12:00:00Z"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const auto rows = [&](const char* now) {
    const Ended ended =
        home.engine({"dataset", "mood", "--out", home.path("mood.jsonl"), "--now", now});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    std::vector<json> made;
    for (const std::string& line : lines_of(engine::read_file(home.path("mood.jsonl"))))
      made.push_back(support::parse_json(line));
    return made;
  };
  std::map<std::int64_t, json> mood_of;  // of a track, wherever it stands
  std::size_t told = 0;
  for (const json& row : rows("2026-06-01T12:30:00Z")) {
    for (const auto& [track, mood] :
         {std::pair{"target_track", "target_mood_cluster"}, std::pair{"track_0", "mood_cluster_0"},
          std::pair{"track_1", "mood_cluster_1"}, std::pair{"track_2", "mood_cluster_2"}}) {
      if (row.at(track).is_null()) continue;
      const auto at = mood_of.emplace(row.at(track).get<std::int64_t>(), row.at(mood)).first;
      CHECK(at->second == row.at(mood));
      told += row.at(mood).is_number();
    }
  }
  CHECK(told > 1000);
  // As of before the training nobody knew them.
  for (const json& row : rows("2026-05-31T12:30:00Z")) CHECK(row.at("mood_cluster_0").is_null());
}

TEST_CASE("what a data set cannot be is told", "[cli][dataset]") {
  const Home home;
  CHECK_THAT(home.dataset({"sessions", "--out", home.path("hours.parquet")}).err,
             Catch::Contains(".csv or .jsonl"));
  CHECK(home.dataset({"plays"}).exit_code == 2);
  const Ended columns = home.dataset({"sessions"});
  CHECK_THAT(columns.out, Catch::Contains("same_hour_28d") && Catch::Contains("started"));
  const Ended out = home.dataset({"sessions", "--out", "-"});
  CHECK(out.out.starts_with("date,ts,"));
  const Ended nothing = home.engine({"dataset", "mood", "--now", "2026-01-01"});
  CHECK(nothing.exit_code == 1);
}
