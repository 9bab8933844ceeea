// Adam over the numbers of a Deep Interest Network: all dense ones in every batch, embeddings in
// the batches they are part of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adam.hpp"
#include "din_network.hpp"

namespace model {

class DinOptimizer {
 public:
  /// Views weights and catalogue. plays: of each track; embeddings decay by
  /// regularization / plays.
  DinOptimizer(DinWeights& weights, const DinCatalogue& catalogue,
               std::span<const std::int64_t> plays, double learning_rate, double regularization);

  /// A block: the tracks of its rows, and its derivatives.
  struct Part {
    std::span<const std::int32_t> items;
    const DinBlockGradient* gradient;
  };
  /// One step by the mean over `samples`; parts and rows are added in their order.
  void step(std::span<const Part> parts, std::size_t samples, int threads);

 private:
  /// One table of embeddings: what Adam knows of it, and its rows in this batch.
  struct Table {
    std::vector<float> first, second;
    std::vector<std::int32_t> steps, slot;  // slot: place in `touched`, -1
    std::vector<float> decay;
    std::vector<std::int32_t> touched;  // in order of first appearance
    std::vector<std::size_t> ends;      // of each touched row's part of `sources`
    std::vector<const float*> sources;

    Table(std::size_t rows, std::size_t dim);
    void begin();
    void count(std::int32_t row);
    void place();
    void add(std::int32_t row, const float* source);
    [[nodiscard]] std::span<const float* const> sources_of(std::size_t touched_at) const;
  };

  void step_dense(std::span<const Part> parts);
  void move_moments(std::span<const Part> parts);
  void gather_tracks(std::span<const Part> parts);
  void gather_artists();
  /// Sums the sources of each touched row; takes Adam's step for rows that are the table's own.
  void step_tracks(int threads);
  void step_artists(int threads);
  void sum_into(std::span<const float* const> sources, float* sum) const;
  void step_row(Table& table, std::vector<float>& weights, std::int32_t row, const float* gradient);

  DinWeights& weights_;
  const DinCatalogue& catalogue_;
  const DinSteps& steps_;
  std::size_t dim_;
  double learning_rate_;
  float scale_ = 1;  // 1 / samples
  Adam dense_;
  std::vector<float> dense_sum_;
  Table tracks_, artists_;
  std::vector<float> track_sums_;  // of the touched tracks, dim each
};

}  // namespace model
