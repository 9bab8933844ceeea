#include "evaluate/judged.hpp"

#include <array>
#include <stdexcept>

#include "core/duration.hpp"
#include "data/tables.hpp"

namespace engine::evaluate {
namespace {

struct Mode {
  Judged judged;
  const char *name, *words;
};
constexpr std::array kModes = {
    Mode{Judged::kAll, "all", ""},
    Mode{Judged::kNew, "new", "new"},
    Mode{Judged::kNewSongs, "new-songs", "of new songs"},
    Mode{Judged::kNewArtists, "new-artists", "by new artists"},
    Mode{Judged::kRediscovered, "rediscovered", "again after half a year"},
};

const Mode& mode_of(Judged judged) {
  return kModes[static_cast<std::size_t>(judged)];
}

/// By track: true where what `column` says of it is that of no listen.
std::vector<bool> unmet(const AsOf& tables, const char* column) {
  const auto of_track = column_of<std::int32_t>(*tables.table("tracks"), column);
  std::vector<bool> is_met;
  for (const std::int32_t track : column_of<std::int32_t>(*tables.table("listens"), "track")) {
    const std::int32_t number = of_track[static_cast<std::size_t>(track)];
    if (number < 0) continue;
    const auto at = static_cast<std::size_t>(number);
    if (at >= is_met.size()) is_met.resize(at + 1);
    is_met[at] = true;
  }
  std::vector<bool> result;
  result.reserve(of_track.size());
  for (const std::int32_t number : of_track) {
    const auto at = static_cast<std::size_t>(number);
    result.push_back(number >= 0 && (at >= is_met.size() || !is_met[at]));
  }
  return result;
}

/// By track: heard, and silent for so long.
std::vector<bool> silent(const AsOf& tables) {
  const auto last = column_of<std::int64_t>(*tables.table("track_statistics"), "last_played");
  std::vector<bool> result;
  for (const std::int64_t played : last)
    result.push_back(played != INT64_MIN && played <= tables.now() - kSilentDays * kDay);
  return result;
}

}  // namespace

std::string name_of(Judged judged) {
  return mode_of(judged).name;
}

std::string words_of(Judged judged) {
  return mode_of(judged).words;
}

Judged judged_by(std::string_view name) {
  for (const Mode& mode : kModes)
    if (name == mode.name) return mode.judged;
  throw std::logic_error("no way to judge is called " + std::string(name));
}

std::vector<bool> eligible_tracks(const AsOf& tables, Judged judged) {
  if (judged == Judged::kRediscovered) return silent(tables);
  if (judged == Judged::kNewSongs) return unmet(tables, "song");
  if (judged == Judged::kNewArtists) return unmet(tables, "artist");
  std::vector<bool> eligible(static_cast<std::size_t>(tables.track_count()), true);
  if (judged == Judged::kAll) return eligible;
  const auto plays = column_of<std::int32_t>(*tables.table("track_statistics"), "plays");
  for (std::size_t track = 0; track < eligible.size(); ++track) eligible[track] = plays[track] == 0;
  return eligible;
}

}  // namespace engine::evaluate
