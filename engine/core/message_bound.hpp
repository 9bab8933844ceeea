// How much a plugin or a recipe may say: everything it says is kept and shown, so a loop that says
// something a million times would fill the memory and the screen.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

/// Counts what one speaker says. Threads: one at a time.
class MessageBound {
 public:
  static constexpr std::size_t kMessages = 100;  // that pass
  static constexpr std::size_t kBytes = 2'000;   // of one message

  /// The message as it may be passed on: cut behind a whole UTF-8 character, " ..." after it.
  /// Nothing once kMessages have passed.
  std::optional<std::string> take(std::string_view message);
  /// "and 199900 messages more", or "" when all have passed.
  [[nodiscard]] std::string rest() const;

 private:
  std::size_t count_ = 0;
};

}  // namespace engine
