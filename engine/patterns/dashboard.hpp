// What one person's dashboard shows, as plain values: `engine dashboard` prints, writes and draws
// these and nothing else, and so does whoever serves them.
//
//   const DashboardInputs inputs = dashboard_inputs(store, tables);   // + inputs.drift where wanted
//   const Dashboard board = dashboard(tables, inputs);
//   ... dashboard_json(board) ...                                     // schema: engine schema dashboard
//
// As of      tables.now(): nothing later counts, neither listens nor lists, models nor answers
// Clock      days, weeks (from Monday on), months and hours are those of the person's time zone
// Size       bounded, however long the history: at most kShownDays days, kShownWeeks weeks and kShownMonths,
//            months, of moods, lists and models as many as there are, up to the bounds below
// Time       one pass over the listens; drift, which takes longer than all the rest, is told where the
//            caller has it
// Undated    listens of which no time is told are in the sums, and in no period
//
// Plays          listens long enough to count (the play rule); skips may be plays too
// New            the first play of a track, or of its first artist, in the whole history
// Discovery rate new tracks / plays: the share of plays that are the first of their track
// Staleness      of the plays a year or more after the history's first listen, the share whose track
//                was first played more than kOldDays days before
// Rest           of plays of tracks that were played before, the median of the days since then
// Heard          a track that a list gave and that was played from then on within kHeardDays days
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/as_of.hpp"
#include "discovery/answers.hpp"
#include "models/models.hpp"
#include "patterns/session_habits.hpp"
#include "store/kept_playlists.hpp"
#include "store/store.hpp"

namespace engine::patterns {

inline constexpr int kShownDays = 91, kShownWeeks = 104, kShownMonths = 240;
inline constexpr int kWindowDays =
    364;  // of the week's hours, lengths of sessions, moods of the day
inline constexpr int kRecentDays = 28, kOldDays = 365, kHeardDays = 28;
inline constexpr int kListMonths = 12;
inline constexpr std::size_t kMostMoods = 30, kMostRecipes = 20, kMostKept = 50, kMostModels = 100;

/// A day, a week or a month.
struct ListeningPeriod {
  std::int64_t day = 0;  // its first, days since 1970-01-01
  std::int64_t plays = 0, skips = 0, sessions = 0;
  double hours = 0;  // heard, of listens whose length is told
};

struct ListeningMonth : ListeningPeriod {
  std::int64_t tracks = 0;  // different ones played
  std::int64_t new_tracks = 0, new_artists = 0;
  std::optional<double> staleness = {};  // nothing in the history's first year
  std::optional<double> rest_days = {};  // nothing where no track came again
  /// Nothing without plays.
  [[nodiscard]] std::optional<double> discovery_rate() const {
    if (plays == 0) return std::nullopt;
    return static_cast<double>(new_tracks) / static_cast<double>(plays);
  }
};

/// kRecentDays days, up to now or to kRecentDays days before.
struct RecentListening {
  std::int64_t plays = 0, skips = 0, sessions = 0, new_tracks = 0, new_artists = 0;
  double hours = 0;
};

/// Sessions of the window that last from `from` minutes to less than `to`; the last has no end.
struct SessionLengths {
  int from = 0;
  std::optional<int> to = {};
  std::int64_t sessions = 0;
};

struct Mood {
  std::int32_t id = 0;
  std::string label = {};
  std::int64_t plays = 0;                 // of the whole history
  std::array<std::int64_t, 24> hours{};   // plays of the window by the hour of the day
  std::vector<std::int64_t> months = {};  // plays of each of Dashboard::months
};

struct MoodListening {
  std::int64_t as_of = 0;        // of model.moods
  std::vector<Mood> moods = {};  // most plays first
  std::int64_t plays = 0;        // all of the history, with a mood or without
  Mood without = {};             // of tracks without a mood
};

/// Different tracks that lists gave, each once a month.
struct GivenTracks {
  std::int64_t tracks = 0, heard = 0;
  std::int64_t heard_before = 0;  // played within kHeardDays days before they were given
  std::int64_t new_tracks = 0, new_heard = 0;  // of those never played before they were given
  std::int64_t open = 0;                       // not heard, with time left
};

struct GivenMonth : GivenTracks {
  std::int64_t day = 0;  // its first
  std::int64_t lists = 0;
};

struct GivenByRecipe : GivenTracks {
  std::string recipe = {};
  std::int64_t lists = 0, last = 0;  // Unix seconds of the latest
};

struct KeptState {
  std::string name = {}, recipe = {};
  std::optional<std::int64_t> refreshed_at = {};  // nothing: it has no version yet
  std::int64_t tracks = 0, heard = 0;             // in it, and of these played since
};

struct GivenLists {
  std::vector<GivenMonth> months = {};      // the last kListMonths with a list, oldest first
  std::vector<GivenByRecipe> recipes = {};  // of these months, most lists first
  std::vector<KeptState> kept = {};         // kept playlists, by name
};

struct ModelState {
  std::string name = {};  // "model.taste"
  std::int64_t as_of = 0;
  bool is_own = false;                   // this person's alone
  std::optional<int> retrain_days = {};  // after which it is due
  bool is_due = false;
  std::optional<double> calibration_error = {};
  /// Probabilities that it said, and how often that came to pass (CORP), with the band in which nine of
  /// ten shares lie where what is said is true.
  struct Step {
    double said = 0, came = 0, low = 0, high = 0;
    std::int64_t count = 0;
  };
  std::vector<Step> reliability = {};
  [[nodiscard]] double age_days(std::int64_t now) const;
};

/// What changed, of drift.hpp's report, in words.
struct DriftState {
  int days = 0, base = 0;
  double level = 0;
  bool has_drifted = false;
  struct Change {
    std::string metric = {}, unit = {}, says = {};
    double recent = 0, base = 0, change = 0;  // NaN where there is none
    double p = 1;
    bool is_drift = false;
    std::optional<std::int64_t> since = {};  // Unix seconds
  };
  std::vector<Change> changes = {};
  int looks = 0, alarms = 0;  // at earlier looks
};

/// What the dashboard cannot tell.
struct MissingPart {
  std::string part = {};  // "moods"
  std::string why = {};   // a sentence without its full stop
  std::string fix = {};   // what to do, a command where there is one; "": nothing
};

struct Dashboard {
  std::string user, timezone;
  std::int64_t now = 0;

