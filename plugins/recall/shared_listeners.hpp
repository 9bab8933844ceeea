// Whether other people play both of two things, which is what an explanation claims by "people who
// play ...". A factor model gives any two tracks some score, also those that nobody plays both of.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace recall {

/// The listeners that a model learned from, by its rows (plugins/model/training.hpp,
/// write_listeners()). Models of before these lists do not tell.
class SharedListeners {
 public:
  /// Of nobody: they are not known.
  SharedListeners() = default;
  SharedListeners(playlist::RecallCall& call, const char* model, const char* name) {
    try {
      listeners_.emplace(call.artifact_lists(model, name));
    } catch (const playlist::NoData&) {
      return;
    }
  }
  [[nodiscard]] bool is_known() const { return listeners_.has_value(); }

  /// At least `least` people have both rows; false for a row of -1.
  [[nodiscard]] bool are_shared(std::int32_t a, std::int32_t b, std::size_t least) const {
    if (a < 0 || b < 0) return false;
    const std::span<const std::int32_t> of_a = (*listeners_)[a], of_b = (*listeners_)[b];
    std::size_t shared = 0;
    for (std::size_t i = 0, k = 0; i < of_a.size() && k < of_b.size();) {
      if (of_a[i] < of_b[k]) {
        ++i;
      } else if (of_b[k] < of_a[i]) {
        ++k;
      } else {
        if (++shared >= least) return true;
        ++i, ++k;
      }
    }
    return false;
  }

 private:
  std::optional<playlist::Lists> listeners_;
};

}  // namespace recall
