#include "list_edits.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace shared {
namespace {

using Item = std::pair<std::string, std::size_t>;  // and which time it comes

std::vector<Item> counted_items(const std::vector<std::string>& items) {
  std::map<std::string, std::size_t> times;
  std::vector<Item> counted;
  for (const std::string& item : items) counted.emplace_back(item, times[item]++);
  return counted;
}

/// Which of `places`, distinct, make a longest increasing subsequence.
std::vector<bool> longest_increasing(const std::vector<std::size_t>& places) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> ends, before(places.size(), kNone);  // ends: the last of each length
  for (std::size_t k = 0; k < places.size(); ++k) {
    const auto at =
        std::lower_bound(ends.begin(), ends.end(), places[k],
                         [&](std::size_t end, std::size_t place) { return places[end] < place; });
    if (at != ends.begin()) before[k] = *(at - 1);
    if (at == ends.end()) {
      ends.push_back(k);
    } else {
      *at = k;
    }
  }
  std::vector<bool> is_in(places.size(), false);
  for (std::size_t k = ends.empty() ? kNone : ends.back(); k != kNone; k = before[k])
    is_in[k] = true;
  return is_in;
}

}  // namespace

ListEdits list_edits(const std::vector<std::string>& before,
                     const std::vector<std::string>& after) {
  ListEdits made;
  std::vector<Item> list = counted_items(before);
  const std::vector<Item> wanted = counted_items(after);
  const std::set<Item> is_wanted(wanted.begin(), wanted.end());
  for (std::size_t at = list.size(); at-- > 0;) {  // from behind: the places before stay
    if (is_wanted.contains(list[at])) continue;
    made.edits.push_back({ListEdit::Kind::kRemove, at, 0, ""});
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    ++made.removed;
  }
  std::map<Item, std::size_t> place;
  for (std::size_t at = 0; at < list.size(); ++at) place[list[at]] = at;
  std::vector<std::size_t> places;  // of those that are there, as they are wanted
  for (const Item& item : wanted)
    if (const auto found = place.find(item); found != place.end()) places.push_back(found->second);
  const std::vector<bool> stays = longest_increasing(places);
  // Behind the one before it: all that is wanted before is in order by then.
  std::size_t known = 0, next = 0;  // next: the place behind the one before
  for (const Item& item : wanted) {
    if (!place.contains(item)) {
      made.edits.push_back({ListEdit::Kind::kInsert, 0, next, item.first});
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(next), item);
      ++made.added;
      ++next;
      continue;
    }
    const auto at =
        static_cast<std::size_t>(std::find(list.begin(), list.end(), item) - list.begin());
    if (stays[known++]) {
      ++made.stayed;
      next = at + 1;
      continue;
    }
    const std::size_t to = at < next ? next - 1 : next;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(to), item);
    made.edits.push_back({ListEdit::Kind::kMove, at, to, ""});
    ++made.moved;
    next = to + 1;
  }
  return made;
}

WantedList wanted_list(const std::vector<std::string>& there,
                       const std::vector<std::string>& ours_before,
                       const std::vector<std::string>& ours, bool keeps_others) {
  WantedList wanted{ours, 0};
  if (!keeps_others) return wanted;
  std::set<std::string> known(ours_before.begin(), ours_before.end());
  known.insert(ours.begin(), ours.end());
  for (const std::string& item : there) {
    if (known.contains(item)) continue;
    wanted.items.push_back(item);
    ++wanted.others;
  }
  return wanted;
}

}  // namespace shared
