#include "patterns/dashboard_listening.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <span>
#include <unordered_set>
#include <utility>

#include "core/duration.hpp"
#include "core/local_time.hpp"
#include "data/sessions.hpp"

namespace engine::patterns {
namespace {

constexpr std::size_t kAhead = 12;  // listens
constexpr std::int64_t kNeverPlayed = INT64_MIN;
constexpr int kLengthBounds[] = {0, 15, 30, 60, 120, 240, 480};  // minutes

/// Months since the year 0.
std::int64_t month_number(std::int64_t day) {
  return 12 * std::int64_t{year_of(day)} + month_and_day(day).month - 1;
}
std::int64_t first_day_of(std::int64_t month) {
  namespace chr = std::chrono;
  const chr::year_month_day first{chr::year(static_cast<int>(month / 12)),
                                  chr::month(static_cast<unsigned>(month % 12 + 1)), chr::day(1)};
  return chr::sys_days(first).time_since_epoch().count();
}
/// Weeks from Monday on.
std::int64_t week_number(std::int64_t day) {
  return day + 3 >= 0 ? (day + 3) / 7 : -((6 - (day + 3)) / 7);
}
std::int64_t monday_of(std::int64_t week) {
  return 7 * week - 3;
}

double median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The last `most` numbers up to that of today, from that of the first listen on.
template <typename Period, typename FirstDay>
std::vector<Period> periods_of(std::int64_t first, std::int64_t last, int most,
                               FirstDay first_day) {
  std::vector<Period> periods;
  for (std::int64_t k = std::max(first, last - most + 1); k <= last; ++k) {
    periods.emplace_back();
    periods.back().day = first_day(k);
  }
  return periods;
}

/// The periods that hold the day at hand; nullptr: it is shown in none of that kind.
class Calendar {
 public:
  Calendar(Dashboard& board, std::int64_t first_day, std::int64_t today)
      : board_(board), today_(today), week_(week_number(today)), month_(month_number(today)) {
    const auto itself = [](std::int64_t k) { return k; };
    board.days = periods_of<ListeningPeriod>(first_day, today, kShownDays, itself);
    board.weeks =
        periods_of<ListeningPeriod>(week_number(first_day), week_, kShownWeeks, monday_of);
    board.months =
        periods_of<ListeningMonth>(month_number(first_day), month_, kShownMonths, first_day_of);
  }
  void move_to(std::int64_t local_day) {
    if (local_day == at_) return;
    at_ = local_day;
    day = place(board_.days, today_ - local_day);
    week = place(board_.weeks, week_ - week_number(local_day));
    month = place(board_.months, month_ - month_number(local_day));
    is_in_window = local_day > today_ - kWindowDays;
  }
  /// Calls `change` with each of the periods.
  template <typename Change>
  void each(Change change) const {
    if (day != nullptr) change(*day);
    if (week != nullptr) change(*week);
    if (month != nullptr) change(*month);
  }
  [[nodiscard]] std::size_t month_place() const {
    return static_cast<std::size_t>(month - board_.months.data());
  }

  ListeningPeriod *day = nullptr, *week = nullptr;
  ListeningMonth* month = nullptr;
  bool is_in_window = false;

 private:
  template <typename Period>
  static Period* place(std::vector<Period>& periods, std::int64_t back) {
    const auto count = static_cast<std::int64_t>(periods.size());
    return back < 0 || back >= count ? nullptr
                                     : &periods[static_cast<std::size_t>(count - 1 - back)];
  }

  Dashboard& board_;
  std::int64_t today_, week_, month_;
  std::int64_t at_ = INT64_MIN;
};

/// What is gathered of the month at hand, as months come one after the other.
struct MonthAtHand {
  ListeningMonth* month = nullptr;
  std::int64_t old = 0, late = 0;  // plays: of old tracks, of a year or more after the first listen
  std::vector<float> rests;        // days

