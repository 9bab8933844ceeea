// A whole person of the library, with what stands in files beside it.
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"
#include "store/users.hpp"

namespace engine::app {

/// Forgets the person (library/people.hpp), their own models and the columns made from their data.
void forget_person(const Caller& caller, const User& user);

/// Makes everything of `joined` that of `kept`, and removes the columns of `joined`.
void join_people(const Caller& caller, const User& kept, const User& joined);

/// Copies of the library from before migrations, which hold what was in it then.
std::vector<std::string> backups(const Caller& caller);

}  // namespace engine::app
