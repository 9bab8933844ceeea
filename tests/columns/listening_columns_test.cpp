// The columns by track that hang on clocks and on artists, worked out by hand.
#include "data/listening_columns.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "store/listen_flags.hpp"
#include "support/small_store.hpp"

using engine::parse_time;
using test::as_text;
using test::SmallStore;

namespace {

// A Saturday, 20:00 in Berlin.
const std::int64_t kNow = parse_time("2026-11-21T19:00:00Z");

void listen(SmallStore& store, const char* start, int track, int seconds = 100,
            engine::PlayReason end = engine::PlayReason::kTrackDone) {
  store.change("INSERT INTO listens VALUES (1, " + std::to_string(parse_time(start)) + ", " +
               std::to_string(track) + ", " + std::to_string(1000 * seconds) + ", " +
               std::to_string(engine::ListenFlags::with_end(end)) + ", 'DE', 1);");
}

// Tracks 1 and 2 are Ada's, 3 Bo's with Ada as a guest, 4 Cy's; 5 has no artist.
void fill(SmallStore& store) {
  store.change(
      "UPDATE users SET timezone = 'Europe/Berlin';"
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Bo', 'bo'), "
      "(3, 'Cy', 'cy');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue, duration_ms) VALUES "
      "(1, 'A', 1, 1, 100000), (2, 'B', 1, 1, 100000), (3, 'C', 2, 1, 100000), "
      "(4, 'D', 3, 1, 100000), (5, 'E', NULL, 1, 100000);"
      "INSERT INTO track_artists VALUES (1, 0, 1), (2, 0, 1), (3, 0, 2), (3, 1, 1), (4, 0, 3);");
}

}  // namespace

TEST_CASE("plays_at counts plays of this weekday and part of the day in the user's zone",
          "[listening_columns]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-11-14T16:00:00Z", 1);     // Saturday 17:00: the evening begins
  listen(store, "2026-11-07T20:59:00Z", 1);     // Saturday 21:59: it ends
  listen(store, "2026-11-14T15:59:00Z", 2);     // Saturday 16:59: still the afternoon
  listen(store, "2026-11-14T21:00:00Z", 2);     // Saturday 22:00: night
  listen(store, "2026-11-15T19:00:00Z", 3);     // Sunday
  listen(store, "2026-07-04T15:30:00Z", 3);     // Saturday 17:30, by summer's clocks
  listen(store, "2026-11-21T18:00:00Z", 4, 5);  // this evening, too short for a play
  CHECK(as_text(*store.as_of(kNow)->table("track_plays_at")) == "plays_at\n2\n0\n1\n0\n0\n");
  // On Sunday at the same time.
  CHECK(as_text(*store.as_of(kNow + 86400)->table("track_plays_at")) ==
        "plays_at\n0\n0\n1\n0\n0\n");
  // Once the user lives elsewhere it is another time there.
  store.execute("UPDATE users SET timezone = 'UTC'");
  CHECK(as_text(*store.as_of(kNow)->table("track_plays_at")) == "plays_at\n1\n1\n0\n0\n0\n");
}

TEST_CASE("plays are told by part of the day and of the week, by the user's clocks",
          "[listening_columns]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-11-14T16:00:00Z", 1);     // Saturday 17:00: the evening begins
  listen(store, "2026-11-14T20:59:00Z", 1);     // Saturday 21:59: it ends
  listen(store, "2026-11-13T21:00:00Z", 1);     // Friday 22:00: night
  listen(store, "2026-11-15T23:30:00Z", 2);     // Monday 00:30: night, and a workday
  listen(store, "2026-11-16T04:00:00Z", 2);     // Monday 05:00: morning
  listen(store, "2026-11-16T11:00:00Z", 2);     // Monday 12:00: afternoon
  listen(store, "2026-11-21T18:00:00Z", 4, 5);  // too short for a play
  CHECK(as_text(*store.as_of(kNow)->table("track_dayparts")) ==
        "plays_night plays_morning plays_afternoon plays_evening plays_workday plays_weekend\n"
        "1 0 0 2 1 2\n1 1 1 0 3 0\n0 0 0 0 0 0\n0 0 0 0 0 0\n0 0 0 0 0 0\n");
  // What came later is not counted.
  const std::int64_t friday = engine::parse_time("2026-11-14T12:00:00Z");
  CHECK(as_text(*store.as_of(friday)->table("track_dayparts"), {"plays_night", "plays_evening"}) ==
        "plays_night plays_evening\n1 0\n0 0\n0 0\n0 0\n0 0\n");
}

