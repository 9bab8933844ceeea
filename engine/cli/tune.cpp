// engine tune RECIPE: fits its weights and numbers on past dates, checks them on later ones.
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>

#include "app/supervised_run.hpp"
#include "cli/backtest_request.hpp"
#include "cli/cli.hpp"
#include "core/paths.hpp"
#include "evaluate/tuning.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

struct TuneOptions {
  std::string recipe;
  BacktestFlags flags;
  evaluate::TuningOptions tuning;
  bool is_written = false;
};

/// The recipe's own file, which --write replaces: the one output that may be a recipe. A link stays
/// one, and the file keeps its mode.
std::string writable_recipe(const std::string& file) {
  if (fs::is_regular_file(file)) return fs::canonical(file);
  throw Error(Exit::kUsage, "--write cannot put the new numbers into " + file,
              {"", "", "it is no file", "tune a recipe file, or leave --write out"});
}

/// Puts the new text into the file, if it still is the one that was tuned.
void write_recipe(const std::string& file, const std::string& before, const std::string& after) {
  if (read_file(file) != before) {
    throw Error(Exit::kInput, "the recipe has changed while it was tuned",
                {file, "", "", "run it again"});
  }
  write_file_atomically(writable_recipe(file), after);
}

Exit tune(Cli& cli, const TuneOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string file = app::find_recipe(cli.caller(), options.recipe);
  const std::string written = options.is_written ? writable_recipe(file) : "";
  evaluate::ListsRequest request = make_lists_request(cli, options.flags);
  request.entries.push_back({fs::path(file).stem(), nullptr,
                             app::make_request_without_columns(cli.caller(), options.recipe)});
  const std::string text = request.entries[0].recipe.recipe_text;
  const std::string name = request.entries[0].recipe.recipe_path;
  const std::vector<evaluate::Period> periods = choose_periods(cli, options.flags, request);
  const DateModels models(cli, options.flags, periods, request);
  evaluate::Tuning result;
  {
    DateProgress progress(cli, "fitting, dates of this round");
    request.progress = [&](std::size_t done, std::size_t all) { progress(done, all); };
    result = evaluate::tune(std::move(request), periods, options.tuning);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  cli.verbose("tune: " + std::to_string(result.tried) + " sets of numbers on " +
              std::to_string(result.fit.dates) + " dates in " + std::to_string(seconds.count()) +
              " s");
  const bool is_written = options.is_written && result.is_better;
  if (is_written) write_recipe(file, text, result.text);
  cli.out(cli.common.json ? evaluate::tuning_json(result, name, options.flags.every, is_written)
                          : evaluate::tuning_text(result, name, options.flags.every));
  if (is_written) {
    cli.note("wrote " + written);
  } else if (result.is_better) {
    cli.note("nothing was written; --write puts the new numbers into " + file);
  } else if (options.is_written) {
    cli.note("nothing was written, as nothing better was found");
  }
  return result.is_better ? Exit::kDone : Exit::kNothing;
}

}  // namespace

void add_tune(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<TuneOptions>();
  CLI::App* verb = app.add_subcommand(
      "tune", "Fit a recipe's weights and numbers on past dates, check them on later ones");
  verb->add_option("recipe", options->recipe, "A recipe file, or the name of one")->required();
  verb->add_option("--metric", options->tuning.metric, "What to improve (see: engine backtest)")
      ->capture_default_str()
      ->type_name("NAME");
  add_backtest_flags(*verb, options->flags);
  verb->add_option("--fit-share", options->tuning.fit_share,
                   "Share of the dates to fit on; the later rest checks")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->type_name("SHARE");
  verb->add_option("--budget", options->tuning.budget, "Sets of numbers to try at most")
      ->check(CLI::Range(2, 100'000))
      ->capture_default_str()
      ->type_name("N");
  verb->add_option("--resamples", options->tuning.resamples, "Resamples behind each interval")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str()
      ->type_name("N");
  verb->add_flag("--write", options->is_written,
                 "Put the new numbers into the recipe file, if they are better");
  verb->footer(
      "Tuned are the weights of :score { column = NUMBER } and parameters with tune = true, as in\n"
      "discovery = pl.share { 0.08, tune = true }. Exit status 1 when nothing better was found: "
      "the "
      "gain on the\nlater dates has to lie above 0 with its whole 95 % interval.");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return tune(cli, *options); }; });
}

}  // namespace engine
