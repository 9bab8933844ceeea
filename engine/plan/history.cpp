#include "plan/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace engine {
namespace {

constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

struct Interactions {
  std::int32_t plays = 0, skips = 0;
  bool is_liked = false;
  std::int64_t latest = kNoTime;

  [[nodiscard]] float score(const InteractionWeights& weights) const {
    return static_cast<float>(std::log2(1.0 + plays) + (is_liked ? weights.like : 0) -
                              weights.skip * std::log2(1.0 + skips));
  }
};

template <typename Item>
std::span<const Item> column(const playlist_table& table, const char* name) {
  return {static_cast<const Item*>(find_column(table, name)->data),
          static_cast<std::size_t>(table.rows)};
}

/// The tracks that were played, skipped or liked: a few hundred or thousand of all.
class InteractedTracks {
 public:
  explicit InteractedTracks(const Tables& tables)
      : places_(static_cast<std::size_t>(tables.table("tracks")->rows), kNone) {
    const playlist_table& listens = *tables.table("listens");
    const auto listened = column<std::int32_t>(listens, "track");
    const auto times = column<std::int64_t>(listens, "ts");
    const auto is_play = column<std::uint8_t>(listens, "is_play");
    const auto is_skip = column<std::uint8_t>(listens, "is_skip");
    for (std::size_t k = 0; k < listened.size(); ++k) {
      if (is_play[k] != 1 && is_skip[k] != 1) continue;
      Interactions& track = add(listened[k]);
      track.plays += is_play[k] == 1;
      track.skips += is_skip[k] == 1;
      track.latest = std::max(track.latest, times[k]);
    }
    const playlist_table& likes = *tables.table("likes");
    const auto liked = column<std::int32_t>(likes, "track");
    const auto liked_at = column<std::int64_t>(likes, "ts");
    for (std::size_t k = 0; k < liked.size(); ++k) {
      Interactions& track = add(liked[k]);
      track.is_liked = true;
      track.latest = std::max(track.latest, liked_at[k]);
    }
  }

  [[nodiscard]] const std::vector<std::int32_t>& tracks() const { return tracks_; }
  [[nodiscard]] const Interactions& of(std::int32_t track) const {
    static const Interactions none;
    const std::int32_t place = places_[static_cast<std::size_t>(track)];
    return place == kNone ? none : found_[static_cast<std::size_t>(place)];
  }

 private:
  static constexpr std::int32_t kNone = -1;
  Interactions& add(std::int32_t track) {
    std::int32_t& place = places_[static_cast<std::size_t>(track)];
    if (place == kNone) {
      place = static_cast<std::int32_t>(found_.size());
      found_.emplace_back();
      tracks_.push_back(track);
    }
    return found_[static_cast<std::size_t>(place)];
  }
  std::vector<std::int32_t> places_;  // by track number: its place in the others
  std::vector<std::int32_t> tracks_;
  std::vector<Interactions> found_;
};

/// The rows to take of `newest_first`, of which the first `this_week` are from this week.
std::vector<std::int32_t> mixed(const std::vector<std::int32_t>& newest_first,
                                std::size_t this_week, std::size_t count, double weekly_mix) {
  const std::size_t before = newest_first.size() - this_week;
  count = std::min(count, newest_first.size());
  const auto share = static_cast<std::size_t>(std::lround(static_cast<double>(count) * weekly_mix));
  const std::size_t from_before = std::min(count - std::min(share, this_week), before);
  const std::size_t from_this_week = count - from_before;
  std::vector<std::int32_t> rows(
      newest_first.begin(), newest_first.begin() + static_cast<std::ptrdiff_t>(from_this_week));
  const auto older = newest_first.begin() + static_cast<std::ptrdiff_t>(this_week);
  rows.insert(rows.end(), older, older + static_cast<std::ptrdiff_t>(from_before));
  return rows;
}

}  // namespace

Candidates interaction_history(const Tables& tables, const InteractionWeights& weights) {
  const InteractedTracks all(tables);
  std::vector<std::int32_t> tracks = all.tracks();
  std::sort(tracks.begin(), tracks.end(), [&](std::int32_t a, std::int32_t b) {
    const std::int64_t latest_a = all.of(a).latest, latest_b = all.of(b).latest;
    return latest_a != latest_b ? latest_a < latest_b : a < b;
  });
  std::vector<std::int64_t> times;
  std::vector<float> scores;
  for (const std::int32_t track : tracks) {
    times.push_back(all.of(track).latest);
    scores.push_back(all.of(track).score(weights));
  }
  Candidates made;
  made.tracks = std::move(tracks);
  made.put({"ts", PLAYLIST_I64, std::move(times), nullptr});
  made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
  return made;
}

Candidates last_interactions(const Tables& tables, const Candidates& candidates,
                             const LastOptions& options) {
  if (candidates.size() == 0) return candidates;
  const auto& times = std::get<Items<std::int64_t>>(candidates.find("ts")->values);
  const auto time = [&](std::int32_t row) { return times[static_cast<std::size_t>(row)]; };
  const auto track = [&](std::int32_t row) {
    return candidates.tracks[static_cast<std::size_t>(row)];
  };
  std::vector<std::int32_t> rows(candidates.size());
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<std::int32_t>(k);
  std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    if (time(a) != time(b)) return time(a) > time(b);
    return track(a) != track(b) ? track(a) < track(b) : a < b;
  });
  const InteractedTracks all(tables);
  std::vector<bool> is_seen(static_cast<std::size_t>(tables.table("tracks")->rows));
  std::erase_if(rows, [&](std::int32_t row) {
    const auto at = static_cast<std::size_t>(track(row));
    const bool is_repeat = is_seen[at];
    is_seen[at] = true;
    return is_repeat;
  });
  const auto week_end = std::find_if(
      rows.begin(), rows.end(), [&](std::int32_t row) { return time(row) < options.week_begin; });
  const std::vector<std::int32_t> chosen = mixed(
      rows, static_cast<std::size_t>(week_end - rows.begin()), options.count, options.weekly_mix);
  Candidates made = candidates.gather(chosen);
  std::vector<float> scores;
  for (const std::int32_t row : chosen) scores.push_back(all.of(track(row)).score(options.weights));
  made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
  return made;
}

}  // namespace engine