TEST_CASE("last_finished is the latest listen that finished counts", "[listening_columns]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-11-01T10:00:00Z", 1);
  listen(store, "2026-11-02T10:00:00Z", 1);
  listen(store, "2026-11-03T10:00:00Z", 1, 40, engine::PlayReason::kForward);
  listen(store, "2026-11-04T10:00:00Z", 2, 40, engine::PlayReason::kForward);
  const std::string second = std::to_string(parse_time("2026-11-02T10:00:00Z"));
  CHECK(as_text(*store.as_of(kNow)->table("track_finished")) ==
        "last_finished\n" + second + "\n-\n-\n-\n-\n");
  const auto earlier = store.as_of(parse_time("2026-11-02T10:01:00Z"));  // while it is heard
  CHECK(as_text(*earlier->table("track_finished")) ==
        "last_finished\n" + std::to_string(parse_time("2026-11-01T10:00:00Z")) + "\n-\n-\n-\n-\n");
}

TEST_CASE("base_level adds up plays, each the less the longer ago", "[listening_columns]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-11-21T15:00:00Z", 1);     // 4 hours ago
  listen(store, "2026-11-20T18:00:00Z", 1);     // 25
  listen(store, "2026-11-21T18:58:20Z", 2);     // in the last minutes
  listen(store, "2026-11-21T18:00:00Z", 4, 5);  // too short for a play
  listen(store, "2026-11-21T20:00:00Z", 5);     // not yet
  const auto levels = [&](std::int64_t now) {
    const auto tables = store.as_of(now);
    const auto column = engine::column_of<float>(*tables->table("track_base_level"), "base_level");
    return std::vector<double>(column.begin(), column.end());
  };
  const std::vector<double> now = levels(kNow);
  CHECK(now[0] == Approx(std::log(0.001 + 1 / std::sqrt(4.0) + 1 / std::sqrt(25.0))));
  CHECK(now[1] == Approx(std::log(0.001 + 1 / std::sqrt(100.0 / 3600))));
  CHECK(now[2] == Approx(std::log(0.001)));
  CHECK(now[3] == Approx(std::log(0.001)));
  CHECK(now[4] == Approx(std::log(0.001)));
  CHECK(levels(kNow - 24 * 3600)[0] == Approx(std::log(0.001 + 1)));
}

TEST_CASE("an artist's plays are those of all tracks the artist is on", "[listening_columns]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-11-01T10:00:00Z", 1);
  listen(store, "2026-11-02T10:00:00Z", 3);
  listen(store, "2026-11-03T10:00:00Z", 3);
  const auto time = [](const char* text) { return std::to_string(parse_time(text)); };
  const std::string last = time("2026-11-03T10:00:00Z");
  CHECK(as_text(*store.as_of(kNow)->table("track_artist_statistics")) ==
        "artist_plays artist_rank artist_last_played\n3 1 " + last + "\n3 1 " + last + "\n2 2 " +
            last + "\n0 - -\n0 - -\n");
  const auto earlier = store.as_of(parse_time("2026-11-02T00:00:00Z"));
  const std::string first = time("2026-11-01T10:00:00Z");
  CHECK(as_text(*earlier->table("track_artist_statistics")) ==
        "artist_plays artist_rank artist_last_played\n1 1 " + first + "\n1 1 " + first +
            "\n0 - -\n0 - -\n0 - -\n");
  const auto tables = store.as_of(kNow);
  const std::vector<engine::PlayedArtist> artists = engine::most_played_artists(*tables);
  REQUIRE(artists.size() == 2);
  CHECK(artists[0].artist == 0);
  CHECK(artists[0].plays == 3);
  CHECK(artists[1].artist == 1);
}

TEST_CASE("the last plays of some tracks are those that the statistics of all tell",
          "[listening_columns]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-11-14T16:00:00Z", 1);
  listen(store, "2026-11-16T16:00:00Z", 1);
  listen(store, "2026-11-18T16:00:00Z", 1, 5);  // too short for a play
  listen(store, "2026-11-15T16:00:00Z", 2);
  listen(store, "2026-11-21T18:59:00Z", 3, 300);  // ends after kNow
  const std::vector<std::int32_t> asked = {4, 1, 0, 1, 2};
  // Where the column file tells the totals, and where listens are later than it is told for.
  for (const std::int64_t now : {kNow + 86'400, kNow, parse_time("2026-11-15T17:00:00Z")}) {
    const auto tables = store.as_of(now);
    const auto all =
        engine::column_of<std::int64_t>(*tables->table("track_statistics"), "last_played");
    std::vector<std::int64_t> wanted;
    for (const std::int32_t track : asked) wanted.push_back(all[static_cast<std::size_t>(track)]);
    CHECK(engine::last_plays_of(*tables, asked) == wanted);
  }
}
