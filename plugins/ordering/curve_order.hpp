// Which tracks play at which places, so that columns follow their curves.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Points with straight lines between, level before the first and after the last.
class PiecewiseLine {
 public:
  /// `at` ascends, with a point for each; at least one.
  PiecewiseLine(std::vector<double> at, std::vector<double> points)
      : at_(std::move(at)), points_(std::move(points)) {}

  [[nodiscard]] double value(double position) const;

 private:
  std::vector<double> at_, points_;
};

/// A column, and the curve it is to follow.
struct Course {
  std::string name, points_text;  // "120, 170"
  std::vector<double> values;     // by row, NaN where missing
  PiecewiseLine line;             // from 0, the first place, to 1, the last one
  double weight = 1, span = 1;    // deviations count in parts of the span
};

struct CurveOptions {
  std::size_t places = 0;    // at most the call's rows
  double rank_weight = 0;    // where not all play: cost of the last row over that of the first
  bool is_harmonic = false;  // near ties by the columns key and mode, inputs 0 and 1 of the call
};

struct Arranged {
  std::vector<std::int32_t> rows;  // as they play
  std::vector<std::string> notes;  // what had to be given up, sentences
};

/// As the comment of curve.cpp says; at least one course.
Arranged arrange_along(const playlist::OrderingCall& call, std::vector<Course> courses,
                       const CurveOptions& options);

/// Where one of several lies that are spread evenly from 0 to 1.
double along(std::size_t k, std::size_t count);
/// For sentences: 121, 12.5, 0.42, 3.
std::string short_number(double number);
