// Why a track is there, as a user reads it; and lists for those for whom nothing new can be found.
#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// A streaming history: `songs` songs of three artists, three plays of each in January 2026.
std::string history(const std::string& name, int songs) {
  json rows = json::array();
  for (int song = 0; song < songs; ++song) {
    for (int play = 0; play < 3; ++play) {
      char time[32];
      std::snprintf(time, sizeof time, "2026-01-%02d 10:%02d", 1 + song + play, song);
      rows.push_back({{"endTime", time},
                      {"artistName", name + " " + std::to_string(song % 3)},
                      {"trackName", name + " song " + std::to_string(song)},
                      {"msPlayed", 200'000}});
    }
  }
  return rows.dump();
}

void write_history(const EngineHome& home, const std::string& name, int songs) {
  std::filesystem::create_directories(home.path(name));
  engine::write_file_atomically(home.path(name + "/StreamingHistory_music_0.json"),
                                history(name, songs));
}

Ended engine_at(const EngineHome& home, const std::string& now,
                std::vector<std::string> arguments) {
  std::vector<std::string> all = {"--library", home.path("library.db"), "--now", now};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return home.engine(all);
}

json json_at(const EngineHome& home, const std::string& now, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "--json");
  const Ended ended = engine_at(home, now, std::move(arguments));
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out);
}

int count_of(const std::string& text, const std::string& what) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size())
    ++count;
  return count;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

/// Training on nothing but one's own plays brings nothing, so it is not advised.
void check_helps(const std::string& text) {
  CHECK_THAT(text, Catch::Contains("what brings new music, cheapest first:") &&
                       Catch::Contains("1. engine connect deezer; engine discover --grow") &&
                       Catch::Contains("2. engine import CATALOGUE.csv") &&
                       Catch::Contains("3. engine import EXPORT --user NAME") &&
                       !Catch::Contains(". engine train all"));
}

/// Characters, each taken for one place.
std::size_t width_of(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

TEST_CASE("who has one export and no catalogue gets rediscoveries called so and hears what helps",
          "[reasons]") {
  const EngineHome home;
  write_history(home, "ann", 9);
  const Ended imported =
      engine_at(home, "2026-11-21", {"import", "--user", "ann", home.path("ann")});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  check_helps(imported.err);
  CHECK_THAT(imported.err, Catch::Contains("no music here that ann has not played"));

  const Ended run = engine_at(home, "2026-11-21", {"run", "discover-weekly"});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Catch::StartsWith("Discover Weekly: rediscoveries for ann, 2026-11-21: 6 "
                                        "tracks") &&
                          Catch::Contains("made instead: rediscoveries"));
  check_helps(run.err);
  const json record = json_at(home, "2026-11-21", {"run", "discover-weekly", "--no-record"});
  CHECK(record.at("fallback") == "rediscoveries");
  REQUIRE(record.at("tracks").size() == 6);  // two of each artist
  for (const json& track : record.at("tracks")) {
    CHECK(track.at("plays") == 3);
    CHECK(track.at("reasons") == json::array({"from what you played"}));
    CHECK(track.at("last_played").get<std::string>().rfind("2026-01-", 0) == 0);
  }
  // Played within the last thirty days, it is no rediscovery, and there is nothing else.
  const Ended soon = engine_at(home, "2026-01-20", {"run", "discover-weekly", "--no-record"});
  CHECK(soon.exit_code == 1);
  check_helps(soon.err);

  const Ended doctor = engine_at(home, "2026-11-21", {"doctor"});
  CHECK(doctor.exit_code == 1);
  CHECK_THAT(doctor.out, Catch::Contains("BAD   new to find") &&
                             Catch::Contains("no catalogue of tracks, 0 other listeners") &&
                             Catch::Contains("BAD   weekly list") &&
                             Catch::Contains("0 never played; made by fallback: rediscoveries"));
  check_helps(doctor.out);
}

TEST_CASE("who has no plays gets popular tracks that are called popular", "[reasons]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(home.path("library.db").c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, "INSERT INTO users (name) VALUES ('newcomer')", nullptr, nullptr,
                       nullptr) == SQLITE_OK);
  sqlite3_close(database);
  const json record =
      json_at(home, "2026-11-21", {"run", "discover-weekly", "--user", "newcomer", "--no-record"});
  CHECK(record.at("fallback") == "popular tracks");
  CHECK(record.at("title") == "Discover Weekly: popular tracks");
  REQUIRE(record.at("tracks").size() == 30);
  for (const json& track : record.at("tracks"))
    CHECK_THAT(track.at("explanation")[0].get<std::string>(),
               Catch::Contains("made it to the playlist! [POPULAR: "));
}

