#include "row_neighbours.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "better_row.hpp"
#include "cpu.hpp"
#include "levels/row_scores.hpp"

namespace shared {
namespace {

/// A block of rows beside one of queries stays in the cache of a core.
constexpr std::size_t kPairBlockBytes = 128 << 10;
constexpr std::size_t kSmallestBlock = 64;  // a multiple of every level's panel

const RowScoring& pair_scoring() {
  return of_this_processor(kRowScoring_baseline, kRowScoring_v3, kRowScoring_v4);
}

/// The best k others of every row, offered in ascending order. Up to 2 k of each wait until they
/// are parted, so that an offer costs a constant number of comparisons.
class BestOfAll {
 public:
  BestOfAll(std::size_t rows, std::size_t k, std::size_t panel)
      : k_(k), counts_(rows), found_(rows * 2 * k), bounds_(rows + panel, kFull) {
    std::fill_n(bounds_.begin(), rows, -kFull);
  }

  /// bounds()[row]: what an offer must be above. Behind the last row they are not to be passed.
  [[nodiscard]] const float* bounds() const { return bounds_.data(); }
  void offer(std::size_t row, ScoredRow other) {
    if (!(other.score > bounds_[row])) return;
    ScoredRow* const found = found_.data() + row * 2 * k_;
    found[counts_[row]++] = other;
    if (counts_[row] < 2 * k_) return;
    std::nth_element(found, found + k_ - 1, found + 2 * k_, kIsBetterRow);
    counts_[row] = static_cast<std::uint32_t>(k_);
    bounds_[row] = found[k_ - 1].score;
  }
  /// Writes the row's best, sorted, to out[0 .. k).
  void put(std::size_t row, ScoredRow* out) {
    ScoredRow* const found = found_.data() + row * 2 * k_;
    std::partial_sort(found, found + k_, found + counts_[row], kIsBetterRow);
    std::copy_n(found, k_, out);
  }

 private:
  static constexpr float kFull = std::numeric_limits<float>::infinity();
  std::size_t k_;
  std::vector<std::uint32_t> counts_;
  std::vector<ScoredRow> found_;
  std::vector<float> bounds_;
};

/// Calls work(number) for 0 .. count - 1, each once.
template <typename Work>
void each_on(int threads, std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t number = next++; number < count; number = next++) work(number);
  };
  std::vector<std::jthread> others;
  const auto more = std::min<std::size_t>(static_cast<std::size_t>(threads), count);
  for (std::size_t t = 1; t < more; ++t) others.emplace_back(run);
  run();
}

class PairSearch {
 public:
  PairSearch(const RowMatrix& matrix, std::size_t k)
      : matrix_(matrix),
        panel_(static_cast<std::size_t>(pair_scoring().panel_queries)),
        block_(block_rows(matrix.dim)),
        best_(matrix.rows, k, panel_) {}

  /// Blocks I and J of rows are multiplied once I + J is due: then no block is in two pairs at
  /// once, and the others of every row come to it in ascending order, on any number of threads.
  bool run(int threads, const std::function<bool(double)>& proceed) {
    const std::size_t blocks = (matrix_.rows + block_ - 1) / block_, last = 2 * blocks - 1;
    for (std::size_t sum = 0; sum < last; ++sum) {
      if (proceed && !proceed(share_before(sum, blocks))) return false;
      const std::size_t first = sum < blocks ? 0 : sum - blocks + 1;
      each_on(threads, sum / 2 + 1 - first,
              [&](std::size_t number) { multiply(first + number, sum - first - number); });
    }
    return true;
  }

  void put(int threads, RowNeighbours& neighbours) {
    constexpr std::size_t kRows = 1024;
    each_on(threads, (matrix_.rows + kRows - 1) / kRows, [&](std::size_t number) {
      const std::size_t end = std::min((number + 1) * kRows, matrix_.rows);
      for (std::size_t row = number * kRows; row < end; ++row)
        best_.put(row, neighbours.found.data() + row * neighbours.k);
    });
  }

 private:
  static std::size_t block_rows(std::size_t dim) {
    const std::size_t rows = kPairBlockBytes / sizeof(float) / std::max<std::size_t>(1, dim);
    return std::max(kSmallestBlock, rows / kSmallestBlock * kSmallestBlock);
  }
  /// Of all pairs of blocks, those whose numbers add up to less.
  static double share_before(std::size_t sum, std::size_t blocks) {
    const auto s = static_cast<double>(sum), b = static_cast<double>(blocks);
    const double left = 2 * b - s;
    return s < b ? s * s / (2 * b * b) : 1 - left * left / (2 * b * b);
  }

  void multiply(std::size_t query_block, std::size_t row_block) {
    const std::size_t first_query = query_block * block_, first_row = row_block * block_,
                      queries = std::min(block_, matrix_.rows - first_query);
    const RowBlock rows{matrix_.data + first_row * matrix_.dim, matrix_.dim,
                        static_cast<std::int32_t>(std::min(block_, matrix_.rows - first_row)),
                        static_cast<std::int32_t>(first_row)};
    std::vector<float> panel(panel_ * matrix_.dim);
    for (std::size_t q = 0; q < queries; q += panel_) {
      pack(first_query + q, std::min(panel_, queries - q), panel);
      Taker taker{best_, first_query + q, query_block == row_block};
      pair_scoring().score_pairs(
          rows, panel.data(),
          {best_.bounds() + first_query + q, best_.bounds(), &taker,
           [](void* context, std::int32_t query, std::int32_t row, float score) {
             static_cast<Taker*>(context)->take(query, row, score);
           }});
    }
  }

  struct Taker {
    BestOfAll& best;
    std::size_t first_query;
    bool is_within_block;  // then every pair comes from both sides

    void take(std::int32_t query, std::int32_t row, float score) const {
      const std::size_t query_row = first_query + static_cast<std::size_t>(query);
      const auto other = static_cast<std::size_t>(row);
      if (query_row == other) return;
      best.offer(query_row, {score, row});
      if (!is_within_block) best.offer(other, {score, static_cast<std::int32_t>(query_row)});
    }
  };

  /// Side by side as RowScoring wants them; where there are fewer, the rest are not numbers.
  void pack(std::size_t first, std::size_t count, std::vector<float>& panel) const {
    if (count < panel_)
      std::fill(panel.begin(), panel.end(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t q = 0; q < count; ++q) {
      const float* row = matrix_.data + (first + q) * matrix_.dim;
      for (std::size_t d = 0; d < matrix_.dim; ++d) panel[d * panel_ + q] = row[d];
    }
  }

  RowMatrix matrix_;
  std::size_t panel_, block_;
  BestOfAll best_;
};

}  // namespace

RowNeighbours neighbours_of_rows(const RowMatrix& matrix, std::size_t k, int threads,
                                 const std::function<bool(double)>& proceed) {
  RowNeighbours neighbours;
  k = matrix.rows == 0 ? 0 : std::min(k, matrix.rows - 1);
  if (k == 0) return neighbours;
  PairSearch search(matrix, k);
  if (!search.run(threads, proceed)) return neighbours;
  neighbours.k = k;
  neighbours.found.resize(matrix.rows * k);
  search.put(threads, neighbours);
  return neighbours;
}

}  // namespace shared
