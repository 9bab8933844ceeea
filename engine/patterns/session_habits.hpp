// When somebody listens: their sessions so far, and in which hours the next may begin.
//
// What began and how is read off the table "sessions"; chances come from model.session_start, where one
// was trained by then: of the hours ahead as that training saw them while they are ahead, else the mean
// of each hour of the week in the eight weeks before it. Without a model the share of each hour of the
// week in the last twelve weeks, drawn to that of the hour, stands in, and says so.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "models/artifact.hpp"

namespace engine::patterns {

inline constexpr std::size_t kWeekHours = 168;

struct SessionHabits {
  std::int64_t sessions = 0;
  double median_minutes = 0, median_tracks = 0;
  double skipped_share = 0;  // of all listens
  /// Sessions by the hour of the week that they began in, from Monday 0 o'clock.
  std::array<std::int64_t, kWeekHours> starts{};
  /// The session that goes on at `now`.
  struct Current {
    std::int64_t start = 0;
    std::int32_t plays = 0;
    std::string device;  // "": not told
  };
  std::optional<Current> current;
};
SessionHabits session_habits(const AsOf& tables);

struct StartChance {
  std::int64_t ts = 0;  // the hour's beginning
  double probability = 0;
};

/// The hours behind that of `now`, the next day's 24.
struct Outlook {
  std::vector<StartChance> hours;
  std::string from;  // "ahead", "week": of the model; "share": without one
  /// The likeliest hour, and the hour before it: when to have something new ready.
  [[nodiscard]] const StartChance& likeliest() const;
  [[nodiscard]] std::int64_t refresh_at() const { return likeliest().ts - 3600; }
};
/// `model` is an artifact of model.session_start as of now or before, nullptr for none.
Outlook outlook(const AsOf& tables, const Artifact* model);

}  // namespace engine::patterns
