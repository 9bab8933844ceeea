#include "data/mood_windows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

#include "core/local_time.hpp"
#include "data/sessions.hpp"
#include "shared/moods.hpp"

namespace engine {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Mean and standard deviation (of a sample) of what is known; NaN of none, and of one.
struct Spread {
  float mean = kUnknown, deviation = kUnknown;
};
Spread spread_of(const std::array<float, kWindow>& values) {
  double sum = 0, squares = 0;
  int known = 0;
  for (const float value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++known;
  }
  if (known == 0) return {};
  const double mean = sum / known;
  for (const float value : values)
    if (!std::isnan(value)) squares += (value - mean) * (value - mean);
  return {static_cast<float>(mean),
          known < 2 ? kUnknown : static_cast<float>(std::sqrt(squares / (known - 1)))};
}

/// A listen and the ones before it in its session.
struct Window {
  std::int32_t listen = -1;   // to be told; -1: not heard yet
  std::size_t last = 0;       // row of the latest before it
  std::int32_t position = 0;  // of that one, in the session
  std::int64_t session_start = 0;
};

std::vector<Window> windows_of(const ListenColumns& listens, std::int64_t gap_seconds,
                               std::int64_t now) {
  std::vector<Window> windows;
  const std::vector<Session> sessions = session_spans(listens, gap_seconds);
  for (const Session& session : sessions) {
    const bool is_last = &session == &sessions.back();
    const bool goes_on = is_last && now - session.end < gap_seconds;
    for (std::size_t k = kWindow; k < session.listens + (goes_on ? 1 : 0); ++k) {
      const std::size_t row = session.first_listen + k;
      windows.push_back({.listen = k < session.listens ? static_cast<std::int32_t>(row) : -1,
                         .last = row - 1,
                         .position = static_cast<std::int32_t>(k - 1),
                         .session_start = session.start});
    }
  }
  return windows;
}

void put_sounds(OwnedTable& table, const shared::MoodSounds& sounds, const ListenColumns& listens,
                const std::vector<Window>& windows) {
  for (std::size_t sound = 0; sound < shared::kMoodSoundCount; ++sound) {
    const std::string name = shared::kMoodSounds[sound];
    float *const mean = table.f32(name + "_mean"), *const deviation = table.f32(name + "_std"),
                 *const current = table.f32("current_" + name);
    const std::vector<float>& values = sounds.values[sound];
    for (std::size_t row = 0; row < windows.size(); ++row) {
      std::array<float, kWindow> heard{};
      for (std::size_t back = 0; back < kWindow; ++back)
        heard[back] = values[static_cast<std::size_t>(listens.track[windows[row].last - back])];
      const Spread spread = spread_of(heard);
      mean[row] = spread.mean;
      deviation[row] = spread.deviation;
      current[row] = heard[0];
    }
  }
}

void put_tracks(OwnedTable& table, const shared::MoodSounds& sounds, const ListenColumns& listens,
                const std::vector<Window>& windows) {
  std::int32_t* const listen = table.i32("listen");
  std::array<std::int32_t*, kWindow> previous{};
  for (std::size_t back = 0; back < kWindow; ++back)
    previous[back] = table.i32("track_" + std::to_string(back));
  std::int32_t *const own = table.i32("own"), *const known = table.i32("known");
  for (std::size_t row = 0; row < windows.size(); ++row) {
    listen[row] = windows[row].listen;
    own[row] = known[row] = 0;
    for (std::size_t back = 0; back < kWindow; ++back) {
      const std::int32_t track = listens.track[windows[row].last - back];
      previous[back][row] = track;
      const auto at = static_cast<std::size_t>(track);
      own[row] += sounds.is_own[at];
      known[row] += sounds.is_known(at) ? 1 : 0;
    }
  }
}

void put_times(OwnedTable& table, const ListenColumns& listens, const std::vector<Window>& windows,
               const LocalClock& clock) {
  constexpr double kTurn = 2 * std::numbers::pi;
  std::int64_t* const ts = table.i64("ts");
  float *const hour_sin = table.f32("hour_sin"), *const hour_cos = table.f32("hour_cos"),
               *const day_sin = table.f32("day_sin"), *const day_cos = table.f32("day_cos"),
               *const minutes = table.f32("time_since_session_start");
  std::uint8_t* const is_weekend = table.u8("is_weekend");
  std::int32_t* const position = table.i32("session_position");
  for (std::size_t row = 0; row < windows.size(); ++row) {
    ts[row] = listens.ts[windows[row].last];
    const LocalTime shown = clock.at(ts[row]);
    const double of_day = kTurn * shown.hour() / 24, of_week = kTurn * shown.weekday() / 7;
    hour_sin[row] = static_cast<float>(std::sin(of_day));
    hour_cos[row] = static_cast<float>(std::cos(of_day));
    day_sin[row] = static_cast<float>(std::sin(of_week));
    day_cos[row] = static_cast<float>(std::cos(of_week));
    is_weekend[row] = shown.weekday() >= 5;
    position[row] = windows[row].position;
    minutes[row] = static_cast<float>(ts[row] - windows[row].session_start) / 60;
  }
}

}  // namespace

std::unique_ptr<OwnedTable> make_mood_windows(const Tables& tables, const ListenColumns& listens,
                                              std::int64_t gap_seconds, std::int64_t now,
                                              const std::string& timezone) {
  const std::vector<Window> windows = windows_of(listens, gap_seconds, now);
  const std::int64_t first = listens.count == 0 ? now : std::min(now, listens.ts[0]);
  const LocalClock clock(timezone, first, now + 1);
  const shared::MoodSounds sounds = shared::mood_sounds(
      playlist::Table(tables.table("tracks")), playlist::Lists(tables.lists("artist_tracks")));
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(windows.size()));
  put_tracks(*made, sounds, listens, windows);
  put_sounds(*made, sounds, listens, windows);
  put_times(*made, listens, windows, clock);
  return made;
}

}  // namespace engine
