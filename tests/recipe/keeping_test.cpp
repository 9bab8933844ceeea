// Which tracks of a kept list change, on small lists by hand and on many random ones.
#include "plan/keeping.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include <catch2/catch.hpp>

using namespace engine;
using Numbers = std::vector<std::int32_t>;

namespace {

std::vector<Member> list_of(const Numbers& tracks) {
  std::vector<Member> list;
  for (const std::int32_t track : tracks) list.push_back({.track = track, .song = track});
  return list;
}

std::vector<Newcomer> wanted_of(const Numbers& tracks) {
  std::vector<Newcomer> wanted;
  for (const std::int32_t track : tracks) wanted.push_back({track, track, -1});
  return wanted;
}

KeptOrder keep(const Numbers& list, const Numbers& wanted, double changed_at_most) {
  return keep_order(list_of(list), wanted_of(wanted), {changed_at_most, 0});
}

Numbers without(const Numbers& tracks, const Numbers& others) {
  Numbers left;
  for (const std::int32_t track : tracks)
    if (std::find(others.begin(), others.end(), track) == others.end()) left.push_back(track);
  return left;
}

/// The longest sequence that both have in one order: by all pairs, as the textbooks have it.
std::size_t longest_common(const Numbers& a, const Numbers& b) {
  std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j)
      best[i][j] =
          a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1 : std::max(best[i - 1][j], best[i][j - 1]);
  return best[a.size()][b.size()];
}

/// A list, what is wanted instead, and rules, all by chance.
struct Case {
  std::vector<Member> list;
  std::vector<Newcomer> wanted;
  KeepRules rules;
};

Case random_case(std::mt19937& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::int32_t>(random() % n); };
  Numbers tracks(160);
  std::iota(tracks.begin(), tracks.end(), 0);
  const std::int32_t songs = 80 + below(80), artists = 5 + below(60);
  const auto song = [&](std::int32_t track) { return track % songs; };
  const auto artist = [&](std::int32_t track) { return track % 7 == 0 ? -1 : track % artists; };
  Case made;
  std::shuffle(tracks.begin(), tracks.end(), random);
  const std::size_t length = random() % 110;
  std::set<std::int32_t> songs_in;
  for (std::size_t k = 0; k < length; ++k) {
    if (!songs_in.insert(song(tracks[k])).second) continue;
    made.list.push_back({.track = tracks[k],
                         .is_pinned = below(20) == 0,
                         .must_leave = below(30) == 0,
                         .wanted = below(5) / 4.0,
                         .song = song(tracks[k]),
                         .artist = artist(tracks[k])});
  }
  std::shuffle(tracks.begin(), tracks.end(), random);
  std::set<std::int32_t> banned;
  for (const Member& member : made.list)
    if (member.must_leave) banned.insert(member.track);
  songs_in.clear();
  const std::size_t wanted = random() % 110;
  for (std::size_t k = 0; k < wanted; ++k)
    if (!banned.contains(tracks[k]) && songs_in.insert(song(tracks[k])).second)
      made.wanted.push_back({tracks[k], song(tracks[k]), artist(tracks[k])});
  made.rules.changed_at_most = below(3) == 0 ? 0.15 : below(11) / 10.0;
  made.rules.per_artist = below(2) == 0 ? 0 : static_cast<std::size_t>(1 + below(20));
  return made;
}

}  // namespace

TEST_CASE("a share of a list is rounded down, without what binary fractions take", "[keep]") {
  CHECK(share_of(0.15, 100) == 15);
  CHECK(share_of(0.15, 99) == 14);
  CHECK(share_of(0.29, 100) == 29);
  CHECK(share_of(0.15, 6) == 0);
  CHECK(share_of(0, 50) == 0);
  CHECK(share_of(1, 50) == 50);
}

TEST_CASE("as many leave as may, the least wanted first, and newcomers take their places",
          "[keep]") {
  std::vector<Member> list = list_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  list[3].wanted = 0.9;  // 4
  list[6].wanted = 0.1;  // 7
  list[8].wanted = 0.2;  // 9
  const KeptOrder kept = keep_order(list, wanted_of({1, 2, 3, 5, 6, 8, 10, 21, 22, 23}), {0.2, 0});
  CHECK(kept.allowed == 2);
  CHECK(kept.left == Numbers{7, 9});
  CHECK(kept.came == Numbers{21, 22});
  CHECK(kept.waiting == Numbers{23});
  CHECK(kept.retained == Numbers{4});
  CHECK(kept.tracks == Numbers{1, 2, 3, 4, 5, 6, 21, 8, 22, 10});
}

