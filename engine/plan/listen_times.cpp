#include "plan/listen_times.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/local_time.hpp"
#include "data/declared_tables.hpp"
#include "data/listening_columns.hpp"
#include "plan/parameters.hpp"
#include "plan/plan_columns.hpp"

namespace engine {

const Step& set_step();

namespace {

constexpr std::int64_t kUndated = std::numeric_limits<std::int64_t>::min();

std::string have_times() {
  return "only the user's sets (" + declared_set_names() + ") have them";
}

std::string needs_times(const Node& node) {
  return node.written() + " needs candidates with times";
}

// ---- listens ----

struct ListenTable {
  explicit ListenTable(const Tables& tables)
      : track(column_of<std::int32_t>(*tables.table("listens"), "track")),
        ts(column_of<std::int64_t>(*tables.table("listens"), "ts")),
        is_play(column_of<std::uint8_t>(*tables.table("listens"), "is_play")) {}
  std::span<const std::int32_t> track;
  std::span<const std::int64_t> ts;  // rising
  std::span<const std::uint8_t> is_play;
};

/// The steps that choose times from a node down to what its rows come from.
struct TimePath {
  std::vector<const Node*> choosing;  // that node first
  bool is_of_listens = false;
};

TimePath path_below(const Plan& plan, const Node& node) {
  TimePath path;
  const Node* at = &node;
  while (at->inputs.size() == 1 && at->branches.empty() && !at->step->facts().brings_others) {
    if (at->step->facts().chooses_times) path.choosing.push_back(at);
    at = &plan.at(at->inputs[0]);
  }
  path.is_of_listens = at->step == &set_step() && at->text("set") == "listens";
  return path;
}

/// The clock of the user's zone, for times up to now.
LocalClock clock_of(const Evaluation& evaluation, std::span<const std::int64_t> times) {
  std::int64_t first = evaluation.setup().now;
  for (const std::int64_t time : times)
    if (time != kUndated) first = std::min(first, time);
  return {evaluation.setup().timezone, first, evaluation.setup().now + 1};
}

// ---- steps that choose times ----

/// What :between, :at and :on_this_day have in common.
class TimesStep : public Step {
 public:
  TimesStep(StepText text, StepFacts facts, std::vector<playlist_param> params)
      : Step(text, choosing(facts), std::move(params)) {}

  void check(const Node& node, const StepCheck& check) const override { check_times(node, check); }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    require_times(evaluation, node, *candidates);
    if (candidates->size() == 0) return *candidates;
    const TimePath path = path_below(*evaluation.setup().plan, node);
    return path.is_of_listens ? heard_then(evaluation, node, path, *candidates)
                              : dated_then(evaluation, node, *candidates);
  }

 private:
  static StepFacts choosing(StepFacts facts) {
    facts.chooses_times = true;
    return facts;
  }
  /// "from 2019-06 to 2019-09"
  [[nodiscard]] virtual std::string when(const Evaluation& evaluation, const Node& node) const = 0;

