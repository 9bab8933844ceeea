// engine check: everything that is wrong with a recipe, found without running it over data.
//
// The recipe is loaded and built on an empty library: with its parameters as given, with each of
// them at the ends of its range, and, where build() looks at candidates (#likes), once as if there
// were none and once as if there were many. Formulas are read, and run on one made-up track.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/error.hpp"
#include "recipe/run.hpp"

namespace engine {

struct Problem {
  bool is_error = true;  // else a warning: the recipe runs all the same
  std::string what;
  Error::Parts parts;

  /// As Error::text(), beginning with "error: " or "warning: ".
  [[nodiscard]] std::string text() const;
};

struct CheckResult {
  std::vector<Problem> problems;       // errors first, then by line
  std::vector<std::string> unchecked;  // what could not be checked, and why; a sentence each

  [[nodiscard]] std::size_t error_count() const;
  [[nodiscard]] std::size_t warning_count() const { return problems.size() - error_count(); }
};

/// Of `request` the recipe, its parameters, the folders and limits matter; `request.columns` are
/// empty_columns(). Throws Error for wrong `set` values; whatever is wrong with the recipe itself
/// is in the result. `people`: everybody of the library at hand, for warnings of names that nobody
/// has; none where there is no library.
CheckResult check_recipe(const RunRequest& request, const std::vector<std::string>& people,
                         const RunReports& reports);

nlohmann::ordered_json check_json(const CheckResult& result);
CheckResult check_result(const nlohmann::ordered_json& json);

}  // namespace engine
