// What is remembered from push to push of a list that was put into a service or player, as JSON:
// {"id": "...", "ours": ["...", ...], "memory": "..."}; without an id while the list is made, and
// without a memory where the output has none.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace shared {

struct KeptList {
  std::string id;                 // of the list over there
  std::vector<std::string> ours;  // the ids of the tracks that we have put into it, in its order
  std::string memory = {};        // what else the output wants to know the next time
};

/// Nothing of text that is none.
std::optional<KeptList> kept_list(const std::string& text);
std::string kept_text(const KeptList& list);

}  // namespace shared