  /// Each track at its latest listen then, oldest first.
  Candidates heard_then(Evaluation& evaluation, const Node& node, const TimePath& path,
                        const Candidates& candidates) const {
    const ListenTable listens(evaluation.tables_of(node));
    std::vector<TimeTest> tests;
    for (const Node* step : path.choosing)
      tests.push_back(step->step->time_test(evaluation, *step, listens.ts));
    const TimeTests is_chosen(std::move(tests));
    std::vector<std::int64_t> latest(
        static_cast<std::size_t>(evaluation.setup().tables->table("tracks")->rows), kUndated);
    for (std::size_t k = 0; k < listens.ts.size(); ++k)
      if (is_chosen(listens.ts[k]))
        latest[static_cast<std::size_t>(listens.track[k])] = listens.ts[k];

    const auto heard_at = [&](std::int32_t row) {
      return latest[static_cast<std::size_t>(candidates.tracks[static_cast<std::size_t>(row)])];
    };
    std::vector<std::int32_t> rows;
    std::vector<Dropped> dropped;
    const std::int32_t reason =
        evaluation.text_code("no listen of it was " + when(evaluation, node));
    for (std::size_t row = 0; row < candidates.size(); ++row) {
      if (heard_at(static_cast<std::int32_t>(row)) == kUndated) {
        dropped.push_back({candidates.tracks[row], reason});
      } else {
        rows.push_back(static_cast<std::int32_t>(row));
      }
    }
    std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
      const std::int64_t at_a = heard_at(a), at_b = heard_at(b);
      return at_a != at_b ? at_a < at_b
                          : candidates.tracks[static_cast<std::size_t>(a)] <
                                candidates.tracks[static_cast<std::size_t>(b)];
    });
    std::vector<std::int64_t> times;
    for (const std::int32_t row : rows) times.push_back(heard_at(row));
    Candidates made = candidates.gather(std::move(rows));
    made.put({"ts", PLAYLIST_I64, std::move(times), nullptr});
    made.dropped = std::move(dropped);
    return made;
  }

  /// The rows as they stand, by the time of each.
  Candidates dated_then(Evaluation& evaluation, const Node& node,
                        const Candidates& candidates) const {
    const Items<std::int64_t>& times = *times_of(candidates);
    const TimeTest is_chosen =
        time_test(evaluation, node, std::span(times.data(), candidates.size()));
    std::vector<std::int32_t> rows;
    std::vector<Dropped> dropped;
    const std::int32_t reason = evaluation.text_code("its time was not " + when(evaluation, node));
    for (std::size_t row = 0; row < candidates.size(); ++row) {
      if (is_chosen(times[row])) {
        rows.push_back(static_cast<std::int32_t>(row));
      } else {
        dropped.push_back({candidates.tracks[row], reason});
      }
    }
    Candidates made = candidates.gather(std::move(rows));
    made.dropped = std::move(dropped);
    return made;
  }
};

// ---- from one date to another ----

constexpr const char* kDateForms = "a date is \"2019\", \"2019-06\" or \"2019-06-15\"";
constexpr const char* kFromHelp = "a year, month or day, from its beginning on";
constexpr const char* kToHelp = "a year, month or day, up to its end";

std::vector<playlist_param> span_params() {
  return {text_param("from", "", kFromHelp, PLAYLIST_PARAM_REQUIRED),
          text_param("to", "", kToHelp, PLAYLIST_PARAM_REQUIRED)};
}

/// What is wrong with the dates of a span, or "".
std::string span_problem(const Node& node) {
  for (const char* end : {"from", "to"}) {
    const std::string date = node.text(end);
    if (!days_of(date)) return "cannot read " + std::string(end) + " = \"" + date + "\"";
  }
  if (days_of(node.text("from"))->first < days_of(node.text("to"))->end) return "";
  return node.text("to") + " is before " + node.text("from");
}

void check_span(const Node& node, const StepCheck& check) {
  if (node.text("from").empty() || node.text("to").empty()) return;  // missing: told already
  if (const std::string problem = span_problem(node); !problem.empty())
    check.tell(node.written() + ": " + problem, kDateForms, "");
}

struct TimeSpan {
  std::int64_t begin = 0, end = 0;
};

TimeSpan span_of(const Evaluation& evaluation, const Node& node) {
  if (const std::string problem = span_problem(node); !problem.empty())
    throw evaluation.node_error(node, Exit::kRecipe, node.written() + ": " + problem, kDateForms);
  const std::string& timezone = evaluation.setup().timezone;
  return {local_day_begin(days_of(node.text("from"))->first, timezone),
          local_day_begin(days_of(node.text("to"))->end, timezone)};
}

class BetweenStep final : public TimesStep {
 public:
  BetweenStep()
      : TimesStep(
            {"between", ":between",
             "Keeps what was played (liked, saved) from the beginning of one date to the end "
             "of another, by the clocks of the user's time zone: { \"2019-06\", \"2019-09\" } "
             "is June to September."},
            {.takes_span = true}, span_params()) {}

