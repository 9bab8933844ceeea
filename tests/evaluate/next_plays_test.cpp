// Which plays a way is held against, and what they tell, worked out by hand.
#include "evaluate/next_plays.hpp"

#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "evaluate/next_results.hpp"
#include "store/listen_flags.hpp"
#include "support/small_store.hpp"

using namespace engine;
using namespace engine::evaluate;
using test::SmallStore;

namespace {

const std::int64_t kStart = parse_time("2022-03-05T12:00:00Z");

struct Played {
  int track = 1;
  std::int64_t after = 0;  // seconds after kStart
  int seconds = 100;
  PlayReason start = PlayReason::kTrackDone, end = PlayReason::kTrackDone;
  bool is_shuffled = true;
};

void play(SmallStore& store, const std::vector<Played>& plays, std::int64_t start = kStart) {
  std::string sql = "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');";
  for (int id = 1; id <= 9; ++id)
    sql += "INSERT INTO tracks (track_id, title, artist_id, song_key, in_catalogue) VALUES (" +
           std::to_string(id) + ", 'T', 1, 's" + std::to_string(id) + "', 1);";
  for (const Played& one : plays) {
    const std::int64_t flags = ListenFlags::with_start(one.start) | ListenFlags::with_end(one.end) |
                               ListenFlags::kShuffleKnown |
                               (one.is_shuffled ? ListenFlags::kShuffle : 0);
    sql += "INSERT INTO listens VALUES (1, " + std::to_string(start + one.after) + ", " +
           std::to_string(one.track) + ", " + std::to_string(one.seconds * 1000) + ", " +
           std::to_string(flags) + ", 'DE', 1);";
  }
  store.change(sql);
}

NextPlays plays_of(SmallStore& store, std::size_t most = 100, std::int64_t start = kStart) {
  return next_plays(*store.as_of(start + 100'000), {kRandomFrom, 30, most, most, 1});
}

std::vector<int> tracks(const std::vector<NextPlay>& plays) {
  std::vector<int> found;
  for (const NextPlay& play : plays) found.push_back(play.track + 1);
  return found;
}

using Ids = std::vector<int>;

}  // namespace

TEST_CASE("a shuffled play counts where one before it ended and it went by itself", "[shuffle]") {
  SmallStore store;
  play(store, {{1, 0},
               {2, 100, 50, PlayReason::kTrackDone, PlayReason::kForward},
               {3, 150, 60, PlayReason::kForward},
               {4, 210, 60, PlayReason::kClickRow},                        // chosen
               {5, 270, 60, PlayReason::kTrackDone, PlayReason::kLogout},  // broken off
               {6, 330, 60, PlayReason::kTrackDone, PlayReason::kTrackDone, false},
               {7, 9000}});  // another session
  const NextPlays plays = plays_of(store);
  CHECK(tracks(plays.shuffled) == Ids{2, 3});
  CHECK_FALSE(plays.shuffled[0].is_finished);
  CHECK(plays.shuffled[1].is_finished);
  CHECK(plays.shuffled[0].now == kStart + 100);
  CHECK(plays.shuffled[1].now == kStart + 150);
  CHECK(tracks(plays.chosen) == Ids{6});
}

TEST_CASE("what had ended before the one before it is left out", "[shuffle]") {
  SmallStore store;
  // Rounded seconds: the second play begins before the first ends, and ends with it.
  play(store, {{1, 0, 100}, {2, 99, 1}, {3, 100, 60}});
  CHECK(tracks(plays_of(store).shuffled) == Ids{3});
}

TEST_CASE("only the years of a plainly random order count", "[shuffle]") {
  const std::int64_t before = kRandomFrom - 1000, late = kRandomTo;
  CHECK(kRandomFrom == parse_time("2020-11-01T00:00:00Z"));
  CHECK(kRandomTo == parse_time("2025-11-01T00:00:00Z"));
  for (const std::int64_t start : {before, late}) {
    SmallStore store;
    play(store, {{1, 0}, {2, 100}, {3, 200}}, start);
    CHECK(plays_of(store, 100, start).shuffled.empty());
  }
}

TEST_CASE("plays count from the time that is asked for on", "[shuffle]") {
  SmallStore store;
  play(store, {{1, 0}, {2, 100}, {3, 200}, {4, 300}});
  const NextPlays plays =
      next_plays(*store.as_of(kStart + 100'000), {kStart + 200, 30, 100, 100, 1});
  CHECK(tracks(plays.shuffled) == Ids{3, 4});
}

TEST_CASE("chosen plays are of the last days of listening", "[shuffle]") {
  SmallStore store;
  const auto chosen = [](int track, std::int64_t after) {
    return Played{track, after, 100, PlayReason::kTrackDone, PlayReason::kTrackDone, false};
  };
  play(store, {chosen(1, 0), chosen(2, 100), chosen(3, 4 * 86'400), chosen(4, 4 * 86'400 + 100)});
  const auto as_of = store.as_of(kStart + 90 * 86'400);
  CHECK(tracks(next_plays(*as_of, {kRandomFrom, 3, 9, 9, 1}).chosen) == Ids{4});
  CHECK(tracks(next_plays(*as_of, {kRandomFrom, 5, 9, 9, 1}).chosen) == Ids{2, 4});
}

TEST_CASE("of many plays some are drawn, whole sessions in their order", "[shuffle]") {
  SmallStore store;
  std::vector<Played> many;
  for (int k = 0; k < 200; ++k) many.push_back({1 + k % 9, 100 * k + 10'000 * (k / 10)});
  play(store, many);
  const auto some = [&](std::size_t most) {
    return next_plays(*store.as_of(kStart + 1'000'000), {kRandomFrom, 30, most, most, 1});
  };
  const NextPlays plays = some(25);  // of twenty sessions of nine that follow another
  REQUIRE(plays.shuffled.size() == 25);
  std::map<int, int> of_session;
  for (std::size_t k = 0; k < plays.shuffled.size(); ++k) {
    ++of_session[plays.shuffled[k].session];
    if (k > 0) CHECK(plays.shuffled[k].now > plays.shuffled[k - 1].now);
  }
  CHECK(of_session.size() == 3);
  CHECK(tracks(plays.shuffled) == tracks(some(25).shuffled));
  CHECK(some(1000).shuffled.size() == 180);
}

TEST_CASE("acceptance weighs plays by how likely a way is to play them", "[shuffle]") {
  // Fifteen sessions of four plays, the even ones finished; the first way plays those three times as
  // often as the others.
  std::vector<NextPlays> plays(1);
  NextChances chances;
  chances.of.assign(3, {{}});
  for (int k = 0; k < 60; ++k) {
    const bool is_even = k % 2 == 0;
    plays[0].shuffled.push_back({kStart + k * 86'400, 0, k / 4, is_even});
    chances.of[0][0].push_back({is_even ? 0.15 : 0.05, 0});
    chances.of[1][0].push_back({0.1, 0});
    chances.of[2][0].push_back({k % 4 == 0 ? 0.9 : 0.0, 0});
  }
  plays[0].shuffled.push_back({kStart, 0, 0, true});  // of no song of theirs
  chances.of[0][0].push_back({0, 0});
  chances.of[1][0].push_back({0, 0});
  chances.of[2][0].push_back({0, 0});
  plays[0].chosen = {{kStart, 0, 0, false}, {kStart, 0, 0, false}};
  for (const double hit : {1.0, 0.0}) {
    chances.of[0][0].push_back({0.2, hit});
    chances.of[1][0].push_back({0.1, 0.1});
    chances.of[2][0].push_back({0.1, 0});
  }
  const NextResults results = next_results(plays, chances, 1, 1, 200);
  CHECK(results.shuffled == 60);
  CHECK(results.chosen == 2);
  CHECK(results.ways[0].accepted.mean == Approx(0.75));
  CHECK(results.ways[1].accepted.mean == Approx(0.5));
  // 60^2 / (15 * 4^2 * (2 * 1.5^2 + 2 * 0.5^2) / 4^2)
  CHECK(results.ways[0].effective_plays == Approx(48));
  CHECK(results.ways[1].effective_plays == Approx(60));
  CHECK(results.ways[1].accepted_difference.mean == Approx(0.25));
  CHECK(results.ways[1].accepted_difference.low > 0);
  CHECK(results.ways[0].hits.mean == Approx(0.5));
  CHECK(results.ways[1].hits_difference.mean == Approx(0.4));
  // It would have played one song of each session: fifteen plays tell nothing.
  CHECK(results.ways[2].effective_plays == Approx(15));
  CHECK(std::isnan(results.ways[2].accepted.mean));
  CHECK(results.ways[2].accepted_difference.count == 0);
}

TEST_CASE("what differs between sessions is no merit of a way", "[shuffle]") {
  // Of one list all is finished, of another nothing; the way likes the songs of the first better, and
  // within a list all alike.
  std::vector<NextPlays> plays(1);
  NextChances chances;
  chances.of.assign(2, {{}});
  for (int k = 0; k < 80; ++k) {
    plays[0].shuffled.push_back({kStart + k * 600, 0, k / 40, k < 40});
    chances.of[0][0].push_back({k < 40 ? 0.4 : 0.01, 0});
    chances.of[1][0].push_back({0.1, 0});
  }
  const NextResults results = next_results(plays, chances, 1, 1, 100);
  CHECK(results.ways[0].accepted.mean == Approx(0.5));
  CHECK(results.ways[0].effective_plays == Approx(80));
  CHECK(results.ways[1].accepted_difference.mean == Approx(0).margin(1e-12));
}
