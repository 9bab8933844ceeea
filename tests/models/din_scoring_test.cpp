// ranking.din's forward pass is the one that was trained.
#include <vector>

#include <catch2/catch.hpp>

#include "models/din_numbers.hpp"
#include "models/din_reference.hpp"

using Items = std::vector<std::int32_t>;

namespace {

model::DinCatalogue catalogue(std::size_t tracks, std::int32_t artists) {
  model::DinCatalogue made{std::vector<std::int32_t>(tracks), std::vector<std::uint8_t>(tracks, 1)};
  for (std::size_t k = 0; k < tracks; ++k) made.artist[k] = static_cast<std::int32_t>(k) % artists;
  return made;
}

std::vector<float> embedded(const model::DinNetwork& network, const Items& tracks, int dim) {
  std::vector<float> rows(tracks.size() * static_cast<std::size_t>(dim));
  for (std::size_t k = 0; k < tracks.size(); ++k)
    network.embed(tracks[k], rows.data() + k * static_cast<std::size_t>(dim));
  return rows;
}

}  // namespace

TEST_CASE("scoring gives the logits and the attention of training and of the paper", "[din]") {
  const bool is_dice = GENERATE(true, false);
  const int dim = GENERATE(32, 48);
  CAPTURE(is_dice, dim);
  const model::DinShape shape{.dim = dim, .attention = 16, .is_dice = is_dice};
  const model::DinWeights weights = test::busy_din(shape, 100, 7);
  const model::DinCatalogue tracks = catalogue(100, 7);
  const model::DinNetwork network(weights, tracks);
  const test::DinReference reference(weights, tracks);
  Items history, candidates;
  for (std::int32_t k = 0; k < 50; ++k) history.push_back(2 * k);
  for (std::int32_t k = 0; k < 71; ++k) candidates.push_back(k);  // two blocks and a bit
  const model::DinGroup group{history, candidates, {}, {}};
  model::DinNetwork::Scratch scratch;
  std::vector<float> trained(candidates.size()), scored(candidates.size());
  network.forward({&group, 1}, scratch, trained.data());

  std::vector<float> gates;
  const ranking::DinNumbers numbers = test::din_numbers(weights, gates);
  const std::vector<float> h = embedded(network, history, dim),
                           c = embedded(network, candidates, dim);
  ranking::DinScratch memory;
  ranking::din_scores(numbers, h.data(), 50, c.data(), 71, memory, scored.data());
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    CHECK(scored[k] == Approx(trained[k]).epsilon(1e-5).margin(1e-5));
    CHECK(scored[k] == Approx(reference.logit(history, candidates[k])).epsilon(1e-4).margin(1e-4));
  }
  std::vector<float> attention(50);
  const auto width = static_cast<std::size_t>(dim);
  ranking::din_attention(numbers, h.data(), 50, c.data() + 3 * width, memory, attention.data());
  for (std::size_t t = 0; t < 50; ++t) {
    const double expected =
        reference.attention(reference.embedding(history[t]), reference.embedding(candidates[3]));
    CHECK(attention[t] == Approx(expected).epsilon(1e-4).margin(1e-4));
  }
}

TEST_CASE("a candidate's score is the same alone and among others, bit for bit", "[din]") {
  const model::DinWeights weights = test::busy_din({}, 100, 7);
  const model::DinCatalogue tracks = catalogue(100, 7);
  const model::DinNetwork network(weights, tracks);
  std::vector<float> gates;
  const ranking::DinNumbers numbers = test::din_numbers(weights, gates);
  Items all(100);
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = static_cast<std::int32_t>(k);
  const std::vector<float> h = embedded(network, {1, 5, 9, 13, 17}, 32),
                           c = embedded(network, all, 32);
  ranking::DinScratch memory;
  std::vector<float> together(100);
  ranking::din_scores(numbers, h.data(), 5, c.data(), 100, memory, together.data());
  for (std::size_t k = 0; k < 100; ++k) {
    float alone = 0;
    ranking::din_scores(numbers, h.data(), 5, c.data() + 32 * k, 1, memory, &alone);
    CHECK(alone == together[k]);
  }
}
