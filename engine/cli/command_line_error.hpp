// What is wrong with a command line, in the form of all errors.
#pragma once

#include <CLI/CLI.hpp>

#include "core/error.hpp"

namespace engine {

/// Error(kUsage): which verb it is about, what it does not know or lacks, what may have been meant.
/// `error` as parsing `program` threw it.
Error command_line_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace engine
