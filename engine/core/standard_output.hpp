// Results on their way out of the program.
#pragma once

#include <string_view>

namespace engine {

/// Thrown when whoever read standard output has closed it (`engine run weekly | head -3`). No
/// error: the program ends without a word, by SIGPIPE, as other tools do.
struct OutputClosed {};

/// Writes all of it, at once and unbuffered, so that a full disk is noticed where it matters.
/// Throws Error(kInput) when it cannot be written, OutputClosed; the process must ignore SIGPIPE.
void write_standard_output(std::string_view bytes);

}  // namespace engine
