// engine tune RECIPE: fits its weights and numbers on past dates, checks them on later ones.
#include <chrono>
#include <filesystem>

#include "app/date_models.hpp"
#include "app/lists_request.hpp"
#include "app/progress.hpp"
#include "app/recipe_files.hpp"
#include "app/supervised_run.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "evaluate/tuning.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

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

evaluate::TuningOptions tuning_options(const Arguments& arguments) {
  evaluate::TuningOptions options;
  options.metric = arguments.text("metric");
  options.fit_share = arguments.number("fit-share");
  options.budget = static_cast<std::size_t>(arguments.integer("budget"));
  options.resamples = static_cast<std::size_t>(arguments.integer("resamples"));
  return options;
}

Answer tune(const app::Caller& caller, const Arguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string& recipe = arguments.text("recipe");
  const std::string file = app::find_recipe(caller, recipe);
  const bool is_wanted = arguments.flag("write");
  const std::string target = is_wanted ? writable_recipe(file) : "";
  const app::ListsOptions lists = lists_options(arguments);
  evaluate::ListsRequest request = app::make_lists_request(caller, lists);
  request.entries.push_back(
      {fs::path(file).stem(), nullptr, app::make_request_without_columns(caller, recipe)});
  request.audience = std::make_shared<const evaluate::Audience>(app::column_options(caller));
  const std::string text = request.entries[0].recipe.recipe_text;
  const std::string name = request.entries[0].recipe.recipe_path;
  const std::vector<evaluate::Period> periods = app::choose_periods(caller, lists, request);
  const app::DateModels models(caller, lists, periods, request);
  evaluate::Tuning result;
  {
    const app::Progress progress(caller, "fitting, dates of this round");
    request.progress = [&](std::size_t done, std::size_t all) { progress(done, all); };
    result = evaluate::tune(std::move(request), periods, tuning_options(arguments));
  }
  caller.verbose("tune: " + std::to_string(result.tried) + " sets of numbers on " +
                 std::to_string(result.fit.dates) + " dates in " +
                 std::to_string(seconds_since(begin)) + " s");
  const bool is_written = is_wanted && result.is_better;
  if (is_written) write_recipe(file, text, result.text);
  const std::string note = is_written ? "wrote " + target
                           : result.is_better
                               ? "nothing was written; --write puts the new numbers into " + file
                           : is_wanted ? "nothing was written, as nothing better was found"
                                       : "";
  return {.exit = result.is_better ? Exit::kDone : Exit::kNothing,
          .data = evaluate::tuning_json(result, name, lists.every, is_written),
          .text = evaluate::tuning_text(result, name, lists.every),
          .afterwards = [&caller, note] {
            if (!note.empty()) caller.note(note);
          }};
}

std::vector<Parameter> tune_parameters() {
  const evaluate::TuningOptions usual;
  std::vector<Parameter> all{recipe_parameter("A recipe file, or the name of one"),
                             {.name = "metric",
                              .value_name = "NAME",
                              .help = "What to improve (see: engine backtest)",
                              .usual = usual.metric}};
  for (Parameter& parameter : lists_parameters()) all.push_back(std::move(parameter));
  all.push_back({.name = "fit-share",
                 .type = Type::kNumber,
                 .value_name = "SHARE",
                 .help = "Share of the dates to fit on; the later rest checks",
                 .usual = json_text(Json(usual.fit_share)),
                 .least = 0,
                 .most = 1});
  all.push_back({.name = "budget",
                 .type = Type::kInteger,
                 .value_name = "N",
                 .help = "Sets of numbers to try at most",
                 .usual = std::to_string(usual.budget),
                 .least = 2,
                 .most = 100'000});
  all.push_back(resamples_parameter());
  all.push_back({.name = "write",
                 .type = Type::kFlag,
                 .help = "Put the new numbers into the recipe file, if they are better",
                 .is_local = true});
  return all;
}

}  // namespace

std::vector<Verb> tune_verbs() {
  return {
      {.name = "tune",
       .help = "Fit a recipe's weights and numbers on past dates, check them on later ones",
       .parameters = tune_parameters(),
       .footer =
           "Tuned are the weights of :score { column = NUMBER } and parameters with tune = true, "
           "as "
           "in\n"
           "discovery = pl.share { 0.08, tune = true }. Exit status 1 when nothing better was "
           "found: the gain on the\nlater dates has to lie above 0 with its whole 95 % interval.",
       .answer = tune}};
}

}  // namespace engine::verbs
