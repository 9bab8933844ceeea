// The Deep Interest Network learns what is to be learned, stops in time, and gives the same numbers
// on any number of threads.
#include "kernels/din_training.hpp"

#include "playlist/random.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using model::DinListens;
using model::DinOptions;

namespace {

constexpr int kTastes = 8, kArtistsOfTaste = 5, kTracksOfArtist = 12;
constexpr int kArtists = kTastes * kArtistsOfTaste, kTracks = kArtists * kTracksOfArtist;

/// Listeners who play unknown tracks of the taste they are in, and skip those of others; they
/// change their taste every now and then, so that only what was played lately tells. With
/// `is_random` they play and skip whatever comes.
DinListens world(int users, int listens, bool is_random = false) {
  DinListens made;
  made.tracks = kTracks;
  playlist::Random random(3);
  for (int user = 0; user < users; ++user) {
    std::uint64_t taste = random.below(kTastes);
    for (int k = 0; k < listens; ++k) {
      if (random.chance(0.05)) taste = random.below(kTastes);
      const bool is_played = random.chance(0.8);
      const std::uint64_t of = is_random || !is_played ? random.below(kTastes) : taste;
      const std::uint64_t track =
          of * kArtistsOfTaste * kTracksOfArtist + random.below(kArtistsOfTaste * kTracksOfArtist);
      made.track.push_back(static_cast<std::int32_t>(track));
      made.ts.push_back(1000 * k + user);
      made.heard.push_back(is_random ? static_cast<std::uint8_t>(random.below(2))
                                     : static_cast<std::uint8_t>(is_played));
    }
    made.users.push_back(static_cast<std::int64_t>(made.track.size()));
  }
  return made;
}

std::vector<std::int32_t> artists() {
  std::vector<std::int32_t> artist;
  for (int track = 0; track < kTracks; ++track) artist.push_back(track / kTracksOfArtist);
  return artist;
}

DinOptions quick_options() {
  DinOptions options;
  options.shape = {.dim = 16, .attention = 16, .first = 32, .second = 16};
  options.history = 10;
  options.learning_rate = 0.005;
  options.batch = 32;
  options.epochs = 12;
  options.regularization = 0;
  return options;
}

const model::DinMetrics& best(const model::DinModel& model) {
  return model.epochs[static_cast<std::size_t>(model.best_epoch) - 1];
}

}  // namespace

TEST_CASE("it tells what will be played from what will not, in a later period", "[din]") {
  DinOptions options = quick_options();
  options.shape.is_dice = GENERATE(true, false);
  CAPTURE(options.shape.is_dice);
  const auto model = model::train_din(world(80, 120), artists(), kArtists, options);
  REQUIRE(model);
  CHECK(best(*model).area > 0.8);
  CHECK(best(*model).grouped_area > 0.8);
  CHECK(best(*model).popular_area < 0.6);        // popularity does not tell
  CHECK(best(*model).calibration.error < 0.08);  // means of some hundred samples a bin
}

TEST_CASE("it learns nothing where there is nothing to learn, and stops early", "[din]") {
  DinOptions options = quick_options();
  options.negative_exponent = 1;
  options.patience = 2;
  const auto model = model::train_din(world(60, 100, true), artists(), kArtists, options);
  REQUIRE(model);
  CHECK(best(*model).area == Approx(0.5).margin(0.06));
  CHECK(model->epochs.size() < 12);
  CHECK(model->epochs.size() == static_cast<std::size_t>(model->best_epoch) + 2);
}

TEST_CASE("one thread and several give the same numbers, bit for bit", "[din]") {
  const DinListens listens = world(30, 60);
  DinOptions options = quick_options();
  options.epochs = 3;
  options.threads = 1;
  const auto one = model::train_din(listens, artists(), kArtists, options);
  options.threads = 3;
  const auto three = model::train_din(listens, artists(), kArtists, options);
  REQUIRE(one);
  REQUIRE(three);
  CHECK((one->weights.dense == three->weights.dense));
  CHECK((one->weights.tracks == three->weights.tracks));
  CHECK((one->weights.artists == three->weights.artists));
  CHECK((one->weights.moments.mean == three->weights.moments.mean));
  CHECK(best(*one).area == best(*three).area);
  options.random_seed = 2;
  const auto other = model::train_din(listens, artists(), kArtists, options);
  REQUIRE(other);
  CHECK_FALSE((one->weights.dense == other->weights.dense));
}

TEST_CASE("a training that is told to stop gives nothing, at once", "[din]") {
  DinOptions options = quick_options();
  int asked = 0;
  double last = 0;
  options.proceed = [&](double share) {
    CHECK(share >= last);
    last = share;
    return ++asked < 5;
  };
  CHECK_FALSE(model::train_din(world(30, 60), artists(), kArtists, options));
  CHECK(asked == 5);
}

TEST_CASE("listens after the period learned from do not matter to what is measured before",
          "[din]") {
  // The later part is the same in both, what is learned from is not touched by it: the same network
  // after the same epochs.
  const DinListens listens = world(30, 60);
  DinListens changed = listens;
  const std::int64_t late = 1000 * 59;
  for (std::size_t k = 0; k < changed.ts.size(); ++k) {
    if (changed.ts[k] >= late) changed.heard[k] = DinListens::kNeither;
  }
  const auto before = model::din_targets(listens, 5), after = model::din_targets(changed, 5);
  std::size_t early = 0;
  for (const auto& target : before) {
    if (listens.ts[static_cast<std::size_t>(target.listen)] < late) ++early;
  }
  CHECK(after.size() == early);
  std::vector<std::int32_t> one, other;
  for (const auto& target : after) {
    model::din_history(listens, target, 50, one);
    model::din_history(changed, target, 50, other);
    CHECK((one == other));
  }
}

TEST_CASE("probabilities do not depend on how many negatives were drawn", "[din]") {
  // The world plays four of five first listens; against one drawn track each the prior is the same
  // whatever was drawn in training.
  DinOptions options = quick_options();
  options.epochs = options.patience = 3;
  for (const int negatives : {1, 8}) {
    CAPTURE(negatives);
    options.negatives = negatives;
    const auto model = model::train_din(world(80, 120), artists(), kArtists, options);
    REQUIRE(model);
    double predicted = 0, observed = 0, weight = 0;
    for (const auto& bin : best(*model).calibration.bins) {
      predicted += bin.weight * bin.predicted;
      observed += bin.weight * bin.observed;
      weight += bin.weight;
    }
    CHECK(predicted / weight == Approx(observed / weight).margin(0.05));
    CHECK(best(*model).calibration.error < 0.08);  // means of some hundred samples a bin
  }
}

TEST_CASE("without anything to learn from there is no model", "[din]") {
  DinListens none;
  CHECK_FALSE(model::train_din(none, {}, 0, quick_options()));
  // Everybody knows everything, nothing was skipped: no negatives, yet no failure.
  DinListens same;
  same.tracks = 8;
  for (int user = 0; user < 3; ++user) {
    for (int track = 0; track < 8; ++track) {
      same.track.push_back(track);
      same.ts.push_back(track);
      same.heard.push_back(DinListens::kPlayed);
    }
    same.users.push_back(static_cast<std::int64_t>(same.track.size()));
  }
  const auto model = model::train_din(same, std::vector<std::int32_t>(8, -1), 0, quick_options());
  REQUIRE(model);
  for (const float number : model->weights.dense) CHECK(std::isfinite(number));
}
