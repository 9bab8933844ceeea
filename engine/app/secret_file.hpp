// A password or key that a user gives, from where no list of processes and no shell's history has it.
#pragma once

#include <string>

namespace engine::app {

/// The first line of the file; of standard input for "-", which a terminal asks for, and does not
/// show. Throws Error(kInput) where there is none, and for a file that others may read.
std::string read_secret(const std::string& file);

}  // namespace engine::app
