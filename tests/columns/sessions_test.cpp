// Listening sessions, worked out by hand.
#include "data/sessions.hpp"

#include <catch2/catch.hpp>

#include "data/tables.hpp"
#include "store/listen_flags.hpp"
#include "support/small_store.hpp"

using engine::ListenFlags;
using test::as_text;
using test::SmallStore;

namespace {

constexpr std::int64_t kEnd = 100'000;

/// Tracks 1, 2 and 3 have the numbers 0, 1 and 2.
void fill(SmallStore& store) {
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (1, 'One', 1, 1),"
      " (2, 'Two', 1, 1), (3, 'Three', 1, 1)");
}

/// Starts and milliseconds, -1: not told; each of the track of its number.
struct Heard {
  std::int64_t ts, track, ms_played, flags = 0;
};
void listen(SmallStore& store, const std::vector<Heard>& heard) {
  for (const Heard& row : heard)
    store.change("INSERT INTO listens VALUES (1, " + std::to_string(row.ts) + ", " +
                 std::to_string(row.track) + ", " + std::to_string(row.ms_played) + ", " +
                 std::to_string(row.flags) + ", NULL, 1)");
}

std::string sessions(SmallStore& store, std::int64_t now = kEnd) {
  return as_text(*store.as_of(now)->table("sessions"), {"start", "end", "plays", "tracks"});
}

const std::string kHead = "start end plays tracks\n";

}  // namespace

