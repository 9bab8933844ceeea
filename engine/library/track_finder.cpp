#include "library/track_finder.hpp"

#include "core/text_key.hpp"

namespace engine::library {
namespace {

enum IdKind : std::int64_t { kSpotify = 1, kIsrc = 2, kMbid = 3 };  // of table track_ids

}  // namespace

TrackFinder::TrackFinder(const Store& store)
    : by_id_(store.prepare("SELECT track_id FROM track_ids WHERE kind = ?1 AND id = ?2")),
      by_key_(store.prepare("SELECT min(track_id) FROM tracks WHERE key = ?1")),
      by_alias_(store.prepare("SELECT track_id FROM track_aliases WHERE key = ?1")) {}

std::int64_t TrackFinder::find(const TrackNames& named) {
  for (const auto& [kind, id] : {std::pair(kSpotify, named.spotify_id),
                                 std::pair(kIsrc, named.isrc), std::pair(kMbid, named.mbid)})
    if (!id.empty())
      if (const std::int64_t track = find_id(kind, id); track != 0) return track;
  return named.title.empty() || named.artist.empty() ? 0 : find_name(named);
}

std::int64_t TrackFinder::find_id(std::int64_t kind, std::string_view id) {
  const auto [known, is_new] = known_.try_emplace(std::to_string(kind) + " " + std::string(id));
  if (is_new) known->second = by_id_.find_integer(kind, id).value_or(0);
  return known->second;
}

std::int64_t TrackFinder::find_name(const TrackNames& named) {
  const std::string asked = std::string(named.artist) + '\x1f' + std::string(named.title) + '\x1f' +
                            std::string(named.album);
  const auto [known, is_new] = known_.try_emplace("name " + asked);
  if (is_new) {
    const std::string key = text_key(named.artist, named.title, named.album).track_key();
    known->second = by_key_.find_integer(key).value_or(0);
    if (known->second == 0) known->second = by_alias_.find_integer(key).value_or(0);
  }
  return known->second;
}

}  // namespace engine::library
