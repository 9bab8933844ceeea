// How often the rules of drift alarm on made-up listening.
#pragma once

#include "patterns/drift.hpp"
#include "patterns/simulated_listening.hpp"

namespace test {

struct DriftRuns {
  int runs = 0, alarms = 0, relative_alarms = 0;
  [[nodiscard]] double share() const { return static_cast<double>(alarms) / runs; }
  [[nodiscard]] double relative_share() const {
    return static_cast<double>(relative_alarms) / runs;
  }
};

/// `runs` people, each with `past` days of these habits and then a week with the change; one look at
/// each, at its end. `draws` as in DriftOptions.
inline DriftRuns look_at_listeners(const Habits& habits, Change change, int past, int runs,
                                   int draws, int earlier_draws) {
  DriftRuns made{.runs = runs};
  for (int run = 0; run < runs; ++run) {
    SimulatedListening listening(habits, static_cast<std::uint64_t>(run) * 977 + 1);
    auto days = listening.days(past);
    for (auto& day : listening.days(7, change)) days.push_back(std::move(day));
    engine::patterns::DriftOptions options;
    options.draws = draws;
    options.earlier_draws = earlier_draws;
    const auto report = engine::patterns::detect_drift(days, options);
    made.alarms += report && report->has_drifted;
    made.relative_alarms += report && report->has_relative_alarm;
  }
  return made;
}

}  // namespace test
