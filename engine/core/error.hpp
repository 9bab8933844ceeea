// One exception type for what ends a verb, with the exit code the user's shell sees.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace engine {

/// Exit codes of every verb (DESIGN: command line).
enum class Exit : int {
  kDone = 0,
  kNothing = 1,  // ran, but the answer is "nothing" or "worse"
  kUsage = 2,
  kInput = 3,
  kRecipe = 4,
  kPlugin = 5,
  kStore = 6,
  kLimits = 7,
  kInterrupted = 130,
};

/// What happened, where in the user's own files, why, and what to do about it. Empty parts are not
/// printed.
class Error : public std::runtime_error {
 public:
  struct Parts {
    std::string where;   // "recipes/weekly.lua:19", the user's file, never ours
    std::string source;  // the source line itself
    std::string why;
    std::string fix;
  };

  Error(Exit exit, std::string what) : Error(exit, std::move(what), Parts{}) {}
  Error(Exit exit, std::string what, Parts parts)
      : std::runtime_error(std::move(what)), exit_(exit), parts_(std::move(parts)) {}

  [[nodiscard]] Exit exit() const { return exit_; }
  [[nodiscard]] const Parts& parts() const { return parts_; }

  /// The text for the terminal:
  ///   error: WHAT
  ///     where: ...
  ///     | source line
  ///     why:   ...
  ///     fix:   ...
  [[nodiscard]] std::string text() const;

 private:
  Exit exit_;
  Parts parts_;
};

/// "; did you mean X?" material: the nearest of `known` to `word`, or "" when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

}  // namespace engine
