// The Deep Interest Network against the paper's formulas written out, and its derivatives against
// differences of them.
#include "playlist/random.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

#include "models/din_reference.hpp"

using model::DinBlockGradient;
using model::DinGroup;
using model::DinNetwork;
using model::DinShape;
using test::DinReference;
using Items = std::vector<std::int32_t>;

namespace {

constexpr std::size_t kTracks = 12, kArtists = 4;

/// Track 3 has no row of its own, track 5 no artist, track 7 neither.
model::DinCatalogue catalogue() {
  model::DinCatalogue made{std::vector<std::int32_t>(kTracks), std::vector<std::uint8_t>(kTracks)};
  for (std::size_t k = 0; k < kTracks; ++k) {
    made.artist[k] = static_cast<std::int32_t>(k % kArtists);
    made.has_own[k] = k != 3 && k != 7;
  }
  made.artist[5] = made.artist[7] = -1;
  return made;
}

/// Three groups: a history of odd length, one of one track, none at all.
struct SmallBlock {
  Items long_history{0, 1, 2, 3, 5, 7, 9, 11, 1}, short_history{4};
  Items first{3, 6, 8}, second{1, 7}, third{2};
  std::vector<float> labels{1, 0, 1}, weights{1, 0.5f, 2};
  std::vector<DinGroup> groups;

  SmallBlock() {
    const std::span<const float> all(labels), weighted(weights);
    groups = {{long_history, first, all, weighted},
              {short_history, second, all.first(2), weighted.first(2)},
              {{}, third, all.first(1), weighted.first(1)}};
  }
};

DinShape small_shape(bool is_dice) {
  return {.dim = 16, .attention = 32, .first = 48, .second = 16, .is_dice = is_dice};
}

/// d loss / d number by the reference, from both sides.
double slope_at(DinReference& reference, double& number, std::span<const DinGroup> groups) {
  const double before = number, step = 1e-5;
  number = before + step;
  const double above = reference.loss(groups);
  number = before - step;
  const double below = reference.loss(groups);
  number = before;
  return (above - below) / (2 * step);
}

}  // namespace

TEST_CASE("the network's forward pass is the paper's", "[din]") {
  const DinShape shape = GENERATE(small_shape(true), small_shape(false), DinShape{},
                                  DinShape{.dim = 48, .attention = 16, .first = 16, .second = 64});
  CAPTURE(shape.dim, shape.is_dice);
  const model::DinWeights weights = test::busy_din(shape, kTracks, kArtists);
  const model::DinCatalogue tracks = catalogue();
  const DinReference reference(weights, tracks);
  const DinNetwork network(weights, tracks);
  const SmallBlock block;
  DinNetwork::Scratch scratch;
  std::vector<float> logits(6);
  network.forward(block.groups, scratch, logits.data());
  std::size_t at = 0;
  for (const DinGroup& group : block.groups) {
    for (const std::int32_t candidate : group.candidates) {
      const double expected = reference.logit(group.history, candidate);
      CHECK(logits[at++] == Approx(expected).epsilon(1e-4).margin(1e-4));
    }
  }
}

TEST_CASE("the derivatives are those of the paper's formulas, in every part", "[din]") {
  const bool is_dice = GENERATE(true, false);
  CAPTURE(is_dice);
  const DinShape shape = small_shape(is_dice);
  const model::DinWeights weights = test::busy_din(shape, kTracks, kArtists);
  const model::DinCatalogue tracks = catalogue();
  DinReference reference(weights, tracks);
  const DinNetwork network(weights, tracks);
  const SmallBlock block;
  DinNetwork::Scratch scratch;
  DinBlockGradient gradient;
  network.backward(block.groups, scratch, gradient);
  CHECK(gradient.loss == Approx(reference.loss(block.groups)).epsilon(1e-5));

  const model::DinLayout at(shape);
  const std::vector<std::pair<std::string, std::size_t>> parts{
      {"history", at.history},
      {"candidate", at.candidate},
      {"product", at.product},
      {"first", at.first},
      {"second", at.second},
      {"attention_bias", at.attention_bias},
      {"attention_alpha", at.attention_alpha},
      {"attention_out", at.attention_out},
      {"first_bias", at.first_bias},
      {"first_alpha", at.first_alpha},
      {"second_bias", at.second_bias},
      {"second_alpha", at.second_alpha},
      {"out", at.out},
      {"attention_out_bias", at.attention_out_bias},
      {"out_bias", at.out_bias}};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::size_t begin = parts[part].second;
    const std::size_t end = part + 1 < parts.size() ? parts[part + 1].second : begin + 1;
    const std::size_t stride = std::max<std::size_t>(1, (end - begin) / 40 | 1);
    double largest = 0;
    for (std::size_t k = begin; k < end; k += stride) {
      CAPTURE(parts[part].first, k - begin);
      const double expected = slope_at(reference, reference.dense[k], block.groups);
      CHECK(gradient.dense[k] == Approx(expected).epsilon(2e-3).margin(2e-4));
      largest = std::max(largest, std::abs(expected));
    }
    CAPTURE(parts[part].first);
    CHECK(largest > 1e-3);  // the part has a say
  }
}

