// engine update-weekly: the week's lists for everybody, by hand, from cron or as a service.
#include <algorithm>
#include <csignal>
#include <ctime>
#include <thread>

#include "app/weekly_update.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

volatile std::sig_atomic_t g_is_stopped = 0;

void stop(int) {
  g_is_stopped = 1;
}

Json report_json(const app::WeeklyReport& report) {
  Json lists = Json::array();
  for (const app::WeeklyList& list : report.lists) {
    lists.push_back({{"user", list.user},
                     {"run", list.run},
                     {"tracks", list.tracks},
                     {"file", list.file.empty() ? Json(nullptr) : Json(list.file)}});
  }
  return {{"trained", report.trained}, {"lists", lists}, {"next", format_time(report.next)}};
}

std::string report_text(const app::WeeklyReport& report) {
  std::string text;
  for (const app::WeeklyList& list : report.lists) {
    text += one_line(list.user) + ": " + counted(list.tracks, "track") + ", run " +
            std::to_string(list.run) + (list.file.empty() ? "" : ", " + list.file) + "\n";
  }
  if (report.lists.empty() && report.worst == Exit::kDone)
    text = "not due until " + format_time(report.next) + "\n";
  return text;
}

app::WeeklyOptions weekly_options(const Arguments& arguments) {
  app::WeeklyOptions options;
  options.recipe = arguments.text("recipe");
  options.users = arguments.text("users");
  options.out = arguments.text("out");
  options.format = arguments.text("format");
  options.is_forced = arguments.flag("force");
  options.makes_folders = arguments.flag("make-folders");
  return options;
}

Answer update_once(const app::Caller& caller, const Arguments& arguments) {
  const app::WeeklyReport report =
      app::update_weekly(caller, weekly_options(arguments), caller.asked.now);
  Exit exit = report.worst;
  if (exit == Exit::kDone && report.lists.empty() && !arguments.flag("once-if-due"))
    exit = Exit::kNothing;
  return {exit, report_json(report), report_text(report)};
}

/// Until SIGTERM or Ctrl-C. The clock is looked at every few seconds instead of sleeping up to the
/// moment, so that it may be set, and the machine suspended, meanwhile.
Answer update_forever(const app::Caller& caller, const Arguments& arguments) {
  struct sigaction action = {};
  action.sa_handler = stop;
  for (const int signal : {SIGTERM, SIGINT}) ::sigaction(signal, &action, nullptr);
  constexpr std::int64_t kAgain = 3600;  // after a failure
  std::int64_t next = 0, looked = 0;
  while (g_is_stopped == 0) {
    const std::int64_t now = std::time(nullptr);
    if (now >= next || now < looked) {  // due, or the clock was put back
      try {
        const app::WeeklyReport report = app::update_weekly(caller, weekly_options(arguments), now);
        caller.line(report_json(report), report_text(report));
        next = report.worst == Exit::kDone ? report.next : std::min(report.next, now + kAgain);
      } catch (const Error& error) {
        if (error.exit() == Exit::kInterrupted) break;
        caller.error(error);
        next = now + kAgain;
      }
    }
    looked = now;
    for (int k = 0; k < 20 && g_is_stopped == 0; ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  caller.note("stopped; what was being made is made by the next update");
  return {};
}

Answer update_weekly(const app::Caller& caller, const Arguments& arguments) {
  if (!arguments.flag("forever")) return update_once(caller, arguments);
  if (caller.asked.is_now_given) {
    throw Error(Exit::kUsage, "--forever goes by the clock",
                {"", "", "--now is for one update", "leave it out"});
  }
  return update_forever(caller, arguments);
}

}  // namespace

std::vector<Verb> update_weekly_verbs() {
  return {
      {.name = "update-weekly",
       .help = "Retrain what is due and make everybody's lists of the week",
       .parameters =
           {{.name = "recipe",
             .value_name = "RECIPE",
             .help = "The recipe of the lists",
             .usual = "discover-weekly"},
            {.name = "users",
             .value_name = "all|NAME,...",
             .help = "all, or names with commas between",
             .usual = "all"},
            {.name = "out",
             .value_name = "DIR",
             .help = "Write each list into this folder too, as USER.FORMAT; what no file name may "
                     "hold is written as %2F is for /",
             .is_local = true},
            make_folders_parameter(),
            {.name = "format",
             .value_name = "FORMAT",
             .help = "m3u8, m3u, pls, xspf, jspf, json, csv or uris",
             .usual = "m3u8",
             .one_of = {"m3u8", "m3u", "pls", "xspf", "jspf", "json", "csv", "uris"}},
            {.name = "force",
             .type = Type::kFlag,
             .help = "Make them now, as of now, due or not",
             .excludes = "forever"},
            {.name = "once-if-due",
             .type = Type::kFlag,
             .help = "For cron: not being due is no failure (exit status 0)",
             .excludes = "forever"},
            {.name = "forever",
             .type = Type::kFlag,
             .help = "For a service: make them whenever they are due, until SIGTERM",
             .is_local = true}},
       .footer =
           "Lists are due on Mondays at 6 of each user's time zone (settings weekly.day, "
           "weekly.hour) and are made as of that\nmoment; a list that was made is not made again. "
           "Models that the recipe asks for are trained first. An update that was\nkilled is "
           "finished by the next one. --set sets parameters of the recipe.",
       .answer = update_weekly}};
}

}  // namespace engine::verbs
