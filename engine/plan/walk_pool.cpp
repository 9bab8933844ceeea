#include "plan/walk_pool.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace engine {

namespace {

/// Numbers in a set of bits; one below 0 never is.
void mark(std::vector<bool>& marks, std::int32_t number) {
  if (number < 0) return;
  const auto at = static_cast<std::size_t>(number);
  if (at >= marks.size()) marks.resize(at + 1);
  marks[at] = true;
}
bool is_marked(const std::vector<bool>& marks, std::int32_t number) {
  const auto at = static_cast<std::size_t>(number);
  return number >= 0 && at < marks.size() && marks[at];
}

}  // namespace

void OpenRows::Numbers::write(std::size_t k, std::int32_t number) {
  auto& block = blocks_[k / kBlock];
  if (!block) {
    block = std::make_unique<std::array<std::int32_t, kBlock>>();
    std::iota(block->begin(), block->end(), static_cast<std::int32_t>(k / kBlock * kBlock));
  }
  (*block)[k % kBlock] = number;
}

void OpenRows::take(std::int32_t row) {
  const std::int32_t place = place_[static_cast<std::size_t>(row)], last = at_[--size_];
  at_.write(static_cast<std::size_t>(place), last);
  place_.write(static_cast<std::size_t>(last), place);
  place_.write(static_cast<std::size_t>(row), kTaken);
}

void OpenRows::give_back(std::int32_t row) {
  at_.write(size_, row);
  place_.write(static_cast<std::size_t>(row), static_cast<std::int32_t>(size_++));
}

WalkPool::WalkPool(const Tables& tables, const Candidates& candidates, TrackSpace& space,
                   bool artists_once)
    : tables_(tables),
      candidates_(candidates),
      space_(space),
      artists_once_(artists_once),
      artist_(column_of<std::int32_t>(*tables.table("tracks"), "artist")),
      song_(column_of<std::int32_t>(*tables.table("tracks"), "song")),
      open_(candidates.size()),
      without_place_(candidates.size() - space.known_candidates()) {
  const auto tracks = std::span(candidates.tracks.data(), candidates.size());
  if (std::is_sorted(tracks.begin(), tracks.end())) {
    ranks_.emplace(space.open_tracks());
    return;
  }
  row_of_track_.assign(artist_.size(), -1);
  for (std::size_t row = 0; row < tracks.size(); ++row)
    row_of_track_[static_cast<std::size_t>(tracks[row])] = static_cast<std::int32_t>(row);
}

void WalkPool::close(std::int32_t row) {
  if (!open_.has(row)) return;
  open_.take(row);
  if (space_.vector(track(row)).empty()) --without_place_;
  space_.close(track(row));
}

void WalkPool::open(std::int32_t row) {
  open_.give_back(row);
  if (space_.vector(track(row)).empty()) ++without_place_;
  space_.open_again(track(row));
}

void WalkPool::pass(std::int32_t track) {
  mark(passed_songs_, song_[static_cast<std::size_t>(track)]);
  if (artists_once_) mark(passed_artists_, artist_[static_cast<std::size_t>(track)]);
  if (const std::int32_t row = row_of(track); row >= 0) close(row);
}

bool WalkPool::is_passed(std::int32_t track) const {
  return is_marked(passed_songs_, song_[static_cast<std::size_t>(track)]) ||
         is_marked(passed_artists_, artist_[static_cast<std::size_t>(track)]);
}

std::int32_t WalkPool::any(Random& random) const {
  const auto place = static_cast<std::size_t>(random.uniform() * static_cast<double>(size()));
  return open_[std::min(place, size() - 1)];
}

void WalkPool::hold_back(std::span<const std::int32_t> rows) {
  std::vector<std::int32_t> held;
  for (const std::int32_t row : rows) {
    if (!open_.has(row)) continue;
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
  std::unordered_map<std::int32_t, std::size_t> place_of_song;
  // A bit of each song tells nearly all candidates apart without a look at the map.
  const std::int32_t last = *std::max_element(recent.begin(), recent.end());
  TrackBits is_recent(static_cast<std::size_t>(last) + 1);
  for (std::size_t k = 0; k < recent.size(); ++k) {
    place_of_song[recent[k]] = k;
    is_recent.add(recent[k]);
  }
  std::vector<std::vector<std::int32_t>> rows_of(recent.size());
  const std::int32_t *const tracks = candidates_.tracks.data(), *const song_of = song_.data();
  const std::size_t count = candidates_.size();
  for (std::size_t row = 0; row < count; ++row) {
    const std::int32_t song = song_of[tracks[row]];
    if (song <= last && is_recent.has(song))
      rows_of[place_of_song.at(song)].push_back(static_cast<std::int32_t>(row));
  }
  std::vector<std::int32_t> rows;
  for (const std::vector<std::int32_t>& of_song : rows_of) {
    if (rows.size() + of_song.size() > count / 2) break;
    rows.insert(rows.end(), of_song.begin(), of_song.end());
  }
  // Those heard longest ago come back first, half of what is left at a time: one by one they would
  // come in the order of the listening.
  std::vector<std::span<const std::int32_t>> parts;
  for (std::span<const std::int32_t> left = rows; !left.empty();) {
    const std::size_t kept = left.size() / 2;
    parts.push_back(left.subspan(kept));
    left = left.first(kept);
  }
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) hold_back(*part);
}

void WalkPool::hold_back_exposed(const Exposures& exposures) {
  std::map<std::int32_t, std::vector<std::int32_t>, std::greater<>> rows_of;  // by exposures
  std::size_t exposed_rows = 0;
  for (const std::int32_t track : exposures.tracks()) {
    const std::int32_t row = row_of(track);
    if (row < 0) continue;
    rows_of[exposures.of(track)].push_back(row);
    ++exposed_rows;
  }
  if (rows_of.empty()) return;
  const std::int32_t fewest = exposed_rows < candidates_.size() ? 0 : rows_of.rbegin()->first;
  for (auto& [exposed, rows] : rows_of) {
    if (exposed < fewest + 2) break;
    std::sort(rows.begin(), rows.end());
    hold_back(rows);
  }
}

}  // namespace engine
