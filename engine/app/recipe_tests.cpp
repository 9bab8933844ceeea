#include "app/recipe_tests.hpp"

#include <filesystem>

#include "app/recipe_files.hpp"
#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

/// NAME_test.lua beside the recipe.
RecipeTestFile test_file(const Caller& caller, const std::string& recipe,
                         const std::string& shown) {
  const fs::path file(find_recipe(caller, recipe));
  const std::string name = file.stem().string() + "_test.lua";
  const fs::path beside = file.parent_path() / name;
  if (!fs::is_regular_file(beside)) return {};
  return {(fs::path(shown).parent_path() / name).string(), read_file(beside.string())};
}

/// The times at which the list must be the same as now.
std::vector<std::pair<std::string, std::int64_t>> other_times(const std::string& same,
                                                              std::int64_t now,
                                                              const PreparedColumns& columns) {
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

}  // namespace

RecipeTests::RecipeTests(const Caller& caller, const std::string& recipe)
    : caller_(caller),
      request_(make_request_without_columns(caller, recipe)),
      file_(test_file(caller, recipe, request_.recipe_path)) {
  request_.set.clear();
}

RecipeTests::Json RecipeTests::describe() {
  return ask([&](const RunReports& reports) { return describe_tests(request_, file_, reports); });
}

RecipeTests::Json RecipeTests::run(std::size_t number, const Json& test) {
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

RecipeTests::Json RecipeTests::ask(const std::function<Json(const RunReports&)>& job) {
  return Json::parse(ask_supervised(caller_, request_.recipe_path, [&](const RunReports& reports) {
    return json_text(job(reports));
  }));
}

const TestLibrary& RecipeTests::library_of(const Json& test, std::int64_t now) {
  const std::string user = test.at("user");
  const std::string key = json_text(test.at("library")) + " " + std::to_string(now) + " " + user;
  const auto found = libraries_.find(key);
  if (found != libraries_.end()) return found->second;
  return libraries_
      .emplace(key, test_library(test.at("library"), now, user, caller_.home.play_rule(),
                                 request_.recipe_text))
      .first->second;
}

RecipeTests::Json RecipeTests::rows_at(const Json& test, const TestLibrary& library,
                                       std::int64_t now) {
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
  const RunAnswer answer = run_supervised(caller_, request);
  AsOfOptions options;
  options.now = now;
  const std::unique_ptr<AsOf> tables = load_as_of(library.columns, options);
  return test_rows(answer.playlist, *tables, library.banned, request.default_track_seconds);
}

}  // namespace engine::app
