// Which tracks of a list may change, where only a share of them may, and where the others stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace engine {

/// A track of the list as it is.
struct Member {
  std::int32_t track = 0;
  bool is_pinned = false;   // it stays
  bool must_leave = false;  // whatever else holds
  double wanted = 0;  // of those that are not wanted in the list: who is wanted less goes first
  std::int32_t song = -1, artist = -1;  // -1: not known, like nobody else's
};

/// A track of the list that is wanted, best first.
struct Newcomer {
  std::int32_t track = 0;
  std::int32_t song = -1, artist = -1;
};

struct KeepRules {
  double changed_at_most = 1;  // share of the list
  std::size_t per_artist = 0;  // who comes must leave an artist at most so many; 0: no limit
};

struct KeptOrder {
  std::vector<std::int32_t> tracks;    // the new list
  std::vector<std::int32_t> came;      // in its order
  std::vector<std::int32_t> left;      // in the order of the list as it was, those that must too
  std::vector<std::int32_t> waiting;   // wanted, and not in it
  std::vector<std::int32_t> retained;  // in it, and not wanted
  std::size_t allowed = 0;             // so many might leave
};

/// So many of `size` tracks: floor(share * size), without what rounding takes from 0.15 * 100.
std::size_t share_of(double share, std::size_t size);

/// The list with the changes that are allowed, of a list and the one that is wanted.
///
/// Who leaves  those that must, always. Of the others share_of(changed_at_most, list) less those,
///             the least wanted first, equal ones in their order; never one that is pinned or wanted
/// Who comes   as many as make the list as long as the wanted one, but at most
///             share_of(changed_at_most, the longer list), or for those that must leave as many; in
///             the order of the wanted list, without another version of a song that stays
/// Where       who stays keeps the order, and its place as long as a newcomer can take that of each
///             who left; newcomers fill these places from the first, more stand at the end
///
/// Tracks stand at most once in each. Same input, same result.
KeptOrder keep_order(const std::vector<Member>& list, const std::vector<Newcomer>& wanted,
                     const KeepRules& rules);

}  // namespace engine
