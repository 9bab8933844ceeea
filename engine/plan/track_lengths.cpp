#include "plan/track_lengths.hpp"

#include <algorithm>
#include <span>
#include <string_view>

namespace engine {
namespace {

template <typename T>
std::span<const T> values_of(const playlist_table& table, std::string_view name) {
  const playlist_column* column = find_column(table, name);
  if (column == nullptr) return {};
  return {static_cast<const T*>(column->data), static_cast<std::size_t>(table.rows)};
}

}  // namespace

std::int32_t TrackLengths::ms(std::int32_t track) {
  const auto told = values_of<std::int32_t>(*tables_->table("tracks"), "duration_ms");
  const auto place = static_cast<std::size_t>(track);
  if (place < told.size() && told[place] > 0) return told[place];
  if (!has_read_plays_) read_finished_plays();
  const auto found = of_finished_plays_.find(track);
  return found == of_finished_plays_.end() ? 0 : found->second;
}

void TrackLengths::read_finished_plays() {
  has_read_plays_ = true;
  const auto told = values_of<std::int32_t>(*tables_->table("tracks"), "duration_ms");
  const playlist_table& listens = *tables_->table("listens");
  const auto track = values_of<std::int32_t>(listens, "track");
  const auto ms_played = values_of<std::int32_t>(listens, "ms_played");
  const auto is_finished = values_of<std::uint8_t>(listens, "is_finished");
  if (ms_played.empty() || is_finished.empty()) return;
  std::unordered_map<std::int32_t, std::vector<std::int32_t>> plays;
  for (std::size_t row = 0; row < track.size(); ++row) {
    if (is_finished[row] != 1 || ms_played[row] <= 0) continue;
    const auto place = static_cast<std::size_t>(track[row]);
    if (place < told.size() && told[place] > 0) continue;
    plays[track[row]].push_back(ms_played[row]);
  }
  for (auto& [number, lengths] : plays) {
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() - 1) / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    of_finished_plays_[number] = *middle;
  }
}

}  // namespace engine
