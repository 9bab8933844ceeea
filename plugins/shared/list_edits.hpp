// The fewest edits that make one list of another, for lists that live in a service or player.
//
// Items are named by text; one that comes several times is told apart by which time it is. What
// stays is a longest increasing subsequence: everything else is taken out, moved or put in, each
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace shared {

struct ListEdit {
  enum class Kind : std::uint8_t { kRemove, kMove, kInsert };
  Kind kind;
  std::size_t from = 0;  // place as the list is by then; of kRemove and kMove
  std::size_t to = 0;    // of kMove: its place once it was taken out; of kInsert
  std::string item;      // of kInsert
};

struct ListEdits {
  std::vector<ListEdit> edits;  // in order, each upon the list that those before have made
  std::size_t added = 0, removed = 0, moved = 0, stayed = 0;
};

ListEdits list_edits(const std::vector<std::string>& before, const std::vector<std::string>& after);

/// What is to stand over there: `ours`, and behind it, where `keeps_others`, what of `there` was put
/// in by somebody else: what was not among `ours_before`, and is not among `ours`. `others` counts
/// them.
struct WantedList {
  std::vector<std::string> items;
  std::size_t others = 0;
};
WantedList wanted_list(const std::vector<std::string>& there,
                       const std::vector<std::string>& ours_before,
                       const std::vector<std::string>& ours, bool keeps_others);

}  // namespace shared
