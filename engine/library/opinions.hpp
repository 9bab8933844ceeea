// What a person says to the engine itself, beside what their exports tell: it holds until they take
// it back; an import never ends it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "library/subject.hpp"

namespace engine::library {

struct Opinion {
  bool is_ban = false;  // else a like
  bool begins = true;   // else it is taken back
};

struct OpinionResult {
  Subject subject;
  bool is_changed = false;
  std::vector<std::string> ended;    // tellers whose word was taken back
  std::vector<std::string> banners;  // references of what still keeps the subject out of lists
};

/// Says it of the track or artist called `name` (subject.hpp), from `now` on. In one transaction.
/// Throws Error(kInput) for a name that is nobody's, or several's.
OpinionResult say(Store& store, Opinion opinion, std::int64_t user, const std::string& name,
                  std::int64_t now);

}  // namespace engine::library