  void close() {
    if (month == nullptr) return;
    if (late > 0) month->staleness = static_cast<double>(old) / static_cast<double>(late);
    if (!rests.empty()) month->rest_days = median_of(rests);
  }
  void open(ListeningMonth* next) {
    if (next == month) return;
    close();
    month = next;
    old = late = 0;
    rests.clear();
  }
};

/// What is known of a track so far: in one place, as listens go from one to another at random.
struct TrackSoFar {
  std::int64_t first_play = kNeverPlayed, last_play = kNeverPlayed;  // starts; of those with a time
  const ListeningMonth* month = nullptr;                             // in which it was played last
  bool is_met = false;
};

class ListenPass {
 public:
  ListenPass(const AsOf& tables, const TrackMoods* moods, Dashboard& board)
      : board_(board),
        moods_(moods),
        artist_(column_of<std::int32_t>(*tables.table("tracks"), "artist")),
        tracks_(artist_.size()),
        is_artist_met_(static_cast<std::size_t>(tables.table("artists")->rows)) {}

  void run(const AsOf& tables) {
    const playlist_table& listens = *tables.table("listens");
    const auto ts = column_of<std::int64_t>(listens, "ts");
    const auto track = column_of<std::int32_t>(listens, "track"),
               ms_played = column_of<std::int32_t>(listens, "ms_played");
    const auto is_play = column_of<std::uint8_t>(listens, "is_play"),
               is_skip = column_of<std::uint8_t>(listens, "is_skip");
    const auto dated = static_cast<std::size_t>(
        std::upper_bound(ts.begin(), ts.end(), std::int64_t{0}) - ts.begin());
    board_.listens = listens.rows;
    board_.undated = static_cast<std::int64_t>(dated);
    if (dated < ts.size()) {
      board_.first = ts[dated];
      board_.last = ts.back();
    }
    const std::int64_t begin = board_.first.value_or(board_.now);
    const LocalClock clock(board_.timezone, begin, board_.now + 1);
    Calendar calendar(board_, clock.at(begin).day, clock.at(board_.now).day);
    if (!board_.first) forget_periods();
    open_moods();
    for (std::size_t k = 0; k < ts.size(); ++k) {
      // Tracks come at random: most of the pass is waiting for them.
      if (k + kAhead < ts.size())
        __builtin_prefetch(&tracks_[static_cast<std::size_t>(track[k + kAhead])], 1);
      const bool has_time = k >= dated;
      const Listen listen{.ts = ts[k],
                          .track = static_cast<std::size_t>(track[k]),
                          .hours = ms_played[k] > 0 ? ms_played[k] / 3.6e6 : 0,
                          .is_play = is_play[k] == 1,
                          .is_skip = is_skip[k] == 1};
      board_.untimed += ms_played[k] == INT32_MIN;
      add_to_sums(listen);
      if (has_time) {
        const LocalTime shown = clock.at(listen.ts);
        calendar.move_to(shown.day);
        at_hand_.open(calendar.month);
        add_to_periods(listen, shown, calendar);
      } else if (listen.is_play) {
        meet(listen);
      }
    }
    at_hand_.close();
    add_sessions(tables, clock, calendar);
  }

 private:
  struct Listen {
    std::int64_t ts;
    std::size_t track;
    double hours;
    bool is_play, is_skip;
  };
  struct Novelty {
    bool track = false, artist = false;
  };

  /// Of an empty history there are none.
  void forget_periods() {
    board_.days.clear();
    board_.weeks.clear();
    board_.months.clear();
  }
  void open_moods() {
    if (moods_ == nullptr) return;
    board_.moods.emplace().as_of = moods_->as_of;
    for (const TrackMoods::Mood& mood : moods_->moods)
      board_.moods->moods.push_back({.id = mood.id, .label = mood.label});
    for (Mood& mood : board_.moods->moods) mood.months.resize(board_.months.size());
    board_.moods->without.months.resize(board_.months.size());
  }

  void add_to_sums(const Listen& listen) {
    board_.plays += listen.is_play;
    board_.skips += listen.is_skip;
    board_.hours += listen.hours;
  }

  /// What of it is played for the first time.
  Novelty meet(const Listen& listen) {
    TrackSoFar& track = tracks_[listen.track];
    if (track.is_met) return {};
    track.is_met = true;
    track.first_play = listen.ts;
    ++board_.tracks;
    Novelty novelty{.track = true};
    const std::int32_t artist = artist_[listen.track];
    if (artist >= 0 && !is_artist_met_[static_cast<std::size_t>(artist)]) {
      is_artist_met_[static_cast<std::size_t>(artist)] = true;
      novelty.artist = true;
      ++board_.artists;
    }
    return novelty;
  }

