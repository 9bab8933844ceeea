// A run in its worker: the request goes in by the fork, the answer comes back as frames.
#pragma once

#include <string>

#include "cli/cli.hpp"
#include "recipe/run.hpp"

namespace engine {

/// The request for a recipe file with this command line's flags and settings: columns prepared,
/// limits and folders filled in. Throws Error(kInput) when the recipe cannot be read.
RunRequest make_run_request(Cli& cli, const std::string& recipe);
/// The same for a text that is at hand already.
RunRequest make_run_request(Cli& cli, const std::string& recipe, const std::string& text);

/// A recipe as people name it: a path, or NAME for NAME.lua in one of the recipe folders. Throws
/// Error(kInput).
std::string find_recipe(Cli& cli, const std::string& name);

/// Runs it in a supervised worker (or in this process with --in-process). Throws Error: the run's
/// own, kPlugin when the worker crashed, kLimits when it was stopped.
RunAnswer run_supervised(Cli& cli, const RunRequest& request);

}  // namespace engine
