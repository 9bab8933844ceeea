// ADWIN: a window over a stream that forgets what lies before a change.
//
// The window is cut where two parts of it, an older and a newer one, have means further apart than
// chance allows:
//   epsilon = sqrt(2/m * variance * d) + 2/(3m) * d,   d = ln(2 ln(n) / delta)
// with n values in the window, n0 and n1 in its parts and 1/m = 1/n0 + 1/n1. Values are kept in
// buckets of 1, 2, 4 ... of them, at most kBucketsOfASize of each, so that a window of n values
// costs O(log n) and cuts are looked for where one bucket meets the next.
//
// Paper   Bifet, Gavalda: Learning from Time-Changing Data with Adaptive Windowing, SDM 2007,
//         sections 3 and 4; the logarithm in d is what they use in practice. Delta 0.002 as in MOA
//         and river; they look at every 32nd value, this at every one.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

namespace engine::patterns {

class Adwin {
 public:
  static constexpr double kDelta = 0.002;
  static constexpr std::size_t kBucketsOfASize = 5;
  static constexpr std::size_t kShortestPart = 5;  // values

  explicit Adwin(double delta = kDelta) : delta_(delta) {}

  /// `value` in 0..1. Whether the window was cut.
  bool add(double value);
  [[nodiscard]] std::size_t width() const { return width_; }
  /// Of the window; 0 when it is empty.
  [[nodiscard]] double mean() const;

 private:
  struct Bucket {
    std::size_t count = 0;
    double sum = 0, squares = 0;  // squared distances from its mean
  };
  static Bucket merged(const Bucket& a, const Bucket& b);
  void compress();
  [[nodiscard]] bool must_cut() const;

  double delta_;
  std::deque<Bucket> buckets_;  // oldest first; sizes never grow
  std::size_t width_ = 0;
};

/// Where the last change of a series lies.
struct ChangePoint {
  std::size_t first = 0;    // the first value after it
  bool is_certain = false;  // ADWIN cuts there
};
/// By ADWIN; where it never cuts, the place that parts the series into two with means furthest apart
/// for their number (greatest |difference| * sqrt(n0 n1 / n)). `values` in 0..1, two at least.
ChangePoint change_point(const std::vector<double>& values);

}  // namespace engine::patterns
