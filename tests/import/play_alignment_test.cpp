// Pairing what several tellers told of one listener and one track. Times in seconds.
#include "library/play_alignment.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

using engine::library::align_plays;
using engine::library::disagreement;
using engine::library::kUnpairedCost;
using engine::library::Stamp;
using engine::library::ToldPlay;

namespace {

enum Teller { kExport, kAccount, kScrobbler, kPoller };

ToldPlay ended(std::int64_t end, int seconds, int precision = 1, int teller = kExport) {
  return {end, end + precision - 1, Stamp::kEnd, seconds * 1000, 0, teller};
}
ToldPlay began(std::int64_t start, int precision = 1, int teller = kScrobbler) {
  return {start, start + precision - 1, Stamp::kStart, -1, 0, teller};
}
/// By a tool that asks afterwards what was played.
ToldPlay polled(std::int64_t time, int track_seconds) {
  return {time, time, Stamp::kEither, -1, track_seconds, kPoller};
}

std::size_t listens(const std::vector<ToldPlay>& plays) {
  const auto answer = align_plays(plays);
  return answer.empty() ? 0 : *std::max_element(answer.begin(), answer.end()) + std::size_t{1};
}

bool is_one(const ToldPlay& a, const ToldPlay& b) {
  return listens({a, b}) == 1;
}

}  // namespace

TEST_CASE("two tellings of one play are paired by either end", "[alignment]") {
  // 200 s from 1000 to 1200.
  CHECK(is_one(ended(1200, 200), began(1000)));
  CHECK(is_one(ended(1200, 200), began(1200)));
  CHECK(is_one(ended(1200, 200), polled(1000, 200)));
  CHECK(is_one(ended(1200, 200), polled(1200, 200)));
  CHECK(is_one(polled(1200, 200), began(1000)));
  CHECK(is_one(ended(1200, 200), ended(1200 - 1200 % 60, 200, 60, kAccount)));
  CHECK(is_one(ended(1200 - 1200 % 60, 200, 60, kAccount), began(1000)));
  CHECK(is_one(ended(1200, 200), began(960, 60)));            // 16:00 .. 16:59 holds 16:40
  CHECK_FALSE(is_one(began(1000), began(1200, 1, kPoller)));  // nobody tells a length
}

TEST_CASE("clocks may differ by two minutes beyond both precisions", "[alignment]") {
  CHECK(is_one(ended(10'200, 200), began(10'120)));
  CHECK(is_one(ended(10'200, 200), ended(10'320, 200, 1, kAccount)));
  CHECK_FALSE(is_one(ended(10'200, 200), ended(10'321, 200, 1, kAccount)));
  CHECK(is_one(ended(10'200, 200), ended(10'320, 200, 60, kAccount)));
  CHECK_FALSE(is_one(ended(10'200, 200), ended(10'380, 200, 60, kAccount)));
  CHECK(is_one(ended(10'259, 200), ended(10'080, 200, 60, kAccount)));        // .. 10'139
  CHECK_FALSE(is_one(ended(10'260, 200), ended(10'080, 200, 60, kAccount)));  // 121 s behind it
}

TEST_CASE("a pause inside a play puts its start up to half an hour before", "[alignment]") {
  // Began at 1000, 200 s heard, six minutes of pause: ended at 1560.
  CHECK(is_one(ended(1560, 200), began(1000)));
  CHECK(is_one(ended(3000, 200), began(1000)));        // 1800 s
  CHECK_FALSE(is_one(ended(3001, 200), began(1000)));  // 1801 s
  CHECK_FALSE(is_one(ended(1560, 200), began(1860)));  // no play begins after its end
  // The start that fits without a pause goes first.
  const auto answer =
      align_plays(std::vector<ToldPlay>{ended(1560, 200), began(1000), began(1360)});
  CHECK(answer[0] == answer[2]);
  CHECK(answer[0] != answer[1]);
}