  std::int64_t listens = 0, plays = 0, skips = 0, tracks = 0, artists = 0;
  double hours = 0;
  std::int64_t undated = 0, untimed = 0;    // listens without a time, without a length
  std::optional<std::int64_t> first, last;  // starts, Unix seconds

  RecentListening recent, before;
  std::vector<ListeningPeriod> days, weeks;  // without gaps, the present one last
  std::vector<ListeningMonth> months = {};
  std::int64_t earlier_plays = 0;  // before the first of `months`
  /// Plays of the window by hour of the week, from Monday 0 o'clock.
  std::array<std::int64_t, kWeekHours> week_hours{};

  std::int64_t sessions = 0;
  double median_minutes = 0, median_tracks = 0;
  std::vector<SessionLengths> session_lengths = {};

  std::optional<MoodListening> moods = {};
  GivenLists lists = {};
  std::optional<discovery::Acceptance> suggestions = {};  // nothing: none was answered
  std::vector<ModelState> models = {};                    // by name
  std::optional<DriftState> drift = {};
  std::vector<MissingPart> missing = {};
};

/// What is not in the tables. `drift` is the caller's to fill (drift_state()); where it
/// is empty, `no_drift` says why.
struct DashboardInputs {
  std::vector<ModelVersion> models = {};  // as list_models() has them
  std::vector<discovery::Answer> answers = {};
  struct Kept {
    KeptPlaylist playlist = {};
    std::optional<KeptVersion> version = {};
    std::vector<std::int64_t> tracks = {};  // the store's ids
  };
  std::vector<Kept> kept = {};
  std::optional<DriftState> drift = {};
  MissingPart no_drift = {"drift", "it was not looked for here", "engine drift"};
};
/// As of tables.now().
DashboardInputs dashboard_inputs(const Store& store, const AsOf& tables);

struct DriftOptions;  // drift.hpp
struct ToldDrift;     // told_drift.hpp
DriftState drift_state(const ToldDrift& told);
/// Fills `drift`, or says in `no_drift` what is missing for it. Costs far more than the rest.
void look_for_drift(const AsOf& tables, const DriftOptions& options, DashboardInputs& inputs);

Dashboard dashboard(const AsOf& tables, const DashboardInputs& inputs);

nlohmann::ordered_json dashboard_json(const Dashboard& board);
/// A page of its own, without a script, with dashboard_json() in its element "data".
std::string dashboard_html(const Dashboard& board);

}  // namespace engine::patterns