  void check(const Node& node, const StepCheck& check) const override {
    TimesStep::check(node, check);
    check_span(node, check);
  }

  [[nodiscard]] TimeTest time_test(const Evaluation& evaluation, const Node& node,
                                   std::span<const std::int64_t>) const override {
    return [span = span_of(evaluation, node)](std::int64_t time) {
      return time >= span.begin && time < span.end;
    };
  }

 private:
  [[nodiscard]] std::string when(const Evaluation&, const Node& node) const override {
    return "from " + node.text("from") + " to " + node.text("to");
  }
};

class PlaysBetweenStep final : public Step {
 public:
  PlaysBetweenStep()
      : Step({"plays_between", ":plays_between",
              "Adds a column: the user's plays of each track that began from the beginning of one "
              "date to the end of another, as in :between."},
             {.takes_span = true, .passes_turns = true}, params()) {}

  void check(const Node& node, const StepCheck& check) const override { check_span(node, check); }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    const TimeSpan span = span_of(evaluation, node);
    const ListenTable listens(evaluation.tables_of(node));
    std::vector<std::int32_t> plays(
        static_cast<std::size_t>(evaluation.setup().tables->table("tracks")->rows));
    const auto first = std::lower_bound(listens.ts.begin(), listens.ts.end(), span.begin);
    for (auto k = static_cast<std::size_t>(first - listens.ts.begin());
         k < listens.ts.size() && listens.ts[k] < span.end; ++k)
      plays[static_cast<std::size_t>(listens.track[k])] += listens.is_play[k] == 1;
    std::vector<std::int32_t> counted;
    for (const std::int32_t track : candidates->tracks)
      counted.push_back(plays[static_cast<std::size_t>(track)]);
    Candidates made = *candidates;
    made.dropped = {};
    made.put({node.text("as"), PLAYLIST_I32, std::move(counted), nullptr});
    return made;
  }

  void add_columns(const Node& node, PlanColumns& columns) const override {
    columns.types[node.text("as")] = PLAYLIST_I32;
  }

 private:
  static std::vector<playlist_param> params() {
    std::vector<playlist_param> params = span_params();
    params.push_back(text_param("as", "plays_between", "the new column"));
    return params;
  }
};

// ---- by the clock and the calendar ----

constexpr const char* kAny = "any";
constexpr const char* kDaypartChoices[] = {kAny,        "night",   "morning",
                                           "afternoon", "evening", nullptr};
constexpr const char* kWeekdayChoices[] = {kAny,       "monday",  "tuesday",  "wednesday",
                                           "thursday", "friday",  "saturday", "sunday",
                                           "workday",  "weekend", nullptr};
constexpr const char* kSeasonChoices[] = {kAny, "winter", "spring", "summer", "autumn", nullptr};

/// What a listen's local time must be, as an :at says.
struct Recurring {
  explicit Recurring(const Node& node)
      : daypart(node.text("daypart")),
        weekday(node.text("weekday")),
        season(node.text("season")),
        from_hour(static_cast<int>(node.number("from_hour"))),
        to_hour(static_cast<int>(node.number("to_hour"))) {}

  [[nodiscard]] bool has_hours() const { return from_hour != 0 || to_hour != 24; }
  [[nodiscard]] bool is_any() const {
    return daypart == kAny && weekday == kAny && season == kAny && !has_hours();
  }
  [[nodiscard]] bool holds(const LocalTime& time, bool is_southern) const {
    return is_weekday(time.weekday()) && is_hour(time.hour()) &&
           (daypart == kAny || daypart == kDayparts[daypart_of(time.hour())]) &&
           (season == kAny ||
            season == kSeasons[season_of(month_and_day(time.day).month, is_southern)]);
  }

  std::string daypart, weekday, season;
  int from_hour, to_hour;

