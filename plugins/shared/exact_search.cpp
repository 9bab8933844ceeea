#include "exact_search.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <thread>

#include "better_row.hpp"
#include "cpu.hpp"
#include "levels/row_scores.hpp"

namespace shared {
namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();

const RowScoring& row_scoring() {
  return of_this_processor(kRowScoring_baseline, kRowScoring_v3, kRowScoring_v4);
}

/// The best k of the rows offered, which come in ascending order. Up to 2 k wait until they are
/// parted, so that a row costs a constant number of comparisons.
class Best {
 public:
  /// `bound`: only higher scores are offered.
  explicit Best(std::size_t k, float bound = -kNever) : k_(k), bound_(bound) {}

  /// Returns the score that a later row must be above to be among the best.
  float offer(ScoredRow row) {
    found_.push_back(row);
    if (found_.size() == 2 * k_) part();
    return bound_;
  }
  /// In no order.
  [[nodiscard]] std::span<const ScoredRow> found() const { return found_; }

 private:
  void part() {
    const auto last = found_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
    std::nth_element(found_.begin(), last, found_.end(), kIsBetterRow);
    found_.resize(k_);
    bound_ = found_.back().score;
  }

  std::size_t k_;
  float bound_;
  std::vector<ScoredRow> found_;
};

/// What one thread found for the queries of a panel.
struct PanelBest {
  std::vector<Best> best;
  std::vector<float> bounds;

  PanelBest(std::size_t queries, std::size_t panel, std::size_t k, float bound = -kNever)
      : best(queries, Best(k, bound)), bounds(panel, kNever) {
    std::fill_n(bounds.begin(), queries, bound);
  }
  ScoreSink sink() {
    return {bounds.data(), this,
            [](void* context, std::int32_t query, std::int32_t row, float score) {
              auto& self = *static_cast<PanelBest*>(context);
              const auto q = static_cast<std::size_t>(query);
              self.bounds[q] = self.best[q].offer({score, row});
            }};
  }
};

/// What every thread found, put together.
std::vector<ScoredRow> merged(const std::vector<const Best*>& parts, std::size_t k) {
  std::vector<ScoredRow> all;
  for (const Best* part : parts) all.insert(all.end(), part->found().begin(), part->found().end());
  if (k < all.size()) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k), all.end(),
                     kIsBetterRow);
    all.resize(k);
  }
  std::sort(all.begin(), all.end(), kIsBetterRow);
  return all;
}

RowBlock rows_between(const RowMatrix& matrix, std::size_t begin, std::size_t end) {
  return {matrix.data + begin * matrix.dim, matrix.dim, static_cast<std::int32_t>(end - begin),
          static_cast<std::int32_t>(begin)};
}

/// Calls work(thread, begin, end) for as many stretches of rows as there are threads.
template <typename Work>
void share_out(std::size_t rows, int threads, const Work& work) {
  const auto count = static_cast<std::size_t>(threads);
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < count; ++t)
    others.emplace_back([=, &work] { work(t, rows * t / count, rows * (t + 1) / count); });
  work(0, 0, rows / count);
}

/// Queries side by side as RowScoring wants them, a panel after the other.
std::vector<float> packed(std::span<const float> queries, std::size_t dim, std::size_t panel) {
  const std::size_t count = queries.size() / dim, panels = (count + panel - 1) / panel;
  std::vector<float> result(panels * panel * dim);
  for (std::size_t q = 0; q < count; ++q) {
    float* to = result.data() + q / panel * panel * dim + q % panel;
    for (std::size_t d = 0; d < dim; ++d) to[d * panel] = queries[q * dim + d];
  }
  return result;
}

/// As many queries as stay in the cache beside a block of rows.
constexpr std::size_t kQueryBytes = 512 << 10, kBlockBytes = 96 << 10;

void search_batch(const RowMatrix& matrix, std::span<const float> queries, std::size_t k,
                  int threads, std::vector<std::vector<ScoredRow>>& results) {
  const RowScoring& scoring = row_scoring();
  const auto panel = static_cast<std::size_t>(scoring.panel_queries);
  const std::vector<float> values = packed(queries, matrix.dim, panel);
  const std::size_t count = queries.size() / matrix.dim;
  std::vector<std::vector<PanelBest>> found(static_cast<std::size_t>(threads));
  for (auto& panels : found) {
    for (std::size_t q = 0; q < count; q += panel)
      panels.emplace_back(std::min(panel, count - q), panel, k);
  }
  const std::size_t block = std::max<std::size_t>(64, kBlockBytes / sizeof(float) / matrix.dim);
  share_out(matrix.rows, threads, [&](std::size_t thread, std::size_t begin, std::size_t end) {
    for (; begin < end; begin += block) {
      const RowBlock rows = rows_between(matrix, begin, std::min(begin + block, end));
      const float* queries_of = values.data();
      for (PanelBest& best : found[thread]) {
        scoring.score_panel(rows, queries_of, best.sink());
        queries_of += panel * matrix.dim;
      }
    }
  });
  for (std::size_t q = 0; q < count; ++q) {
    std::vector<const Best*> parts;
    for (const auto& panels : found) parts.push_back(&panels[q / panel].best[q % panel]);
    results.push_back(merged(parts, k));
  }
}

