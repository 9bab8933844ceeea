// engine backtest RECIPE...: lists as of past dates, compared with what was played after them.
#include "evaluate/backtest.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "app/date_models.hpp"
#include "app/lists_request.hpp"
#include "app/progress.hpp"
#include "app/supervised_run.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "store/user_halves.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

/// "weekly" for recipes/weekly.lua; the whole path where two recipes share that name.
std::vector<std::string> entry_names(const std::vector<std::string>& recipes) {
  std::map<std::string, int> uses;
  for (const auto& baseline : evaluate::baselines()) ++uses[baseline.name];
  for (const std::string& recipe : recipes) ++uses[fs::path(recipe).stem()];
  std::vector<std::string> names;
  for (const std::string& recipe : recipes) {
    const std::string stem = fs::path(recipe).stem();
    names.push_back(uses[stem] > 1 ? recipe : stem);
    if (std::count(names.begin(), names.end(), names.back()) > 1) {
      throw Error(Exit::kUsage, "the recipe " + recipe + " is named twice",
                  {"", "", "", "name each recipe once"});
    }
  }
  return names;
}

std::vector<evaluate::Entry> entries_of(const app::Caller& caller,
                                        const std::vector<std::string>& recipes) {
  const std::vector<std::string> names = entry_names(recipes);
  std::vector<evaluate::Entry> entries;
  for (std::size_t k = 0; k < recipes.size(); ++k)
    entries.push_back({names[k], nullptr, app::make_request_without_columns(caller, recipes[k])});
  for (const auto& baseline : evaluate::baselines())
    entries.push_back({baseline.name, &baseline, {}});
  return entries;
}

/// The exit status of the first recipe that failed on some dates.
Exit worst_failure(const evaluate::Backtest& backtest) {
  return backtest.failures.empty() ? Exit::kDone : backtest.failures.front().error.exit();
}

/// Each recipe's failures on some dates: how many, and the first in full.
void tell_failures(const app::Caller& caller, const evaluate::Backtest& backtest) {
  for (std::size_t k = 0; k < backtest.failures.size(); ++k) {
    const evaluate::ListFailure& failure = backtest.failures[k];
    if (k > 0 && backtest.failures[k - 1].entry == failure.entry) continue;
    const evaluate::EntryResult& entry = backtest.entries[failure.entry];
    const evaluate::Place& place = backtest.places[failure.place];
    caller.error(Error(failure.error.exit(),
                       entry.name + " failed on " + std::to_string(entry.failed) + " of " +
                           counted(backtest.places.size(), "list") + "; the first, as of " +
                           evaluate::short_time(place.date) + " for " + backtest.users[place.user] +
                           ": " + failure.error.what(),
                       failure.error.parts()));
  }
}

std::vector<std::int64_t> lengths(const Arguments& arguments) {
  std::vector<std::int64_t> ks;
  for (const std::string& k : arguments.texts("k")) ks.push_back(std::stoll(k));
  std::sort(ks.begin(), ks.end());
  ks.erase(std::unique(ks.begin(), ks.end()), ks.end());
  return ks;
}

Answer backtest(const app::Caller& caller, const Arguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const app::ListsOptions lists = lists_options(arguments);
  evaluate::ListsRequest request = app::make_lists_request(caller, lists);
  request.entries = entries_of(caller, arguments.texts("recipes"));
  request.audience = std::make_shared<const evaluate::Audience>(app::column_options(caller));
  evaluate::BacktestOptions how{app::choose_periods(caller, lists, request),
                                lengths(arguments),
                                static_cast<std::size_t>(arguments.integer("resamples")),
                                evaluate::judged_by(arguments.text("judge")),
                                "",
                                half_called(lists.users) ? lists.users : "",
                                lists.trained_on};
  const app::DateModels models(caller, lists, how.periods, request);
  how.trained_every = models.every();
  auto result = std::make_shared<evaluate::Backtest>();
  {
    const app::Progress progress(caller, "lists");
    request.progress = [&](std::size_t done, std::size_t all) { progress(done, all); };
    *result = evaluate::run_backtest(std::move(request), how);
  }
  char took[64];
  std::snprintf(took, sizeof took, "%.1f s", seconds_since(begin));
  caller.verbose("backtest: " + counted(result->places.size(), "date") + " of users, " +
                 counted(result->entries.size(), "list") + " each, in " + took);
  return {.exit = worst_failure(*result),
          .data = evaluate::backtest_json(*result, lists.every),
          .text = evaluate::backtest_text(*result, lists.every, arguments.flag("all")),
          .page = [result, lists] { return evaluate::backtest_html(*result, lists.every); },
          .afterwards = [&caller, result] { tell_failures(caller, *result); }};
}

std::vector<Parameter> backtest_parameters() {
  std::vector<Parameter> all{{.name = "recipes",
                              .value_name = "RECIPE",
                              .help = "Recipe files or names",
                              .is_first = true,
                              .is_required = true,
                              .is_several = true}};
  for (Parameter& parameter : lists_parameters()) all.push_back(std::move(parameter));
  all.push_back({.name = "k",
                 .type = Type::kInteger,
                 .value_name = "K,...",
                 .help = "List lengths to judge at, with commas between",
                 .usual = "10,30,50",
                 .least = 1,
                 .most = 1000,
                 .is_several = true,
                 .separator = ','});
  all.push_back(
      {.name = "judge",
       .value_name = "all|new|...",
       .help =
           "By all that was then played, or only by what was new to the listener, "
           "which is what a recipe that discovers is for: new tracks, which were not "
           "played before (what was only begun and left is new still), new-songs of "
           "which no version was met at all, those by new-artists; or by what was rediscovered, "
           "played before and not for half a year",
       .usual = "all",
       .one_of = {"all", "new", "new-songs", "new-artists", "rediscovered"}});
  all.push_back(resamples_parameter());
  all.push_back({.name = "all",
                 .type = Type::kFlag,
                 .help = "Show every metric of every list-maker, not only the recipes and their "
                         "strongest opponents (--json and --html always do)"});
  return all;
}

}  // namespace

std::vector<Verb> backtest_verbs() {
  return {
      {.name = "backtest",
       .help = "Run recipes as of past dates and compare with what was then played",
       .parameters = backtest_parameters(),
       .footer =
           "Beside the recipes stand seven opponents (engine/evaluate/baselines.hpp): popularity, "
           "most_played_lately,\nshuffle (of the library), random_catalogue, familiar_artists "
           "(unheard songs of artists played lately),\nartist_cf (the nearest artists' most heard "
           "tracks) and session_neighbours (VSKNN). Each chooses among what\n--judge counts. A "
           "date "
           "counts when something was played after it that --judge counts; judged by what was "
           "new,\nalso only once the listener's history has begun. Metrics are explained in "
           "engine/evaluate/metrics.hpp.\nNobody was handed these lists: what would have been "
           "liked, had it been heard, counts as a miss.\nEach recipe keeps its own random seed "
           "rule; --random-seed N chooses other draws for baselines and intervals.",
       .answer = backtest,
       .page_help = "Write a page with tables and plots too"}};
}

}  // namespace engine::verbs
