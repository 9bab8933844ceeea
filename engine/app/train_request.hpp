// What every training that a verb starts has in common.
#pragma once

#include "app/caller.hpp"
#include "models/train.hpp"

namespace engine::app {

/// Limits, folders, play rule and plugins as `caller` has them; names, date, user, columns and
/// parameters are filled in afterwards.
TrainRequest make_train_request(const Caller& caller);

}  // namespace engine::app
