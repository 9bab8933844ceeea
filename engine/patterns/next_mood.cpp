#include "patterns/next_mood.hpp"

#include "playlist/error.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "data/tables.hpp"
#include "shared/mood_history.hpp"
#include "shared/moods.hpp"
#include "shared/moods_ahead.hpp"

namespace engine::patterns {
namespace {

constexpr std::ptrdiff_t kFewestListens = 3;  // of a session that goes on; as in "mood_windows"

bool session_goes_on(const AsOf& tables) {
  const playlist_table& sessions = *tables.table("sessions");
  const auto start = column_of<std::int64_t>(sessions, "start");
  const auto end = column_of<std::int64_t>(sessions, "end");
  if (start.empty() || tables.now() - end.back() >= tables.session_gap_seconds()) return false;
  const auto ts = column_of<std::int64_t>(*tables.table("listens"), "ts");
  return ts.end() - std::ranges::lower_bound(ts, start.back()) >= kFewestListens;
}

std::string_view bytes_of(const Artifact& model, std::string_view name) {
  std::uint64_t length = 0;
  const void* bytes = model.bytes(name, length);
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : length};
}

}  // namespace

NextMood next_mood(const AsOf& tables, const Artifact& model) {
  const auto table = [&](const char* name) { return playlist::Table(tables.table(name), name); };
  const auto learned = [&](const char* name) { return playlist::Table(model.table(name), name); };
  try {
    const shared::Moods moods(learned("moods"));
    const shared::MoodSounds sounds =
        shared::mood_sounds(table("tracks"), playlist::Lists(tables.lists("artist_tracks")));
    const std::vector<std::int32_t> of_track = moods.centroids.of_tracks(sounds);
    const shared::MoodListens listens(table("listens"), table("sessions"), table("tracks"),
                                      of_track, kListensForNextMood);
    NextMood made{.goes_on = session_goes_on(tables)};
    const std::vector<float> chances =
        shared::moods_ahead({.experts = learned("experts"),
                             .factors = learned("factors"),
                             .serves = bytes_of(model, "words")},
                            moods.ids.size(), listens, made.goes_on, tables.now());
    for (std::size_t mood = 0; mood < chances.size(); ++mood)
      made.moods.push_back({moods.ids[mood], moods.labels[mood], double{chances[mood]}});
    std::ranges::stable_sort(made.moods, std::greater(), &MoodChance::probability);
    return made;
  } catch (const playlist::Error& error) {
    throw Error(Exit::kPlugin, error.what());
  }
}

}  // namespace engine::patterns
