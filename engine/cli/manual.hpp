// engine manual: the pages of man about the program and its verbs, made from what they declare.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "cli/commands.hpp"

namespace CLI {
class App;
}

namespace engine {

/// "engine-playlist-keep(1)" of "playlist keep", "engine(1)" of "".
std::string manual_name(const std::string& verb);

/// The page of one of `all`, as roff.
std::string manual_page(const Command& command, const std::vector<Command>& all);

/// To be added last: it tells of every verb that is there by then.
void add_manual(CLI::App& app, Cli& cli);

}  // namespace engine
