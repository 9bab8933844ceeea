// What ListenBrainz recommends to somebody, for the table "recommendations".
//
// cf              /1/cf/recommendation: recordings that people with such listens play, by its score;
//                 their names by /1/metadata/recording/. 204: none were worked out
// fresh_releases  /1/user/USER/fresh_releases: what is new, of artists that the person plays, of the
//                 last weeks; of each the tracks that people have played so far, by how often, which
//                 /1/popularity/top-recordings-for-artist tells to who has a token
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "shared/listenbrainz/server.hpp"

namespace source {

struct RecommendedTrack {
  const char* channel;
  double score = 0;
  std::string title, artist, album, mbid, artist_mbid;
  bool is_credit = false;  // `artist` may join several names
};

/// In its order, one channel behind the other; of what is out by now. Throws playlist::Error.
std::vector<RecommendedTrack> recommended_tracks(const playlist::SourceCall& call,
                                                 const listenbrainz::Server& server);

/// What changes when they do.
std::string digest_of(const std::vector<RecommendedTrack>& tracks);

/// A record each, of the whole list.
void put_recommendations(playlist::SourceCall& call, const std::vector<RecommendedTrack>& tracks,
                         const char* teller);

}  // namespace source