  RecentListening* recent_of(std::int64_t ts) {
    if (ts > board_.now - kRecentDays * kDay) return &board_.recent;
    return ts > board_.now - 2 * kRecentDays * kDay ? &board_.before : nullptr;
  }

  void add_to_periods(const Listen& listen, const LocalTime& shown, const Calendar& calendar) {
    calendar.each([&](ListeningPeriod& period) {
      period.plays += listen.is_play;
      period.skips += listen.is_skip;
      period.hours += listen.hours;
    });
    RecentListening* recent = recent_of(listen.ts);
    if (recent != nullptr) {
      recent->plays += listen.is_play;
      recent->skips += listen.is_skip;
      recent->hours += listen.hours;
    }
    if (!listen.is_play) return;
    if (calendar.month == nullptr) ++board_.earlier_plays;
    if (calendar.is_in_window)
      ++board_.week_hours[static_cast<std::size_t>(24 * shown.weekday() + shown.hour())];
    add_moods(listen, static_cast<std::size_t>(shown.hour()), calendar);
    const Novelty novelty = meet(listen);
    if (recent != nullptr) {
      recent->new_tracks += novelty.track;
      recent->new_artists += novelty.artist;
    }
    add_to_month(listen, novelty);
    tracks_[listen.track].last_play = listen.ts;
  }

  void add_to_month(const Listen& listen, const Novelty& novelty) {
    ListeningMonth* month = at_hand_.month;
    if (month == nullptr) return;
    month->new_tracks += novelty.track;
    month->new_artists += novelty.artist;
    TrackSoFar& track = tracks_[listen.track];
    month->tracks += std::exchange(track.month, month) != month;
    if (listen.ts - *board_.first >= kOldDays * kDay) {
      ++at_hand_.late;
      at_hand_.old += track.first_play < listen.ts - kOldDays * kDay;
    }
    if (track.last_play != kNeverPlayed)
      at_hand_.rests.push_back(static_cast<float>(listen.ts - track.last_play) /
                               static_cast<float>(kDay));
  }

  void add_moods(const Listen& listen, std::size_t hour, const Calendar& calendar) {
    if (moods_ == nullptr) return;
    const std::int32_t place = moods_->of_track[listen.track];
    Mood& mood =
        place < 0 ? board_.moods->without : board_.moods->moods[static_cast<std::size_t>(place)];
    ++board_.moods->plays;
    ++mood.plays;
    if (calendar.is_in_window) ++mood.hours[hour];
    if (calendar.month != nullptr) ++mood.months[calendar.month_place()];
  }

  void add_sessions(const AsOf& tables, const LocalClock& clock, Calendar& calendar) {
    for (const int bound : kLengthBounds) {
      if (!board_.session_lengths.empty()) board_.session_lengths.back().to = bound;
      board_.session_lengths.push_back({.from = bound});
    }
    std::vector<float> minutes, counts;
    for (const Session& session : sessions_of(columns_of(*tables.table("listens")),
                                              tables.session_gap_seconds(), tracks_.size())) {
      minutes.push_back(static_cast<float>(session.end - session.start) / kMinute);
      counts.push_back(static_cast<float>(session.tracks));
      if (session.start <= 0) continue;
      calendar.move_to(clock.at(session.start).day);
      calendar.each([](ListeningPeriod& period) { ++period.sessions; });
      if (RecentListening* recent = recent_of(session.start)) ++recent->sessions;
      if (!calendar.is_in_window) continue;
      const auto after = std::ranges::upper_bound(kLengthBounds, minutes.back());
      ++board_.session_lengths[static_cast<std::size_t>(after - kLengthBounds) - 1].sessions;
    }
    board_.sessions = static_cast<std::int64_t>(minutes.size());
    if (minutes.empty()) return;
    board_.median_minutes = median_of(minutes);
    board_.median_tracks = median_of(counts);
  }

  static ListenColumns columns_of(const playlist_table& listens) {
    return {column_of<std::int32_t>(listens, "track").data(),
            column_of<std::int64_t>(listens, "ts").data(),
            column_of<std::int32_t>(listens, "ms_played").data(),
            column_of<std::uint8_t>(listens, "is_play").data(),
            column_of<std::uint8_t>(listens, "is_skip").data(),
            column_of<std::uint8_t>(listens, "is_finished").data(),
            static_cast<std::size_t>(listens.rows)};
  }

