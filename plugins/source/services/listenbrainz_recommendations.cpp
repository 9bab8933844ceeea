#include "listenbrainz_recommendations.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "../dates.hpp"
#include "../ids.hpp"
#include "digest.hpp"

namespace source {
namespace {

using listenbrainz::number_of;
using listenbrainz::part_of;
using listenbrainz::Server;
using listenbrainz::text_of;
using RecommendedJson = listenbrainz::Json;

constexpr std::size_t kRecommended = 200;  // recordings
constexpr std::size_t kNamesAtOnce = 50;   // longer addresses are refused on the way
constexpr std::int64_t kNamesKept = 30 * 24 * 60 * 60;
constexpr std::int64_t kTracksKept = 24 * 60 * 60;
constexpr std::size_t kFreshArtists = 25;  // a request each
constexpr std::size_t kFreshTracks = 5;    // of a release
constexpr std::int64_t kFreshSeconds = 60 * 24 * 60 * 60;

/// The recordings and scores of the first page, by "recording_mbid".
std::vector<std::pair<std::string, double>> scores_of(const Server& server) {
  std::vector<std::pair<std::string, double>> scores;
  const auto answer = server.find("/1/cf/recommendation/user/" + server.user_in_path() +
                                  "/recording?count=" + std::to_string(kRecommended));
  if (!answer) return scores;
  const RecommendedJson& mbids = part_of(part_of(*answer, "payload"), "mbids");
  if (!mbids.is_array()) return scores;  // a 204
  for (const RecommendedJson& one : mbids)
    if (std::string id = mbid(text_of(one, "recording_mbid")); !id.empty())
      scores.emplace_back(std::move(id), number_of(one, "score").value_or(0));
  return scores;
}

/// The artist of a recording: one name with its id, or all in one text.
void put_artist(RecommendedTrack& track, const RecommendedJson& credit) {
  const RecommendedJson& artists = part_of(credit, "artists");
  track.artist = text_of(credit, "name");
  track.is_credit = !artists.is_array() || artists.size() != 1;
  if (!track.is_credit) track.artist_mbid = mbid(text_of(artists.front(), "artist_mbid"));
}

std::vector<RecommendedTrack> of_listens(const playlist::SourceCall& call, const Server& server) {
  const auto scores = scores_of(server);
  std::vector<RecommendedTrack> tracks;
  for (std::size_t begin = 0; begin < scores.size(); begin += kNamesAtOnce) {
    const std::size_t end = std::min(begin + kNamesAtOnce, scores.size());
    std::string target = "/1/metadata/recording/?inc=artist%20release&recording_mbids=";
    for (std::size_t k = begin; k < end; ++k) target += (k > begin ? "," : "") + scores[k].first;
    const RecommendedJson known = server.get(target, kNamesKept);
    for (std::size_t k = begin; k < end; ++k) {
      const RecommendedJson& one = part_of(known, scores[k].first.c_str());
      RecommendedTrack track{"cf", scores[k].second};
      track.title = text_of(part_of(one, "recording"), "name");
      track.album = text_of(part_of(one, "release"), "name");
      track.mbid = scores[k].first;
      put_artist(track, part_of(one, "artist"));
      if (!track.title.empty() && !track.artist.empty()) tracks.push_back(std::move(track));
    }
    call.checkpoint();
  }
  return tracks;
}

/// Ids of releases of the last weeks, by the id of the first of their artists, as they come.
std::vector<std::pair<std::string, std::set<std::string>>> fresh_releases(
    const playlist::SourceCall& call, const Server& server) {
  std::vector<std::pair<std::string, std::set<std::string>>> fresh;
  const auto answer = server.find("/1/user/" + server.user_in_path() + "/fresh_releases");
  if (!answer) return fresh;
  const RecommendedJson& releases = part_of(part_of(*answer, "payload"), "releases");
  if (!releases.is_array()) return fresh;
  for (const RecommendedJson& release : releases) {
    const auto date = read_time(text_of(release, "release_date"));
    if (!date || date->seconds > call.now() || date->seconds < call.now() - kFreshSeconds) continue;
    const RecommendedJson& artists = part_of(release, "artist_mbids");
    const std::string id = mbid(text_of(release, "release_mbid"));
    if (id.empty() || !artists.is_array() || artists.empty() || !artists.front().is_string())
      continue;
    const std::string artist = mbid(artists.front().get_ref<const std::string&>());
    if (artist.empty()) continue;
    const auto known = std::ranges::find(fresh, artist, &decltype(fresh)::value_type::first);
    if (known != fresh.end()) {
      known->second.insert(id);
    } else if (fresh.size() < kFreshArtists) {
      fresh.push_back({artist, {id}});
    }
  }
  return fresh;
}

std::vector<RecommendedTrack> of_fresh_releases(const playlist::SourceCall& call,
                                                const Server& server) {
  std::vector<RecommendedTrack> tracks;
  if (!server.has_token()) return tracks;
  for (const auto& [artist, releases] : fresh_releases(call, server)) {
    const auto top = server.find("/1/popularity/top-recordings-for-artist/" + artist, kTracksKept);
    if (!top || !top->is_array()) continue;
    std::map<std::string, std::size_t> counts;  // by release
    for (const RecommendedJson& one : *top) {
      const std::string release = mbid(text_of(one, "release_mbid"));
      if (!releases.contains(release) || counts[release]++ >= kFreshTracks) continue;
      RecommendedTrack track{"fresh_releases", number_of(one, "total_listen_count").value_or(0)};
      track.title = text_of(one, "recording_name");
      track.artist = text_of(one, "artist_name");
      track.album = text_of(one, "release_name");
      track.mbid = mbid(text_of(one, "recording_mbid"));
      const RecommendedJson& artists = part_of(one, "artist_mbids");
      track.is_credit = !artists.is_array() || artists.size() != 1;
      if (!track.is_credit) track.artist_mbid = artist;
      if (!track.title.empty() && !track.artist.empty()) tracks.push_back(std::move(track));
    }
    call.checkpoint();
  }
  return tracks;
}

}  // namespace

std::vector<RecommendedTrack> recommended_tracks(const playlist::SourceCall& call,
                                                 const Server& server) {
  std::vector<RecommendedTrack> tracks = of_listens(call, server);
  for (RecommendedTrack& track : of_fresh_releases(call, server))
    tracks.push_back(std::move(track));
  return tracks;
}

std::string digest_of(const std::vector<RecommendedTrack>& tracks) {
  Digest digest;
  for (const RecommendedTrack& track : tracks) {
    digest.add(track.channel);
    digest.add(track.mbid);
    digest.add(std::to_string(track.score));
  }
  return digest.text();
}

void put_recommendations(playlist::SourceCall& call, const std::vector<RecommendedTrack>& tracks,
                         const char* teller) {
  playlist::Rows& rows = call.rows("recommendations", {{"channel", PLAYLIST_STRING},
                                                       {"score", PLAYLIST_F32},
                                                       {"title", PLAYLIST_STRING},
                                                       {"artist", PLAYLIST_STRING},
                                                       {"artist_credit", PLAYLIST_STRING},
                                                       {"album", PLAYLIST_STRING},
                                                       {"mbid", PLAYLIST_STRING},
                                                       {"artist_mbid", PLAYLIST_STRING}});
  call.whole_list("recommendations", teller);
  for (const RecommendedTrack& track : tracks) {
    rows.row();
    rows.set_text(1, track.channel);
    rows.set_f32(2, static_cast<float>(track.score));
    rows.set_text(3, track.title);
    rows.set_text(track.is_credit ? 5 : 4, track.artist);
    rows.set_text(6, track.album);
    rows.set_text(7, track.mbid);
    rows.set_text(8, track.artist_mbid);
    call.next(0);
  }
}

}  // namespace source
