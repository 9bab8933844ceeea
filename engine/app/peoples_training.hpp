// Training for several people: what everybody shares once, what is learned from a person's own once
// for each of them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "app/caller.hpp"
#include "models/train.hpp"

namespace engine::app {

struct People {
  std::size_t count = 0;
  /// Asked for the first one first, for the others only where a model is a person's own.
  std::function<std::shared_ptr<const PreparedColumns>(std::size_t)> columns;
};

struct PeoplesModels {
  std::vector<TrainedModel> models;  // in the order in which they were trained
  Exit worst = Exit::kDone;          // of those that failed for somebody
};

/// Trains the request's models in the first one's name, then those of them for each of the others
/// that read what is a person's own; `request.columns` is filled in. What fails for one person
/// once it has read what is theirs is told with their name, and the others' are trained all the
/// same; whatever else fails is thrown, as train_models() throws it.
PeoplesModels train_for_people(const Caller& caller, TrainRequest request, const People& people,
                               const TrainReports& reports);

}  // namespace engine::app
