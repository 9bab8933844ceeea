// engine check RECIPE...: everything that is wrong with recipes, without running them over data.
// Needs no library.
#include "recipe/check.hpp"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "app/supervised_run.hpp"
#include "cli/cli.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "data/empty_columns.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

struct CheckOptions {
  std::vector<std::string> recipes;
  bool is_strict = false;
};

std::string summary(const CheckResult& result) {
  const std::size_t errors = result.error_count(), warnings = result.warning_count();
  if (errors == 0 && warnings == 0) return "good";
  std::string text = errors == 0 ? "" : counted(errors, "error");
  if (warnings > 0) text += (text.empty() ? "" : ", ") + counted(warnings, "warning");
  return text;
}

/// What only a run can tell is said beside what is wrong; of a good recipe when asked (--verbose).
std::string result_text(const std::string& recipe, const CheckResult& result, bool is_verbose) {
  std::string text = recipe + ": " + summary(result) + "\n";
  for (const Problem& problem : result.problems) text += problem.text() + "\n";
  if (!result.problems.empty() || is_verbose)
    for (const std::string& unchecked : result.unchecked) text += "note: " + unchecked + "\n";
  return text;
}

CheckResult check_one(Cli& cli, RunRequest request,
                      const std::shared_ptr<const PreparedColumns>& columns) {
  request.columns = columns;
  const std::string answer =
      app::ask_supervised(cli.caller(), request.recipe_path, [&](const RunReports& reports) {
        return json_text(check_json(check_recipe(request, reports)));
      });
  return check_result(Json::parse(answer));
}

Exit check(Cli& cli, const CheckOptions& options) {
  const std::shared_ptr<const PreparedColumns> columns = empty_columns();
  Json results = Json::array();
  Exit worst = Exit::kDone;
  bool is_first = true;
  for (const std::string& recipe : app::recipe_files(options.recipes)) {
    CheckResult result;
    try {
      result = check_one(cli, app::make_request_without_columns(cli.caller(), recipe), columns);
      const bool is_bad =
          result.error_count() > 0 || (options.is_strict && result.warning_count() > 0);
      if (is_bad) worst = Exit::kRecipe;
    } catch (const Error& error) {
      if (error.exit() == Exit::kInterrupted) throw;
      worst = error.exit();
      result.problems.push_back({true, error.what(), error.parts()});
    }
    if (cli.common.json) {
      Json json = Json::object();
      json["recipe"] = recipe;
      json.update(check_json(result));
      results.push_back(std::move(json));
    } else {
      cli.out((is_first ? "" : "\n") + result_text(recipe, result, cli.common.verbose));
    }
    is_first = false;
  }
  if (cli.common.json) cli.out(printed_json(Json{{"recipes", results}}));
  return worst;
}

}  // namespace

void add_check(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* verb = app.add_subcommand(
      "check", "Say everything that is wrong with recipes, without running them; needs no library");
  verb->add_option("recipes", options->recipes, "Recipe files or names, or folders of recipes")
      ->required()
      ->type_name("RECIPE");
  verb->add_flag("--strict", options->is_strict, "Warnings fail too (exit status 4)");
  verb->footer(
      "Errors are what a run would stop at: syntax; elements, verbs, parameters and columns that\n"
      "are not there; values out of range. Warnings are parameters that nothing reads, steps "
      "whose\n"
      "result nothing uses, lists that must come out short, and lists that may hold what the\n"
      "listener banned. Each parameter is tried at both ends of its range.");
  verb->callback(
      [&cli, options] { cli.action = [&cli, options] { return check(cli, *options); }; });
}

}  // namespace engine