 private:
  [[nodiscard]] bool is_weekday(int day) const {
    if (weekday == kAny) return true;
    if (weekday == "weekend" || weekday == "workday") return (weekday == "weekend") == (day >= 5);
    return weekday == kWeekdays[day];
  }
  [[nodiscard]] bool is_hour(int hour) const {
    if (from_hour <= to_hour) return hour >= from_hour && hour < to_hour;
    return hour >= from_hour || hour < to_hour;  // past midnight
  }
};

constexpr const char* kNeedsRecurring = ":at needs a time of the day, week or year";
constexpr const char* kWriteRecurring =
    "write e.g. :at { daypart = now.daypart, weekday = now.weekday } (or season, from_hour, "
    "to_hour)";

class AtStep final : public TimesStep {
 public:
  AtStep()
      : TimesStep(
            {"at", ":at",
             "Keeps what was played (liked, saved) at a time of the day, week or year, by the "
             "clocks of the user's time zone."},
            {},
            {choice_param("daypart", kAny, kDaypartChoices,
                          "night 22-5, morning 5-12, afternoon 12-17, evening 17-22"),
             choice_param("weekday", kAny, kWeekdayChoices,
                          "a day of the week, workday (Monday to Friday) or weekend"),
             choice_param("season", kAny, kSeasonChoices,
                          "by whole months: winter is December to February, south of the "
                          "equator June to August"),
             whole_param("from_hour", 0, 0, 23, "from this hour on"),
             whole_param("to_hour", 24, 0, 24,
                         "and before this one; past midnight where it is smaller")}) {}

  void check(const Node& node, const StepCheck& check) const override {
    TimesStep::check(node, check);
    if (Recurring(node).is_any()) check.tell(kNeedsRecurring, "", kWriteRecurring);
  }

  [[nodiscard]] TimeTest time_test(const Evaluation& evaluation, const Node& node,
                                   std::span<const std::int64_t> times) const override {
    const Recurring wanted(node);
    if (wanted.is_any())
      throw evaluation.node_error(node, Exit::kRecipe, kNeedsRecurring, "", kWriteRecurring);
    const bool is_southern = wanted.season != kAny && is_southern_zone(evaluation.setup().timezone);
    return [wanted, is_southern, clock = clock_of(evaluation, times)](std::int64_t time) {
      return time != kUndated && wanted.holds(clock.at(time), is_southern);
    };
  }

 private:
  [[nodiscard]] std::string when(const Evaluation&, const Node& node) const override {
    const Recurring wanted(node);
    std::string text;
    for (const std::string& word : {wanted.weekday, wanted.daypart, wanted.season})
      if (word != kAny) text += (text.empty() ? "at: " : " ") + word;
    if (!wanted.has_hours()) return text;
    return text + (text.empty() ? "at: " : " ") + std::to_string(wanted.from_hour) + " to " +
           std::to_string(wanted.to_hour) + " o'clock";
  }
};

class OnThisDayStep final : public TimesStep {
 public:
  OnThisDayStep()
      : TimesStep({"on_this_day", ":on_this_day",
                   "Keeps what was played (liked, saved) on this day of earlier years, by the "
                   "clocks of the user's time zone."},
                  {},
                  {whole_param("days", 0, 0, 180, "and up to so many days before and after it")}) {}

  [[nodiscard]] TimeTest time_test(const Evaluation& evaluation, const Node& node,
                                   std::span<const std::int64_t> times) const override {
    const LocalClock clock = clock_of(evaluation, times);
    const std::int64_t today = clock.at(evaluation.setup().now).day;
    return [clock, day = month_and_day(today), this_year = year_of(today),
            most = static_cast<int>(node.number("days"))](std::int64_t time) {
      if (time == kUndated) return false;
      const Anniversary nearest = nearest_anniversary(clock.at(time).day, day);
      return nearest.year < this_year && nearest.days_away <= most;
    };
  }

 private:
  [[nodiscard]] std::string when(const Evaluation&, const Node& node) const override {
    const int days = static_cast<int>(node.number("days"));
    return days == 0 ? "on this day of an earlier year"
                     : "within " + counted(days, "day") + " of this day of an earlier year";
  }
};

