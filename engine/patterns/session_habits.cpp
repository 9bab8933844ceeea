#include "patterns/session_habits.hpp"

#include <algorithm>
#include <span>

#include "core/duration.hpp"
#include "core/local_time.hpp"
#include "data/tables.hpp"

namespace engine::patterns {
namespace {

constexpr std::int64_t kAheadHours = 24;

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// What an hour of the week says of the hours ahead.
class WeekProfile {
 public:
  WeekProfile(const AsOf& tables, std::array<double, kWeekHours> chances)
      : clock_(tables.timezone(), tables.now(), tables.now() + (kAheadHours + 2) * kHour),
        chances_(chances) {}
  [[nodiscard]] double at(std::int64_t ts) const {
    const LocalTime shown = clock_.at(ts);
    return chances_[static_cast<std::size_t>(shown.weekday() * 24 + shown.hour())];
  }

 private:
  LocalClock clock_;
  std::array<double, kWeekHours> chances_;
};

/// Of the last twelve weeks, each hour of the week drawn to that hour of all days.
std::array<double, kWeekHours> shares_of(const AsOf& tables) {
  constexpr double kWeeks = 12, kDrawn = 4;  // weeks
  const playlist_table& sessions = *tables.table("sessions");
  const auto start = column_of<std::int64_t>(sessions, "start");
  const auto hour = column_of<std::int32_t>(sessions, "hour");
  const auto weekday = column_of<std::int32_t>(sessions, "weekday");
  std::array<double, kWeekHours> starts{};
  std::array<double, 24> of_day{};
  const auto from = tables.now() - static_cast<std::int64_t>(kWeeks) * 7 * kDay;
  for (std::size_t k = 0; k < start.size(); ++k) {
    if (start[k] < from) continue;
    ++starts[static_cast<std::size_t>(weekday[k] * 24 + hour[k])];
    ++of_day[static_cast<std::size_t>(hour[k])];
  }
  for (std::size_t k = 0; k < kWeekHours; ++k)
    starts[k] =
        std::min(1.0, (starts[k] + kDrawn * of_day[k % 24] / (7 * kWeeks)) / (kWeeks + kDrawn));
  return starts;
}

std::array<double, kWeekHours> week_of(const Artifact& model) {
  const auto told = column_of<float>(*model.table("week"), "probability");
  std::array<double, kWeekHours> chances{};
  std::copy_n(told.begin(), std::min(told.size(), kWeekHours), chances.begin());
  return chances;
}

/// The hours ahead as the training saw them, as far as they reach.
bool take_ahead(const Artifact& model, std::int64_t first, std::vector<StartChance>& hours) {
  const playlist_table& ahead = *model.table("ahead");
  const auto ts = column_of<std::int64_t>(ahead, "ts");
  const auto probability = column_of<float>(ahead, "probability");
  for (std::size_t k = 0; k < ts.size(); ++k)
    if (ts[k] >= first) hours.push_back({ts[k], probability[k]});
  if (hours.size() < kAheadHours) hours.clear();
  hours.resize(std::min<std::size_t>(hours.size(), kAheadHours));
  return !hours.empty();
}

}  // namespace

SessionHabits session_habits(const AsOf& tables) {
  const playlist_table& sessions = *tables.table("sessions");
  const auto start = column_of<std::int64_t>(sessions, "start");
  const auto end = column_of<std::int64_t>(sessions, "end");
  const auto hour = column_of<std::int32_t>(sessions, "hour");
  const auto weekday = column_of<std::int32_t>(sessions, "weekday");
  const auto tracks = column_of<std::int32_t>(sessions, "tracks");
  const auto skips = column_of<std::int32_t>(sessions, "skips");
  SessionHabits made;
  made.sessions = sessions.rows;
  std::vector<double> minutes, counts;
  double skipped = 0;
  for (std::size_t k = 0; k < start.size(); ++k) {
    minutes.push_back(static_cast<double>(end[k] - start[k]) / 60);
    counts.push_back(tracks[k]);
    skipped += skips[k];
    ++made.starts[static_cast<std::size_t>(weekday[k] * 24 + hour[k])];
  }
  made.median_minutes = median_of(std::move(minutes));
  made.median_tracks = median_of(std::move(counts));
  if (const auto listens = tables.table("listens")->rows; listens > 0)
    made.skipped_share = skipped / static_cast<double>(listens);
  if (start.empty() || tables.now() - end.back() >= tables.session_gap_seconds()) return made;
  const playlist_column& devices = *find_column(sessions, "device");
  const std::int32_t device = column_of<std::int32_t>(sessions, "device").back();
  made.current = {.start = start.back(),
                  .plays = column_of<std::int32_t>(sessions, "plays").back(),
                  .device = device < 0 ? "" : std::string(text_of(devices, device))};
  return made;
}

const StartChance& Outlook::likeliest() const {
  return *std::ranges::max_element(hours, {}, &StartChance::probability);
}

Outlook outlook(const AsOf& tables, const Artifact* model) {
  Outlook made;
  const std::int64_t first = (tables.now() / kHour + 1) * kHour;
  made.from = model == nullptr ? "share" : "ahead";
  if (model != nullptr && take_ahead(*model, first, made.hours)) return made;
  if (model != nullptr) made.from = "week";
  const WeekProfile profile(tables, model != nullptr ? week_of(*model) : shares_of(tables));
  for (std::int64_t k = 0; k < kAheadHours; ++k)
    made.hours.push_back({first + k * kHour, profile.at(first + k * kHour)});
  return made;
}

}  // namespace engine::patterns
