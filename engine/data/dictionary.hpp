// Strings kept once each, numbered by first appearance; laid out as playlist_dict wants them.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Not thread-safe. Codes are dense from 0 and never change.
class Dictionary {
 public:
  Dictionary() = default;
  /// The texts of a column file, with their codes.
  explicit Dictionary(const playlist_dict& texts);

  /// The code of `text`, new when it was not there. Looks at all texts that
  /// were appended since the last call.
  std::int32_t code(std::string_view text);
  /// A new code without looking whether the text is there: for texts known to be unique.
  std::int32_t append(std::string_view text);

  [[nodiscard]] std::string_view text(std::int32_t code) const {
    const auto k = static_cast<std::size_t>(code);
    return std::string_view(bytes_).substr(offsets_[k], offsets_[k + 1] - offsets_[k]);
  }
  [[nodiscard]] std::size_t count() const { return offsets_.size() - 1; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<std::uint64_t>& offsets() const { return offsets_; }

 private:
  /// Makes room for one more, and puts what was appended into the slots.
  void prepare_slots();
  void put_into_slots(std::int32_t code);

  std::string bytes_;
  std::vector<std::uint64_t> offsets_{0};
  std::vector<std::uint32_t> hashes_;  // of the codes that are in the slots: the first ones
  std::vector<std::int32_t> slots_;    // open addressing, -1 free; empty until code() is used
};

}  // namespace engine
