#include "gram_inverse.hpp"

#include <algorithm>

#include "levels/gram_solver.hpp"
#include "parallel.hpp"
#include "shared/cpu.hpp"

namespace model {
namespace {

static_assert(GramInverse::kBlock == kGramLanes);

/// A number gathered from anywhere costs as much time as so many that a dense product reads.
constexpr double kGathered = 8;

const GramSolver& gram_solver() {
  return shared::of_this_processor(kGramSolver_baseline, kGramSolver_v3, kGramSolver_v4);
}

GramRows rows_of(const SparseMatrix& matrix) {
  return {matrix.rows(), matrix.offsets.data(), matrix.indices.data(), matrix.values.data()};
}

std::vector<float> diagonal_of(const SparseMatrix& tracks, double ridge) {
  std::vector<float> diagonal;
  for (std::int32_t track = 0; track < tracks.rows(); ++track) {
    double sum = ridge;
    for (const float value : tracks.row_values(track)) sum += static_cast<double>(value) * value;
    diagonal.push_back(static_cast<float>(sum));
  }
  return diagonal;
}

}  // namespace

GramInverse::GramInverse(const SparseMatrix& users, const GramInverseOptions& options)
    : options_(options),
      rank_(popularity_ranks(users)),
      users_(with_columns(users, rank_)),
      tracks_(transposed(users_)),
      ranked_diagonal_(diagonal_of(tracks_, options.ridge)) {
  for (const std::int32_t rank : rank_)
    diagonal_.push_back(ranked_diagonal_[static_cast<std::size_t>(rank)]);
}

std::int32_t GramInverse::solve(std::int32_t block, HugePageVector<float>& x,
                                HugePageVector<float>& scratch) const {
  const GramSystem system{rows_of(users_),
                          rows_of(tracks_),
                          ranked_diagonal_.data(),
                          static_cast<float>(options_.ridge),
                          static_cast<float>(options_.tolerance),
                          options_.most_steps};
  x.resize(static_cast<std::size_t>(users_.columns) * kBlock);
  scratch.resize(gram_solver().scratch(system));
  return gram_solver().solve(system, block * kBlock, x.data(), scratch.data());
}

bool GramInverse::run(const Take& take, const std::function<bool(double)>& proceed) const {
  try {
    run_part(0, 1, take, proceed);
    return true;
  } catch (const PartStopped&) {
    return false;
  }
}

void GramInverse::run_part(std::int64_t part, std::int64_t parts, const Take& take,
                           const std::function<bool(double)>& proceed) const {
  struct Buffers {
    HugePageVector<float> x, scratch;
    std::vector<float> columns;  // kBlock of them, one after the other
  };
  std::vector<Buffers> buffers(static_cast<std::size_t>(options_.threads));
  const auto size = static_cast<std::size_t>(users_.columns);
  const std::vector<std::int32_t> column_at = by_rank();
  part_rows(part, parts)
      .run(
          options_.threads, kBlock,
          [&](int thread, std::int64_t begin, std::int64_t) {
            auto& [x, scratch, columns] = buffers[static_cast<std::size_t>(thread)];
            solve(static_cast<std::int32_t>(begin / kBlock), x, scratch);
            columns.resize(size * kBlock);
            for (std::size_t column = 0; column < size; ++column) {
              const float* from = x.data() + static_cast<std::size_t>(rank_[column]) * kBlock;
              for (std::size_t lane = 0; lane < kBlock; ++lane)
                columns[lane * size + column] = from[lane];
            }
            const auto first = static_cast<std::size_t>(begin);
            for (std::size_t lane = 0; lane < kBlock && first + lane < size; ++lane)
              take(column_at[first + lane], std::span(columns).subspan(lane * size, size));
          },
          proceed);
}

std::vector<std::int32_t> GramInverse::columns_of(std::int64_t part, std::int64_t parts) const {
  const std::vector<std::int32_t> column_at = by_rank();
  const PartRows rows = part_rows(part, parts);
  std::vector<std::int32_t> columns;
  for (std::int64_t block = 0; block < rows.blocks(); ++block)
    columns.insert(columns.end(), column_at.begin() + rows.begin(block),
                   column_at.begin() + rows.end(block));
  return columns;
}

std::vector<std::int32_t> GramInverse::by_rank() const {
  std::vector<std::int32_t> column_at(rank_.size());
  for (std::size_t column = 0; column < rank_.size(); ++column)
    column_at[static_cast<std::size_t>(rank_[column])] = static_cast<std::int32_t>(column);
  return column_at;
}

double GramInverse::operations() const {
  HugePageVector<float> x, scratch;
  double steps = 0;
  for (const std::int32_t block : {0, blocks() / 2, blocks() - 1})
    steps += solve(block, x, scratch) / 3.0;
  const double gathered = 2.0 * static_cast<double>(users_.entries()) * kBlock;
  return kGathered * steps * gathered * blocks();
}

}  // namespace model
