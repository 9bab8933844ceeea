// The Deep Interest Network as the paper writes it, one number at a time and in double, to compare
// the engine's with.
#pragma once

#include "playlist/random.hpp"

#include <cmath>
#include <vector>

#include "kernels/din_network.hpp"

namespace test {

using Numbers = std::vector<double>;

/// The engine's numbers in double. The attention's matrix is kept in the paper's four parts: of the
/// history, the candidate, their difference and their product.
struct DinReference {
  model::DinShape shape;
  model::DinLayout layout;
  model::DinCatalogue catalogue;
  Numbers dense, tracks, artists, mean, variance;
  Numbers difference;  // dim x attention; what the engine folds into the history's and candidate's

  DinReference(const model::DinWeights& weights, const model::DinCatalogue& of)
      : shape(weights.shape),
        layout(weights.shape),
        catalogue(of),
        dense(weights.dense.begin(), weights.dense.end()),
        tracks(weights.tracks.begin(), weights.tracks.end()),
        artists(weights.artists.begin(), weights.artists.end()),
        mean(weights.moments.mean.begin(), weights.moments.mean.end()),
        variance(weights.moments.variance.begin(), weights.moments.variance.end()),
        difference(static_cast<std::size_t>(shape.dim * shape.attention)) {
    // Any difference part will do, as long as the folded sums are the engine's.
    for (std::size_t k = 0; k < difference.size(); ++k) {
      difference[k] = 0.1 * std::sin(static_cast<double>(k));
      dense[layout.history + k] -= difference[k];
      dense[layout.candidate + k] += difference[k];
    }
  }

  [[nodiscard]] Numbers embedding(std::int32_t track) const {
    const auto dim = static_cast<std::size_t>(shape.dim), at = static_cast<std::size_t>(track);
    Numbers x(dim);
    for (std::size_t d = 0; d < dim; ++d) {
      const std::int32_t artist = catalogue.artist[at];
      if (artist >= 0) x[d] += artists[static_cast<std::size_t>(artist) * dim + d];
      if (catalogue.has_own[at] != 0) x[d] += tracks[at * dim + d];
    }
    return x;
  }

  /// `unit` counts through all layers.
  [[nodiscard]] double activate(double s, std::size_t unit, double alpha) const {
    double gate = s > 0 ? 1 : 0;
    if (shape.is_dice) {
      const double scaled = (s - mean[unit]) / std::sqrt(variance[unit] + model::kDinEpsilon);
      gate = 1 / (1 + std::exp(-scaled));
    }
    return gate * s + (1 - gate) * alpha * s;
  }

  [[nodiscard]] Numbers layer(const Numbers& x, std::size_t weights, std::size_t bias,
                              std::size_t alpha, int units, int first_unit) const {
    Numbers y(static_cast<std::size_t>(units));
    for (std::size_t j = 0; j < y.size(); ++j) {
      double s = dense[bias + j];
      for (std::size_t k = 0; k < x.size(); ++k) s += x[k] * dense[weights + k * y.size() + j];
      y[j] = activate(s, static_cast<std::size_t>(first_unit) + j, dense[alpha + j]);
    }
    return y;
  }

  [[nodiscard]] double attention(const Numbers& h, const Numbers& c) const {
    const auto units = static_cast<std::size_t>(shape.attention);
    double a = dense[layout.attention_out_bias];
    for (std::size_t j = 0; j < units; ++j) {
      double s = dense[layout.attention_bias + j];
      for (std::size_t d = 0; d < h.size(); ++d) {
        const std::size_t at = d * units + j;
        s += dense[layout.history + at] * h[d] + dense[layout.candidate + at] * c[d] +
             difference[at] * (h[d] - c[d]) + dense[layout.product + at] * (h[d] * c[d]);
      }
      a += dense[layout.attention_out + j] * activate(s, j, dense[layout.attention_alpha + j]);
    }
    return a;
  }

  template <typename History>
  [[nodiscard]] double logit(const History& history, std::int32_t candidate) const {
    const auto dim = static_cast<std::size_t>(shape.dim);
    const Numbers c = embedding(candidate);
    Numbers inputs(3 * dim);
    for (const std::int32_t track : history) {
      const Numbers h = embedding(track);
      const double a = attention(h, c);
      for (std::size_t d = 0; d < dim; ++d) inputs[d] += a * h[d];
    }
    for (std::size_t d = 0; d < dim; ++d) {
      inputs[dim + d] = c[d];
      inputs[2 * dim + d] = inputs[d] * c[d];
    }
    const Numbers first = layer(inputs, layout.first, layout.first_bias, layout.first_alpha,
                                shape.first, shape.attention);
    const Numbers second = layer(first, layout.second, layout.second_bias, layout.second_alpha,
                                 shape.second, shape.attention + shape.first);
    double z = dense[layout.out_bias];
    for (std::size_t j = 0; j < second.size(); ++j) z += dense[layout.out + j] * second[j];
    return z;
  }

  /// Sum of weight * cross entropy.
  [[nodiscard]] double loss(std::span<const model::DinGroup> groups) const {
    double total = 0;
    for (const model::DinGroup& group : groups) {
      for (std::size_t k = 0; k < group.candidates.size(); ++k) {
        const double p = 1 / (1 + std::exp(-logit(group.history, group.candidates[k])));
        total -= group.weights[k] * std::log(group.labels[k] > 0 ? p : 1 - p);
      }
    }
    return total;
  }
};

/// Random numbers everywhere, so that no part of the network is idle.
inline model::DinWeights busy_din(model::DinShape shape, std::size_t tracks, std::size_t artists) {
  model::DinWeights weights = model::initial_din(shape, tracks, artists, 5);
  playlist::Random random(9);
  const auto shake = [&](std::vector<float>& numbers, double reach) {
    for (float& number : numbers) number += static_cast<float>((2 * random.real() - 1) * reach);
  };
  shake(weights.dense, 0.2);
  shake(weights.tracks, 0.8);
  shake(weights.artists, 0.8);
  shake(weights.moments.mean, 0.5);
  shake(weights.moments.variance, 0.5);
  return weights;
}

}  // namespace test
