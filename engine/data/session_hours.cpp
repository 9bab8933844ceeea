#include "data/session_hours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/duration.hpp"
#include "core/local_time.hpp"
#include "data/listen_scan.hpp"
#include "data/sessions.hpp"

namespace engine {
namespace {

constexpr std::size_t kDayHours = 24, kWeekHours = 168;

std::int64_t hour_of(std::int64_t seconds) {
  return seconds >= 0 ? seconds / kHour : -((-seconds + kHour - 1) / kHour);
}

float log_odds(double p) {
  const double bounded = std::clamp(p, 1e-4, 0.999);
  return static_cast<float>(std::log(bounded / (1 - bounded)));
}

/// How often hours that return (the same of each day, of each week) saw a start, the last one
/// counting most.
class FadingShare {
 public:
  /// `places` hours that return every so many days.
  FadingShare(std::size_t places, double period_days, double half_life_days)
      : fade_(std::exp2(-period_days / half_life_days)), starts_(places), hours_(places) {}

  void add_start(std::size_t place) { starts_[place] += 1; }
  /// The hour is over, as far as counting goes: starts in it may still come.
  void add_hour(std::size_t place) {
    starts_[place] *= fade_;
    hours_[place] = hours_[place] * fade_ + 1;
  }
  /// Drawn to `usual` as if it had been so in that many hours.
  [[nodiscard]] double at(std::size_t place, double usual, double weight) const {
    return (starts_[place] + weight * usual) / (hours_[place] + weight);
  }
  /// Together with the hours before and after it, which count half as much.
  [[nodiscard]] double around(std::size_t place, double usual, double weight) const {
    const std::size_t count = starts_.size(), before = (place + count - 1) % count,
                      after = (place + 1) % count;
    const double starts = starts_[before] + 2 * starts_[place] + starts_[after];
    const double hours = hours_[before] + 2 * hours_[place] + hours_[after];
    return (starts + weight * usual) / (hours + weight);
  }

 private:
  double fade_;
  std::vector<double> starts_, hours_;
};

/// Where an hour lies on the person's clock.
struct ClockHour {
  int hour = 0, weekday = 0, day_of_month = 1;
  [[nodiscard]] std::size_t of_day() const { return static_cast<std::size_t>(hour); }
  [[nodiscard]] std::size_t of_week() const {
    return static_cast<std::size_t>(weekday) * kDayHours + of_day();
  }
};

/// Everything heard by the beginning of an hour, walked from one hour to the next.
class Past {
 public:
  Past(const ListenColumns& listens, std::int64_t gap_seconds, const LocalClock& clock,
       std::int64_t first_hour)
      : clock_(clock),
        gap_seconds_(gap_seconds),
        first_hour_(first_hour),
        sessions_(session_spans(listens, gap_seconds)) {
    std::size_t session = 0;
    for (std::size_t k = 0; k < listens.count; ++k) {
      while (k >= sessions_[session].first_listen + sessions_[session].listens) ++session;
      ended_.push_back({end_of_listen(listens.ts[k], listens.ms_played[k]), session});
    }
    std::ranges::stable_sort(ended_, {}, &Ended::at);
    heard_to_.assign(sessions_.size(), INT64_MIN);
    is_start_.assign(kWeekHours + 1, false);
    for (const double days : {7, 28, 90, 365}) of_day_.emplace_back(kDayHours, 1, days);
    for (const double days : {14, 56, 180, 730}) of_week_.emplace_back(kWeekHours, 7, days);
    for (const double days : {3, 14, 60, 365}) at_all_.emplace_back(1, 1.0 / 24, days);
  }

  /// To the beginning of the hour, which is the one after the last, or the first.
  void enter(std::int64_t hour) {
    hour_ = hour;
    is_start_[place_of(hour)] = false;
    for (const std::int64_t begin = hour * kHour;
         next_ < ended_.size() && ended_[next_].at <= begin; ++next_)
      hear(ended_[next_]);
    drop_older(starts_7d_, 7), drop_older(starts_30d_, 30);
    while (first_lasting_ < known_sessions_ &&
           sessions_[first_lasting_].start < hour * kHour - 7 * kDay)
      lasted_ -= length_of(first_lasting_++);
    while (first_7d_ < next_ && ended_[first_7d_].at <= hour * kHour - 7 * kDay) ++first_7d_;
    while (first_30d_ < next_ && ended_[first_30d_].at <= hour * kHour - 30 * kDay) ++first_30d_;
  }
  void leave(const ClockHour& clock) {
    for (FadingShare& share : of_day_) share.add_hour(clock.of_day());
    for (FadingShare& share : of_week_) share.add_hour(clock.of_week());
    for (FadingShare& share : at_all_) share.add_hour(0);
  }

