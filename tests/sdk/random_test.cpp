// The run's random numbers: the published generators, without bias, the same for ever.
#include "playlist/random.hpp"

#include <array>
#include <numeric>

#include <catch2/catch.hpp>

TEST_CASE("splitmix64 gives the published numbers") {
  // Rosetta Code, "Pseudo-random numbers/Splitmix64", seed 1234567.
  std::uint64_t state = 1234567;
  CHECK(playlist::splitmix64(state) == 6457827717110365317u);
  CHECK(playlist::splitmix64(state) == 3203168211198807973u);
  CHECK(playlist::splitmix64(state) == 9817491932198370423u);
}

TEST_CASE("Random is xoshiro256** over a state filled by splitmix64") {
  // The reference algorithm as its authors write it.
  std::uint64_t seed = 99, s[4];
  for (std::uint64_t& word : s) word = playlist::splitmix64(seed);
  const auto rotl = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
  playlist::Random random(99);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t expected = rotl(s[1] * 5, 7) * 9;
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    REQUIRE(random.next() == expected);
  }
}

TEST_CASE("below() reaches every number evenly, and 0 of 0") {
  playlist::Random random(1);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts[random.below(6)];
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 400);  // 4.4 sigma
  CHECK(random.below(0) == 0);
  CHECK(random.below(1) == 0);
  // More than half of 2^64: a modulus would favour the low numbers.
  const std::uint64_t large = 0xc000000000000000u;
  int low = 0;
  for (int i = 0; i < 30'000; ++i) low += random.below(large) < large / 3 ? 1 : 0;
  CHECK(std::abs(low - 10'000) < 360);
}

TEST_CASE("real() stays below 1 and not below 0, chance() keeps its probability") {
  playlist::Random random(2);
  double sum = 0;
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.real();
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    sum += value;
    hits += random.chance(0.25) ? 1 : 0;
  }
  CHECK(sum / 100'000 == Approx(0.5).margin(0.004));
  CHECK(hits / 100'000.0 == Approx(0.25).margin(0.006));
}

TEST_CASE("shuffle() gives every permutation equally often") {
  playlist::Random random(3);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) {
    std::array<int, 3> items{0, 1, 2};
    random.shuffle(std::span<int>(items));
    ++counts[static_cast<std::size_t>(items[0] * 2 + (items[1] > items[2] ? 1 : 0))];
  }
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 400);
}

TEST_CASE("draw() follows the weights and never draws a weight of 0") {
  playlist::Random random(4);
  const std::array<double, 4> sums{0.0, 1.0, 1.0, 4.0};  // weights 0, 1, 0, 3
  std::array<int, 4> counts{};
  for (int i = 0; i < 40'000; ++i) ++counts[random.draw(sums)];
  CHECK(counts[0] == 0);
  CHECK(counts[2] == 0);
  CHECK(std::abs(counts[1] - 10'000) < 400);
  CHECK(random.draw({}) == 0);
  const std::array<double, 2> none{0.0, 0.0};
  CHECK(random.draw(none) == 2);
}
