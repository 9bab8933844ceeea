#include "plan/walk_pool.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "plan/walk_context.hpp"

namespace engine {

WalkPool::WalkPool(const Tables& tables, const Candidates& candidates, TrackSpace& space,
                   bool artists_once)
    : tables_(tables),
      candidates_(candidates),
      space_(space),
      artists_once_(artists_once),
      artist_(column_of<std::int32_t>(*tables.table("tracks"), "artist")),
      song_(column_of<std::int32_t>(*tables.table("tracks"), "song")),
      row_of_track_(artist_.size(), -1),
      open_(candidates.size()),
      place_(candidates.size()),
      without_place_(candidates.size() - space.known_candidates()) {
  std::iota(open_.begin(), open_.end(), 0);
  std::iota(place_.begin(), place_.end(), 0);
  for (const std::int32_t row : open_) row_of_track_[static_cast<std::size_t>(track(row))] = row;
}

void WalkPool::close(std::int32_t row) {
  if (!is_open(row)) return;
  const std::int32_t place = place_[static_cast<std::size_t>(row)];
  open_[static_cast<std::size_t>(place)] = open_.back();
  place_[static_cast<std::size_t>(open_.back())] = place;
  open_.pop_back();
  place_[static_cast<std::size_t>(row)] = -1;
  if (space_.vector(track(row)).empty()) --without_place_;
  space_.close(track(row));
}

void WalkPool::open(std::int32_t row) {
  place_[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(open_.size());
  open_.push_back(row);
  if (space_.vector(track(row)).empty()) ++without_place_;
  space_.open_again(track(row));
}

void WalkPool::pass(std::int32_t track) {
  passed_songs_.insert(song_[static_cast<std::size_t>(track)]);
  const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
  if (artists_once_ && artist >= 0) passed_artists_.insert(artist);
  if (const std::int32_t row = row_of(track); row >= 0) close(row);
}

bool WalkPool::is_passed(std::int32_t track) const {
  return passed_songs_.count(song_[static_cast<std::size_t>(track)]) > 0 ||
         passed_artists_.count(artist_[static_cast<std::size_t>(track)]) > 0;
}

std::int32_t WalkPool::any(Random& random) const {
  const auto place = static_cast<std::size_t>(random.uniform() * static_cast<double>(size()));
  return open_[std::min(place, size() - 1)];
}

void WalkPool::hold_back(const std::vector<std::int32_t>& rows) {
  std::vector<std::int32_t> held;
  for (const std::int32_t row : rows) {
    if (!is_open(row)) continue;
    close(row);
    held.push_back(row);
  }
  if (!held.empty()) held_back_.push_back(std::move(held));
}

bool WalkPool::give_back() {
  if (held_back_.empty()) return false;
  for (const std::int32_t row : held_back_.back())
    if (!is_passed(track(row))) open(row);
  held_back_.pop_back();
  return true;
}

/// Latest first, each once.
std::vector<std::int32_t> WalkPool::recent_songs(std::span<const std::int32_t> before,
                                                 std::size_t songs) const {
  std::vector<std::int32_t> recent;
  std::unordered_set<std::int32_t> seen;
  const auto take = [&](std::int32_t track) {
    const std::int32_t song = song_[static_cast<std::size_t>(track)];
    if (seen.insert(song).second) recent.push_back(song);
  };
  std::for_each(before.rbegin(), before.rend(), take);
  const auto listened = column_of<std::int32_t>(*tables_.table("listens"), "track");
  const std::size_t most = recent.size() + songs;
  for (std::size_t k = listened.size(); k > 0 && recent.size() < most; --k) take(listened[k - 1]);
  return recent;
}

void WalkPool::hold_back_recent(std::span<const std::int32_t> before, std::size_t songs) {
  const std::vector<std::int32_t> recent = recent_songs(before, songs);
  if (recent.empty() || candidates_.size() == 0) return;
  const std::int32_t last_song = *std::max_element(song_.begin(), song_.end());
  std::vector<std::int32_t> place_of_song(static_cast<std::size_t>(last_song) + 1, -1);
  for (std::size_t k = 0; k < recent.size(); ++k)
    place_of_song[static_cast<std::size_t>(recent[k])] = static_cast<std::int32_t>(k);
  std::vector<std::vector<std::int32_t>> rows_of(recent.size());
  for (std::size_t k = 0; k < candidates_.size(); ++k) {
    const auto row = static_cast<std::int32_t>(k);
    const auto song = static_cast<std::size_t>(song_[static_cast<std::size_t>(track(row))]);
    if (const std::int32_t place = place_of_song[song]; place >= 0)
      rows_of[static_cast<std::size_t>(place)].push_back(row);
  }
  for (const std::vector<std::int32_t>& rows : rows_of) hold_back(rows);
}

void WalkPool::hold_back_exposed() {
  if (tables_.table("served")->rows == 0) return;
  const std::vector<std::int32_t> exposures = exposures_of(tables_);
  std::map<std::int32_t, std::vector<std::int32_t>, std::greater<>> rows_of;  // by exposures
  for (std::size_t k = 0; k < candidates_.size(); ++k) {
    const auto row = static_cast<std::int32_t>(k);
    rows_of[exposures[static_cast<std::size_t>(track(row))]].push_back(row);
  }
  if (rows_of.empty()) return;
  const std::int32_t fewest = rows_of.rbegin()->first;
  for (const auto& [exposed, rows] : rows_of)
    if (exposed >= fewest + 2) hold_back(rows);
}

}  // namespace engine
