// The tests that a recipe carries, each run on a library made for it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "app/caller.hpp"
#include "recipe/run.hpp"
#include "recipe_test/recipe_tests.hpp"
#include "recipe_test/test_library.hpp"

namespace engine::app {

/// The tests of one recipe: those in its text and those of NAME_test.lua beside it.
class RecipeTests {
 public:
  using Json = nlohmann::ordered_json;

  /// Throws Error(kInput) when there is no such recipe.
  RecipeTests(const Caller& caller, const std::string& recipe);

  /// [{"name", "library", "now", "user", "set", "same", ...}] as the recipe has them. Throws what
  /// reading the recipe throws.
  Json describe();
  /// Runs test `number`, which describe() gave as `test`: [{"expectation", "is_good", "message"}].
  /// Throws what a run throws.
  Json run(std::size_t number, const Json& test);

 private:
  Json ask(const std::function<Json(const RunReports&)>& job);
  const TestLibrary& library_of(const Json& test, std::int64_t now);
  Json rows_at(const Json& test, const TestLibrary& library, std::int64_t now);

  const Caller& caller_;
  RunRequest request_;
  RecipeTestFile file_;
  std::map<std::string, TestLibrary> libraries_;
};

}  // namespace engine::app
