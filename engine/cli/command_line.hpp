// The program's command line: made of the verbs, parsed, and one of them asked.
#pragma once

namespace engine {

/// The exit code (core/error.hpp). Errors go to stderr.
int run_command_line(int argc, char** argv);

}  // namespace engine