  Dashboard& board_;
  const TrackMoods* moods_;
  std::span<const std::int32_t> artist_;
  std::vector<TrackSoFar> tracks_;
  std::vector<bool> is_artist_met_;
  MonthAtHand at_hand_;
};

// ---- lists ---------------------------------------------------------------------------------------

/// When tracks were played, of those that somebody asks for: from `since` on, and whether before.
class PlaysOf {
 public:
  PlaysOf(const AsOf& tables, const std::vector<std::int32_t>& tracks, std::int64_t since)
      : place_(static_cast<std::size_t>(tables.track_count()), -1) {
    std::int32_t count = 0;
    for (const std::int32_t track : tracks)
      if (std::int32_t& place = place_[static_cast<std::size_t>(track)]; place < 0) place = count++;
    plays_.resize(static_cast<std::size_t>(count));
    first_.assign(static_cast<std::size_t>(count), std::numeric_limits<std::int64_t>::max());
    const playlist_table& listens = *tables.table("listens");
    const auto ts = column_of<std::int64_t>(listens, "ts");
    const auto track = column_of<std::int32_t>(listens, "track");
    const auto is_play = column_of<std::uint8_t>(listens, "is_play");
    for (std::size_t k = 0; count > 0 && k < ts.size(); ++k) {
      const std::int32_t place = place_[static_cast<std::size_t>(track[k])];
      if (place < 0 || is_play[k] != 1) continue;
      auto& first = first_[static_cast<std::size_t>(place)];
      first = std::min(first, ts[k]);
      if (ts[k] >= since) plays_[static_cast<std::size_t>(place)].push_back(ts[k]);
    }
  }
  /// In [from, to).
  [[nodiscard]] bool has_play(std::int32_t track, std::int64_t from, std::int64_t to) const {
    const auto& plays = plays_[place(track)];
    const auto next = std::ranges::lower_bound(plays, from);
    return next != plays.end() && *next < to;
  }
  [[nodiscard]] bool is_known_at(std::int32_t track, std::int64_t ts) const {
    return first_[place(track)] < ts;
  }

 private:
  [[nodiscard]] std::size_t place(std::int32_t track) const {
    return static_cast<std::size_t>(place_[static_cast<std::size_t>(track)]);
  }
  std::vector<std::int32_t> place_;               // by track; -1: not asked for
  std::vector<std::vector<std::int64_t>> plays_;  // by place: starts
  std::vector<std::int64_t> first_;               // by place: of all times
};

void add_given(const PlaysOf& plays, std::int32_t track, std::int64_t ts, std::int64_t now,
               GivenTracks& given) {
  const bool is_heard = plays.has_play(track, ts, ts + kHeardDays * kDay),
             is_new = !plays.is_known_at(track, ts);
  ++given.tracks;
  given.heard += is_heard;
  given.heard_before += plays.has_play(track, ts - kHeardDays * kDay, ts);
  given.new_tracks += is_new;
  given.new_heard += is_new && is_heard;
  given.open += !is_heard && ts + kHeardDays * kDay > now;
}

/// A track that a list gave.
struct Given {
  std::int64_t month, ts;
  std::int32_t recipe, track;
};

/// Those of the months from `since` on.
std::vector<Given> read_given(const AsOf& tables, std::int64_t since, const std::string& timezone) {
  const playlist_table& served = *tables.table("served");
  const auto track = column_of<std::int32_t>(served, "track"),
             recipe = column_of<std::int32_t>(served, "recipe");
  const auto ts = column_of<std::int64_t>(served, "ts");
  const LocalClock clock(timezone, ts.empty() ? 0 : ts.front(), tables.now() + 1);
  std::vector<Given> given;
  for (std::size_t k = 0; k < ts.size(); ++k) {
    const std::int64_t month = month_number(clock.at(ts[k]).day);
    if (month >= since) given.push_back({month, ts[k], recipe[k], track[k]});
  }
  return given;
}

/// Which tracks were given before in the month at hand; they come by time.
class GivenBefore {
 public:
  explicit GivenBefore(std::size_t tracks) : month_(tracks, INT64_MIN) {}
  bool is_first(const Given& one) {
    return std::exchange(month_[static_cast<std::size_t>(one.track)], one.month) != one.month;
  }
  bool is_first_by_recipe(const Given& one) {
    if (std::exchange(at_, one.month) != one.month) by_recipe_.clear();
    return by_recipe_
        .insert((static_cast<std::uint64_t>(one.recipe) << 32) |
                static_cast<std::uint32_t>(one.track))
        .second;
  }

