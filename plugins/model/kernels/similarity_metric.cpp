#include "similarity_metric.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace model {
namespace {

using Metric = SimilarityOptions::Metric;

/// weight(user, item, value) of every entry.
template <typename Weight>
std::vector<float> weighted(const SparseMatrix& users, const Weight& weight) {
  std::vector<float> weights(users.values.size());
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto begin = static_cast<std::size_t>(users.offsets[static_cast<std::size_t>(user)]);
    const auto items = users.row(user);
    for (std::size_t k = 0; k < items.size(); ++k)
      weights[begin + k] = static_cast<float>(weight(user, items[k], users.values[begin + k]));
  }
  return weights;
}

/// The sum of of(value) over each column.
template <typename Of>
std::vector<double> column_sums(const SparseMatrix& users, std::span<const float> values,
                                const Of& of) {
  std::vector<double> sums(static_cast<std::size_t>(users.columns));
  for (std::size_t k = 0; k < values.size(); ++k)
    sums[static_cast<std::size_t>(users.indices[k])] += of(static_cast<double>(values[k]));
  return sums;
}

constexpr auto kOne = [](double) { return 1.0; };
constexpr auto kItself = [](double x) { return x; };
constexpr auto kSquared = [](double x) { return x * x; };

/// log of how rare a user's row is, as tf-idf counts words: every item is a document, and users who
/// play everything tell little. By user, >= 0.
std::vector<double> rarities(const SparseMatrix& users) {
  std::vector<double> rarities;
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const double share =
        static_cast<double>(users.columns) / (1.0 + static_cast<double>(users.row(user).size()));
    rarities.push_back(std::max(0.0, std::log(share) + 1));
  }
  return rarities;
}

std::vector<float> bm25_weights(const SparseMatrix& users, const SimilarityOptions& options) {
  const std::vector<double> lengths = column_sums(users, users.values, kItself);
  const double mean = std::max(1e-12, std::accumulate(lengths.begin(), lengths.end(), 0.0) /
                                          std::max<double>(1, users.columns));
  const std::vector<double> rarity = rarities(users);
  return weighted(users, [&](std::int32_t user, std::int32_t item, double x) {
    const double length = lengths[static_cast<std::size_t>(item)] / mean;
    return rarity[static_cast<std::size_t>(user)] * x * (options.k1 + 1) /
           (x + options.k1 * (1 - options.b + options.b * length));
  });
}

/// Half of each chance's denominator stands at both ends, so that the sum stays symmetric.
std::vector<float> rp3_beta_weights(const SparseMatrix& users, double alpha) {
  std::vector<double> totals;
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto values = users.row_values(user);
    totals.push_back(std::accumulate(values.begin(), values.end(), 0.0));
  }
  return weighted(users, [&](std::int32_t user, std::int32_t, double x) {
    return std::pow(x * x / totals[static_cast<std::size_t>(user)], alpha / 2);
  });
}

std::vector<float> powers(std::span<const double> of, std::span<const std::int32_t> rank,
                          double exponent) {
  std::vector<float> powers(of.size());
  for (std::size_t item = 0; item < of.size(); ++item) {
    if (of[item] > 0)
      powers[static_cast<std::size_t>(rank[item])] =
          static_cast<float>(std::pow(of[item], exponent));
  }
  return powers;
}

SimilarityScale tversky_scale(const SparseMatrix& users, std::span<const std::int32_t> rank,
                              double own_weight, double neighbour_weight, double shrinkage) {
  SimilarityScale scale;
  scale.form = SimilarityScale::Form::kTversky;
  scale.shrinkage = static_cast<float>(shrinkage);
  scale.shared = static_cast<float>(1 - own_weight - neighbour_weight);
  const std::vector<float> counts = powers(column_sums(users, users.values, kOne), rank, 1);
  for (const float count : counts) {
    scale.from.push_back(static_cast<float>(own_weight) * count);
    scale.neighbour.push_back(static_cast<float>(neighbour_weight) * count);
  }
  return scale;
}

SimilarityScale walk_scale(const SparseMatrix& users, std::span<const float> weights,
                           std::span<const std::int32_t> rank, double alpha, double beta) {
  SimilarityScale scale;
  scale.from = powers(column_sums(users, users.values, kItself), rank, -alpha);
  scale.to = powers(column_sums(users, weights, kOne), rank, -beta);
  return scale;
}

/// By the lengths of both columns: |i|^(2 asymmetry) |j|^(2 - 2 asymmetry).
SimilarityScale length_scale(const SparseMatrix& users, std::span<const float> weights,
                             std::span<const std::int32_t> rank, double asymmetry,
                             double shrinkage) {
  const std::vector<double> squared = column_sums(users, weights, kSquared);
  SimilarityScale scale;
  scale.shrinkage = static_cast<float>(shrinkage);
  if (shrinkage > 0) {
    scale.form = SimilarityScale::Form::kShrunk;
    scale.from = powers(squared, rank, asymmetry);
    scale.neighbour = powers(squared, rank, 1 - asymmetry);
  } else {
    scale.from = powers(squared, rank, -asymmetry);
    scale.to = powers(squared, rank, asymmetry - 1);
  }
  return scale;
}

}  // namespace

std::vector<float> similarity_weights(const SparseMatrix& users, const SimilarityOptions& options) {
  switch (options.metric) {
    case Metric::kJaccard:
    case Metric::kTversky:
      return std::vector<float>(users.values.size(), 1.0f);
    case Metric::kP3Alpha:
    case Metric::kRp3Beta:
      return rp3_beta_weights(users, options.alpha);
    case Metric::kBm25:
      return bm25_weights(users, options);
    case Metric::kTfIdf: {
      const std::vector<double> rarity = rarities(users);
      return weighted(users, [&](std::int32_t user, std::int32_t, double x) {
        return std::sqrt(x) * rarity[static_cast<std::size_t>(user)];
      });
    }
    case Metric::kCosine:
    case Metric::kAsymmetric:
      break;
  }
  return users.values;
}

SimilarityScale similarity_scale(const SparseMatrix& users, std::span<const float> weights,
                                 std::span<const std::int32_t> rank,
                                 const SimilarityOptions& options) {
  switch (options.metric) {
    case Metric::kJaccard:
      return tversky_scale(users, rank, 1, 1, options.shrinkage);
    case Metric::kTversky:
      return tversky_scale(users, rank, options.own_weight, options.neighbour_weight,
                           options.shrinkage);
    case Metric::kP3Alpha:
      return walk_scale(users, weights, rank, options.alpha, 0);
    case Metric::kRp3Beta:
      return walk_scale(users, weights, rank, options.alpha, options.beta);
    case Metric::kAsymmetric:
      return length_scale(users, weights, rank, options.asymmetry, options.shrinkage);
    case Metric::kCosine:
    case Metric::kBm25:
    case Metric::kTfIdf:
      break;
  }
  return length_scale(users, weights, rank, 0.5, options.shrinkage);
}

}  // namespace model