// ---- artists ----

class TopArtistsStep final : public Step {
 public:
  TopArtistsStep()
      : Step({"top_artists", "user.artists:top",
              "All tracks of the artists that the user played most, artist by artist; score: plays "
              "of the artist."},
             {.form = StepForm::kOwn, .inputs = 0},
             {whole_param("count", 10, 1, kMany, "how many artists, most played first")}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const Tables& tables = *evaluation.setup().tables;
    const playlist_column& names = *find_column(*tables.table("artists"), "name");
    const auto name_codes = column_of<std::int32_t>(*tables.table("artists"), "name");
    const auto titles = column_of<std::int32_t>(*tables.table("tracks"), "title");
    const playlist_lists& artist_tracks = *tables.lists("artist_tracks");
    std::vector<PlayedArtist> artists = most_played_artists(tables);
    artists.resize(std::min(artists.size(), node.count("count")));

    std::vector<bool> is_there(titles.size());
    std::vector<std::int32_t> tracks, explanations;
    std::vector<float> scores;
    int rank = 0;
    for (const PlayedArtist& artist : artists) {
      const auto number = static_cast<std::size_t>(artist.artist);
      const std::int32_t explanation = evaluation.text_code(
          "TOP-ARTIST: " + std::string(text_of(names, name_codes[number])) + " is number " +
          std::to_string(++rank) + " of the artists you play most");
      for (std::uint64_t k = artist_tracks.offsets[number]; k < artist_tracks.offsets[number + 1];
           ++k) {
        const std::int32_t track = artist_tracks.values[k];
        const auto at = static_cast<std::size_t>(track);
        if (is_there[at] || titles[at] < 0) continue;  // one without a title cannot be told
        is_there[at] = true;
        tracks.push_back(track);
        explanations.push_back(explanation);
        scores.push_back(static_cast<float>(artist.plays));
      }
    }
    const std::vector<std::int32_t> channels(tracks.size(), evaluation.text_code("top_artists"));
    Candidates made;
    made.tracks = std::move(tracks);
    made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
    made.put({"channel", PLAYLIST_STRING, channels, nullptr});
    made.put({"explanation", PLAYLIST_STRING, std::move(explanations), nullptr});
    return made;
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
    columns.types["channel"] = columns.types["explanation"] = PLAYLIST_STRING;
  }
};

}  // namespace

const Items<std::int64_t>* times_of(const Candidates& candidates) {
  const CandidateColumn* ts = candidates.find("ts");
  return ts == nullptr ? nullptr : std::get_if<Items<std::int64_t>>(&ts->values);
}

void require_times(const Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  if (times_of(candidates) == nullptr && candidates.size() > 0)
    throw evaluation.node_error(node, Exit::kRecipe, needs_times(node), have_times());
}

void check_times(const Node& node, const StepCheck& check) {
  const PlanColumns& below = check.columns[static_cast<std::size_t>(node.inputs.at(0))];
  if (below.is_complete && below.types.count("ts") == 0)
    check.tell(needs_times(node), have_times(), "");
}

TimeTests TimeTests::directly_below(const Evaluation& evaluation, const Node& node) {
  const ListenTable listens(evaluation.tables_of(node));
  std::vector<TimeTest> tests;
  const Node* at = &evaluation.setup().plan->at(node.inputs.at(0));
  for (; at->step->facts().chooses_times; at = &evaluation.setup().plan->at(at->inputs.at(0)))
    tests.push_back(at->step->time_test(evaluation, *at, listens.ts));
  return TimeTests(std::move(tests));
}

const Step& between_step() {
  static const BetweenStep step;
  return step;
}
const Step& at_step() {
  static const AtStep step;
  return step;
}
const Step& on_this_day_step() {
  static const OnThisDayStep step;
  return step;
}
const Step& plays_between_step() {
  static const PlaysBetweenStep step;
  return step;
}
const Step& top_artists_step() {
  static const TopArtistsStep step;
  return step;
}

}  // namespace engine