TEST_CASE("the derivatives by embeddings are those of the paper's formulas", "[din]") {
  const bool is_dice = GENERATE(true, false);
  CAPTURE(is_dice);
  const DinShape shape = small_shape(is_dice);
  const model::DinWeights weights = test::busy_din(shape, kTracks, kArtists);
  const model::DinCatalogue tracks = catalogue();
  DinReference reference(weights, tracks);
  const DinNetwork network(weights, tracks);
  const SmallBlock block;
  DinNetwork::Scratch scratch;
  DinBlockGradient gradient;
  network.backward(block.groups, scratch, gradient);

  const auto dim = static_cast<std::size_t>(shape.dim);
  std::vector<double> by_track(kTracks * dim), by_artist(kArtists * dim);
  std::size_t row = 0;
  for (const DinGroup& group : block.groups) {
    for (const auto items : {group.history, group.candidates}) {
      for (const std::int32_t track : items) {
        const auto t = static_cast<std::size_t>(track);
        for (std::size_t d = 0; d < dim; ++d) {
          const double value = gradient.rows[row * dim + d];
          if (tracks.has_own[t] != 0) by_track[t * dim + d] += value;
          if (tracks.artist[t] >= 0)
            by_artist[static_cast<std::size_t>(tracks.artist[t]) * dim + d] += value;
        }
        ++row;
      }
    }
  }
  for (std::size_t k = 0; k < by_track.size(); k += 3) {
    CAPTURE(k / dim, k % dim);
    const double expected = slope_at(reference, reference.tracks[k], block.groups);
    CHECK(by_track[k] == Approx(expected).epsilon(2e-3).margin(2e-4));
  }
  for (std::size_t k = 0; k < by_artist.size(); ++k) {
    CAPTURE(k / dim, k % dim);
    const double expected = slope_at(reference, reference.artists[k], block.groups);
    CHECK(by_artist[k] == Approx(expected).epsilon(2e-3).margin(2e-4));
  }
}

TEST_CASE("a sample's score does not depend on what it is scored with", "[din]") {
  const model::DinWeights weights = test::busy_din({}, kTracks, kArtists);
  const model::DinCatalogue tracks = catalogue();
  const DinNetwork network(weights, tracks);
  const Items history{0, 2, 4, 6, 8, 10, 1};
  Items all(kTracks);
  for (std::size_t k = 0; k < kTracks; ++k) all[k] = static_cast<std::int32_t>(k);
  DinNetwork::Scratch scratch;
  std::vector<float> together(kTracks);
  const DinGroup group{history, all, {}, {}};
  network.forward({&group, 1}, scratch, together.data());
  for (std::size_t k = 0; k < kTracks; ++k) {
    const DinGroup one{history, std::span(all).subspan(k, 1), {}, {}};
    float alone = 0;
    network.forward({&one, 1}, scratch, &alone);
    CHECK(alone == together[k]);  // bit for bit
  }
}

TEST_CASE("the attention adds up the history, so its order does not matter and nothing pads it",
          "[din]") {
  const model::DinWeights weights = test::busy_din({}, kTracks, kArtists);
  const model::DinCatalogue tracks = catalogue();
  const DinNetwork network(weights, tracks);
  DinNetwork::Scratch scratch;
  const Items one_way{0, 2, 4, 6, 8}, other_way{8, 4, 0, 6, 2}, candidates{1, 3};
  // Track 7 has neither a row nor an artist: x = 0 adds a(0, c) * 0 to the interest.
  const Items with_nothing{0, 2, 4, 6, 8, 7, 7};
  const DinGroup first{one_way, candidates, {}, {}}, second{other_way, candidates, {}, {}},
      third{with_nothing, candidates, {}, {}};
  std::vector<float> a(2), b(2), c(2);
  network.forward({&first, 1}, scratch, a.data());
  network.forward({&second, 1}, scratch, b.data());
  network.forward({&third, 1}, scratch, c.data());
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(b[k] == Approx(a[k]).epsilon(1e-5));
    CHECK(c[k] == a[k]);
  }
}
