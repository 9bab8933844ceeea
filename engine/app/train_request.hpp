// What every training that a verb starts has in common.
#pragma once

#include "app/caller.hpp"
#include "models/train.hpp"

namespace engine::app {

/// Limits, folders, play rule and plugins of the caller; names, date, user and columns are
/// the caller's, parameters too.
TrainRequest make_train_request(const Caller& caller);

}  // namespace engine::app