  [[nodiscard]] double seconds_since_start() const {
    return known_sessions_ == 0 ? 1e9 : since(sessions_[known_sessions_ - 1].start);
  }
  [[nodiscard]] double seconds_since_heard() const {
    return next_ == 0 ? 1e9 : since(ended_[next_ - 1].at);
  }
  /// A session goes on, as far as is known.
  [[nodiscard]] bool is_listening() const {
    return seconds_since_heard() < static_cast<double>(gap_seconds_);
  }
  [[nodiscard]] std::int64_t listens_7d() const { return count(first_7d_); }
  [[nodiscard]] std::int64_t listens_30d() const { return count(first_30d_); }
  [[nodiscard]] double mean_minutes_7d() const {
    const std::size_t sessions = known_sessions_ - first_lasting_;
    return sessions == 0 ? 0 : static_cast<double>(lasted_) / 60 / static_cast<double>(sessions);
  }
  [[nodiscard]] std::int64_t starts_since(std::int64_t hours) const {
    const auto from = std::ranges::upper_bound(start_hours_, hour_ - hours - 1);
    return start_hours_.end() - from;
  }
  [[nodiscard]] std::int64_t starts_at(const ClockHour& clock, bool is_of_month) const {
    return (is_of_month ? starts_30d_ : starts_7d_).counts[clock.of_day()];
  }
  /// So many hours ago, at most a week.
  [[nodiscard]] bool had_start(std::int64_t hours_ago) const {
    return hour_ - hours_ago >= first_hour_ && is_start_[place_of(hour_ - hours_ago)];
  }
  [[nodiscard]] double usual() const { return at_all_.back().at(0, 0.1, 1); }
  [[nodiscard]] const std::vector<FadingShare>& of_day() const { return of_day_; }
  [[nodiscard]] const std::vector<FadingShare>& of_week() const { return of_week_; }
  [[nodiscard]] const std::vector<FadingShare>& at_all() const { return at_all_; }

 private:
  struct Ended {
    std::int64_t at;
    std::size_t session;
  };
  /// Of the last days, by the hour of the day.
  struct Recent {
    std::array<std::int64_t, kDayHours> counts{};
    std::size_t first = 0;  // in start_hours_
  };

  void hear(const Ended& ended) {
    std::int64_t& heard_to = heard_to_[ended.session];
    const bool is_first = heard_to == INT64_MIN;
    const std::int64_t before = is_first ? 0 : length_of(ended.session);
    heard_to = std::max(heard_to, ended.at);
    if (is_first) {
      known_sessions_ = ended.session + 1;
      add_start(sessions_[ended.session].start);
    }
    if (ended.session >= first_lasting_) lasted_ += length_of(ended.session) - before;
  }
  [[nodiscard]] std::int64_t length_of(std::size_t session) const {
    return heard_to_[session] - sessions_[session].start;
  }

  /// A second one in its hour tells nothing new.
  void add_start(std::int64_t start) {
    const std::int64_t hour = hour_of(start);
    if (!start_hours_.empty() && start_hours_.back() == hour) return;
    start_hours_.push_back(hour);
    if (hour_ - hour <= static_cast<std::int64_t>(kWeekHours)) is_start_[place_of(hour)] = true;
    const LocalTime shown = clock_.at(hour * kHour);
    const ClockHour clock{.hour = shown.hour(), .weekday = shown.weekday()};
    for (FadingShare& share : of_day_) share.add_start(clock.of_day());
    for (FadingShare& share : of_week_) share.add_start(clock.of_week());
    for (FadingShare& share : at_all_) share.add_start(0);
    ++starts_7d_.counts[clock.of_day()];
    ++starts_30d_.counts[clock.of_day()];
  }
  void drop_older(Recent& recent, std::int64_t days) {
    const std::int64_t oldest = hour_ - days * static_cast<std::int64_t>(kDayHours);
    for (; recent.first < start_hours_.size() && start_hours_[recent.first] < oldest;
         ++recent.first)
      --recent
            .counts[static_cast<std::size_t>(clock_.at(start_hours_[recent.first] * kHour).hour())];
  }

