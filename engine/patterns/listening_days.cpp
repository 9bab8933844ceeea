#include "patterns/listening_days.hpp"

#include <algorithm>

#include "core/local_time.hpp"

namespace engine::patterns {
namespace {

constexpr std::int32_t kNoYear = 0;  // and below: a track of an untold year

class Tracks {
 public:
  Tracks(const AsOf& tables, const TrackKinds& kinds)
      : artist_(column_of<std::int32_t>(*tables.table("tracks"), "artist")),
        year_(column_of<std::int32_t>(*tables.table("tracks"), "year")),
        kind_(kinds.of_track) {}

  [[nodiscard]] DayPlay play_of(std::int32_t track) const {
    const auto at = static_cast<std::size_t>(track);
    return {.artist = artist_[at],
            .kind = at < kind_.size() ? kind_[at] : -1,
            .decade = year_[at] > kNoYear ? year_[at] / 10 : -1};
  }

 private:
  std::span<const std::int32_t> artist_, year_;
  std::span<const std::int32_t> kind_;
};

/// How many whole days the history has, and no more than `days`.
int whole_days(std::span<const std::int64_t> ts, std::int64_t now, int days) {
  const auto first = std::find_if(ts.begin(), ts.end(), [](std::int64_t one) { return one > 0; });
  if (first == ts.end()) return 0;
  return static_cast<int>(std::min<std::int64_t>(days, (now - *first) / kDaySeconds));
}

}  // namespace

std::vector<ListeningDay> listening_days(const AsOf& tables, const TrackKinds& kinds, int days) {
  const playlist_table &listens = *tables.table("listens"), &sessions = *tables.table("sessions");
  const auto ts = column_of<std::int64_t>(listens, "ts");
  const auto track = column_of<std::int32_t>(listens, "track");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  const auto session = column_of<std::int32_t>(*tables.table("listen_contexts"), "session");
  const auto start = column_of<std::int64_t>(sessions, "start"),
             end = column_of<std::int64_t>(sessions, "end");
  const auto plays = column_of<std::int32_t>(sessions, "plays");
  const std::int64_t now = tables.now();
  const int count = whole_days(ts, now, days);
  std::vector<ListeningDay> made(static_cast<std::size_t>(std::max(0, count)));
  if (made.empty()) return made;
  const std::int64_t begin = now - count * kDaySeconds;
  const auto day_of = [&](std::int64_t time) {
    return static_cast<std::size_t>(count - 1 - (now - time) / kDaySeconds);
  };
  const LocalClock clock(tables.timezone(), begin, now + 1);
  const auto first =
      static_cast<std::size_t>(std::upper_bound(start.begin(), start.end(), begin) - start.begin());
  for (std::size_t k = first; k < start.size(); ++k) {
    if (plays[k] == 0) continue;
    const LocalTime local = clock.at(start[k]);
    made[day_of(start[k])].sessions.push_back(
        {.start = start[k],
         .minutes = static_cast<double>(end[k] - start[k]) / 60,
         .hour = static_cast<std::uint8_t>(local.hour()),
         .is_weekend = local.weekday() >= 5});
  }
  const Tracks tracks(tables, kinds);
  for (std::size_t k = ts.size(); k > 0 && ts[k - 1] > begin; --k) {
    const auto own = static_cast<std::size_t>(session[k - 1]);
    if (is_play[k - 1] == 1 && own >= first)
      made[day_of(start[own])].plays.push_back(tracks.play_of(track[k - 1]));
  }
  for (ListeningDay& day : made) std::reverse(day.plays.begin(), day.plays.end());
  return made;
}

}  // namespace engine::patterns
