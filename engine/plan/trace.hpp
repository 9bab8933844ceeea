// What an evaluation tells of itself beside the list.
#pragma once

#include <cstdint>
#include <string>

namespace engine {

struct TraceEntry {
  std::string node, where;
  std::int64_t rows_in = 0, rows_out = 0;
  double ms = 0;
  bool is_reused = false;  // kept from an earlier run of a watcher
};

/// One constraint of a :limit, and what it cost.
struct ReceiptEntry {
  std::string constraint;  // "per_artist 3"
  std::int64_t dropped = 0;
  bool is_bound = false;  // the list came out short because of it
  std::string relaxed;    // "per_artist 4 would give 50 tracks", when the list came out short
};

/// How one branch of a pl.mix filled its slots.
struct BranchCount {
  std::string branch;  // label of the branch's node
  double share = 0;
  bool is_generative = false;  // it finds tracks, and has an `otherwise`
  std::int64_t slots = 0, filled = 0, fallbacks = 0;
};

}  // namespace engine
