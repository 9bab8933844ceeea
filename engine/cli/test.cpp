// engine test [RECIPE...]: runs the tests that recipes carry, each on a library made for it.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

#include "app/supervised_run.hpp"
#include "cli/cli.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "recipe_test/recipe_tests.hpp"
#include "recipe_test/test_library.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct TestOptions {
  std::vector<std::string> recipes;
  std::string only;
};

struct Counts {
  int passed = 0, failed = 0, broken = 0;  // broken: recipes whose tests could not be read
};

std::string packed(const Json& json) {
  return json_text(json);
}

/// NAME_test.lua beside the recipe.
RecipeTestFile test_file(Cli& cli, const std::string& recipe, const std::string& shown) {
  const fs::path file(app::find_recipe(cli.caller(), recipe));
  const std::string name = file.stem().string() + "_test.lua";
  const fs::path beside = file.parent_path() / name;
  if (!fs::is_regular_file(beside)) return {};
  return {(fs::path(shown).parent_path() / name).string(), read_file(beside.string())};
}

/// The tests of one recipe.
class RecipeTests {
 public:
  RecipeTests(Cli& cli, const std::string& recipe)
      : cli_(cli),
        request_(app::make_request_without_columns(cli.caller(), recipe)),
        file_(test_file(cli, recipe, request_.recipe_path)) {
    request_.set.clear();
  }

  Json describe() {
    return ask([&](const RunReports& reports) { return describe_tests(request_, file_, reports); });
  }

  /// [{"expectation", "is_good", "message"}]
  Json run(std::size_t number, const Json& test) {
    const std::int64_t now = parse_time(test.at("now").get<std::string>());
    const TestLibrary& library = library_of(test, now);
    const Json rows = rows_at(test, library, now);
    Json others = Json::array();
    for (const auto& [label, time] : other_times(test.at("same"), now, *library.columns))
      others.push_back({{"label", label}, {"rows", rows_at(test, library, time)}});
    return ask([&](const RunReports& reports) {
      return check_test(request_, file_, number, rows, others, reports);
    });
  }

 private:
  Json ask(const std::function<Json(const RunReports&)>& job) {
    return Json::parse(
        app::ask_supervised(cli_.caller(), request_.recipe_path,
                            [&](const RunReports& reports) { return packed(job(reports)); }));
  }

  const TestLibrary& library_of(const Json& test, std::int64_t now) {
    const std::string user = test.at("user");
    const std::string key = packed(test.at("library")) + " " + std::to_string(now) + " " + user;
    const auto found = libraries_.find(key);
    if (found != libraries_.end()) return found->second;
    const Settings& settings = cli_.settings();
    const PlayRule rule{settings.number("play.min_seconds"), settings.number("play.min_share")};
    return libraries_.emplace(key, test_library(test.at("library"), now, user, rule)).first->second;
  }

  Json rows_at(const Json& test, const TestLibrary& library, std::int64_t now) {
    RunRequest request = request_;
    request.columns = library.columns;
    request.now = now;
    request.fresh_seed = 1;
    request.random_seed.reset();
    if (const auto seed = test.find("random_seed"); seed != test.end() && seed->is_number())
      request.random_seed = seed->get<std::uint64_t>();
    for (const auto& [name, value] : test.at("set").items())
      request.set.push_back(name + "=" +
                            (value.is_string() ? value.get<std::string>() : json_text(value)));
    const RunAnswer answer = app::run_supervised(cli_.caller(), request);
    AsOfOptions options;
    options.now = now;
    const std::unique_ptr<AsOf> tables = load_as_of(library.columns, options);
    return test_rows(answer.playlist, *tables, library.banned, request.default_track_seconds);
  }

