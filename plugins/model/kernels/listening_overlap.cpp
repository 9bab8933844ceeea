#include "listening_overlap.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "shared/exact_search.hpp"

namespace model {
namespace {

/// The rows of all that the row was heard in.
std::vector<std::int32_t> heard_with(std::int32_t row, const SparseMatrix& together,
                                     const SparseMatrix& heard_in) {
  std::vector<std::int32_t> rows;
  for (const std::int32_t session : heard_in.row(row)) {
    const auto heard = together.row(session);
    rows.insert(rows.end(), heard.begin(), heard.end());
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  std::erase(rows, row);
  return rows;
}

}  // namespace

ListeningProbes listening_probes(const SparseMatrix& together, std::size_t most,
                                 std::uint64_t random_seed) {
  const SparseMatrix heard_in = transposed(together);
  std::vector<std::int32_t> rows;
  for (std::int32_t row = 0; row < heard_in.rows(); ++row) {
    const auto sessions = heard_in.row(row);
    if (std::any_of(sessions.begin(), sessions.end(),
                    [&](std::int32_t session) { return together.row(session).size() > 1; }))
      rows.push_back(row);
  }
  playlist::Random(random_seed).shuffle(std::span(rows));
  rows.resize(std::min(rows.size(), most));
  std::sort(rows.begin(), rows.end());
  ListeningProbes probes;
  for (const std::int32_t row : rows) {
    probes.together.push_back(heard_with(row, together, heard_in));
    probes.chance += static_cast<double>(probes.together.back().size());
  }
  if (!rows.empty())
    probes.chance /= static_cast<double>(rows.size()) * std::max(1, together.columns - 1);
  probes.rows = std::move(rows);
  return probes;
}

std::vector<double> overlap_with_listening(const Vectors& vectors, const ListeningProbes& probes,
                                           std::size_t nearest, int threads) {
  std::vector<float> queries;
  for (const std::int32_t row : probes.rows)
    queries.insert(queries.end(), vectors.row(row), vectors.row(row) + vectors.dim);
  const auto found = shared::top_rows_of_each(
      {vectors.values.data(), static_cast<std::size_t>(vectors.rows), vectors.dim}, queries,
      nearest + 1, threads);
  std::vector<double> shares;
  for (std::size_t probe = 0; probe < found.size(); ++probe) {
    const auto& together = probes.together[probe];
    std::size_t looked_at = 0, hits = 0;
    for (const shared::ScoredRow& one : found[probe]) {
      if (one.row == probes.rows[probe] || looked_at == nearest) continue;
      ++looked_at;
      hits += std::binary_search(together.begin(), together.end(), one.row);
    }
    shares.push_back(static_cast<double>(hits) /
                     static_cast<double>(std::max<std::size_t>(1, looked_at)));
  }
  return shares;
}

MeanDifference mean_difference(const std::vector<double>& a, const std::vector<double>& b) {
  const auto count = static_cast<double>(a.size());
  if (a.empty()) return {};
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] - b[k];
  const double mean = sum / count;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double gap = a[k] - b[k] - mean;
    squares += gap * gap;
  }
  return {mean, a.size() > 1 ? std::sqrt(squares / (count - 1) / count) : 0};
}

}  // namespace model
