// Choosing by time: what :since, :between, :at and :on_this_day share.
//
// Below a :since and its like stands a set of the user's. Of user.listens, which gives a track once,
// at its latest listen, all listens count: a track stays where one of its listens is at all the
// times that the steps from here down to the set choose. Of other rows, the one time of each does.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/evaluate.hpp"
#include "plan/plan.hpp"
#include "plan/step.hpp"

namespace engine {

/// The column "ts", or nullptr.
const Items<std::int64_t>* times_of(const Candidates& candidates);
/// Throws where rows have no times.
void require_times(const Evaluation& evaluation, const Node& node, const Candidates& candidates);
/// The same before anything runs.
void check_times(const Node& node, const StepCheck& check);

/// Several tests, of which all must hold.
class TimeTests {
 public:
  TimeTests() = default;
  explicit TimeTests(std::vector<TimeTest> tests) : tests_(std::move(tests)) {}
  /// Of the steps that choose times directly below a node, one under the other; of listens.
  static TimeTests directly_below(const Evaluation& evaluation, const Node& node);

  bool operator()(std::int64_t time) const {
    for (const TimeTest& test : tests_)
      if (!test(time)) return false;
    return true;
  }

 private:
  std::vector<TimeTest> tests_;
};

}  // namespace engine
