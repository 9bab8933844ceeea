// What of a period's plays a list is judged by.
//
//   all          everything played in the period
//   new          tracks that had not been heard before the date: no play of them had ended by then
//   new-songs    of those, songs that had not been met in any version or edition. A song was *met*
//                by a listen of any length that had ended by the date: who skipped it knows it
//   new-artists  tracks by artists of whom nothing had been met; of several, the first counts, and
//                a track without one is by nobody new
//   rediscovered tracks that had been heard before the date and of which no play had begun in the
//                kSilentDays before it
//
// Private sessions count nowhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/as_of.hpp"

namespace engine::evaluate {

enum class Judged : std::uint8_t { kAll, kNew, kNewSongs, kNewArtists, kRediscovered };

/// After so many days without a play a track may be rediscovered.
inline constexpr std::int64_t kSilentDays = 180;

/// "all", "new", "new-songs", "new-artists", "rediscovered".
std::string name_of(Judged judged);
/// Of one of those names.
Judged judged_by(std::string_view name);
/// "", "new", "of new songs", "by new artists", "again after half a year": what of somebody's plays is meant, after "played".
std::string words_of(Judged judged);

/// By track: what a list as of `tables` may gain by, for baselines to choose from.
std::vector<bool> eligible_tracks(const AsOf& tables, Judged judged);

}  // namespace engine::evaluate