/// A score that somewhat more than k rows are above, most likely: that of a part of the rows which
/// as many of them are above as their share, and half as many again. With it few rows are looked at
/// twice. -kNever where that does not pay.
float likely_bound(const RowMatrix& matrix, std::span<const float> query, std::size_t k) {
  constexpr std::size_t kBlock = 16, kEvery = 32 * kBlock;
  if (matrix.rows < 64 * kEvery / 2 || 8 * k > matrix.rows) return -kNever;
  std::vector<float> scores(matrix.rows / kEvery * kBlock);
  float never = kNever;
  for (std::size_t block = 0; block < scores.size() / kBlock; ++block) {
    // Rows of a block become rows 0 to 15, and their scores stand where the block does.
    const RowBlock rows{matrix.data + block * kEvery * matrix.dim, matrix.dim,
                        static_cast<std::int32_t>(kBlock), 0};
    row_scoring().score_one(rows, query.data(),
                            {&never, nullptr, nullptr, scores.data() + block * kBlock});
  }
  std::erase_if(scores, [](float score) { return !(score > -kNever); });
  const std::size_t above = 32 + k * 3 / 2 * kBlock / kEvery;
  if (above >= scores.size()) return -kNever;
  const auto at = scores.begin() + static_cast<std::ptrdiff_t>(above);
  std::nth_element(scores.begin(), at, scores.end(), std::greater<>());
  return *at;
}

/// A query in 16 bits a value.
class CodedQuery {
 public:
  CodedQuery(std::span<const float> query, std::size_t stride) : codes_(stride) {
    double squares = 0;
    float largest = 0;
    for (const float value : query) {
      squares += static_cast<double>(value) * value;
      largest = std::max(largest, std::abs(value));
    }
    length_ = static_cast<float>(std::sqrt(squares) * 1.000001);
    const auto range = static_cast<float>(QuantizedRows::query_range(query.size()));
    step_ = largest / range;
    for (std::size_t d = 0; d < query.size() && step_ > 0; ++d)
      codes_[d] =
          static_cast<std::int16_t>(std::clamp(std::nearbyint(query[d] / step_), -range, range));
  }

  [[nodiscard]] CodedBlock against(const QuantizedRows& rows, std::size_t begin) const {
    return {rows.codes(begin),
            rows.scales(begin),
            rows.slacks(begin),
            rows.stride(),
            codes_.data(),
            step_,
            length_};
  }

 private:
  std::vector<std::int16_t> codes_;
  float step_ = 0, length_ = 0;
};

/// With a bound that few rows are above, their codes tell which.
bool is_by_codes(const RowMatrix& matrix, float bound) {
  return !matrix.codes.empty() && matrix.dim >= 16 && bound > -kNever;
}

}  // namespace

std::vector<ScoredRow> top_rows(const RowMatrix& matrix, std::span<const float> query,
                                std::size_t k, int threads) {
  k = std::min(k, matrix.rows);
  if (k == 0) return {};
  float bound = likely_bound(matrix, query, k);
  std::optional<CodedQuery> coded;
  if (is_by_codes(matrix, bound)) coded.emplace(query, matrix.codes.stride());
  while (true) {
    std::vector<PanelBest> found(static_cast<std::size_t>(threads), PanelBest(1, 1, k, bound));
    share_out(matrix.rows, threads, [&](std::size_t thread, std::size_t begin, std::size_t end) {
      const RowBlock rows = rows_between(matrix, begin, end);
      if (coded) {
        row_scoring().score_coded(rows, coded->against(matrix.codes, begin), query.data(),
                                  found[thread].sink());
      } else {
        row_scoring().score_one(rows, query.data(), found[thread].sink());
      }
    });
    std::vector<const Best*> parts;
    for (const PanelBest& part : found) parts.push_back(part.best.data());
    std::vector<ScoredRow> best = merged(parts, k);
    // What is not above the bound was left out: it matters only where there are too few above it.
    if (best.size() == k || bound == -kNever) return best;
    bound = -kNever;
    coded.reset();
  }
}

std::vector<std::vector<ScoredRow>> top_rows_of_each(const RowMatrix& matrix,
                                                     std::span<const float> queries, std::size_t k,
                                                     int threads) {
  std::vector<std::vector<ScoredRow>> results;
  k = std::min(k, matrix.rows);
  const std::size_t count = matrix.dim == 0 ? 0 : queries.size() / matrix.dim;
  if (k == 0) return std::vector<std::vector<ScoredRow>>(count);
  const std::size_t chunk = std::max<std::size_t>(64, kQueryBytes / sizeof(float) / matrix.dim);
  for (std::size_t q = 0; q < count; q += chunk) {
    const auto some = queries.subspan(q * matrix.dim, std::min(chunk, count - q) * matrix.dim);
    search_batch(matrix, some, k, threads, results);
  }
  return results;
}

}  // namespace shared
