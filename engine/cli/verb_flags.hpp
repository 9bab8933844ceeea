// The command line of the verbs: flags, help and output, derived from their declarations.
#pragma once

#include "cli/cli.hpp"
#include "verbs/verb.hpp"

namespace CLI {
class App;
}

namespace engine {

/// Adds `verb` to `program`, below the one whose name stands before its last word; asked for, it
/// becomes cli.action. --json prints the answer's data, else its text; of verbs with a page,
/// --html FILE writes that.
void add_verb(CLI::App& program, Cli& cli, const verbs::Verb& verb);

/// --make-folders.
void add_make_folders(CLI::App& verb, bool& makes_folders);

}  // namespace engine
