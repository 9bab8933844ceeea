// An Error as bytes, for the way from a worker to its supervisor.
#pragma once

#include <string>

#include "core/error.hpp"

namespace engine {

std::string pack_error(const Error& error);
Error unpack_error(const std::string& bytes);

}  // namespace engine
