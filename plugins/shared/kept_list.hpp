// What is remembered from push to push of a list that was put into a service or player, as JSON:
// {"id": "...", "ours": ["...", ...]}; without an id while the list is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace shared {

struct KeptList {
  std::string id;                 // of the list over there
  std::vector<std::string> ours;  // the ids of the tracks that we have put into it, in its order
};

/// Nothing of text that is none.
std::optional<KeptList> kept_list(const std::string& text);
std::string kept_text(const KeptList& list);

}  // namespace shared
