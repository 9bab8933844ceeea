// The program's command line: made of the verbs, parsed, and one of them asked.
#pragma once

namespace CLI {
class App;
}

namespace engine {

class Cli;

/// Adds all that there is to `app`, which then parses into `cli`: for whoever only reads it off, too
/// (cli/commands.hpp). `cli` lives as long as `app`.
void add_all(CLI::App& app, Cli& cli);

/// The exit code (core/error.hpp). Errors go to stderr.
int run_command_line(int argc, char** argv);

}  // namespace engine
