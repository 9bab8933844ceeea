// Looks for the best point of a few numbers when each look is dear and noisy.
//
// First a Latin hypercube (McKay, Beckman, Conover: A comparison of three methods for selecting
// values of input variables, Technometrics 1979) beside the present point: half of the budget, each
// axis cut into as many slices as there are points, so that few points see all of every range. Then
// coordinate steps from the best (compass search: Kolda, Lewis, Torczon: Optimization by direct
// search, SIAM Review 2003): all axes up and down at once, move to the best of them if it is
// better, else halve the step. Ranking metrics are piecewise constant in the weights, which rules
// gradients out; coordinate ascent on the metric itself is what Metzler and Croft (Linear
// feature-based models for information retrieval, Information Retrieval 2007) found to fit linear
// ranking weights well.
//
// An axis that reaches to both signs is searched on a cubic scale, so that points lie dense around
// 0 and a weight can change by orders of magnitude; one from above 0 to a hundred times as much on
// a logarithmic scale; others evenly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace engine::evaluate {

struct Axis {
  double low = 0, high = 1, start = 0;    // low < high, start inside
  std::function<double(double)> rounded;  // the value really tried
};

/// Asks for points in batches, whose scores are told back in order. Same scores, same points.
class Search {
 public:
  /// `budget`: points in all, the start included, >= 1.
  Search(std::vector<Axis> axes, std::size_t budget, std::uint64_t random_seed);

  /// The next points, none of them tried before; the first is the start alone with the hypercube.
  /// Empty when the budget is spent or the steps have become small.
  std::vector<std::vector<double>> next();
  /// Scores of the last next(), higher is better; -infinity for points that cannot be used.
  void tell(const std::vector<double>& scores);

  /// The best so far, the earliest of equals; the start before anything was told.
  [[nodiscard]] const std::vector<double>& best() const { return best_; }
  [[nodiscard]] double best_score() const { return best_score_; }
  [[nodiscard]] std::size_t tried() const { return tried_.size(); }

 private:
  [[nodiscard]] double to_unit(std::size_t axis, double value) const;
  [[nodiscard]] double from_unit(std::size_t axis, double unit) const;
  [[nodiscard]] bool is_new(const std::vector<double>& point) const;
  void add(std::vector<double> point);
  void add_hypercube();
  void add_steps();

  std::vector<Axis> axes_;
  std::size_t budget_;
  std::uint64_t random_seed_;
  std::vector<std::vector<double>> tried_, batch_;
  std::vector<double> best_;
  double best_score_;
  double step_;  // in units, 0..1 being the whole axis
  bool has_started_ = false;
};

}  // namespace engine::evaluate
