// engine runs [prune]: the runs that were recorded, and forgetting old ones.
#include <iomanip>
#include <sstream>

#include "app/default_user.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/shown_text.hpp"
#include "store/run_list.hpp"
#include "store/users.hpp"
#include "verbs/consent.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json run_json(const RunSummary& run) {
  return {{"run", run.id},
          {"user", run.user},
          {"recipe", run.recipe},
          {"title", run.title},
          {"now", format_time(run.now)},
          {"started_at", format_time(run.started_at)},
          {"random_seed", run.random_seed},
          {"parameters", Json::parse(run.parameters)},
          {"tracks", run.tracks}};
}

RunFilter run_filter(const app::Caller& caller, const Store& store, const Arguments& arguments) {
  RunFilter filter;
  if (const std::string name = app::user_name(caller); !name.empty())
    filter.user_id = choose_user(store, name).id;
  filter.recipe = arguments.text("recipe");
  return filter;
}

Answer list_recorded_runs(const app::Caller& caller, const Arguments& arguments) {
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  RunFilter filter = run_filter(caller, store, arguments);
  if (caller.asked.is_now_given) filter.now_until = caller.asked.now;
  Json runs = Json::array();
  std::ostringstream text;
  for (const RunSummary& run : summarise_runs(store, filter, arguments.integer("limit"))) {
    runs.push_back(run_json(run));
    text << std::right << std::setw(6) << run.id << "  " << format_date(run.now) << "  "
         << std::left << std::setw(10) << one_line(run.user) << "  " << std::right << std::setw(5)
         << run.tracks << (run.tracks == 1 ? " track   " : " tracks  ") << one_line(run.title)
         << "  (" << one_line(run.recipe) << ")\n";
  }
  const Exit exit = runs.empty() ? Exit::kNothing : Exit::kDone;
  return {.exit = exit,
          .data = {{"recorded", count_runs(store, filter)}, {"runs", runs}},
          .text = text.str(),
          .afterwards = [&caller, is_empty = runs.empty()] {
            if (is_empty) caller.note("no such run was recorded");
          }};
}

Answer prune(const app::Caller& caller, const Arguments& arguments) {
  if (!arguments.has("older-than-days") && !arguments.has("keep")) {
    throw Error(Exit::kUsage, "which runs are to go?",
                {"", "", "", "write: engine runs prune --keep 10, or --older-than-days 90"});
  }
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  RunFilter filter = run_filter(caller, store, arguments);
  if (arguments.has("older-than-days"))
    filter.started_before = caller.asked.now - arguments.integer("older-than-days") * kDay;
  filter.newest_kept = arguments.integer("keep");
  const std::int64_t all = count_runs(store, {}), count = count_prunable_runs(store, filter);
  Removal removal{
      .what = counted(static_cast<std::size_t>(count), "run") + " of " + std::to_string(all),
      .loses =
          "why, replay and compare no longer know them, and recipes no longer what "
          "they served (pl.filtering.served)"};
  removal.data = {{"runs", count}, {"of", all}};
  if (count == 0) return {Exit::kNothing, removed_json(removal, true), "no run is to go\n"};
  return remove_with_consent(arguments, removal, [&] { prune_runs(store, filter); });
}

}  // namespace

std::vector<Verb> runs_verbs() {
  const Parameter recipe{
      .name = "recipe", .value_name = "NAME", .help = "Only runs of this recipe"};
  return {
      {.name = "runs",
       .help = "The runs that were recorded, newest first",
       .parameters = {{.name = "limit",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "At most this many",
                       .usual = "20",
                       .least = 1,
                       .most = 1'000'000},
                      recipe},
       .footer = "Of everybody, or of --user; with --now as of then or before. engine why RUN "
                 "TRACK, engine replay RUN and engine "
                 "compare RUN RUN\ntake their numbers; `last` is the newest.",
       .answer = list_recorded_runs},
      {.name = "runs prune",
       .help = "Forget old runs",
       .parameters = {{.name = "keep",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "Keep the newest N of each person and recipe",
                       .most = 1'000'000},
                      {.name = "older-than-days",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "Only those made more than N days before --now",
                       .most = 100'000},
                      recipe,
                      yes_parameter()},
       .footer = "With both, runs go that are old and not among the newest. The last of all stays. "
                 "Space in the file is "
                 "used again.",
       .answer = prune}};
}

}  // namespace engine::verbs
