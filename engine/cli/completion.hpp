// engine completion: what lets bash, zsh and fish complete verbs, flags and their values, and the names that are in
// somebody's library.
//
// A script is a walk along the words of a command line (completion.bash, .zsh, .fish) over tables made from what the
// verbs declare. Names that only the library knows the script asks the engine for, while it completes:
// `engine completion --names playlists`.
#pragma once

#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "cli/commands.hpp"

namespace CLI {
class App;
}

namespace engine {

/// What stands where a value is wanted, in the language of the scripts: "= short log" (one of these), "files",
/// "folders", "names playlists", "names recipes files" (or a file); "text" for what nobody can know.
std::string values_of(const Command& command, const verbs::Parameter& parameter);

/// The script for "bash", "zsh" or "fish".
std::string completion_script(const std::string& shell, const std::vector<Command>& all);

/// What names there are to be asked for: "users", "playlists" ...
std::vector<std::string> kinds_of_names();

/// To be added last: it completes every verb that is there by then.
void add_completion(CLI::App& app, Cli& cli);

}  // namespace engine
