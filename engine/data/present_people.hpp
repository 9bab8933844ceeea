// Who of the people whom a run may look at is there by its now.
#pragma once

#include <string>
#include <vector>

#include "data/people.hpp"

namespace engine {

/// The listener, then by name whoever has played or told something by now: who comes to the library
/// later is nobody yet, so that a list of everybody stays what it was.
std::vector<std::string> present_people(const People& people);

}  // namespace engine
