// Figures over examples of sessions, with intervals over sessions drawn anew: what one session has
// in common does not pass for evidence.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace model {

/// A figure with its interval of 95 %; NaN where there is nothing to tell it by.
struct Figure {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double value = kNone, low = kNone, high = kNone;
};

/// Threads: any.
class SessionFigures {
 public:
  /// The session of each example; any numbers.
  SessionFigures(std::span<const std::int32_t> sessions, std::uint64_t random_seed);

  [[nodiscard]] std::size_t sessions() const { return session_count_; }

  /// The sum of `values` over that of `per`, of the examples.
  [[nodiscard]] Figure ratio(std::span<const double> values, std::span<const double> per) const;
  [[nodiscard]] Figure mean(std::span<const double> values) const;
  /// The chance that an example of label 1 scores above one of label 0, equal scores counting half;
  /// with `group` of each example, among pairs of one group.
  [[nodiscard]] Figure area(std::span<const float> scores, std::span<const std::uint8_t> labels,
                            std::span<const std::uint8_t> group = {}) const;
  /// How much larger that is than by other scores, over the same sessions.
  [[nodiscard]] Figure area_gain(std::span<const float> scores, std::span<const float> others,
                                 std::span<const std::uint8_t> labels,
                                 std::span<const std::uint8_t> group = {}) const;
  /// The mean of the precision at each example of label 1, from the highest score down; equal scores
  /// are one step (the area under the curve of precision against recall).
  [[nodiscard]] Figure precision(std::span<const float> scores,
                                 std::span<const std::uint8_t> labels) const;
  [[nodiscard]] Figure precision_gain(std::span<const float> scores, std::span<const float> others,
                                      std::span<const std::uint8_t> labels) const;
  /// As area(), of pairs of one session that have the same `group` as well.
  [[nodiscard]] Figure area_within(std::span<const float> scores,
                                   std::span<const std::uint8_t> labels,
                                   std::span<const std::uint8_t> group) const;

 private:
  template <typename Of>  // of(weights by session) -> double
  [[nodiscard]] Figure figure(const Of& of) const;
  [[nodiscard]] Figure ratio_by_session(const std::vector<double>& above,
                                        const std::vector<double>& below) const;

  std::vector<std::int32_t> session_;  // of each example, from 0
  std::size_t session_count_ = 0;
  std::uint64_t random_seed_;
};

}  // namespace model
