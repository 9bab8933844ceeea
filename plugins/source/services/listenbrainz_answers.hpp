// What ListenBrainz knows of artists, as an engine asks it (questions.hpp).
#pragma once

#include "playlist/plugin.hpp"

namespace source {

/// Answers all questions of the setting. similar_artists come from labs, without a token; top_tracks
/// take one.
void answer_listenbrainz_questions(playlist::SourceCall& call);

}  // namespace source
