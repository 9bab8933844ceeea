#include "evaluate/listening.hpp"

#include <algorithm>

#include "core/duration.hpp"
#include "data/listen_scan.hpp"
#include "data/tables.hpp"

namespace engine::evaluate {
const TrackListens* Truth::find(std::int32_t track) const {
  const auto found =
      std::lower_bound(tracks.begin(), tracks.end(), track,
                       [](const TrackListens& a, std::int32_t b) { return a.track < b; });
  return found != tracks.end() && found->track == track ? &*found : nullptr;
}

Truth only_judged(Truth truth, Judged judged) {
  if (judged == Judged::kAll) return truth;
  std::erase_if(truth.tracks, [&](const TrackListens& listens) {
    return !(judged == Judged::kNew            ? listens.is_new
             : judged == Judged::kNewSongs     ? listens.is_new_song
             : judged == Judged::kRediscovered ? listens.is_rediscovered
                                               : listens.is_new_artist);
  });
  truth.played = truth.played_new = 0;
  for (const TrackListens& listens : truth.tracks) {
    truth.played += listens.plays > 0;
    truth.played_new += listens.plays > 0 && listens.is_new;
  }
  return truth;
}

void FirstTimes::sort() {
  std::sort(times_.begin(), times_.end());
  const auto end = std::unique(times_.begin(), times_.end(),
                               [](const Time& a, const Time& b) { return a.number == b.number; });
  times_.erase(end, times_.end());
  times_.shrink_to_fit();
}

std::int64_t FirstTimes::of(std::int32_t number) const {
  const auto found = std::lower_bound(times_.begin(), times_.end(), Time{number, INT64_MIN});
  return found != times_.end() && found->number == number ? found->time : INT64_MAX;
}

Listening::Listening(std::shared_ptr<const PreparedColumns> columns)
    : columns_(std::move(columns)) {
  const playlist_table& listens = *columns_->user->table("listens");
  track_ = column_of<std::int32_t>(listens, "track");
  ts_ = column_of<std::int64_t>(listens, "ts");
  is_play_ = column_of<std::uint8_t>(listens, "is_play");
  is_skip_ = column_of<std::uint8_t>(listens, "is_skip");
  const auto ms_played = column_of<std::int32_t>(listens, "ms_played");
  const playlist_table& tracks = *columns_->catalogue->table("tracks");
  song_ = column_of<std::int32_t>(tracks, "song");
  artist_ = column_of<std::int32_t>(tracks, "artist");
  for (std::size_t k = 0; k < ts_.size(); ++k) {
    const std::int64_t ended = end_of_listen(ts_[k], ms_played[k]);
    const auto track = static_cast<std::size_t>(track_[k]);
    first_end_ = std::min(first_end_, ended);
    if (is_play_[k] == 1) first_heard_.add(track_[k], ended);
    song_met_.add(song_[track], ended);
    if (artist_[track] >= 0) artist_met_.add(artist_[track], ended);
  }
  first_heard_.sort();
  song_met_.sort();
  artist_met_.sort();
}

bool Listening::was_artist_met(std::int32_t track, std::int64_t date) const {
  const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
  return artist < 0 || artist_met_.of(artist) <= date;
}

std::unordered_set<std::int32_t> Listening::played_lately(std::int64_t date) const {
  const auto begin = std::upper_bound(ts_.begin(), ts_.end(), date - kSilentDays * kDay);
  const auto end = std::upper_bound(ts_.begin(), ts_.end(), date);
  std::unordered_set<std::int32_t> tracks;
  for (auto ts = begin; ts < end; ++ts) {
    const auto row = static_cast<std::size_t>(ts - ts_.begin());
    if (is_play_[row] == 1) tracks.insert(track_[row]);
  }
  return tracks;
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
  const std::unordered_set<std::int32_t> lately = played_lately(period.date);
  for (TrackListens& listens : truth.tracks) {
    listens.is_new = !was_heard(listens.track, period.date);
    listens.is_new_song =
        song_met_.of(song_[static_cast<std::size_t>(listens.track)]) > period.date;
    listens.is_new_artist = !was_artist_met(listens.track, period.date);
    listens.is_rediscovered = !listens.is_new && !lately.contains(listens.track);
    if (listens.plays == 0) continue;
    ++truth.played;
    truth.played_new += listens.is_new;
  }
  return truth;
}

}  // namespace engine::evaluate
