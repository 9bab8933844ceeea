// When somebody listens, and in which hours the next session may begin.
#include "patterns/session_habits.hpp"

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "support/small_store.hpp"

using engine::parse_time;
using engine::patterns::outlook;
using engine::patterns::session_habits;
using test::SmallStore;

namespace {

/// Somebody in Tokyo who listens at 8 o'clock there of every day in December, three tracks, of which the
/// second is skipped.
void fill(SmallStore& store) {
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (1, 'One', 1, 1),"
      " (2, 'Two', 1, 1), (3, 'Three', 1, 1);"
      "INSERT INTO devices VALUES (1, 1, 'Radio');"
      "UPDATE users SET timezone = 'Asia/Tokyo'");
  for (int day = 0; day < 31; ++day) {
    const std::int64_t at = parse_time("2025-11-30T23:05:00Z") + 86'400 * day;
    for (int track = 1; track <= 3; ++track)
      store.change("INSERT INTO listens VALUES (1, " + std::to_string(at + 240 * (track - 1)) +
                   ", " + std::to_string(track) + ", " +
                   (track == 2 ? "5000, (1 << 56) + 2" : "200000, 1 << 56") + ", NULL, 1)");
  }
}

}  // namespace

TEST_CASE("sessions are counted by the hour of the week, on the person's clock", "[patterns]") {
  SmallStore store;
  fill(store);
  const auto habits = session_habits(*store.as_of(parse_time("2026-01-10")));
  CHECK(habits.sessions == 31);
  CHECK(habits.median_tracks == 3);
  CHECK(habits.median_minutes == Approx(680.0 / 60));
  CHECK(habits.skipped_share == Approx(1.0 / 3));
  std::int64_t counted = 0;
  for (std::size_t day = 0; day < 7; ++day) counted += habits.starts[day * 24 + 8];
  CHECK(counted == 31);
  CHECK(habits.starts[0 * 24 + 8] == 5);  // Mondays of December 2025
  CHECK_FALSE(habits.current);
}

TEST_CASE("a session that goes on is told as far as it has come", "[patterns]") {
  SmallStore store;
  fill(store);
  const auto habits = session_habits(*store.as_of(parse_time("2025-12-05T23:12:00Z")));
  REQUIRE(habits.current);
  CHECK(habits.current->start == parse_time("2025-12-05T23:05:00Z"));
  CHECK(habits.current->plays == 1);
  CHECK(habits.current->device == "Radio");
}

TEST_CASE("without a model the last weeks say when the next session may begin", "[patterns]") {
  SmallStore store;
  fill(store);
  const auto now = parse_time("2026-01-01T10:20:00Z");
  const auto next = outlook(*store.as_of(now), nullptr);
  CHECK(next.from == "share");
  REQUIRE(next.hours.size() == 24);
  CHECK(next.hours.front().ts == parse_time("2026-01-01T11:00:00Z"));
  CHECK(next.likeliest().ts == parse_time("2026-01-01T23:00:00Z"));  // 8 o'clock in Tokyo
  CHECK(next.refresh_at() == parse_time("2026-01-01T22:00:00Z"));
  CHECK(next.likeliest().probability > 0.2);
  CHECK(next.hours.front().probability == 0);
  // Three months later the habit is forgotten.
  CHECK(outlook(*store.as_of(now + 100 * std::int64_t{86'400}), nullptr).likeliest().probability ==
        0);
}
