// The weekly mix on the demo library, as a user runs it: what issue and recipe promise, over many
// seeds.
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// Rows of a query on the demo library, each as texts.
std::vector<std::vector<std::string>> query(const std::string& library, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(library.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  std::vector<std::vector<std::string>> rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    auto& row = rows.emplace_back();
    for (int k = 0; k < sqlite3_column_count(statement); ++k) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, k));
      row.emplace_back(text != nullptr ? text : "");
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

json run_weekly(const EngineHome& home, std::vector<std::string> more) {
  std::vector<std::string> arguments = {
      "--library", support::demo_library(), "--now",      "2026-11-21", "--json",
      "run",       "recipes/weekly.lua",    "--no-record"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = home.engine(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out);
}

bool is_generative(const json& track) {
  const std::string channel = track.at("columns").at("channel");
  return channel == "genre" || channel == "similar_artists";
}

}  // namespace

TEST_CASE("the weekly mix keeps every limit over 200 seeds", "[weekly]") {
  const EngineHome home;
  std::map<std::string, std::string> song_of;  // store id -> song key
  for (const auto& row : query(support::demo_library(), "SELECT track_id, song_key FROM tracks"))
    song_of[row[0]] = row[1];
  std::set<std::string> owned;
  for (const auto& row : query(support::demo_library(),
                               "SELECT track_id FROM likes WHERE user_id = 1 UNION SELECT track_id "
                               "FROM playlist_tracks "
                               "JOIN playlists USING (playlist_id) WHERE user_id = 1")) {
    owned.insert(row[0]);
  }
  REQUIRE_FALSE(owned.empty());
  int runs_with_both_channels = 0;
  for (int seed = 0; seed < 200; ++seed) {
    const int tracks = 10 + seed % 41, per_artist = 1 + seed % 3,
              minutes = 100000 / 1000 + seed % 150;
    const double discovery = (seed % 6) * 0.05;
    CAPTURE(seed, tracks, per_artist, minutes, discovery);
    const json run = run_weekly(
        home,
        {"--random-seed", std::to_string(seed), "--set", "tracks=" + std::to_string(tracks),
         "--set", "per_artist=" + std::to_string(per_artist), "--set",
         "minutes=" + std::to_string(minutes), "--set", "discovery=" + std::to_string(discovery)});
    const json& list = run.at("tracks");
    std::map<std::string, int> of_artist;
    std::set<std::string> songs;
    std::map<std::string, int> channels;
    double seconds = 0;
    int generative = 0;
    for (const json& track : list) {
      const std::string id = track.at("track").dump();
      CHECK(++of_artist[track.at("artist")] <= per_artist);
      CHECK(songs.insert(song_of.at(id)).second);
      seconds +=
          track.at("duration_ms").is_number() ? track.at("duration_ms").get<double>() / 1000 : 210;
      const std::string sentence = track.at("explanation").at(0);
      const std::string start = "\"" + track.at("title").get<std::string>() + "\" by " +
                                track.at("artist").get<std::string>() +
                                " made it to the playlist! [";
      CHECK(sentence.rfind(start, 0) == 0);
      if (!is_generative(track)) continue;
      ++generative;
      ++channels[track.at("columns").at("channel")];
      CHECK(owned.count(id) == 0);
      const bool is_worded = sentence.find("[GENRE-BASED: discovered via ") != std::string::npos ||
                             (sentence.find("[ARTIST-BASED: similar to ") != std::string::npos &&
                              sentence.find(", which you liked ") != std::string::npos);
      CHECK(is_worded);
    }
    CHECK(static_cast<int>(list.size()) <= tracks);
    CHECK(seconds <= minutes * 60);
    const json& statistics = run.at("statistics");
    CHECK(statistics.at("generative") == generative);
    CHECK(statistics.at("generative").get<int>() + statistics.at("base").get<int>() ==
          static_cast<int>(list.size()));
    // The list ends short only when the minutes bind; then the share is kept over what there is.
    if (static_cast<int>(list.size()) == tracks) {
      CHECK(generative + statistics.at("fallbacks").get<int>() ==
            static_cast<int>(std::ceil(tracks * discovery - 1e-9)));
    } else {
      CHECK(run.at("notices").dump().find("of " + std::to_string(tracks) + " tracks") !=
            std::string::npos);
    }
    if (channels.size() == 2) {
      CHECK(std::abs(channels["genre"] - channels["similar_artists"]) <= 1);  // strict alternation
      ++runs_with_both_channels;
    }
  }
  CHECK(runs_with_both_channels > 100);
}

