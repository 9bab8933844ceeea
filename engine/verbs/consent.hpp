// Verbs that remove something: they say what, and do it when they are told to go on.
//
// A verb with the parameter `yes` and without it changes nothing: it answers what it would remove.
// A front end that can ask shows that, asks, and asks the verb again with `yes`.
#pragma once

#include <functional>
#include <string>

#include "verbs/verb.hpp"

namespace engine::verbs {

/// What would be gone.
struct Removal {
  std::string what;   // "3 runs of 12"
  std::string loses;  // a sentence on what that means; "" for none
  Json data;          // the same for programs
};

Parameter yes_parameter();

/// `data` with "removed", true or false.
Json removed_json(const Removal& removal, bool is_removed);

/// Calls `remove` where the verb was told to go on; else says what it would remove, with
/// Exit::kNothing.
Answer remove_with_consent(const Arguments& arguments, const Removal& removal,
                           const std::function<void()>& remove);

}  // namespace engine::verbs