 private:
  std::vector<std::int64_t> month_;  // by track: in which it was given last
  std::int64_t at_ = INT64_MIN;
  std::unordered_set<std::uint64_t> by_recipe_;
};

void tell_kept(const AsOf& tables, const std::vector<DashboardInputs::Kept>& kept,
               GivenLists& lists) {
  if (kept.empty()) return;
  const auto number = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
  std::vector<std::vector<std::int32_t>> tracks(kept.size());
  std::vector<std::int32_t> all;
  std::int64_t since = tables.now();
  for (std::size_t k = 0; k < kept.size(); ++k) {
    if (kept[k].version) since = std::min(since, kept[k].version->now);
    for (const std::int64_t id : kept[k].tracks)
      if (const auto at = static_cast<std::size_t>(id); at < number.size() && number[at] >= 0)
        tracks[k].push_back(number[at]);
    all.insert(all.end(), tracks[k].begin(), tracks[k].end());
  }
  const PlaysOf plays(tables, all, since);
  for (std::size_t k = 0; k < std::min(kept.size(), kMostKept); ++k) {
    KeptState state{.name = kept[k].playlist.name, .recipe = kept[k].playlist.recipe};
    if (kept[k].version) state.refreshed_at = kept[k].version->now;
    state.tracks = static_cast<std::int64_t>(tracks[k].size());
    state.heard = std::ranges::count_if(tracks[k], [&](std::int32_t track) {
      return plays.has_play(track, *state.refreshed_at, INT64_MAX);
    });
    lists.kept.push_back(std::move(state));
  }
}

}  // namespace

void tell_listening(const AsOf& tables, const TrackMoods* moods, Dashboard& board) {
  ListenPass(tables, moods, board).run(tables);
  if (!board.moods) return;
  std::vector<Mood>& told = board.moods->moods;
  std::ranges::stable_sort(told, std::ranges::greater(), &Mood::plays);
  if (told.size() > kMostMoods) told.resize(kMostMoods);
}

void tell_lists(const AsOf& tables, const std::vector<DashboardInputs::Kept>& kept,
                Dashboard& board) {
  const LocalClock clock(board.timezone, board.now, board.now + 1);
  const std::int64_t since = month_number(clock.at(board.now).day) - kListMonths + 1;
  const std::vector<Given> given = read_given(tables, since, board.timezone);
  std::vector<std::int32_t> tracks;
  for (const Given& one : given) tracks.push_back(one.track);
  const PlaysOf plays(tables, tracks,
                      given.empty() ? board.now : given.front().ts - kHeardDays * kDay);
  std::map<std::int64_t, GivenMonth> months;
  std::map<std::int32_t, GivenByRecipe> recipes;
  GivenBefore before(static_cast<std::size_t>(tables.track_count()));
  const Given* last = nullptr;
  for (const Given& one : given) {
    GivenMonth& month = months[one.month];
    GivenByRecipe& recipe = recipes[one.recipe];
    if (last == nullptr || last->ts != one.ts || last->recipe != one.recipe) {
      ++month.lists;
      ++recipe.lists;
      recipe.last = one.ts;
    }
    last = &one;
    if (before.is_first(one)) add_given(plays, one.track, one.ts, board.now, month);
    if (before.is_first_by_recipe(one)) add_given(plays, one.track, one.ts, board.now, recipe);
  }
  for (auto& [number, month] : months) {
    month.day = first_day_of(number);
    board.lists.months.push_back(month);
  }
  const playlist_column& names = *find_column(*tables.table("served"), "recipe");
  for (auto& [code, recipe] : recipes) {
    recipe.recipe = text_of(names, code);
    board.lists.recipes.push_back(std::move(recipe));
  }
  std::ranges::stable_sort(board.lists.recipes, std::ranges::greater(), &GivenByRecipe::lists);
  if (board.lists.recipes.size() > kMostRecipes) board.lists.recipes.resize(kMostRecipes);
  tell_kept(tables, kept, board.lists);
}

}  // namespace engine::patterns