TEST_CASE("adventure says how much of a list is by artists never met", "[reasons]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  REQUIRE(engine_at(home, "2026-11-21", {"train", "discovery"}).exit_code == 0);
  const auto by_known_artists = [&](const std::string& adventure) {
    const json record =
        json_at(home, "2026-11-21",
                {"run", "discover-weekly", "--no-record", "--set", "adventure=" + adventure});
    int known = 0;
    for (const json& track : record.at("tracks"))
      known += track.at("explanation").dump().find("FAMILIAR: you played ") != std::string::npos;
    return known;
  };
  CHECK(by_known_artists("0") > 20);
  CHECK(by_known_artists("1") < 10);
}

TEST_CASE("a model trained later than now is named as that", "[reasons]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  REQUIRE(engine_at(home, "2026-11-21", {"train", "discovery", "als", "quality"}).exit_code == 0);
  const std::string notices =
      json_at(home, "2026-11-01", {"run", "discover-weekly", "--no-record"}).at("notices").dump();
  for (const std::string name : {"discovery", "quality"}) {
    CHECK_THAT(notices, Catch::Contains("model." + name +
                                        " was trained as of 2026-11-21T00:00:00Z, "
                                        "which is after 2026-11-01, the time of this run; train it "
                                        "with: engine train " +
                                        name + " --as-of 2026-11-01") &&
                            !Catch::Contains("model." + name + " has not been trained"));
  }
  const std::string more =
      json_at(home, "2026-11-01", {"run", "discover-weekly", "--set", "sounds=0.1", "--no-record"})
          .at("notices")
          .dump();
  CHECK_THAT(more, Catch::Contains("model.content has not been trained") &&
                       !Catch::Contains("model.content has no vectors"));
  const Ended doctor = engine_at(home, "2026-11-01", {"doctor"});
  CHECK_THAT(doctor.out, Catch::Contains("model.discovery was trained as of 2026-11-21T00:00:00Z"));
}

TEST_CASE("the screen has one line per track and the log style the lines of the log", "[reasons]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  const auto out = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"run", "weekly", "--no-record", "--set", "tracks=20"});
    const Ended ended = engine_at(home, "2026-11-21", more);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended.out;
  };
  const std::string log = out({}), brief = out({"--explain", "short"});
  CHECK(count_of(log, " made it to the playlist! [") == 20);
  CHECK(out({"--explain", "log"}) == log);
  CHECK(count_of(brief, "made it to the playlist!") == 0);
  const json record =
      json_at(home, "2026-11-21", {"run", "weekly", "--no-record", "--set", "tracks=20"});
  const std::vector<std::string> lines = lines_of(brief);
  CHECK_THAT(lines.at(0), Catch::StartsWith("Weekly Mix for demo, 2026-11-21: 20 tracks, "));
  for (std::size_t k = 0; k < 20; ++k) {
    const json& track = record.at("tracks").at(k);
    CAPTURE(lines.at(2 + k));
    const std::string reason = track.at("reasons").at(0), title = track.at("title");
    const int plays = track.at("plays");
    CHECK_THAT(lines.at(2 + k),
               Catch::Contains(title) && Catch::Contains(track.at("artist").get<std::string>()) &&
                   Catch::Contains(reason) &&
                   Catch::Contains(plays == 0   ? "never played"
                                   : plays == 1 ? "1 play, last 202"
                                                : std::to_string(plays) + " plays, last 202"));
  }
  CHECK_THAT(engine_at(home, "2026-11-21", {"run", "weekly", "--explain", "long"}).err,
             Catch::Contains("--explain"));
}

TEST_CASE("on a terminal no line is wider than it and nothing is said fifty times", "[reasons]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  for (const int columns : {60, 100, 160}) {
    CAPTURE(columns);
    const std::string command =
        "stty cols " + std::to_string(columns) + "; '" PLAYLIST_BUILD_DIR "/engine' --library '" +
        home.path("library.db") + "' --now 2026-11-21 run weekly --no-record";
    const Ended ended =
        support::run_program({"script", "-qec", command, "/dev/null"}, home.environment());
    INFO(ended.out);
    REQUIRE(ended.exit_code == 0);
    CHECK(count_of(ended.out, "made it to the playlist!") == 0);
    const std::vector<std::string> lines = lines_of(ended.out);
    REQUIRE(lines.size() > 52);
    std::size_t widest = 0;
    for (std::size_t k = 2; k < 52; ++k) widest = std::max(widest, width_of(lines[k]));
    CHECK(widest <= static_cast<std::size_t>(columns));
    CHECK(widest > static_cast<std::size_t>(columns) / 2);
  }
}

