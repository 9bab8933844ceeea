// engine test [RECIPE...]: runs the tests that recipes carry, each on a library made for it.
#include <filesystem>

#include "app/recipe_files.hpp"
#include "app/recipe_tests.hpp"
#include "app/supervised_run.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;
struct Counts {
  int passed = 0, failed = 0, broken = 0;  // broken: recipes whose tests could not be read
};

/// The failures of one test as lines; "" where it passed.
std::string failures(const Json& results) {
  std::string text;
  for (const Json& result : results) {
    if (result.at("is_good").get<bool>()) continue;
    text += "        " + result.at("expectation").get<std::string>() + ": " +
            result.at("message").get<std::string>() + "\n";
  }
  return text;
}

std::string error_line(const Error& error) {
  std::string text = error.what();
  if (!error.parts().where.empty()) text += " (" + error.parts().where + ")";
  if (!error.parts().why.empty()) text += "; " + error.parts().why;
  if (!error.parts().fix.empty()) text += "; " + error.parts().fix;
  return text;
}

Json run_one(app::RecipeTests& tests, std::size_t number, const Json& test) {
  try {
    return tests.run(number, test);
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    Json failure{
        {"expectation", "the recipe runs"}, {"is_good", false}, {"message", error_line(error)}};
    return Json::array({std::move(failure)});
  }
}

Json test_recipe(const app::Caller& caller, const std::string& recipe, const std::string& only,
                 Counts& counts) {
  Json json{{"recipe", recipe}, {"tests", Json::array()}};
  caller.part(recipe + "\n");
  try {
    app::RecipeTests tests(caller, recipe);
    const Json described = tests.describe();
    if (described.empty()) caller.part("  no tests\n");
    for (std::size_t i = 0; i < described.size(); ++i) {
      const std::string name = described[i].at("name");
      if (name.find(only) == std::string::npos) continue;
      const Json results = run_one(tests, i, described[i]);
      const std::string wrong = failures(results);
      ++(wrong.empty() ? counts.passed : counts.failed);
      caller.part((wrong.empty() ? "  ok    " : "  FAIL  ") + name + "\n" + wrong);
      json["tests"].push_back({{"name", name}, {"ok", wrong.empty()}, {"expectations", results}});
    }
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    ++counts.broken;
    json["error"] = error_line(error);
    caller.part("  FAIL  its tests cannot be read\n        " + error_line(error) + "\n");
  }
  return json;
}

Answer test(const app::Caller& caller, const Arguments& arguments) {
  std::vector<std::string> asked = arguments.texts("recipes");
  if (asked.empty()) {
    for (const std::string& folder : caller.home.recipe_directories()) {
      if (fs::is_directory(folder)) asked.push_back(folder);
    }
  }
  Counts counts;
  Json recipes = Json::array();
  for (const std::string& recipe : app::recipe_files(caller, asked))
    recipes.push_back(test_recipe(caller, recipe, arguments.text("only"), counts));
  const bool is_good = counts.failed == 0 && counts.broken == 0;
  const bool is_empty = is_good && counts.passed == 0;
  return {.exit = is_good && !is_empty ? Exit::kDone : Exit::kNothing,
          .data = {{"ok", is_good},
                   {"passed", counts.passed},
                   {"failed", counts.failed},
                   {"recipes", recipes}},
          .text = "\n" + std::to_string(counts.passed) + " passed, " +
                  std::to_string(counts.failed) + " failed\n",
          .afterwards = [&caller, is_empty] {
            if (is_empty) caller.note("nothing was tested");
          }};
}

}  // namespace

std::vector<Verb> test_verbs() {
  return {
      {.name = "test",
       .help = "Run the tests that recipes carry, on libraries made for them; needs no library",
       .parameters = {{.name = "recipes",
                       .value_name = "RECIPE",
                       .help = "Recipe files or names, or folders of recipes [default: all recipe "
                               "folders]",
                       .is_first = true,
                       .is_several = true},
                      {.name = "only",
                       .value_name = "TEXT",
                       .help = "Only tests with this in their name"}},
       .footer =
           "Tests stand in pl.recipe { ..., tests = { ... } } or in NAME_test.lua beside the "
           "recipe, as\n"
           "  { \"at most three of an artist\", library = { tracks = 2000 }, set = { tracks = 30 "
           "},\n"
           "    expect = { tracks = 30, per_artist = 3, same = \"week\" } }\n"
           "scripts/expectations.lua lists what can be expected. Exit status 1 when a test fails.",
       .answer = test}};
}

}  // namespace engine::verbs
