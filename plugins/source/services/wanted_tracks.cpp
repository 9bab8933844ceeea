#include "wanted_tracks.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "../ids.hpp"
#include "json_answers.hpp"

namespace source {

std::vector<WantedTrack> wanted_tracks(const playlist::Call& call) {
  const std::string text(call.setting("features_wanted").value_or(""));
  if (text.empty()) throw playlist::Error("the engine does not say whose features to ask for");
  std::vector<WantedTrack> wanted;
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) return wanted;
  for (const nlohmann::json& one : json) {
    if (!one.is_object()) continue;
    WantedTrack track{integer_in(one, "track_id"),
                      std::string(spotify_id(text_in(one, "spotify_id"))),
                      isrc(text_in(one, "isrc"))};
    if (track.id > 0) wanted.push_back(std::move(track));
  }
  return wanted;
}

}  // namespace source
