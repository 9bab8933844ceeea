#include "evaluate/listening.hpp"

#include <algorithm>

#include "data/listen_scan.hpp"
#include "data/tables.hpp"

namespace engine::evaluate {
namespace {}  // namespace

const TrackListens* Truth::find(std::int32_t track) const {
  const auto found =
      std::lower_bound(tracks.begin(), tracks.end(), track,
                       [](const TrackListens& a, std::int32_t b) { return a.track < b; });
  return found != tracks.end() && found->track == track ? &*found : nullptr;
}

Truth only_new(Truth truth) {
  std::erase_if(truth.tracks, [](const TrackListens& listens) { return !listens.is_new; });
  truth.played = truth.played_new;
  return truth;
}

Listening::Listening(std::shared_ptr<const PreparedColumns> columns)
    : columns_(std::move(columns)) {
  const playlist_table& listens = *columns_->user->table("listens");
  track_ = column_of<std::int32_t>(listens, "track");
  ts_ = column_of<std::int64_t>(listens, "ts");
  is_play_ = column_of<std::uint8_t>(listens, "is_play");
  is_skip_ = column_of<std::uint8_t>(listens, "is_skip");
  const auto ms_played = column_of<std::int32_t>(listens, "ms_played");
  const std::int64_t tracks = columns_->catalogue->table("tracks")->rows;
  first_heard_.assign(static_cast<std::size_t>(tracks), INT64_MAX);
  for (std::size_t k = 0; k < ts_.size(); ++k) {
    if (is_play_[k] != 1) continue;
    std::int64_t& first = first_heard_[static_cast<std::size_t>(track_[k])];
    first = std::min(first, end_of_listen(ts_[k], ms_played[k]));
  }
}

Truth Listening::truth(const Period& period) const {
  const auto begin = std::upper_bound(ts_.begin(), ts_.end(), period.date) - ts_.begin();
  const auto end = std::upper_bound(ts_.begin(), ts_.end(), period.end) - ts_.begin();
  std::vector<std::size_t> rows;
  for (auto k = begin; k < end; ++k) rows.push_back(static_cast<std::size_t>(k));
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return track_[a] != track_[b] ? track_[a] < track_[b] : a < b;
  });
  Truth truth;
  for (const std::size_t row : rows) {
    if (truth.tracks.empty() || truth.tracks.back().track != track_[row])
      truth.tracks.push_back({track_[row]});
    TrackListens& listens = truth.tracks.back();
    listens.plays += is_play_[row] == 1;
    listens.told += is_skip_[row] != 255;
    listens.skips += is_skip_[row] == 1;
  }
  for (TrackListens& listens : truth.tracks) {
    listens.is_new = !was_heard(listens.track, period.date);
    if (listens.plays == 0) continue;
    ++truth.played;
    truth.played_new += listens.is_new;
  }
  return truth;
}

}  // namespace engine::evaluate