TEST_CASE("no seed carries more than its share of a list", "[reasons][limit]") {
  const EngineHome home;
  // Ann's three likes are rock, Bob's one is jazz; ten others of each genre, each by an artist of
  // their own. Artists liked twice come first, so that without a limit Ann's kind fills the list.
  std::string tracks =
      "{ title = 'R1', artist = 'Ann', tags = { 'rock' } }, { title = 'R2', artist = 'Ann', tags = "
      "{ 'rock' } }, { title = 'R3', artist = 'Ann', tags = { 'rock' } }, { title = 'J1', artist = "
      "'Bob', tags = { 'jazz' } }";
  for (int k = 0; k < 10; ++k) {
    const std::string number = std::to_string(k);
    tracks += ", { title = 'rock " + number + "', artist = 'Rocker " + number +
              "', tags = { 'rock' } }, { title = 'jazz " + number + "', artist = 'Jazzer " +
              number + "', tags = { 'jazz' } }";
  }
  const auto test = [&](const std::string& share, const std::string& expected) {
    engine::write_file_atomically(
        home.path("seeds.lua"),
        "local pl = require 'playlist'\n"
        "return pl.recipe { title = 'Seeds', random_seed = 'week',\n"
        "  build = function(p, user)\n"
        "    return pl.recall.similar_artists { seeds = user.likes }\n"
        "      :limit { tracks = 10, per_seed_share = " +
            share +
            " }\n"
            "  end,\n"
            "  tests = { { 'by way of each', now = '2026-11-21',\n"
            "    library = { tracks = { " +
            tracks +
            " },\n"
            "      likes = { { 'R1', days_ago = 1 }, { 'R2', days_ago = 1 }, { 'R3', days_ago = 1 "
            "},\n"
            "        { 'J1', days_ago = 1 } } },\n"
            "    expect = { check = function(rows)\n"
            "      local count = { Ann = 0, Bob = 0 }\n"
            "      for _, row in ipairs(rows) do count[row.seed] = count[row.seed] + 1 end\n"
            "      local found = count.Ann .. ' and ' .. count.Bob\n"
            "      return found == '" +
            expected +
            "', found\n"
            "    end } } } }\n");
    const Ended ended = home.engine({"test", home.path("seeds.lua")});
    INFO(ended.out);
    INFO(ended.err);
    CHECK(ended.exit_code == 0);
  };
  test("0", "10 and 0");
  test("0.2", "2 and 2");  // floor(0.2 * 10) each, and there are no other seeds
  test("0.5", "5 and 5");
  test("0.05", "1 and 1");  // no list is made of less than one
}

TEST_CASE("a batch sums its notices by kind and counts lists made by fallback",
          "[reasons][batch]") {
  const EngineHome home;
  for (const std::string name : {"ann", "bob"}) {
    write_history(home, name, name == "ann" ? 6 : 9);
    REQUIRE(engine_at(home, "2026-11-21", {"import", "--user", name, home.path(name)}).exit_code ==
            0);
  }
  const Ended ended =
      engine_at(home, "2026-11-21", {"batch", "discover-weekly", "--out", home.path("lists")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK_THAT(
      ended.out,
      Catch::Contains("2 lists are made by fallback: rediscoveries") &&
          Catch::Contains("note of 2 lists: recall.familiar has no data: model.discovery has not "
                          "been trained; train it with: engine train discovery"));
  const json result =
      json_at(home, "2026-11-21", {"batch", "discover-weekly", "--out", home.path("again")});
  CHECK(result.at("fallbacks") == json({{"rediscoveries", 2}}));
  // Ann has 6 and Bob 6 of his 9: two of each of three artists; one kind, whatever the number.
  CHECK(result.at("notices").at("nothing was found for this list; made instead: rediscoveries") ==
        2);
  CHECK(result.at("notices").at("the list has N of N tracks: its limits bind (see the receipt)") ==
        1);
}
