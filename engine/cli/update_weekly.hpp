// The verb `engine update-weekly`.
#pragma once

#include "cli/cli.hpp"

namespace engine {

void add_update_weekly(CLI::App& app, Cli& cli);

}  // namespace engine
