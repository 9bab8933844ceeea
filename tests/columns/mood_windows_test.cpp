// What was heard before each listen of a session.
#include "data/mood_windows.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "data/tables.hpp"
#include "support/small_store.hpp"

using engine::parse_time;
using test::as_text;
using test::SmallStore;

namespace {

/// Tracks 1 to 6: 1 to 4 with features of their own, 5 by the artist of 1 and 2, 6 by nobody known.
void fill(SmallStore& store) {
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Ben', 'ben'),"
      " (3, 'Cleo', 'cleo');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue, valence, energy, danceability,"
      " acousticness, instrumentalness, tempo) VALUES"
      " (1, 'One', 1, 1, 0.1, 0.2, 0.3, 0.4, 0.5, 100),"
      " (2, 'Two', 1, 1, 0.3, 0.2, 0.3, 0.4, 0.5, 150),"
      " (3, 'Three', 2, 1, 0.8, 0.2, 0.3, 0.4, 0.5, 500),"
      " (4, 'Four', 2, 1, 0.9, 0.2, 0.3, 0.4, 0.5, 50),"
      " (5, 'Five', 1, 1, NULL, NULL, NULL, NULL, NULL, NULL),"
      " (6, 'Six', 3, 1, NULL, NULL, NULL, NULL, NULL, NULL)");
}

/// Five minutes apart, from 10 o'clock on.
void listen(SmallStore& store, const std::vector<int>& tracks,
            const char* from = "2026-01-05T10:00:00Z") {
  std::int64_t at = parse_time(from);
  for (const int track : tracks) {
    store.change("INSERT INTO listens VALUES (1, " + std::to_string(at) + ", " +
                 std::to_string(track) + ", 180000, 0, NULL, 1)");
    at += 300;
  }
}

std::string windows(SmallStore& store, const char* now, std::vector<std::string> columns) {
  return as_text(*store.as_of(parse_time(now))->table("mood_windows"), columns);
}

}  // namespace

TEST_CASE("a window is the three listens before one in its session", "[mood_windows]") {
  SmallStore store;
  fill(store);
  listen(store, {1, 2, 3, 4, 1});
  listen(store, {4, 4, 4, 2}, "2026-01-05T15:00:00Z");
  // Tracks 1 to 6 have the numbers 0 to 5.
  CHECK(windows(store, "2026-01-06",
                {"listen", "track_0", "track_1", "track_2", "session_position",
                 "time_since_session_start"}) ==
        "listen track_0 track_1 track_2 session_position time_since_session_start\n"
        "3 2 1 0 2 10\n"
        "4 3 2 1 3 15\n"
        "8 3 3 3 2 10\n");
}

TEST_CASE("while a session goes on there is a window of what comes next", "[mood_windows]") {
  SmallStore store;
  fill(store);
  listen(store, {1, 2, 3});  // until 10:13
  CHECK(windows(store, "2026-01-05T10:20:00Z", {"listen", "track_0"}) == "listen track_0\n-1 2\n");
  CHECK(windows(store, "2026-01-05T10:43:00Z", {"listen", "track_0"}) == "listen track_0\n");
}

TEST_CASE("features of a window, and what they are made of", "[mood_windows]") {
  SmallStore store;
  fill(store);
  listen(store, {1, 3, 4, 5, 6, 1});
  const std::string text = windows(store, "2026-01-06",
                                   {"valence_mean", "valence_std", "current_valence",
                                    "tempo_norm_mean", "current_tempo_norm", "own", "known"});
  // Of 0.1, 0.8, 0.9; tempo 100, 500 (1 at most), 50. Then five by Ada: 0.2 and 125 on average.
  CHECK(text ==
        "valence_mean valence_std current_valence tempo_norm_mean current_tempo_norm own known\n"
        "0.6 0.43589 0.9 0.533333 0.2 3 3\n"
        "0.633333 0.378594 0.2 0.566667 0.5 2 3\n"
        "0.55 0.494975 - 0.5 0.8 1 2\n");
}

TEST_CASE("what a window says does not change as time goes on", "[mood_windows][poison]") {
  SmallStore store;
  fill(store);
  listen(store, {1, 3, 4, 5, 6, 1});
  const auto tables = store.as_of(parse_time("2026-01-05T10:31:00Z"));
  const playlist_table& table = *tables->table("mood_windows");
  std::vector<std::string> columns;
  for (std::uint32_t k = 0; k < table.column_count; ++k)
    columns.emplace_back(table.columns[k]->name);
  // How long a session becomes is no part of it.
  CHECK(std::ranges::none_of(
      columns, [](const std::string& name) { return name.find("length") != std::string::npos; }));
  const std::string before = windows(store, "2026-01-05T10:29:00Z", columns);
  // The session goes on, and others follow.
  listen(store, {2, 2, 4}, "2026-01-05T10:30:00Z");
  listen(store, {3, 1, 3, 1}, "2026-01-08T10:00:00Z");
  CHECK(windows(store, "2026-01-05T10:29:00Z", columns) == before);
  const std::string after = windows(store, "2026-02-01", columns);
  const std::size_t told = before.rfind('\n', before.size() - 2) + 1;  // the last was still to come
  CHECK(after.size() > before.size());
  CHECK(after.substr(0, told) == before.substr(0, told));
}
