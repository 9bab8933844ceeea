// What the recalls by model.discovery have in common: rows of the model as candidates.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "discovery_model.hpp"
#include "shared/seed_reasons.hpp"

namespace discovery {

/// `"Title" by Artist` of a row.
inline std::string named_row(const playlist::Call& call, const DiscoveryModel& model,
                             std::int32_t row) {
  return shared::named_track(call.table("tracks"), model.track_number(row));
}
inline std::string_view artist_name(const playlist::Call& call, const DiscoveryModel& model,
                                    std::int32_t artist_row) {
  const std::int32_t number = model.artist_number(artist_row);
  return number < 0 ? std::string_view()
                    : call.table("artists")["name"].texts()[static_cast<std::size_t>(number)];
}
/// "3 people play it", "1 person plays it".
inline std::string played_by(std::int32_t people) {
  return people == 1 ? "1 person plays it" : playlist::concat(people, " people play it");
}
/// "once", "12 times".
inline std::string times(std::int32_t count) {
  return count == 1 ? "once" : playlist::concat(count, " times");
}

}  // namespace discovery