  [[nodiscard]] double since(std::int64_t at) const {
    return static_cast<double>(hour_ * kHour - at);
  }
  [[nodiscard]] std::int64_t count(std::size_t first) const {
    return static_cast<std::int64_t>(next_ - first);
  }
  [[nodiscard]] std::size_t place_of(std::int64_t hour) const {
    return static_cast<std::size_t>(hour - first_hour_) % is_start_.size();
  }

  const LocalClock& clock_;
  std::int64_t gap_seconds_, first_hour_, hour_ = 0;
  std::vector<Session> sessions_;
  std::vector<Ended> ended_;            // listens, by their end
  std::vector<std::int64_t> heard_to_;  // of each session, by now
  std::size_t next_ = 0;                // of ended_: not over yet
  std::size_t known_sessions_ = 0;
  std::size_t first_lasting_ = 0;             // of the sessions: began in the last seven days
  std::int64_t lasted_ = 0;                   // seconds, of these
  std::size_t first_7d_ = 0, first_30d_ = 0;  // of ended_
  std::vector<std::int64_t> start_hours_;
  std::vector<bool> is_start_;  // of the last week's hours and this one
  Recent starts_7d_, starts_30d_;
  std::vector<FadingShare> of_day_, of_week_, at_all_;
};

constexpr std::array<const char*, 4> kSameHour = {"same_hour_7d", "same_hour_28d", "same_hour_90d",
                                                  "same_hour_365d"};
constexpr std::array<const char*, 4> kSameWeekHour = {"same_week_hour_14d", "same_week_hour_56d",
                                                      "same_week_hour_180d", "same_week_hour_730d"};
constexpr std::array<const char*, 4> kStartRate = {"start_rate_3d", "start_rate_14d",
                                                   "start_rate_60d", "start_rate_365d"};

/// The columns, filled row by row.
class Rows {
 public:
  explicit Rows(OwnedTable& table)
      : ts_(table.i64("ts")),
        started_(table.u8("started")),
        hour_(table.i32("hour")),
        weekday_(table.i32("weekday")),
        day_of_month_(table.i32("day_of_month")),
        is_weekend_(table.u8("is_weekend")) {
    for (const char* name : {"hour_sin", "hour_cos", "day_sin", "day_cos"})
      clock_.push_back(table.f32(name));
    for (const char* name : {"rolling_listening_frequency_7d", "rolling_listening_frequency_30d",
                             "time_since_last_session", "avg_session_duration_last_7d",
                             "total_tracks_last_7d", "total_tracks_last_30d"})
      counts_.push_back(table.f32(name));
    for (const auto& names : {kSameHour, kSameWeekHour})
      for (const char* name : names) odds_.push_back(table.f32(name));
    for (const char* name : {"near_hours_28d", "near_hours_90d"}) near_.push_back(table.f32(name));
    for (const char* name : kStartRate) odds_.push_back(table.f32(name));
    for (const char* name : {"log_hours_since_start", "log_hours_since_heard"})
      since_.push_back(table.f32(name));
    for (const char* name : {"starts_today", "starts_24h", "starts_7d", "starts_30d"})
      starts_.push_back(table.i32(name));
    for (const char* name : {"is_listening", "started_1h_ago", "started_2h_ago", "started_3h_ago",
                             "started_24h_ago", "started_168h_ago"})
      flags_.push_back(table.u8(name));
  }

  void put(std::size_t row, std::int64_t hour, const ClockHour& clock, const Past& past,
           std::uint8_t started) {
    row_ = row;
    started_[row] = started;
    ts_[row] = hour * kHour;
    hour_[row] = clock.hour;
    weekday_[row] = clock.weekday;
    day_of_month_[row] = clock.day_of_month;
    is_weekend_[row] = clock.weekday >= 5;
    put_clock(clock);
    put_counts(clock, past);
    put_odds(clock, past);
    put_lately(clock, past);
  }

