// The command line as data: every verb with what it takes, for the manual and for shells that complete.
//
// It is read off the parser once all verbs have been added to it, those too that only a terminal has (watch,
// serve), so that nothing of it can be missing here.
#pragma once

#include <string>
#include <vector>

#include "verbs/verb.hpp"

namespace CLI {
class App;
}

namespace engine {

struct Command {
  std::string name;  // "playlist keep"; "" for the program itself
  std::string help, footer;
  std::vector<verbs::Parameter> parameters = {};  // of the program: what every verb takes
  std::vector<std::string> below = {};            // last words of the verbs below it
  bool is_complete = true;                        // false: one of those must follow
};

/// The program, then every verb in the order of its help, each behind the one it is below.
std::vector<Command> commands_of(const CLI::App& program);

/// "--as-of", or "FILE" for what is told by its place.
std::string written(const verbs::Parameter& parameter);

/// What a value is called in help, "FILE"; "" for flags.
std::string value_name(const verbs::Parameter& parameter);

}  // namespace engine
