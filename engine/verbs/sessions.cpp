// engine sessions: when somebody listens, how their sessions go, and when the next may begin.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/local_time.hpp"
#include "core/shown_text.hpp"
#include "models/models.hpp"
#include "models/open_version.hpp"
#include "patterns/session_habits.hpp"
#include "verbs/json_values.hpp"
#include "verbs/percent_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using patterns::Outlook;
using patterns::SessionHabits;

constexpr const char* kStartModel = "model.session_start";

/// The person's newest as of now; nullptr for none.
std::shared_ptr<const Artifact> model_of(const app::Caller& caller, const AsOf& tables) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  for (const ModelVersion& version : models_as_of(store, tables.now(), tables.user_id()))
    if (version.name == kStartModel && version.user == tables.user_name())
      return open_version(version);
  return nullptr;
}

// ---- for people ---------------------------------------------------------------------------------

/// "evening", by the clock of the zone: "20:00".
std::string clock_text(std::int64_t ts, const std::string& timezone) {
  const LocalTime shown = LocalClock(timezone, ts, ts + 1).at(ts);
  char text[64];
  std::snprintf(text, sizeof text, "%s %02d:%02d", kWeekdays[shown.weekday()], shown.hour(),
                shown.second % 3600 / 60);
  return text;
}

/// A line a weekday, a mark an hour: " .:-=+*#" from none to the most.
std::string grid_text(const SessionHabits& habits) {
  constexpr std::string_view kMarks = " .:-=+*#";
  const auto most = std::max<std::int64_t>(1, *std::ranges::max_element(habits.starts));
  std::string text = "\nwhen they began (hours of the day, from none to the most: \"" +
                     std::string(kMarks) + "\")\n           0     6     12    18\n";
  for (std::size_t day = 0; day < 7; ++day) {
    std::string name = std::string("  ") + kWeekdays[day];
    name.resize(13, ' ');
    text += name.substr(0, 11);
    for (std::size_t hour = 0; hour < 24; ++hour) {
      const std::int64_t count = habits.starts[day * 24 + hour];
      const auto mark = static_cast<std::size_t>(
          (count * static_cast<std::int64_t>(kMarks.size() - 1) + most - 1) / most);
      text += kMarks[mark];
    }
    while (text.back() == ' ') text.pop_back();
    text += "\n";
  }
  return text;
}

std::string outlook_text(const Outlook& outlook, const std::string& timezone) {
  std::string text = "\nnext  " + clock_text(outlook.likeliest().ts, timezone) +
                     " is the likeliest hour of the next day to begin in: " +
                     whole_percent(outlook.likeliest().probability) + "\n";
  text += "      a list refreshed at " + clock_text(outlook.refresh_at(), timezone) +
          " is ready for it\n";
  text += outlook.from == "share"
              ? "      by the last twelve weeks alone; engine train session_start learns more\n"
          : outlook.from == "week" ? "      by the weeks before model.session_start was trained\n"
                                   : "      by model.session_start\n";
  return text;
}

std::string as_text(const AsOf& tables, const SessionHabits& habits, const Outlook& outlook) {
  char middle[96];
  std::snprintf(middle, sizeof middle, "%.0f minutes and %.0f tracks", habits.median_minutes,
                habits.median_tracks);
  std::string text = one_line(tables.user_name()) + " as of " + format_time(tables.now()) + ": " +
                     counted(habits.sessions, "session") + "\n";
  text += std::string("  half of them last up to ") + middle + "; " +
          whole_percent(habits.skipped_share) + " of what is begun is skipped\n";
  if (habits.current)
    text += "  one goes on since " + clock_text(habits.current->start, tables.timezone()) + ", " +
            counted(habits.current->plays, "play") +
            (habits.current->device.empty() ? "" : " on " + one_line(habits.current->device)) +
            "\n";
  return text + grid_text(habits) + outlook_text(outlook, tables.timezone());
}

// ---- for programs -------------------------------------------------------------------------------

Json as_json(const AsOf& tables, const SessionHabits& habits, const Outlook* outlook) {
  Json starts = Json::array();
  for (std::size_t day = 0; day < 7; ++day)
    starts.push_back(std::vector<std::int64_t>(
        habits.starts.begin() + static_cast<std::ptrdiff_t>(day * 24),
        habits.starts.begin() + static_cast<std::ptrdiff_t>(day * 24 + 24)));
  Json current = nullptr, next = nullptr;
  if (habits.current)
    current = {{"start", format_time(habits.current->start)},
               {"plays", habits.current->plays},
               {"device", text_or_null(habits.current->device)}};
  if (outlook != nullptr) {
    Json hours = Json::array();
    for (const patterns::StartChance& hour : outlook->hours)
      hours.push_back({{"at", format_time(hour.ts)}, {"probability", hour.probability}});
    next = {{"from", outlook->from},
            {"likeliest", format_time(outlook->likeliest().ts)},
            {"refresh_at", format_time(outlook->refresh_at())},
            {"hours", hours}};
  }
  return {{"user", tables.user_name()},
          {"now", tables.now()},
          {"timezone", tables.timezone()},
          {"sessions", habits.sessions},
          {"median_minutes", habits.median_minutes},
          {"median_tracks", habits.median_tracks},
          {"skipped_share", habits.skipped_share},
          {"current", current},
          {"starts", starts},
          {"next", next}};
}

Answer sessions(const app::Caller& caller, const Arguments&) {
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const SessionHabits habits = patterns::session_habits(*tables);
  if (habits.sessions == 0)
    return {Exit::kNothing, as_json(*tables, habits, nullptr),
            one_line(tables->user_name()) + " as of " + format_time(tables->now()) +
                ": nothing was heard yet\n"};
  const std::shared_ptr<const Artifact> model = model_of(caller, *tables);
  const Outlook outlook = patterns::outlook(*tables, model.get());
  return {.data = as_json(*tables, habits, &outlook), .text = as_text(*tables, habits, outlook)};
}

}  // namespace

std::vector<Verb> sessions_verbs() {
  return {{.name = "sessions",
           .help = "When you listen, and when you may begin the next time",
           .footer =
               "Hours are those of your time zone (engine library timezone). A session is what no "
               "pause of\nplay.session_gap_minutes parts.\n",
           .answer = sessions}};
}

}  // namespace engine::verbs
