#include "library/likeness.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/title_likeness.hpp"
#include "library/merge.hpp"

namespace engine::library {
namespace {

constexpr std::int64_t kSameLengthMs = 5'000;
constexpr std::size_t kMostMoreLetters = 6;  // bytes by which titles that are alike may differ

struct NamedTrack {
  std::int64_t id = 0, length = -1;       // milliseconds; -1: not known
  std::string key, title, version, mbid;  // the key, and its parts
  bool is_known = false;                  // by an id, or to a catalogue
};

/// artist, title, version of a key; nothing for one that has an album as well.
std::optional<std::array<std::string_view, 3>> parts_of(std::string_view key) {
  const std::size_t title = key.find('\x1f');
  const std::size_t version = key.find('\x1f', title + 1);
  if (title == key.npos || version == key.npos) return std::nullopt;
  const std::string_view last = key.substr(version + 1);
  if (last.find('\x1f') != last.npos) return std::nullopt;
  return std::array{key.substr(0, title), key.substr(title + 1, version - title - 1), last};
}

using Artists = std::unordered_map<std::string, std::vector<NamedTrack>>;

/// The tracks of the artists that `is_asked` says, by number.
template <typename IsAsked>
Artists tracks_by_artist(const Store& store, const IsAsked& is_asked) {
  Artists artists;
  Statement select = store.prepare(
      "SELECT track_id, key, ifnull(duration_ms, -1), ifnull(mbid, ''), spotify_id IS NOT NULL OR "
      "isrc IS NOT NULL OR in_catalogue <> 0 FROM tracks WHERE key IS NOT NULL ORDER BY track_id");
  for (select.start(); select.step();) {
    const auto parts = parts_of(select.text(1));
    if (!parts || !is_asked((*parts)[0])) continue;
    artists[std::string((*parts)[0])].push_back(
        {select.integer(0), select.integer(2), std::string(select.text(1)),
         std::string((*parts)[1]), std::string((*parts)[2]), std::string(select.text(3)),
         select.integer(4) != 0});
  }
  return artists;
}

/// The artists of these tracks, as keys have them.
std::unordered_set<std::string> artists_of(const Store& store,
                                           const std::unordered_set<std::int64_t>& tracks) {
  std::unordered_set<std::string> artists;
  Statement select = store.prepare("SELECT key FROM tracks WHERE track_id = ?1 AND key NOT NULL");
  for (const std::int64_t track : tracks) {
    select.start(track);
    if (!select.step()) continue;
    if (const auto parts = parts_of(select.text(0))) artists.emplace((*parts)[0]);
  }
  return artists;
}

/// Pairs of keys that somebody has said are two.
std::set<std::pair<std::string, std::string>> pairs_apart(const Store& store) {
  std::set<std::pair<std::string, std::string>> pairs;
  Statement select = store.prepare("SELECT key, other_key FROM different_tracks");
  for (select.start(); select.step();)
    pairs.emplace(std::string(select.text(0)), std::string(select.text(1)));
  return pairs;
}

struct LikePair {
  std::int64_t kept, merged;
  double score;
};

class Likenesses {
 public:
  Likenesses(const Store& store, double least) : least_(least), apart_(pairs_apart(store)) {}

  /// The track of `known` that `track` is; nothing where there is none, or two are as likely.
  [[nodiscard]] std::optional<LikePair> find(const NamedTrack& track,
                                             const std::vector<NamedTrack>& known) const {
    const NamedTrack* best = nullptr;
    double score = 0;
    bool is_clear = true;
    for (const NamedTrack& one : known) {
      const double its_score = score_of(track, one);
      if (its_score < least_ || its_score < score) continue;
      const bool is_as_likely = best != nullptr && its_score == score;
      if (is_as_likely && one.title == best->title) continue;
      is_clear = !is_as_likely;
      best = &one;
      score = its_score;
    }
    if (best == nullptr || !is_clear) return std::nullopt;
    return LikePair{best->id, track.id, score};
  }

 private:
  [[nodiscard]] double score_of(const NamedTrack& track, const NamedTrack& known) const {
    const std::size_t a = track.title.size(), b = known.title.size();
    if (std::max(a, b) - std::min(a, b) > kMostMoreLetters || track.version != known.version ||
        track.title == known.title)  // the same by name: told apart by something else
      return 0;
    if (track.length >= 0 && known.length >= 0 &&
        std::llabs(track.length - known.length) > kSameLengthMs)
      return 0;
    if (!track.mbid.empty() && !known.mbid.empty() && track.mbid != known.mbid) return 0;
    const double score = title_likeness(track.title, known.title);
    const bool is_apart = score >= least_ && apart_.contains(std::minmax(track.key, known.key));
    return is_apart ? 0 : score;
  }

  double least_;
  std::set<std::pair<std::string, std::string>> apart_;
};

}  // namespace

JoinedByLikeness join_by_likeness(Store& store, double least, std::int64_t now,
                                  const std::unordered_set<std::int64_t>* changed) {
  JoinedByLikeness joined;
  if (least <= 0) return joined;
  const std::unordered_set<std::string> asked =
      changed != nullptr ? artists_of(store, *changed) : std::unordered_set<std::string>();
  const Artists artists = tracks_by_artist(store, [&](std::string_view artist) {
    return changed == nullptr || asked.contains(std::string(artist));
  });
  const Likenesses likenesses(store, least);
  std::vector<LikePair> pairs;
  for (const auto& [artist, tracks] : artists) {
    std::vector<NamedTrack> known;
    for (const NamedTrack& track : tracks)
      if (track.is_known) known.push_back(track);
    if (known.empty()) continue;
    for (const NamedTrack& track : tracks)
      if (!track.is_known)
        if (const auto pair = likenesses.find(track, known)) pairs.push_back(*pair);
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const LikePair& a, const LikePair& b) { return a.merged < b.merged; });
  if (pairs.empty()) return joined;
  Transaction transaction(store);
  for (const LikePair& pair : pairs) {
    merge_like_track(store, pair.kept, pair.merged, now, pair.score);
    ++joined.tracks;
    joined.lowest = std::min(joined.lowest, pair.score);
  }
  store.bump_data_version();
  transaction.commit();
  return joined;
}

std::vector<NearestTrack> nearest_tracks(const Store& store,
                                         const std::vector<std::int64_t>& tracks) {
  const std::unordered_set<std::string> asked =
      artists_of(store, std::unordered_set<std::int64_t>(tracks.begin(), tracks.end()));
  const Artists artists = tracks_by_artist(
      store, [&](std::string_view artist) { return asked.contains(std::string(artist)); });
  std::unordered_map<std::int64_t, NearestTrack> nearest;
  for (const auto& [artist, all] : artists) {
    for (const NamedTrack& track : all) {
      if (track.is_known) continue;
      NearestTrack& best = nearest[track.id];
      for (const NamedTrack& one : all) {
        if (!one.is_known) continue;
        const double nearness = title_nearness(track.title, one.title);
        if (best.track == 0 || nearness > best.nearness) best = {one.id, "", nearness};
      }
    }
  }
  Statement title = store.prepare("SELECT ifnull(title, '') FROM tracks WHERE track_id = ?1");
  std::vector<NearestTrack> found;
  for (const std::int64_t track : tracks) {
    NearestTrack& best = found.emplace_back(nearest[track]);
    title.start(best.track);
    if (title.step()) best.title = title.text(0);
  }
  return found;
}

}  // namespace engine::library
