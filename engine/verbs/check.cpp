// engine check RECIPE...: everything that is wrong with recipes, without running them over data.
// Needs no library; where there is one, tags and playlists that it does not have are told.
#include "recipe/check.hpp"

#include <filesystem>

#include "app/recipe_files.hpp"
#include "app/supervised_run.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "data/empty_columns.hpp"
#include "data/people.hpp"
#include "store/users.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

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

/// Who is in the library at hand, where the recipe may name somebody.
std::vector<std::string> people_for(const app::Caller& caller, const std::string& recipe_text) {
  const std::string library = caller.home.library_path();
  if (!may_ask_for_people(recipe_text) || !std::filesystem::exists(library)) return {};
  std::vector<std::string> names;
  try {
    const Store store = Store::open(library, {.is_read_only = true, .may_create = false});
    for (const User& user : list_users(store)) names.push_back(user.name);
  } catch (const Error&) {
    return {};  // it is checked as if there were none
  }
  return names;
}

CheckResult check_one(const app::Caller& caller, RunRequest request,
                      const std::shared_ptr<const PreparedColumns>& columns) {
  const std::vector<std::string> people = people_for(caller, request.recipe_text);
  request.columns = columns;
  const std::string answer =
      app::ask_supervised(caller, request.recipe_path, [&](const RunReports& reports) {
        return json_text(check_json(check_recipe(request, people, reports)));
      });
  return check_result(Json::parse(answer));
}

/// The library at hand, where the recipe names what only a library can tell is there: tags,
/// playlists.
std::shared_ptr<const PreparedColumns> library_for(const app::Caller& caller,
                                                   const std::string& recipe_text) {
  const auto names = [&](const char* word) { return recipe_text.find(word) != std::string::npos; };
  const bool is_asked =
      names("has_tag") || names("filtering.tag") || names(".playlists") || names("recall.playlist");
  if (!is_asked || !std::filesystem::exists(caller.home.library_path())) return nullptr;
  try {
    return prepare_columns(app::column_options(caller));
  } catch (const Error&) {
    return nullptr;  // it is checked as if there were none
  }
}

Answer check(const app::Caller& caller, const Arguments& arguments) {
  const std::shared_ptr<const PreparedColumns> nobodys = empty_columns();
  Json results = Json::array();
  Exit worst = Exit::kDone;
  for (const std::string& recipe : app::recipe_files(caller, arguments.texts("recipes"))) {
    CheckResult result;
    try {
      RunRequest request = app::make_request_without_columns(caller, recipe);
      const auto library = library_for(caller, request.recipe_text);
      result = check_one(caller, std::move(request), library ? library : nobodys);
      const bool is_bad =
          result.error_count() > 0 || (arguments.flag("strict") && result.warning_count() > 0);
      if (is_bad) worst = Exit::kRecipe;
    } catch (const Error& error) {
      if (error.exit() == Exit::kInterrupted) throw;
      worst = error.exit();
      result.problems.push_back({true, error.what(), error.parts()});
    }
    caller.part((results.empty() ? "" : "\n") +
                result_text(recipe, result, caller.screen.is_verbose));
    Json json{{"recipe", recipe}};
    json.update(check_json(result));
    results.push_back(std::move(json));
  }
  return {.exit = worst, .data = {{"recipes", results}}};
}

}  // namespace

std::vector<Verb> check_verbs() {
  return {
      {.name = "check",
       .help = "Say everything that is wrong with recipes, without running them; needs no library",
       .parameters = {{.name = "recipes",
                       .value_name = "RECIPE",
                       .help = "Recipe files or names, or folders of recipes",
                       .is_first = true,
                       .is_required = true,
                       .is_several = true},
                      {.name = "strict",
                       .type = Type::kFlag,
                       .help = "Warnings fail too (exit status 4)"}},
       .footer =
           "Errors are what a run would stop at: syntax; elements, verbs, parameters and columns "
           "that\n"
           "are not there; values out of range. Warnings are parameters that nothing reads, steps "
           "whose\n"
           "result nothing uses, lists that must come out short, and lists that may hold what the\n"
           "listener banned or rejected. Each parameter is tried at both ends of its range.",
       .answer = check}};
}

}  // namespace engine::verbs
