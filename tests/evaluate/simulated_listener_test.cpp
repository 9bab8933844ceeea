// The listener that lists are tried on does what is said of them.
#include "support/simulated_listener.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/duration.hpp"
#include "demo/demo.hpp"
#include "support/temporary_folder.hpp"

using engine::kDay;
using test::SimulatedListener;

namespace {

constexpr std::int64_t kBegin = 1'735'689'600;

struct Demo {
  TemporaryFolder folder;
  engine::Store store = [&] {
    engine::DemoOptions demo;
    demo.tracks = 1'000;
    demo.artists = 100;
    demo.listens = 3'000;
    demo.users = 1;
    demo.now = kBegin;
    engine::make_demo(folder.file("library.db"), demo, {});
    return engine::Store::open(folder.file("library.db"));
  }();
  [[nodiscard]] SimulatedListener listener(std::uint64_t seed = 1,
                                           SimulatedListener::Nature nature = {}) const {
    return {store, store.integer("SELECT user_id FROM users WHERE name = 'demo'"), kBegin, seed,
            nature};
  }
};

}  // namespace

TEST_CASE("songs are heard through as often as their chance says", "[simulation]") {
  const Demo demo;
  double expected = 0, variance = 0;
  int through = 0, plays = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SimulatedListener listener = demo.listener(seed);
    for (const std::int64_t track : listener.own()) {
      const double chance = listener.chance(track, kBegin);
      expected += chance;
      variance += chance * (1 - chance);
      through += listener.hear(track, kBegin);
      ++plays;
    }
  }
  CHECK(plays > 1'000);
  CHECK(std::abs(through - expected) < 4 * std::sqrt(variance));
}

TEST_CASE("one seed does the same with the same song on the same day", "[simulation]") {
  const Demo demo;
  SimulatedListener a = demo.listener(3), b = demo.listener(3), c = demo.listener(4);
  const auto& own = a.own();
  REQUIRE(own.size() > 30);
  // b hears another song first.
  b.hear(own[29], kBegin);
  int different = 0;
  for (std::size_t k = 0; k < 25; ++k) {
    const bool heard = a.hear(own[k], kBegin + 1000);
    CHECK(b.hear(own[k], kBegin + 5000) == heard);
    different += c.hear(own[k], kBegin + 1000) != heard;
  }
  CHECK(different > 0);
}

TEST_CASE("what is heard again and again tires, and rests", "[simulation]") {
  const Demo demo;
  SimulatedListener listener = demo.listener();
  const std::int64_t track = listener.own().front();
  const double fresh = listener.chance(track, kBegin);
  for (int play = 0; play < 3; ++play) listener.hear(track, kBegin + play * 600);
  const double tired = listener.chance(track, kBegin + 3 * 600);
  CHECK(tired < fresh - 0.2);
  const double rested = listener.chance(track, kBegin + 14 * kDay);
  CHECK(rested > tired);
  CHECK(listener.chance(track, kBegin + 100 * kDay) == Approx(fresh).epsilon(1e-3));
}

TEST_CASE("the taste drifts, and with it what is heard through", "[simulation]") {
  const Demo demo;
  SimulatedListener listener = demo.listener();
  CHECK(listener.likeness_to_beginning() == Approx(1));
  const std::int64_t track = listener.own().front();
  const double before = listener.chance(track, kBegin);
  listener.live_until(kBegin + 180 * kDay);
  CHECK(listener.likeness_to_beginning() < 0.9);
  CHECK(listener.chance(track, kBegin) != before);
  SimulatedListener::Nature settled;
  settled.drift = 0;
  SimulatedListener same = demo.listener(1, settled);
  same.live_until(kBegin + 180 * kDay);
  CHECK(same.likeness_to_beginning() == Approx(1));
}
