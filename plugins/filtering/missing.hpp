// What a filter does with rows whose value is missing: a choice of the recipe, told as a notice.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string_view>

inline constexpr playlist::Choices kMissingChoices{"keep", "drop"};

/// Keeps or drops rows without a value, and counts them.
class MissingRows {
 public:
  MissingRows(const playlist::FilteringCall& call, std::string_view field, bool is_dropping)
      : call_(call), field_(field), is_dropping_(is_dropping) {}

  void found(std::size_t row) {
    if (is_dropping_) {
      if (count_ == 0) reason_ = call_.because(field_, " is not known");
      call_.drop(row, reason_);
    }
    ++count_;
  }
  /// Once, at the end.
  void tell() const {
    if (count_ == 0) return;
    call_.info(playlist::concat(field_, " is not known for ", count_, " of ", call_.rows(),
                                " candidates: ", is_dropping_ ? "dropped" : "kept"));
  }

 private:
  const playlist::FilteringCall& call_;
  std::string_view field_;
  bool is_dropping_;
  std::size_t count_ = 0;
  std::int32_t reason_ = playlist::kMissingText;
};
