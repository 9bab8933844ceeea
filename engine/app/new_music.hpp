// Where music that a user does not know can come from, as far as the store has it, and what brings
// more: what import, run and doctor say when there is none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine::app {

/// As of `now`. Costs a look at an index or two, never a pass over listens.
struct NewMusicSources {
  bool has_plays = false;  // of this user
  bool has_catalogue =
      false;  // tracks that a catalogue brought, so that nobody need have played them
  bool has_services = false;  // tracks that services told of (engine discover --grow)
  bool has_tags = false;      // genres of tracks or artists
  std::size_t other_listeners = 0;
  std::vector<std::string> untrained;  // models of discover-weekly without a version: "quality"
  std::vector<std::string> too_late;   // with none but later than now: too_late_text()
};
NewMusicSources new_music_sources(const Store& store, std::int64_t user_id, std::int64_t now);

/// One step a line, cheapest first: only steps that would change something.
std::vector<std::string> ways_to_new_music(const NewMusicSources& sources, std::int64_t now);

/// The steps as a text with its heading and numbers, "" without any.
std::string ways_text(const std::vector<std::string>& ways);

}  // namespace engine::app
