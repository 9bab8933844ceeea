// engine backtest RECIPE...: lists as of past dates, compared with what was played after them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "app/supervised_run.hpp"
#include "cli/backtest_request.hpp"
#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

struct BacktestOptions {
  std::vector<std::string> recipes;
  BacktestFlags flags;
  std::vector<std::int64_t> ks = {10, 30, 50};
  std::size_t resamples = 2'000;
  std::string html, judged = "all";
  bool makes_folders = false;
};

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

std::vector<evaluate::Entry> entries_of(Cli& cli, const std::vector<std::string>& recipes) {
  const std::vector<std::string> names = entry_names(recipes);
  std::vector<evaluate::Entry> entries;
  for (std::size_t k = 0; k < recipes.size(); ++k)
    entries.push_back(
        {names[k], nullptr, app::make_request_without_columns(cli.caller(), recipes[k])});
  for (const auto& baseline : evaluate::baselines())
    entries.push_back({baseline.name, &baseline, {}});
  return entries;
}

/// Each recipe's failures on some dates: how many, and the first in full.
Exit tell_failures(Cli& cli, const evaluate::Backtest& backtest) {
  Exit worst = Exit::kDone;
  for (std::size_t k = 0; k < backtest.failures.size(); ++k) {
    const evaluate::ListFailure& failure = backtest.failures[k];
    if (k > 0 && backtest.failures[k - 1].entry == failure.entry) continue;
    const evaluate::EntryResult& entry = backtest.entries[failure.entry];
    const evaluate::Place& place = backtest.places[failure.place];
    cli.error(Error(failure.error.exit(),
                    entry.name + " failed on " + std::to_string(entry.failed) + " of " +
                        std::to_string(backtest.places.size()) + " lists; the first, as of " +
                        evaluate::short_time(place.date) + " for " + backtest.users[place.user] +
                        ": " + failure.error.what(),
                    failure.error.parts()));
    if (worst == Exit::kDone) worst = failure.error.exit();
  }
  return worst;
}

Exit backtest(Cli& cli, BacktestOptions options) {
  const PageOutput page(cli, options.html, options.makes_folders, options.recipes);
  std::sort(options.ks.begin(), options.ks.end());
  options.ks.erase(std::unique(options.ks.begin(), options.ks.end()), options.ks.end());
  const auto begin = std::chrono::steady_clock::now();
  evaluate::ListsRequest request = make_lists_request(cli, options.flags);
  request.entries = entries_of(cli, options.recipes);
  evaluate::BacktestOptions how{choose_periods(cli, options.flags, request), options.ks,
                                options.resamples, options.judged == "new", ""};
  const DateModels models(cli, options.flags, how.periods, request);
  how.trained_every = models.every();
  evaluate::Backtest result;
  {
    DateProgress progress(cli, "lists");
    request.progress = [&](std::size_t done, std::size_t all) { progress(done, all); };
    result = evaluate::run_backtest(std::move(request), how);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  char took[64];
  std::snprintf(took, sizeof took, "%.1f s", seconds.count());
  cli.verbose("backtest: " + std::to_string(result.places.size()) + " dates of users, " +
              std::to_string(result.entries.size()) + " lists each, in " + took);
  if (page.is_wanted()) page.write(cli, evaluate::backtest_html(result, options.flags.every));
  if (page.leaves_standard_output())
    cli.out(cli.common.json ? evaluate::backtest_json(result, options.flags.every)
                            : evaluate::backtest_text(result, options.flags.every));
  return tell_failures(cli, result);
}

}  // namespace

void add_backtest(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<BacktestOptions>();
  CLI::App* verb = app.add_subcommand(
      "backtest", "Run recipes as of past dates and compare with what was then played");
  verb->add_option("recipes", options->recipes, "Recipe files or names")->required();
  add_backtest_flags(*verb, options->flags);
  verb->add_option("--k", options->ks, "List lengths to judge at, with commas between")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->type_name("K,...");
  verb->add_option("--judge", options->judged,
                   "By all that was then played, or only by what was new to the listener, which is "
                   "what a recipe that discovers is for")
      ->check(CLI::IsMember({"all", "new"}))
      ->capture_default_str()
      ->type_name("all|new");
  verb->add_option("--resamples", options->resamples, "Resamples behind each interval")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str()
      ->type_name("N");
  verb->add_option("--html", options->html, "Write a page with tables and plots too")
      ->type_name("FILE");
  add_make_folders(*verb, options->makes_folders);
  verb->footer(
      "Beside the recipes stand four baselines: popularity, most_played_lately, shuffle (of the "
      "library) and\nrandom_catalogue. Metrics are explained in engine/evaluate/metrics.hpp. Each "
      "recipe keeps its own random seed rule;\n--random-seed N chooses other draws for baselines "
      "and intervals.");
  verb->callback(
      [&cli, options] { cli.action = [&cli, options] { return backtest(cli, *options); }; });
}

}  // namespace engine
