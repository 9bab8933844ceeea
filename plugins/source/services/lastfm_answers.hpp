// What Last.fm knows of artists and tracks, and what friends of the user heard lately.
//
// Asked of   by the setting "questions" (questions.hpp): similar_artists, top_tracks, artist_tags of
//            artists; similar_tracks, track_tags of tracks
// Sent       names of artists and tracks
// Rows       "artist_relations" with Last.fm's match; "tracks"; "artist_tags" and "track_tags", the weight a share of the
//            strongest, without those that say nothing of music ("seen live"); "recommendations" of the
//            channel "similar_tracks" with their seed, or "friends": whom the more friends heard lately
#pragma once

#include "playlist/plugin.hpp"

#include "lastfm_api.hpp"

namespace source {

void answer_lastfm_questions(playlist::SourceCall& call);
/// Throws playlist::Error where they cannot be asked for; then nothing was put.
void put_friends(playlist::SourceCall& call, const lastfm::Server& server);

}  // namespace source
