// What anybody could do without a recipe: the lists that a recipe has to beat.
//
//   popularity          the catalogue's most popular tracks, as recall.popular orders them: by
//                       popularity, then by how many users play the artist, then by number
//   most_played_lately  the user's most played tracks of the last 30 days; then of all time
//   shuffle             the user's library in random order; without one, what was played to the end
//                       three times or more; without that, everything played
//   random_catalogue    any tracks of the catalogue
//   familiar_artists    songs never listened to, of artists played lately: by log(1 + the artist's
//                       plays, each of weight exp(-age / 60 days)) * sqrt(listeners of the track);
//                       at most two of an artist. Familiar songs are in it for no way to judge
//   artist_cf           the two tracks with the most listeners of each of the nearest artists, the
//                       user's own or not: cosine of artists over listeners, of log(1 + plays),
//                       with those that the user played, weighted by recency as above
//   session_neighbours  what was played in the sessions most like the user's latest plays,
//                       everybody's sessions alike (VSKNN: Ludewig, Jannach: Evaluation of session-based
//                       recommendation algorithms, UMUAI 2018, section 3.4)
//
// All read the same tables, as of the same date, as the recipes beside them; the last three also
// what everybody had played by then (audience.hpp), and list equally good ones in an order that
// knows nothing of later plays (ties.hpp). All choose among the tracks that the list can
// gain by, so that none is held back by what is not judged (judged.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "data/as_of.hpp"
#include "evaluate/audience.hpp"

namespace engine::evaluate {

struct BaselineInput {
  const AsOf& tables;
  const AudienceAsOf& audience;          // as of the same date
  const std::vector<bool>& is_eligible;  // by track
  std::size_t length = 0;
  Random& random;  // the list's own stream
};

struct Baseline {
  const char* name;
  const char* help;
  /// At most `length` eligible track numbers, each once.
  std::vector<std::int32_t> (*list)(const BaselineInput& input);
};

std::span<const Baseline> baselines();

// Those that go by what everybody played.
std::vector<std::int32_t> familiar_artists(const BaselineInput& input);
std::vector<std::int32_t> artist_cf(const BaselineInput& input);
std::vector<std::int32_t> session_neighbours(const BaselineInput& input);

}  // namespace engine::evaluate
