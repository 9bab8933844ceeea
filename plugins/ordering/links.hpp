// Puts rows that belong one after the other next to each other, and leaves the rest as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Which rows come right after which.
class Links {
 public:
  explicit Links(std::size_t rows);

  /// Row `follower` belongs right after row `leader`; the strongest first. It is taken unless an
  /// earlier one has its leader or its follower, or it would close a circle: so of two claims to a
  /// row the stronger counts, and a circle is cut at its weakest link.
  ///
  /// Returns   whether the one comes after the other now
  bool add(std::int32_t leader, std::int32_t follower);

  [[nodiscard]] std::size_t rows() const { return follower_.size(); }
  /// -1: none in particular.
  [[nodiscard]] std::int32_t follower(std::int32_t row) const {
    return follower_[static_cast<std::size_t>(row)];
  }
  /// It comes right after another.
  [[nodiscard]] bool is_led(std::int32_t row) const {
    return is_led_[static_cast<std::size_t>(row)];
  }
  /// All rows: each at its place in the order given, but a follower right after its leader.
  [[nodiscard]] std::vector<std::int32_t> order() const;

 private:
  std::vector<std::int32_t> follower_;
  std::vector<bool> is_led_;
  // Of a run's first row its last, and of its last its first; others' are out of date.
  std::vector<std::int32_t> first_, last_;
};
