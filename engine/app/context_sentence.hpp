// One sentence on why a suggestion was found, by a language model where somebody has connected one
// for it (purpose context): written of the words of the suggestion's facts and of plain words alone.
#pragma once

#include <string>

#include "app/caller.hpp"
#include "app/suggestions.hpp"
#include "discovery/queue.hpp"
#include "store/store.hpp"

namespace engine::app {

/// "": the suggestion's own reason stands, and the caller is told why where one was wanted. The
/// reason is sent unless the person has asked for something to be forgotten since it was written.
std::string context_sentence(const Caller& caller, const AskedTrack& track,
                             const discovery::Suggestion& suggestion, const Store& store);

}  // namespace engine::app
