// A training that several tasks of a cluster share: what is asked of one of them, and what it did.
#pragma once

#include <cstddef>
#include <string>

#include "core/shard.hpp"

namespace engine {

struct SharedTraining {
  std::string folder;  // that all tasks see
  Shard shard;
  /// Makes the model's version of the parts in the folder, and no part; `shard` does not matter.
  bool is_merge = false;
  double patience_seconds = 10;  // that others' parts are waited for at least
};

/// What one task did.
struct SharedWork {
  std::size_t steps = 0, made = 0, for_others = 0;  // parts; the last are among `made`
};

}  // namespace engine
