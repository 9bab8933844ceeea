// engine dashboard: one person's listening at a glance, as text, as JSON, as a page.
#include "patterns/dashboard.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/local_time.hpp"
#include "core/shown_text.hpp"
#include "core/sparkline.hpp"
#include "patterns/told_drift.hpp"
#include "verbs/percent_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using patterns::Dashboard;
using patterns::DashboardInputs;

constexpr std::size_t kTextMonths = 24, kTextMoods = 5, kTextDrifts = 3;

Dashboard read_dashboard(const app::Caller& caller) {
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  DashboardInputs inputs = patterns::dashboard_inputs(store, *tables);
  patterns::DriftOptions options;
  if (caller.asked.random_seed) options.random_seed = *caller.asked.random_seed;
  patterns::look_for_drift(*tables, options, inputs);
  return patterns::dashboard(*tables, inputs);
}

// ---- for people ----------------------------------------------------------------------------------

std::string line_of(const char* name, const std::string& text) {
  std::string line = std::string("  ") + name;
  line.resize(16, ' ');
  return line + text + "\n";
}

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string sums_text(const Dashboard& board) {
  const patterns::RecentListening &recent = board.recent, &before = board.before;
  std::string text = line_of(
      "all", counted(board.plays, "play") + ", " +
                 counted(static_cast<std::int64_t>(board.hours), "hour") + " since " +
                 (board.first ? format_date(*board.first) : "?") + ": " +
                 counted(board.tracks, "track") + " by " + counted(board.artists, "artist"));
  text += line_of("last 4 weeks", counted(recent.plays, "play") + ", " + one_decimal(recent.hours) +
                                      " hours in " + counted(recent.sessions, "session") + "; " +
                                      counted(before.plays, "play") + " in the 4 weeks before");
  if (recent.plays > 0)
    text += line_of("discovery", whole_percent(static_cast<double>(recent.new_tracks) /
                                               static_cast<double>(recent.plays)) +
                                     " of the last 4 weeks' plays are the first of their track, " +
                                     counted(recent.new_artists, "new artist"));
  return text;
}

std::string habits_text(const Dashboard& board) {
  std::vector<double> months;
  for (const patterns::ListeningMonth& month : board.months)
    months.push_back(static_cast<double>(month.plays));
  if (months.size() > kTextMonths)
    months.erase(months.begin(), months.end() - static_cast<std::ptrdiff_t>(kTextMonths));
  std::vector<double> hours(24);
  for (std::size_t k = 0; k < board.week_hours.size(); ++k)
    hours[k % 24] += static_cast<double>(board.week_hours[k]);
  char middle[64];
  std::snprintf(middle, sizeof middle, "%.0f minutes and %.0f tracks", board.median_minutes,
                board.median_tracks);
  std::string text = line_of("months", "[" + sparkline(months, SparklineFrom::kZero) +
                                           "] plays of the last " + std::to_string(months.size()));
  text += line_of("hours", "[" + sparkline(hours, SparklineFrom::kZero) +
                               "] plays by hour, 0 to 23, of 52 weeks");
  text += line_of("sessions", counted(board.sessions, "session") + ", half of them up to " +
                                  std::string(middle));
  const auto latest = std::ranges::find_if(
      board.months.rbegin(), board.months.rend(),
      [](const patterns::ListeningMonth& month) { return month.staleness.has_value(); });
  if (latest != board.months.rend())
    text += line_of("staleness", whole_percent(*latest->staleness) + " of the plays of the month " +
                                     "from " + format_date(latest->day * 86'400) +
                                     " on are of tracks first played over a year before");
  return text;
}

std::string moods_text(const Dashboard& board) {
  if (!board.moods || board.moods->plays == 0) return "";
  const patterns::MoodListening& told = *board.moods;
  const auto share = [&](std::int64_t plays) {
    return whole_percent(static_cast<double>(plays) / static_cast<double>(told.plays));
  };
  std::string text;
  for (std::size_t k = 0; k < std::min(kTextMoods, told.moods.size()); ++k)
    text += one_line(told.moods[k].label) + " " + share(told.moods[k].plays) + ", ";
  return line_of("moods", text + share(told.without.plays) + " without one");
}

std::string lists_text(const Dashboard& board) {
  std::string text;
  if (!board.lists.months.empty()) {
    std::int64_t lists = 0, tracks = 0, heard = 0;
    for (const patterns::GivenMonth& month : board.lists.months) {
      lists += month.lists;
      tracks += month.tracks;
      heard += month.heard;
    }
    text +=
        line_of("lists",
                counted(lists, "list") + " in twelve months; of " + counted(tracks, "track") + " " +
                    whole_percent(
                        tracks > 0 ? static_cast<double>(heard) / static_cast<double>(tracks) : 0) +
                    " were played within four weeks");
  }
  if (board.suggestions)
    text += line_of("suggestions", std::to_string(board.suggestions->accepted) + " of " +
                                       std::to_string(board.suggestions->answers) + " accepted");
  return text;
}

std::string models_text(const Dashboard& board) {
  std::string due;
  for (const patterns::ModelState& model : board.models)
    if (model.is_due) due += (due.empty() ? "" : ", ") + model.name;
  if (board.models.empty()) return "";
  return line_of("models", counted(board.models.size(), "model") +
                               (due.empty() ? ", none is due" : "; due: " + due));
}

std::string drift_text(const Dashboard& board) {
  if (!board.drift) return "";
  if (!board.drift->has_drifted)
    return line_of("drift", "the last week is as the month before, as far as chance can tell");
  std::string text;
  std::size_t count = 0;
  for (const patterns::DriftState::Change& change : board.drift->changes)
    if (change.is_drift && count++ < kTextDrifts)
      text += line_of(text.empty() ? "drift" : "", one_line(change.says));
  if (count > kTextDrifts)
    text += line_of("", "and " + std::to_string(count - kTextDrifts) + " more: engine drift");
  return text;
}

std::string missing_text(const Dashboard& board) {
  std::string text;
  for (const patterns::MissingPart& part : board.missing)
    text += "  " + part.part + ": " + one_line(part.why) +
            (part.fix.empty() ? "" : " (" + part.fix + ")") + "\n";
  return text.empty() ? "" : "\nto know\n" + text;
}

std::string as_text(const Dashboard& board) {
  std::string text =
      one_line(board.user) + " as of " + format_time(board.now) + ", " + board.timezone + "\n";
  if (board.listens > 0)
    text += sums_text(board) + habits_text(board) + moods_text(board) + lists_text(board);
  return text + models_text(board) + drift_text(board) + missing_text(board);
}

Answer tell_dashboard(const app::Caller& caller, const Arguments&) {
  const auto board = std::make_shared<Dashboard>(read_dashboard(caller));
  return {.exit = board->listens > 0 ? Exit::kDone : Exit::kNothing,
          .data = patterns::dashboard_json(*board),
          .text = as_text(*board),
          .page = [board] { return patterns::dashboard_html(*board); }};
}

}  // namespace

std::vector<Verb> dashboard_verbs() {
  return {{.name = "dashboard",
           .help = "Your listening at a glance: over time, by the hour, what is new, lists, models",
           .footer = "Days and hours are those of your time zone (engine library timezone). What "
                     "each figure is:\nengine help patterns.\n",
           .answer = tell_dashboard,
           .page_help = "Write a page with charts too"}};
}

}  // namespace engine::verbs