TEST_CASE("what must leave leaves, and counts as what may change", "[keep]") {
  std::vector<Member> list = list_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  list[0].must_leave = list[1].must_leave = true;
  const auto wanted = wanted_of({11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
  const KeptOrder kept = keep_order(list, wanted, {0.3, 0});
  CHECK(kept.left == Numbers{1, 2, 3});
  CHECK(kept.came == Numbers{11, 12, 13});
  list[2].must_leave = list[3].must_leave = list[4].must_leave = true;
  const KeptOrder more = keep_order(list, wanted, {0.3, 0});
  CHECK(more.left == Numbers{1, 2, 3, 4, 5});
  CHECK(more.came == Numbers{11, 12, 13, 14, 15});
}

TEST_CASE("who is pinned stays, whatever is wanted, but for who must leave", "[keep]") {
  std::vector<Member> list = list_of({1, 2, 3});
  list[0].is_pinned = list[1].is_pinned = list[1].must_leave = true;
  const KeptOrder kept = keep_order(list, wanted_of({7, 8, 9}), {1, 0});
  CHECK(kept.tracks == Numbers{1, 7, 8});
  CHECK(kept.left == Numbers{2, 3});
  CHECK(kept.retained == Numbers{1});
}

TEST_CASE("a list grows and shrinks towards the wanted length, by its share at a time", "[keep]") {
  CHECK(keep({1, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.2).tracks == Numbers{1, 2, 3, 4});
  CHECK(keep({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 2}, 0.2).tracks ==
        Numbers{1, 2, 5, 6, 7, 8, 9, 10});
  CHECK(keep({1, 2, 3}, {}, 0).tracks == Numbers{1, 2, 3});
  CHECK(keep({}, {4, 5}, 1).tracks == Numbers{4, 5});
}

TEST_CASE("another version of a song that stays waits, and an artist with enough tracks too",
          "[keep]") {
  std::vector<Member> list = list_of({1, 2, 3, 4});
  for (Member& member : list) member.artist = 100;
  // 11 is another version of 1, which stays; 12 is by the artist of the others.
  const std::vector<Newcomer> wanted = {{11, 1, 200}, {12, 12, 100}, {13, 13, 200}, {1, 1, 100}};
  const KeptOrder kept = keep_order(list, wanted, {0.25, 3});
  CHECK(kept.came == Numbers{13});
  CHECK(kept.waiting == Numbers{11, 12});
}

TEST_CASE("no rule of keeping ever breaks, in any of many random cases", "[keep][property]") {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const Case one = random_case(random);
    CAPTURE(round);
    const KeptOrder kept = keep_order(one.list, one.wanted, one.rules);
    Numbers before, wanted;
    std::size_t forced = 0;
    for (const Member& member : one.list) {
      before.push_back(member.track);
      forced += member.must_leave ? 1 : 0;
    }
    for (const Newcomer& track : one.wanted) wanted.push_back(track.track);

    // Everything is told, once.
    REQUIRE(kept.left == without(before, kept.tracks));
    REQUIRE(kept.came == without(kept.tracks, before));
    Numbers waiting = kept.waiting;
    std::sort(waiting.begin(), waiting.end());
    Numbers outside = without(without(wanted, before), kept.came);
    std::sort(outside.begin(), outside.end());
    REQUIRE(waiting == outside);
    REQUIRE(std::set<std::int32_t>(kept.tracks.begin(), kept.tracks.end()).size() ==
            kept.tracks.size());
    REQUIRE(without(kept.came, wanted).empty());
    REQUIRE(kept.retained == without(without(kept.tracks, wanted), kept.came));

    // So much changes at most.
    const std::size_t allowed = share_of(one.rules.changed_at_most, before.size());
    REQUIRE(kept.allowed == allowed);
    REQUIRE(kept.left.size() <= std::max(allowed, forced));
    const std::size_t longer = std::max(before.size(), wanted.size());
    REQUIRE(kept.came.size() <= std::max(share_of(one.rules.changed_at_most, longer), forced));

    // Who must leave is gone, who is pinned or wanted is not.
    const std::set<std::int32_t> is_wanted(wanted.begin(), wanted.end());
    for (const Member& member : one.list) {
      const bool is_in =
          std::find(kept.tracks.begin(), kept.tracks.end(), member.track) != kept.tracks.end();
      if (member.must_leave) REQUIRE_FALSE(is_in);
      if (!member.must_leave && (member.is_pinned || is_wanted.contains(member.track)))
        REQUIRE(is_in);
    }

    // Nobody who stays moves: all of them are in the longest common sequence.
    REQUIRE(longest_common(before, kept.tracks) == before.size() - kept.left.size());
    if (kept.came.size() >= kept.left.size()) {
      for (std::size_t place = 0; place < before.size(); ++place)
        if (std::find(kept.left.begin(), kept.left.end(), before[place]) == kept.left.end())
          REQUIRE(kept.tracks[place] == before[place]);
    }

    // Nobody who comes is a song that is there, nor of an artist who had enough.
    std::map<std::int32_t, std::size_t> songs, artists;
    std::set<std::int32_t> newcomers(kept.came.begin(), kept.came.end());
    const auto count = [&](std::int32_t track, std::int32_t song, std::int32_t artist) {
      if (std::find(kept.tracks.begin(), kept.tracks.end(), track) == kept.tracks.end()) return;
      if (song >= 0) ++songs[song];
      if (artist >= 0) ++artists[artist];
    };
    for (const Member& member : one.list) count(member.track, member.song, member.artist);
    for (const Newcomer& track : one.wanted)
      if (newcomers.contains(track.track)) count(track.track, track.song, track.artist);
    for (const Newcomer& track : one.wanted) {
      if (!newcomers.contains(track.track)) continue;
      REQUIRE(songs[track.song] == 1);
      if (one.rules.per_artist > 0 && track.artist >= 0)
        REQUIRE(artists[track.artist] <= one.rules.per_artist);
    }
  }
}

TEST_CASE("refreshed often enough a list becomes the wanted one", "[keep][property]") {
  std::mt19937 random(11);
  Numbers all(300);
  std::iota(all.begin(), all.end(), 0);
  std::shuffle(all.begin(), all.end(), random);
  Numbers list(all.begin(), all.begin() + 100);
  const Numbers wanted(all.begin() + 50, all.begin() + 170);
  for (int refresh = 0; refresh < 12; ++refresh) list = keep(list, wanted, 0.15).tracks;
  Numbers sorted = list, goal = wanted;
  std::sort(sorted.begin(), sorted.end());
  std::sort(goal.begin(), goal.end());
  CHECK(sorted == goal);
}
