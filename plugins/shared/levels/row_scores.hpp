// Dot products of the rows of a matrix with queries, of which only those above a bound are told.
// Compiled once for each x86-64 level; ../exact_search.cpp picks one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shared {

/// Row-major rows of `dim` values; `first_row` is the number of the first of them.
struct RowBlock {
  const float* data;
  std::size_t dim;
  std::int32_t rows;
  std::int32_t first_row;
};

/// Where scores go that are above a query's bound, one after the other, rows ascending. `take`
/// may raise bounds[query]. A score that is not a number is above nothing.
struct ScoreSink {
  float* bounds;  // one per query of the panel
  void* context;
  void (*take)(void* context, std::int32_t query, std::int32_t row, float score);
  float* scores = nullptr;  // of score_one: scores[row] for every row, unless nullptr
};

/// Where scores of pairs go that are above the bound of either side. `take` may raise both. Scores
/// come with rows ascending for every query of a panel, and with queries ascending for every row.
struct PairSink {
  const float* query_bounds;  // one per query of the panel
  const float* row_bounds;    // row_bounds[row]
  void* context;
  void (*take)(void* context, std::int32_t query, std::int32_t row, float score);
};

/// The rows of a RowBlock in 8 bits a value (../quantized_rows.hpp), and the query in 16.
struct CodedBlock {
  const std::int8_t* codes;  // rows x stride
  const float *scales, *slacks;
  std::size_t stride;         // a multiple of 64
  const std::int16_t* query;  // stride values
  float step, length;         // of the query: what a code is worth, and its norm
};

struct RowScoring {
  /// Queries of a panel: value d of query q stands at panel[d * panel_queries + q]. Queries that
  /// fill up a panel have an infinite bound.
  std::int32_t panel_queries;
  /// One query as it is, sink.bounds[0]; bound by memory for dim >= 16.
  void (*score_one)(const RowBlock& block, const float* query, const ScoreSink& sink);
  /// The same scores, to the bit: whole values are read of rows that their codes let be above the
  /// bound. Not for block.dim < 16.
  void (*score_coded)(const RowBlock& block, const CodedBlock& coded, const float* query,
                      const ScoreSink& sink);
  /// A whole panel; bound by arithmetic. Every sum runs over d in ascending order.
  void (*score_panel)(const RowBlock& block, const float* panel, const ScoreSink& sink);
  /// The same scores for both sides. Queries that fill up a panel are not numbers.
  void (*score_pairs)(const RowBlock& block, const float* panel, const PairSink& sink);
};

extern const RowScoring kRowScoring_baseline;
extern const RowScoring kRowScoring_v3;
extern const RowScoring kRowScoring_v4;

}  // namespace shared
