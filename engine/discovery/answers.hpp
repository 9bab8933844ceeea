// What people said to suggestions, and what that says of the next ones.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "discovery/thompson.hpp"

namespace engine::discovery {

/// One suggestion that was taken or turned down; those that were put off or ran out are no answers.
struct Answer {
  std::string source, kind;  // what found it, and the kind of music it is
  std::int64_t ts = 0;       // when it was answered
  bool is_accepted = false;
  double propensity = 1;  // of its having been drawn
};

/// A source and a kind of music.
using ArmName = std::pair<std::string, std::string>;

/// What is left of an answer after a week.
inline constexpr double kWeeklyForgetting = 0.98;

/// Of every arm with an answer by `now`: each counts 0.98^weeks.
std::map<ArmName, Posterior> posteriors_of(std::span<const Answer> answers, std::int64_t now);

/// How often the suggestions of one source are accepted.
struct Acceptance {
  std::string source;  // "": all of them
  std::size_t answers = 0, accepted = 0;
  /// What the share would be if everything came from there, whatever was drawn how often: the
  /// self-normalised inverse propensity estimate, sum of accepted / p over sum of 1 / p.
  double snips = 0;
  /// How many equally weighted answers tell as much: (sum of 1/p)^2 over sum of (1/p)^2.
  double effective_size = 0;
  /// Fewer say nothing.
  static constexpr double kEnough = 30;
  [[nodiscard]] bool is_enough() const { return effective_size >= kEnough; }
};

/// By source, most answers first, equal ones by name; the first is all together. Empty without
/// answers.
std::vector<Acceptance> acceptance_of(std::span<const Answer> answers);

/// What the last answers have in common when `least` or more of them were turned down in a row.
struct Row {
  enum class Of : std::uint8_t { kNothing, kSource, kKind } of = Of::kNothing;
  std::string name;
  std::size_t rejections = 0;
};
/// `answers` as they were given. The kind that has one in common, else the source.
Row rejected_in_a_row(std::span<const Answer> answers, std::size_t least);

}  // namespace engine::discovery
