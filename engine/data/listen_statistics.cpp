#include "data/listen_statistics.hpp"

#include <algorithm>
#include <limits>

namespace engine {

namespace {

// One cache line holds two tracks: the pass jumps from track to track.
struct TrackTotals {
  std::int32_t plays = 0, skips = 0, finished = 0, judged = 0;
  std::int64_t first = INT64_MIN, last = INT64_MIN;
};
static_assert(sizeof(TrackTotals) == 32);

/// Listen `k`, which is no earlier than those added before.
inline void add(const ListenColumns& listens, std::size_t k, TrackTotals& track) {
  // Without branches: a quarter of the listens are no plays, in no order.
  const bool is_play = listens.is_play[k] == 1;
  track.skips += listens.is_skip[k] == 1;
  track.judged += listens.is_skip[k] != 255;
  track.finished += listens.is_finished[k] == 1;
  track.first = is_play && track.plays == 0 ? listens.ts[k] : track.first;
  track.last = is_play ? listens.ts[k] : track.last;
  track.plays += is_play;
}

void count(const ListenColumns& listens, std::vector<TrackTotals>& tracks) {
  for (std::size_t k = 0; k < listens.count; ++k) {
    constexpr std::size_t kAhead = 16;
    if (k + kAhead < listens.count)
      __builtin_prefetch(&tracks[static_cast<std::size_t>(listens.track[k + kAhead])], 1);
    add(listens, k, tracks[static_cast<std::size_t>(listens.track[k])]);
  }
}

void resize(ListenTotals& totals, std::size_t track_count) {
  for (auto* column : {&totals.plays, &totals.skips, &totals.finished}) column->resize(track_count);
  for (auto* column : {&totals.first_played, &totals.last_played})
    column->resize(track_count, INT64_MIN);
  totals.skip_rate.resize(track_count, std::numeric_limits<float>::quiet_NaN());
}

void set(ListenTotals& totals, std::size_t k, const TrackTotals& track) {
  totals.plays[k] = track.plays;
  totals.skips[k] = track.skips;
  totals.finished[k] = track.finished;
  totals.first_played[k] = track.first;
  totals.last_played[k] = track.last;
  totals.skip_rate[k] = track.judged == 0
                            ? std::numeric_limits<float>::quiet_NaN()
                            : static_cast<float>(track.skips) / static_cast<float>(track.judged);
}

}  // namespace

ListenTotals total_listens(const ListenColumns& listens, std::size_t track_count) {
  std::vector<TrackTotals> tracks(track_count);
  count(listens, tracks);
  ListenTotals totals;
  resize(totals, track_count);
  for (std::size_t k = 0; k < track_count; ++k) set(totals, k, tracks[k]);
  return totals;
}

ListenTotals total_more_listens(ListenTotals totals, const ListenColumns& earlier,
                                const ListenColumns& more, std::size_t track_count) {
  resize(totals, track_count);
  constexpr std::int32_t kNotHeard = -1;
  std::vector<std::int32_t> place(track_count, kNotHeard);
  std::vector<std::int32_t> heard;  // tracks of `more`
  for (std::size_t k = 0; k < more.count; ++k) {
    auto& at = place[static_cast<std::size_t>(more.track[k])];
    if (at != kNotHeard) continue;
    at = static_cast<std::int32_t>(heard.size());
    heard.push_back(more.track[k]);
  }
  std::vector<TrackTotals> tracks(heard.size());
  for (const ListenColumns* part : {&earlier, &more}) {
    for (std::size_t k = 0; k < part->count; ++k) {
      const std::int32_t at = place[static_cast<std::size_t>(part->track[k])];
      if (at != kNotHeard) add(*part, k, tracks[static_cast<std::size_t>(at)]);
    }
  }
  for (std::size_t k = 0; k < heard.size(); ++k)
    set(totals, static_cast<std::size_t>(heard[k]), tracks[k]);
  return totals;
}

std::vector<std::int32_t> plays_since(const ListenColumns& listens, std::int64_t since,
                                      std::size_t track_count) {
  std::vector<std::int32_t> plays(track_count, 0);
  const std::int64_t* begin = std::lower_bound(listens.ts, listens.ts + listens.count, since);
  for (auto k = static_cast<std::size_t>(begin - listens.ts); k < listens.count; ++k)
    plays[static_cast<std::size_t>(listens.track[k])] += listens.is_play[k] == 1;
  return plays;
}

std::vector<ImplicitLike> implicit_likes(const ListenColumns& listens, std::int64_t times,
                                         std::size_t track_count) {
  std::vector<std::int32_t> counts(track_count, 0);
  std::vector<ImplicitLike> found;
  for (std::size_t k = 0; k < listens.count; ++k) {
    if (!counts_as_finished(listens.is_finished[k], listens.is_play[k])) continue;
    if (++counts[static_cast<std::size_t>(listens.track[k])] == times)
      found.push_back({listens.track[k], listens.ts[k]});
  }
  // Listens of one second come by track id; sets come by track number.
  std::sort(found.begin(), found.end(), [](const ImplicitLike& a, const ImplicitLike& b) {
    return a.ts != b.ts ? a.ts < b.ts : a.track < b.track;
  });
  return found;
}

}  // namespace engine