TEST_CASE("half an hour from an end to the next start parts two sessions", "[sessions]") {
  SmallStore store;
  fill(store);
  // 1000 .. 1060, then a pause of 1799 s, then one of 1800 s.
  listen(store, {{1000, 1, 60'000}, {2859, 2, 100'000}, {4759, 1, 10'000}});
  CHECK(sessions(store) == kHead + "1000 2959 2 2\n4759 4769 0 1\n");
}

TEST_CASE("a listen of untold length ends where it starts", "[sessions]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 1, -1}, {2799, 1, -1}, {4599, 2, -1}});
  CHECK(sessions(store) == kHead + "1000 2799 2 1\n4599 4599 1 1\n");
}

TEST_CASE("a session ends with the listen that ends last, though it began first", "[sessions]") {
  SmallStore store;
  fill(store);
  // The first goes on until 4600, beyond the second; the third starts within half an hour of that.
  listen(store, {{1000, 1, 3'600'000}, {1100, 2, 10'000}, {6399, 3, 1'000}});
  CHECK(sessions(store) == kHead + "1000 6400 1 3\n");
  CHECK(sessions(store, 1'200) == kHead + "1100 1110 0 1\n");
}

TEST_CASE("a session that goes on is told as far as it has come", "[sessions][as_of]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 1, 60'000}, {1100, 2, 60'000}, {1200, 3, 600'000}});
  CHECK(sessions(store, 1'059) == kHead);
  CHECK(sessions(store, 1'060) == kHead + "1000 1060 1 1\n");
  CHECK(sessions(store, 1'799) == kHead + "1000 1160 2 2\n");
  CHECK(sessions(store, 1'800) == kHead + "1000 1800 3 3\n");
}

TEST_CASE("the contexts of listens stand beside them", "[sessions][as_of]") {
  using engine::ListenFlags;
  using engine::PlayReason;
  SmallStore store;
  fill(store);
  const std::int64_t clicked = ListenFlags::with_start(PlayReason::kClickRow) |
                               ListenFlags::kShuffleKnown |
                               ListenFlags::with_end(PlayReason::kTrackDone);
  const std::int64_t shuffled =
      ListenFlags::with_start(PlayReason::kTrackDone) | ListenFlags::kShuffle |
      ListenFlags::with_end(PlayReason::kForward) | ListenFlags::with_device(2);
  store.change("INSERT INTO devices VALUES (1, 1, 'Phone'), (1, 2, 'Radio')");
  // The first goes on beyond the second; the private one is no row; then a pause.
  listen(store, {{1000, 1, 500'000, clicked},
                 {1100, 2, 10'000, shuffled},
                 {1200, 3, 10'000, clicked | ListenFlags::kIncognito},
                 {9000, 3, 10'000,
                  ListenFlags::with_end(PlayReason::kOther) | ListenFlags::with_device(2)}});
  const auto contexts = [&](std::int64_t now) {
    const auto tables = store.as_of(now);
    REQUIRE(tables->table("listen_contexts")->rows == tables->table("listens")->rows);
    return as_text(*tables->table("listen_contexts"));
  };
  const std::string head = "shuffle start_reason end_reason device session position\n";
  CHECK(contexts(kEnd) == head +
                              "0 clickrow trackdone - 0 0\n"
                              "1 trackdone fwdbtn Radio 0 1\n"
                              "- - other Radio 1 0\n");
  CHECK(contexts(1200) == head + "1 trackdone fwdbtn Radio 0 0\n");
  CHECK(contexts(1500) == head + "0 clickrow trackdone - 0 0\n1 trackdone fwdbtn Radio 0 1\n");
}

TEST_CASE("a session tells when it began, how it went and on what", "[sessions]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO devices VALUES (1, 1, 'Phone'), (1, 2, 'Radio');"
      "UPDATE users SET timezone = 'Asia/Tokyo'");
  constexpr std::int64_t kKnown = ListenFlags::kShuffleKnown;
  const std::int64_t phone = ListenFlags::with_device(1), radio = ListenFlags::with_device(2);
  // Thursday the 1st of January 1970, 23:30 UTC: a Friday morning in Tokyo.
  listen(store, {{84'600, 1, 60'000, phone | kKnown | ListenFlags::kShuffle},
                 {84'700, 2, 60'000, radio | kKnown},
                 {84'800, 2, 5'000, radio | ListenFlags::kSkipped},
                 {90'000, 3, 60'000}});
  CHECK(as_text(*store.as_of(kEnd)->table("sessions"),
                {"start", "skips", "hour", "weekday", "shuffle_share", "device"}) ==
        "start skips hour weekday shuffle_share device\n"
        "84600 1 8 4 0.5 Radio\n"
        "90000 0 10 4 - -\n");
}

TEST_CASE("how long a pause parts two sessions can be asked for", "[sessions]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 1, 60'000}, {2000, 2, 60'000}});
  engine::AsOfOptions options = store.options(kEnd);
  CHECK(engine::load_as_of(options)->table("sessions")->rows == 1);
  options.rule.session_gap_seconds = 900;
  CHECK(engine::load_as_of(options)->table("sessions")->rows == 2);
  CHECK(engine::load_as_of(options)->table("last_session")->rows == 1);
}

TEST_CASE("a private session is none", "[sessions]") {
  SmallStore store;
  fill(store);
  constexpr std::int64_t kIncognito = engine::ListenFlags::kIncognito;
  listen(store, {{1000, 1, 60'000}, {2000, 2, 60'000, kIncognito}, {3000, 3, 60'000}});
  CHECK(sessions(store) == kHead + "1000 1060 1 1\n3000 3060 1 1\n");
}

TEST_CASE("the last session and the sessions of each track follow from them", "[sessions]") {
  SmallStore store;
  fill(store);
  listen(store, {{1000, 1, 60'000},
                 {1100, 1, 60'000},
                 {9000, 1, 60'000},
                 {9100, 2, 1'000},
                 {9200, 1, 60'000}});
  const auto tables = store.as_of(kEnd);
  CHECK(as_text(*tables->table("last_session")) == "track ts\n0 9000\n1 9100\n0 9200\n");
  CHECK(as_text(*tables->table("track_sessions")) == "sessions\n2\n1\n0\n");
  const auto earlier = store.as_of(8'999);
  CHECK(as_text(*earlier->table("last_session")) == "track ts\n0 1000\n0 1100\n");
  CHECK(as_text(*earlier->table("track_sessions")) == "sessions\n1\n0\n0\n");
}