  /// The times at which the list must be the same as now.
  static std::vector<std::pair<std::string, std::int64_t>> other_times(
      const std::string& same, std::int64_t now, const PreparedColumns& columns) {
    std::vector<std::pair<std::string, std::int64_t>> times;
    if (same == "run") times.emplace_back("run again", now);
    const auto day = [&](std::int64_t time) { return local_day(time, columns.timezone); };
    if (same == "day") {
      for (std::int64_t time = now + 5 * kHour; day(time) == day(now); time += 5 * kHour)
        times.emplace_back("at " + format_time(time), time);
    }
    if (same == "week") {
      const auto week = [&](std::int64_t time) { return local_week(time, columns.timezone); };
      for (std::int64_t time = now + kDay; week(time) == week(now); time += kDay)
        times.emplace_back("at " + format_time(time), time);
    }
    return times;
  }

  Cli& cli_;
  RunRequest request_;
  RecipeTestFile file_;
  std::map<std::string, TestLibrary> libraries_;
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

Json run_one(RecipeTests& tests, std::size_t number, const Json& test) {
  try {
    return tests.run(number, test);
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    Json failure{
        {"expectation", "the recipe runs"}, {"is_good", false}, {"message", error_line(error)}};
    return Json::array({std::move(failure)});
  }
}

Json test_recipe(Cli& cli, const std::string& recipe, const TestOptions& options, Counts& counts) {
  Json json{{"recipe", recipe}, {"tests", Json::array()}};
  const auto tell = [&](const std::string& text) {
    if (!cli.common.json) cli.out(text);
  };
  tell(recipe + "\n");
  try {
    RecipeTests tests(cli, recipe);
    const Json described = tests.describe();
    if (described.empty()) tell("  no tests\n");
    for (std::size_t i = 0; i < described.size(); ++i) {
      const std::string name = described[i].at("name");
      if (name.find(options.only) == std::string::npos) continue;
      const Json results = run_one(tests, i, described[i]);
      const std::string wrong = failures(results);
      ++(wrong.empty() ? counts.passed : counts.failed);
      tell((wrong.empty() ? "  ok    " : "  FAIL  ") + name + "\n" + wrong);
      json["tests"].push_back({{"name", name}, {"ok", wrong.empty()}, {"expectations", results}});
    }
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    ++counts.broken;
    json["error"] = error_line(error);
    tell("  FAIL  its tests cannot be read\n        " + error_line(error) + "\n");
  }
  return json;
}

Exit test(Cli& cli, TestOptions options) {
  if (options.recipes.empty()) {
    for (const std::string& folder : cli.home().recipe_directories()) {
      if (fs::is_directory(folder)) options.recipes.push_back(folder);
    }
  }
  Counts counts;
  Json recipes = Json::array();
  for (const std::string& recipe : app::recipe_files(options.recipes))
    recipes.push_back(test_recipe(cli, recipe, options, counts));
  const bool is_good = counts.failed == 0 && counts.broken == 0;
  if (cli.common.json) {
    cli.out(printed_json(Json{{"ok", is_good},
                              {"passed", counts.passed},
                              {"failed", counts.failed},
                              {"recipes", recipes}}));
  } else {
    cli.out("\n" + std::to_string(counts.passed) + " passed, " + std::to_string(counts.failed) +
            " failed\n");
  }
  if (is_good && counts.passed == 0) cli.note("nothing was tested");
  return is_good && counts.passed > 0 ? Exit::kDone : Exit::kNothing;
}

}  // namespace

void add_test(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* verb = app.add_subcommand(
      "test", "Run the tests that recipes carry, on libraries made for them; needs no library");
  verb->add_option("recipes", options->recipes,
                   "Recipe files or names, or folders of recipes [default: all recipe folders]")
      ->type_name("RECIPE");
  verb->add_option("--only", options->only, "Only tests with this in their name")
      ->type_name("TEXT");
  verb->footer(
      "Tests stand in pl.recipe { ..., tests = { ... } } or in NAME_test.lua beside the recipe, "
      "as\n"
      "  { \"at most three of an artist\", library = { tracks = 2000 }, set = { tracks = 30 },\n"
      "    expect = { tracks = 30, per_artist = 3, same = \"week\" } }\n"
      "scripts/expectations.lua lists what can be expected. Exit status 1 when a test fails.");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return test(cli, *options); }; });
}

}  // namespace engine
