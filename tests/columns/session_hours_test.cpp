// Hours with and without the start of a session, and what was known as each began.
#include "data/session_hours.hpp"

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "data/tables.hpp"
#include "demo/demo.hpp"
#include "store/store.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

using engine::column_of;
using engine::parse_time;
using test::as_text;
using test::SmallStore;

namespace {

void fill(SmallStore& store, const std::string& timezone = "UTC") {
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (1, 'One', 1, 1);"
      "UPDATE users SET timezone = '" +
      timezone + "'");
}

void listen(SmallStore& store, const char* start, std::int64_t seconds = 180) {
  store.change("INSERT INTO listens VALUES (1, " + std::to_string(parse_time(start)) + ", 1, " +
               std::to_string(1000 * seconds) + ", 0, NULL, 1)");
}

std::string hours(SmallStore& store, const char* now, std::vector<std::string> columns) {
  return as_text(*store.as_of(parse_time(now))->table("session_hours"), columns);
}

/// The first lines, headline and all.
std::string head(const std::string& text, int lines) {
  std::size_t end = 0;
  for (int k = 0; k < lines; ++k) end = text.find('\n', end) + 1;
  return text.substr(0, end);
}

}  // namespace

TEST_CASE("an hour has started where a session began in it", "[session_hours]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-01-05T10:10:00Z");
  listen(store, "2026-01-05T10:14:00Z");  // the same session
  listen(store, "2026-01-05T12:59:00Z");
  const std::string text = hours(store, "2026-01-05T13:30:00Z", {"started", "hour", "weekday"});
  CHECK(head(text, 5) == "started hour weekday\n1 10 0\n0 11 0\n1 12 0\n- 13 0\n");
  // The hour of now, and the next day.
  const auto tables = store.as_of(parse_time("2026-01-05T13:30:00Z"));
  CHECK(tables->table("session_hours")->rows == 3 + 1 + engine::kHoursAhead);
}

TEST_CASE("hours are those of the person's clock", "[session_hours]") {
  SmallStore store;
  fill(store, "Asia/Kolkata");  // UTC + 5:30
  listen(store, "2026-01-05T20:10:00Z");
  CHECK(head(hours(store, "2026-01-05T20:30:00Z", {"hour", "weekday", "day_of_month"}), 2) ==
        "hour weekday day_of_month\n1 1 6\n");
}

TEST_CASE("an hour knows what had been heard as it began", "[session_hours]") {
  SmallStore store;
  fill(store);
  listen(store, "2026-01-05T10:10:00Z");
  listen(store, "2026-01-05T11:58:00Z", 600);  // ends after 12 began
  listen(store, "2026-01-06T10:30:00Z");
  const auto rows = hours(store, "2026-01-06T13:00:00Z",
                          {"rolling_listening_frequency_7d", "time_since_last_session",
                           "total_tracks_last_7d", "is_listening", "started_1h_ago", "starts_24h"});
  const auto row = [&](int k) {
    const std::string upto = head(rows, k + 1), with = head(rows, k + 2);
    return with.substr(upto.size());
  };
  CHECK(row(0) == "0 9999 0 0 0 0\n");
  CHECK(row(1) == "0 0.833333 1 0 1 1\n");
  CHECK(row(2) == "0 1.83333 1 0 0 1\n");   // the second session is not over a listen yet
  CHECK(row(3) == "0 1.03333 2 0 0 2\n");   // 13 o'clock: it began two hours ago
  CHECK(row(24) == "1 22.0333 2 0 0 2\n");  // 10 o'clock of the next day saw one the day before
  CHECK(row(25) == "1 0.5 3 1 1 2\n");      // 11: that of 10:10 is over a day ago
}

TEST_CASE("what a row says does not change as time goes on", "[session_hours][poison]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  engine::DemoOptions demo;
  demo.tracks = 1000;
  demo.artists = 80;
  demo.listens = 4000;
  demo.days = 150;
  demo.now = parse_time("2026-05-01");
  engine::make_demo(path, demo, {});
  const auto at = [&](std::int64_t now) {
    engine::AsOfOptions options;
    options.store = path;
    options.now = now;
    return engine::load_as_of(options);
  };
  const auto late = at(parse_time("2026-05-02"));
  const playlist_table& all = *late->table("session_hours");
  for (const char* now : {"2026-02-03T07:00:00Z", "2026-03-15T18:00:00Z", "2026-04-11T21:00:00Z"}) {
    CAPTURE(now);
    const auto early = at(parse_time(now));
    const playlist_table& then = *early->table("session_hours");
    const std::int64_t known = then.rows - engine::kHoursAhead;  // and the hour that begins now
    REQUIRE(known > 1000);
    for (std::uint32_t k = 0; k < then.column_count; ++k) {
      const playlist_column &before = *then.columns[k], &after = *all.columns[k];
      CAPTURE(before.name);
      REQUIRE(std::string(before.name) == after.name);
      const bool is_label = std::string(before.name) == "started";
      const std::size_t size = before.type == PLAYLIST_I64 ? 8 : before.type == PLAYLIST_U8 ? 1 : 4;
      // The label of the hour before now may wait for a listen that goes on.
      const auto rows = static_cast<std::size_t>(known - (is_label ? 2 : 0));
      CHECK(std::memcmp(before.data, after.data, rows * size) == 0);
    }
  }
}

TEST_CASE("nobody who heard nothing has hours", "[session_hours]") {
  SmallStore store;
  fill(store);
  CHECK(store.as_of(parse_time("2026-01-01"))->table("session_hours")->rows == 0);
}