TEST_CASE("lengths that differ tell plays of one minute apart", "[alignment]") {
  CHECK(is_one(ended(12'000, 200), ended(12'000, 201, 60, kAccount)));
  CHECK_FALSE(is_one(ended(12'000, 200), ended(12'000, 5, 60, kAccount)));
  // 3 s, back to the beginning, 45 s: the minute of both ends is the same.
  const std::vector<ToldPlay> restarted = {ended(12'010, 3), ended(12'055, 45),
                                           ended(12'000, 45, 60, kAccount),
                                           ended(12'000, 3, 60, kAccount)};
  const auto answer = align_plays(restarted);
  CHECK(listens(restarted) == 2);
  CHECK(answer[0] == answer[3]);
  CHECK(answer[1] == answer[2]);
}

TEST_CASE("a track on repeat stays as many plays as the fullest teller has", "[alignment]") {
  // Six plays of 45 s from 5 on: starts 5, 50 .. 230, ends 50, 95 .. 275.
  std::vector<ToldPlay> exact, minutes, starts, ends;
  for (int k = 0; k < 6; ++k) {
    const std::int64_t start = 60'005 + 45 * k, end = start + 45;
    exact.push_back(ended(end, 45));
    minutes.push_back(ended(end - end % 60, 45, 60, kAccount));
    starts.push_back(began(start));
    ends.push_back(polled(end, 45));
  }
  const auto together = [](std::vector<ToldPlay> a, const std::vector<ToldPlay>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return listens(a);
  };
  CHECK(together(exact, minutes) == 6);
  CHECK(together(exact, starts) == 6);
  CHECK(together(exact, ends) == 6);
  CHECK(together(minutes, starts) == 6);
  CHECK(together(minutes, ends) == 6);
  CHECK(together(starts, ends) == 6);
  CHECK(together({exact[0]}, starts) == 6);
  CHECK(together({exact[5]}, starts) == 6);
  // Each lacks one that the other has: the first five beside the last five.
  exact.pop_back();
  starts.erase(starts.begin());
  CHECK(together(exact, starts) == 6);
}

TEST_CASE("one teller's plays are never one", "[alignment]") {
  CHECK(listens({}) == 0);
  CHECK(listens({began(1000), began(1001), began(1002)}) == 3);
  CHECK(listens({began(1000), began(1001), ended(1201, 200)}) == 2);
}

namespace {

/// Least cost over all pairings in order of time, by trying them.
std::int64_t least(const std::vector<ToldPlay>& a, std::size_t i, const std::vector<ToldPlay>& b,
                   std::size_t k) {
  if (i == a.size()) return static_cast<std::int64_t>(b.size() - k) * kUnpairedCost;
  if (k == b.size()) return static_cast<std::int64_t>(a.size() - i) * kUnpairedCost;
  return std::min({least(a, i + 1, b, k) + kUnpairedCost, least(a, i, b, k + 1) + kUnpairedCost,
                   least(a, i + 1, b, k + 1) + disagreement(a[i], b[k])});
}

}  // namespace

TEST_CASE("the pairing costs least of all pairings in order of time", "[alignment]") {
  std::mt19937 random(11);
  const auto draw = [&](int below) { return static_cast<std::int64_t>(random() % below); };
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    std::vector<ToldPlay> a, b;
    std::int64_t time = 100'000;
    const std::int64_t most = round % 2 == 0 ? 300 : 3000;  // dense, and with gaps out of reach
    for (std::int64_t k = draw(7); k >= 0; --k) a.push_back(ended((time += 1 + draw(most)), 40));
    time = 100'000 - 40;
    for (std::int64_t k = draw(7); k >= 0; --k) b.push_back(began(time += 1 + draw(most)));
    std::vector<ToldPlay> all = a;
    all.insert(all.end(), b.begin(), b.end());
    const auto answer = align_plays(all);
    std::int64_t cost = 0;
    std::map<std::uint32_t, std::vector<std::size_t>> listens;
    for (std::size_t k = 0; k < all.size(); ++k) listens[answer[k]].push_back(k);
    for (const auto& [listen, plays] : listens) {
      cost += plays.size() == 1 ? kUnpairedCost : disagreement(all[plays[0]], all[plays[1]]);
    }
    CHECK(cost == least(a, 0, b, 0));
  }
}

TEST_CASE("the order in which plays are given does not matter", "[alignment]") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    std::vector<ToldPlay> plays;
    for (int k = 0; k < 5; ++k) {
      const std::int64_t start = 50'000 + 45 * k + (random() % 5);
      if (random() % 5 != 0) plays.push_back(ended(start + 45, 45));
      if (random() % 5 != 0) plays.push_back(ended((start + 45) / 60 * 60, 45, 60, kAccount));
      if (random() % 5 != 0) plays.push_back(began(start + 2));
      if (random() % 5 != 0) plays.push_back(polled(start + 45, 45));
    }
    // Two equal plays of one teller are one telling: the set holds it once.
    const auto key = [](const ToldPlay& p) { return std::make_tuple(p.teller, p.first); };
    std::sort(plays.begin(), plays.end(),
              [&](const ToldPlay& a, const ToldPlay& b) { return key(a) < key(b); });
    plays.erase(std::unique(plays.begin(), plays.end(),
                            [&](const ToldPlay& a, const ToldPlay& b) { return key(a) == key(b); }),
                plays.end());
    const auto expected = align_plays(plays);
    std::vector<std::size_t> order(plays.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    std::vector<ToldPlay> shuffled;
    for (const std::size_t k : order) shuffled.push_back(plays[k]);
    const auto answer = align_plays(shuffled);
    for (std::size_t k = 0; k < order.size(); ++k) CHECK(answer[k] == expected[order[k]]);
  }
}

TEST_CASE("a night of one track on repeat is aligned quickly", "[alignment]") {
  std::vector<ToldPlay> plays;
  for (int k = 0; k < 20'000; ++k) {
    plays.push_back(ended(1'000'000 + 45 * k + 45, 45));
    plays.push_back(began(1'000'000 + 45 * k));
  }
  CHECK(listens(plays) == 20'000);
}
