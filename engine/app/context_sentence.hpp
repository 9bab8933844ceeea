// One sentence on why a suggestion was found, by a language model where somebody has connected one
// for it (purpose context): written of the words of the suggestion's facts and of plain words alone.
#pragma once

#include <string>

#include "app/caller.hpp"
#include "app/suggestions.hpp"
#include "data/as_of.hpp"
#include "discovery/queue.hpp"
#include "store/store.hpp"

namespace engine::app {

/// "": the suggestion's own reason stands, and the caller is told why where one was wanted. Nothing is
/// sent of a track that may not be told (tellable_tracks.hpp), and the reason only where the person has
/// not asked for something to be forgotten since it was written.
std::string context_sentence(const Caller& caller, const AskedTrack& track,
                             const discovery::Suggestion& suggestion, const Store& store,
                             const AsOf& tables);

}  // namespace engine::app
