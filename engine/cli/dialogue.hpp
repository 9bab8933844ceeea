// A verb that asks, on a terminal: its question, what somebody types, and so on until they quit.
#pragma once

#include "cli/cli.hpp"
#include "verbs/verb.hpp"

namespace engine {

/// There is somebody to ask: both ends are a terminal, and nothing was answered on the command line.
bool may_converse(Cli& cli, const verbs::Verb& verb, const verbs::Given& given);

/// Asks until nothing is asked any more or somebody types q, or ends the input. What they type and
/// is refused is told, and asked again.
Exit converse(Cli& cli, const verbs::Verb& verb);

}  // namespace engine