TEST_CASE("the same seed gives the same bytes, another seed another list", "[weekly]") {
  const EngineHome home;
  const json a = run_weekly(home, {"--random-seed", "5"}),
             b = run_weekly(home, {"--random-seed", "5"});
  const json c = run_weekly(home, {"--random-seed", "6"});
  CHECK(a.at("tracks").dump() == b.at("tracks").dump());
  CHECK(a.at("tracks").dump() != c.at("tracks").dump());
}

TEST_CASE("the draws are the same all week and others the week after", "[weekly]") {
  const EngineHome home;
  const auto seed_at = [&](const std::string& now) {
    const Ended ended = home.engine({"--library", support::demo_library(), "--now", now, "--json",
                                     "run", "weekly", "--no-record"});
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out).at("random_seed").get<std::int64_t>();
  };
  CHECK(seed_at("2026-11-16") == seed_at("2026-11-22T12:00:00Z"));
  CHECK(seed_at("2026-11-22T12:00:00Z") + 7 == seed_at("2026-11-23"));
}

TEST_CASE("a discovery comes again only after the days asked for", "[weekly]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  const auto discoveries = [&](const std::string& now, const std::string& days) {
    const Ended ended = home.engine({"--now", now, "--json", "run", "weekly", "--set",
                                     "discovery=0.5", "--set", "not_again=" + days});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    std::set<std::string> ids;
    const json run = support::parse_json(ended.out);
    for (const json& track : run.at("tracks")) {
      if (is_generative(track)) ids.insert(track.at("track").dump());
    }
    return ids;
  };
  const std::set<std::string> first = discoveries("2026-11-16", "28");
  REQUIRE(first.size() > 5);
  // Asked for again, the list is the same: a list does not push itself out.
  CHECK(discoveries("2026-11-16", "28") == first);
  for (const std::string& id : discoveries("2026-11-24", "28")) CHECK(first.count(id) == 0);
}

TEST_CASE("once model.discovery is trained the weekly mix discovers by it, under the same rules",
          "[weekly]") {
  const EngineHome home;
  const std::string library = home.path("library.db");
  std::filesystem::copy_file(support::demo_library(), library);
  const auto run = [&] {
    const Ended ended =
        home.engine({"--now", "2026-11-21", "--json", "run", "weekly", "--no-record", "--set",
                     "discovery=0.3", "--set", "tracks=40", "--set", "per_artist=2"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  };
  const std::string untrained = run().at("notices").dump();
  CHECK(untrained.find("recall.familiar has no data: model.discovery has not been trained") !=
        std::string::npos);
  // On a screen those that lack the same are told in one line.
  const Ended text = home.engine({"--now", "2026-11-21", "run", "weekly", "--no-record"});
  CHECK_THAT(text.out,
             Catch::Contains("note: recall.familiar, recall.artist_cf, recall.session_neighbours, "
                             "recall.fresh have no data: model.discovery has not been trained"));
  const Ended trained = home.engine({"train", "discovery", "--as-of", "2026-11-21"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const json list = run();
  CHECK(list.at("notices").dump().find("has no data") == std::string::npos);
  CHECK(list.at("statistics").at("generative") == 12);
  std::set<std::string> owned;
  for (const auto& row : query(library,
                               "SELECT track_id FROM likes WHERE user_id = 1 UNION SELECT track_id "
                               "FROM playlist_tracks JOIN playlists USING (playlist_id) WHERE "
                               "user_id = 1 UNION SELECT track_id FROM listens WHERE user_id = 1"))
    owned.insert(row[0]);
  std::map<std::string, int> of_artist;
  int learned = 0;
  for (const json& track : list.at("tracks")) {
    CHECK(++of_artist[track.at("artist")] <= 2);
    if (track.at("columns").at("channel") == "saved_artists") continue;
    ++learned;
    CHECK(owned.count(track.at("track").dump()) == 0);
    CHECK_THAT(track.at("explanation").at(0).get<std::string>(),
               Catch::Contains("made it to the playlist! [FAMILIAR: ") ||
                   Catch::Contains("made it to the playlist! [ARTIST-CF: ") ||
                   Catch::Contains("made it to the playlist! [SESSION: ") ||
                   Catch::Contains("made it to the playlist! [FRESH: "));
  }
  CHECK(learned == 12);
}