 private:
  void put_clock(const ClockHour& clock) {
    constexpr double kTurn = 2 * std::numbers::pi;
    const double of_day = kTurn * clock.hour / 24, of_week = kTurn * clock.weekday / 7;
    set(clock_, {std::sin(of_day), std::cos(of_day), std::sin(of_week), std::cos(of_week)});
  }
  void put_counts(const ClockHour& clock, const Past& past) {
    set(counts_, {static_cast<double>(past.starts_at(clock, false)),
                  static_cast<double>(past.starts_at(clock, true)),
                  std::min(past.seconds_since_start() / static_cast<double>(kHour), 9999.0),
                  past.mean_minutes_7d(), static_cast<double>(past.listens_7d()),
                  static_cast<double>(past.listens_30d())});
  }
  void put_odds(const ClockHour& clock, const Past& past) {
    constexpr double kDrawn = 5, kNearDrawn = 10;  // hours
    const double usual = past.usual();
    std::size_t column = 0;
    for (const FadingShare& share : past.of_day())
      odds_[column++][row_] = log_odds(share.at(clock.of_day(), usual, kDrawn));
    for (const FadingShare& share : past.of_week())
      odds_[column++][row_] = log_odds(share.at(clock.of_week(), usual, kDrawn));
    for (const FadingShare& share : past.at_all())
      odds_[column++][row_] = log_odds(share.at(0, 0.1, 1));
    near_[0][row_] = log_odds(past.of_day()[1].around(clock.of_day(), usual, kNearDrawn));
    near_[1][row_] = log_odds(past.of_day()[2].around(clock.of_day(), usual, kNearDrawn));
  }
  void put_lately(const ClockHour& clock, const Past& past) {
    constexpr int kDayBegins = 4;  // o'clock: a night belongs to the day before
    const double start = past.seconds_since_start() / static_cast<double>(kHour),
                 heard = past.seconds_since_heard() / 600;
    set(since_, {std::log1p(std::min(start, 720.0)), std::log1p(std::min(heard, 4320.0))});
    const std::int64_t today = (clock.hour - kDayBegins + 24) % 24;
    std::size_t column = 0;
    for (const std::int64_t hours : {today, std::int64_t{24}, std::int64_t{168}, std::int64_t{720}})
      starts_[column++][row_] = static_cast<std::int32_t>(past.starts_since(hours));
    column = 0;
    flags_[column++][row_] = past.is_listening();
    for (const std::int64_t hours : {1, 2, 3, 24, 168})
      flags_[column++][row_] = past.had_start(hours);
  }
  void set(const std::vector<float*>& columns, std::initializer_list<double> values) const {
    auto column = columns.begin();
    for (const double value : values) (*column++)[row_] = static_cast<float>(value);
  }

  std::size_t row_ = 0;
  std::int64_t* ts_;
  std::uint8_t* started_;
  std::int32_t *hour_, *weekday_, *day_of_month_;
  std::uint8_t* is_weekend_;
  std::vector<float*> clock_, counts_, odds_, near_, since_;
  std::vector<std::int32_t*> starts_;
  std::vector<std::uint8_t*> flags_;
};

/// Of every hour whether a session began in it.
std::vector<bool> hours_with_starts(const ListenColumns& listens, std::int64_t gap_seconds,
                                    std::int64_t first, std::size_t count) {
  std::vector<bool> is_start(count);
  for (const Session& session : session_spans(listens, gap_seconds))
    is_start[static_cast<std::size_t>(hour_of(session.start) - first)] = true;
  return is_start;
}

}  // namespace

std::unique_ptr<OwnedTable> make_session_hours(const ListenColumns& listens,
                                               std::int64_t gap_seconds, std::int64_t now,
                                               const std::string& timezone) {
  if (listens.count == 0) {
    auto none = std::make_unique<OwnedTable>(0);
    const Rows columns(*none);
    return none;
  }
  const std::int64_t first = hour_of(listens.ts[0]), current = hour_of(now);
  const auto count = static_cast<std::size_t>(current + kHoursAhead - first + 1);
  const LocalClock clock(timezone, first * kHour, (current + kHoursAhead + 1) * kHour);
  const std::vector<bool> is_start = hours_with_starts(listens, gap_seconds, first, count);
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(count));
  Rows rows(*made);
  Past past(listens, gap_seconds, clock, first);
  for (std::size_t row = 0; row < count; ++row) {
    const std::int64_t hour = first + static_cast<std::int64_t>(row);
    const LocalTime shown = clock.at(hour * kHour);
    const ClockHour at{.hour = shown.hour(),
                       .weekday = shown.weekday(),
                       .day_of_month = month_and_day(shown.day).day};
    past.enter(hour);
    rows.put(row, hour, at, past, hour >= current ? 255 : is_start[row] ? 1 : 0);
    past.leave(at);
  }
  return made;
}

}  // namespace engine
