// A password or key that a user gives, from where no list of processes and no shell's history has it.
#pragma once

#include <string>

namespace engine::app {

/// The first line of the file; of standard input for "-", which a terminal asks for, and does not
/// show. Throws Error(kInput) where there is none, and for a file that others may read.
std::string read_secret(const std::string& file);

/// A line of standard input. A terminal is asked for it with `prompt`, and does not show it.
std::string read_hidden_line(const std::string& prompt);
/// On standard error, and in no log.
void say_on_terminal(const std::string& text);

}  // namespace engine::app
