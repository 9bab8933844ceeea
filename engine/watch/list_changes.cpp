#include "watch/list_changes.hpp"

#include <map>

namespace engine {
namespace {

std::map<std::int64_t, int> places_of(const std::vector<std::int64_t>& tracks) {
  std::map<std::int64_t, int> places;
  for (std::size_t i = 0; i < tracks.size(); ++i)
    places.emplace(tracks[i], static_cast<int>(i) + 1);
  return places;
}

int place_in(const std::map<std::int64_t, int>& places, std::int64_t track) {
  const auto found = places.find(track);
  return found == places.end() ? 0 : found->second;
}

}  // namespace

ListChanges compare_lists(const std::vector<std::int64_t>& before,
                          const std::vector<std::int64_t>& now) {
  const std::map<std::int64_t, int> old_places = places_of(before), new_places = places_of(now);
  ListChanges changes;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const TrackMove move{now[i], static_cast<int>(i) + 1, place_in(old_places, now[i])};
    if (move.before == 0) ++changes.new_count;
    if (move.before != 0 && move.before != move.place) ++changes.moved_count;
    changes.tracks.push_back(move);
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (place_in(new_places, before[i]) == 0)
      changes.left.push_back({before[i], 0, static_cast<int>(i) + 1});
  }
  return changes;
}

std::string move_text(const TrackMove& move, bool is_plain) {
  if (move.before == 0) return "new";
  const int up = move.before - move.place;
  if (up == 0) return "";
  if (is_plain) return (up > 0 ? "+" : "-") + std::to_string(up > 0 ? up : -up);
  return (up > 0 ? "▲" : "▼") + std::to_string(up > 0 ? up : -up);
}

}  // namespace engine
