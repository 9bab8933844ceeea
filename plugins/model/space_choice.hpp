// Whether the places on principal components or the codes of an autoencoder are the better space.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "embedding_space.hpp"

namespace model {

struct SpaceChoice {
  std::vector<std::size_t> hidden = {64};
  std::size_t bottleneck = 0;  // 0: half as many as components
  int epochs = 20;             // 0: no autoencoder
  int threads = 1;
};

/// The codes of these rows of `places`.
Vectors codes_of(const Autoencoder& network, const Vectors& places,
                 std::span<const std::int32_t> rows, int threads);

/// Learns an autoencoder of the places of these tracks, where there are enough of either, and
/// whether it is the space: sets `autoencoder` and `is_autoencoded` of `embedding`, whose components
/// are known. Returns the members "autoencoder" and "co_listening" of model.embedding's card.
std::string choose_space(playlist::ModelCall& call, std::span<const std::int32_t> tracks,
                         const Vectors& places, const SpaceChoice& choice, Embedding& embedding);

}  // namespace model
