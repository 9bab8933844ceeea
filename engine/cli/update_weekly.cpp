// engine update-weekly: the week's lists for everybody, by hand, from cron or as a service.
#include "cli/update_weekly.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <ctime>
#include <thread>

#include <nlohmann/json.hpp>

#include "cli/run_outputs.hpp"
#include "cli/weekly_update.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

struct UpdateWeeklyOptions {
  WeeklyOptions weekly;
  bool is_cron = false, is_service = false;
};

volatile std::sig_atomic_t g_is_stopped = 0;

void stop(int) {
  g_is_stopped = 1;
}

Json report_json(const WeeklyReport& report) {
  Json lists = Json::array();
  for (const WeeklyList& list : report.lists) {
    lists.push_back({{"user", list.user},
                     {"run", list.run},
                     {"tracks", list.tracks},
                     {"file", list.file.empty() ? Json(nullptr) : Json(list.file)}});
  }
  return {{"trained", report.trained}, {"lists", lists}, {"next", format_time(report.next)}};
}

std::string report_text(const WeeklyReport& report) {
  std::string text;
  for (const WeeklyList& list : report.lists) {
    text += one_line(list.user) + ": " + std::to_string(list.tracks) + " tracks, run " +
            std::to_string(list.run) + (list.file.empty() ? "" : ", " + list.file) + "\n";
  }
  if (report.lists.empty() && report.worst == Exit::kDone)
    text = "not due until " + format_time(report.next) + "\n";
  return text;
}

Exit once(Cli& cli, const UpdateWeeklyOptions& options) {
  const WeeklyReport report = update_weekly(cli, options.weekly, cli.now());
  cli.out(cli.common.json ? printed_json(report_json(report)) : report_text(report));
  if (report.worst != Exit::kDone) return report.worst;
  return report.lists.empty() && !options.is_cron ? Exit::kNothing : Exit::kDone;
}

/// Until SIGTERM or Ctrl-C. The clock is looked at every few seconds instead of sleeping up to the
/// moment, so that it may be set, and the machine suspended, meanwhile.
Exit serve(Cli& cli, const UpdateWeeklyOptions& options) {
  struct sigaction action = {};
  action.sa_handler = stop;
  for (const int signal : {SIGTERM, SIGINT}) ::sigaction(signal, &action, nullptr);
  constexpr std::int64_t kAgain = 3600;  // after a failure
  std::int64_t next = 0, looked = 0;
  while (g_is_stopped == 0) {
    const std::int64_t now = std::time(nullptr);
    if (now >= next || now < looked) {  // due, or the clock was put back
      try {
        const WeeklyReport report = update_weekly(cli, options.weekly, now);
        cli.out(cli.common.json ? printed_json(report_json(report), -1) : report_text(report));
        next = report.worst == Exit::kDone ? report.next : std::min(report.next, now + kAgain);
      } catch (const Error& error) {
        if (error.exit() == Exit::kInterrupted) break;
        cli.error(error);
        next = now + kAgain;
      }
    }
    looked = now;
    for (int k = 0; k < 20 && g_is_stopped == 0; ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  cli.note("stopped; what was being made is made by the next update");
  return Exit::kDone;
}

Exit run(Cli& cli, const UpdateWeeklyOptions& options) {
  if (!options.is_service) return once(cli, options);
  if (!cli.common.now.empty() || options.weekly.is_forced) {
    throw Error(Exit::kUsage, "--forever goes by the clock",
                {"", "", "--now and --force are for one update", "leave them out"});
  }
  return serve(cli, options);
}

}  // namespace

void add_update_weekly(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<UpdateWeeklyOptions>();
  WeeklyOptions& weekly = options->weekly;
  CLI::App* verb = app.add_subcommand("update-weekly",
                                      "Retrain what is due and make everybody's lists of the week");
  verb->add_option("--recipe", weekly.recipe, "The recipe of the lists")->capture_default_str();
  verb->add_option("--users", weekly.users, "all, or names with commas between")
      ->capture_default_str()
      ->type_name("all|NAME,...");
  verb->add_option(
          "--out", weekly.out,
          "Write each list into this folder too, as USER.FORMAT; what no file name may hold is "
          "written as %2F is for /")
      ->type_name("DIR");
  add_make_folders(*verb, weekly.makes_folders);
  verb->add_option("--format", weekly.format, "m3u8, xspf, jspf, json, csv or uris")
      ->check(CLI::IsMember({"m3u8", "xspf", "jspf", "json", "csv", "uris"}))
      ->capture_default_str();
  CLI::Option* force =
      verb->add_flag("--force", weekly.is_forced, "Make them now, as of now, due or not");
  CLI::Option* cron = verb->add_flag("--once-if-due", options->is_cron,
                                     "For cron: not being due is no failure (exit status 0)");
  verb->add_flag("--forever", options->is_service,
                 "For a service: make them whenever they are due, until SIGTERM")
      ->excludes(cron)
      ->excludes(force);
  verb->footer(
      "Lists are due on Mondays at 6 of each user's time zone (settings weekly.day, weekly.hour) "
      "and are made as of that\nmoment; a list that was made is not made again. Models that the "
      "recipe asks for are trained first. An update that was\nkilled is finished by the next one. "
      "--set sets parameters of the recipe.");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return run(cli, *options); }; });
}

}  // namespace engine
