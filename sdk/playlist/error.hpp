// What an element throws to end a call. None of these leaves the plugin: playlist/element.hpp turns
// each into the status and the message the host reads.
//
//   throw playlist::NoData("no listens yet");          the recipe's fallback is taken, the run says
//   so throw playlist::Error(playlist::concat("row ", row, " has no artist"));     ends the run
#pragma once

#include "playlist/plugin.h"

#include <charconv>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

namespace playlist {

/// Ends the run with this message for the recipe's author.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, playlist_status status = PLAYLIST_ERROR)
      : std::runtime_error(message), status_(status) {}
  [[nodiscard]] playlist_status status() const noexcept { return status_; }

 private:
  playlist_status status_;
};

/// The model or table needed is absent or empty: not an error, the recipe's fallback is taken.
class NoData final : public Error {
 public:
  explicit NoData(const std::string& message) : Error(message, PLAYLIST_NO_DATA) {}
};

/// Constructors only: parameters that are each in range but do not fit together.
class BadParam final : public Error {
 public:
  explicit BadParam(const std::string& message) : Error(message, PLAYLIST_BAD_PARAM) {}
};

/// A source that does not read this input after all; the next one is asked.
class Unsupported final : public Error {
 public:
  explicit Unsupported(const std::string& message) : Error(message, PLAYLIST_UNSUPPORTED) {}
};

/// Thrown by Call::checkpoint() when the user stopped the run; let it pass.
class Cancelled final : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "cancelled"; }
};

namespace detail {

inline void append_part(std::string& text, std::string_view part) {
  text.append(part);
}
inline void append_part(std::string& text, char part) {
  text.push_back(part);
}
template <std::same_as<bool> Bool>
void append_part(std::string& text, Bool part) {
  text.append(part ? "true" : "false");
}
template <std::integral Integer>
requires(!std::same_as<Integer, bool>) void append_part(std::string& text, Integer part) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, part).ptr);
}
template <std::floating_point Real>
void append_part(std::string& text, Real part) {
  char digits[48];
  const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<double>(part),
                                 std::chars_format::general, 6);
  text.append(digits, end.ptr);
}

}  // namespace detail

/// One text of texts and numbers; real numbers with up to 6 digits, in every locale the same.
template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts) {
  std::string text;
  (detail::append_part(text, parts), ...);
  return text;
}

}  // namespace playlist
