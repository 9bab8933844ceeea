// What every training that a verb starts has in common.
#pragma once

#include "cli/cli.hpp"
#include "models/train.hpp"

namespace engine {

/// Limits, folders, play rule and plugins of this command line; names, date, user and columns are
/// the caller's, parameters too.
TrainRequest make_train_request(Cli& cli);

}  // namespace engine
