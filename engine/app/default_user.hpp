// Whom a request is for.
#pragma once

#include <string>

#include "app/caller.hpp"

namespace engine::app {

/// Whom the caller names, else whom the setting `user` does; "" where neither does, and the
/// library may tell (store/users.hpp). For requests of one person: those that may be for everybody
/// look at Asked::user alone.
std::string user_name(const Caller& caller);

}  // namespace engine::app
