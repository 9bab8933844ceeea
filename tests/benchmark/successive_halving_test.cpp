// Which settings are judged in which round, and which is chosen.
#include "benchmark/successive_halving.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using engine::benchmark::HalvingChoice;
using engine::benchmark::settings_left;
using engine::benchmark::successive_halving;

namespace {

using Calls = std::vector<std::pair<std::size_t, std::size_t>>;  // setting, round

const auto kNever = [] { return false; };

}  // namespace

TEST_CASE("a round leaves the better third, two at least", "[successive_halving]") {
  CHECK(settings_left(27) == 9);
  CHECK(settings_left(10) == 4);
  CHECK(settings_left(4) == 2);
  CHECK(settings_left(1) == 1);
}

TEST_CASE("the better of a round are judged again, the best of the last is chosen",
          "[successive_halving]") {
  // What is best by little is not by more: 5 is worth most in round 0, 3 in round 1.
  const std::vector<std::vector<double>> worth{{1, 2, 3, 6, 5, 9, 4}, {0, 0, 0, 8, 5, 7, 0}};
  Calls calls;
  const HalvingChoice choice = successive_halving(
      7, 2,
      [&](std::size_t setting, std::size_t round) {
        calls.emplace_back(setting, round);
        return worth[round][setting];
      },
      kNever);
  CHECK(calls ==
        Calls{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 0}, {5, 1}, {3, 1}, {4, 1}});
  CHECK(choice.setting == 3);
  CHECK(choice.round == 1);
  CHECK(choice.judged == 10);
  CHECK_FALSE(choice.is_cut_short);
}

TEST_CASE("equal settings keep their order, and one without a figure is last",
          "[successive_halving]") {
  const auto by = [](std::vector<double> worth) {
    return successive_halving(
               worth.size(), 2, [&](std::size_t setting, std::size_t) { return worth[setting]; },
               kNever)
        .setting;
  };
  CHECK(by({2, 2, 2}) == 0);
  CHECK(by({std::nan(""), 1, 3, 3}) == 2);
  CHECK(by({5}) == 0);
}

TEST_CASE("when time is up the best of the round counts, or that of the one before",
          "[successive_halving]") {
  const auto cut_after = [](std::size_t calls) {
    std::size_t judged = 0;
    return successive_halving(
        6, 2,
        [&](std::size_t setting, std::size_t round) {
          ++judged;
          return round == 0 ? static_cast<double>(setting) : static_cast<double>(10 - setting);
        },
        [&] { return judged >= calls; });
  };
  CHECK(cut_after(0).setting == 0);  // one is judged in any case
  CHECK(cut_after(0).judged == 1);
  CHECK(cut_after(3).setting == 2);
  CHECK(cut_after(6).setting == 5);
  CHECK(cut_after(6).round == 0);
  CHECK(cut_after(6).is_cut_short);
  CHECK(cut_after(7).setting == 5);
  CHECK(cut_after(7).round == 1);
  CHECK_FALSE(cut_after(8).is_cut_short);
  CHECK(cut_after(8).setting == 4);
}
