// Tests that recipes carry: what they ask, and whether a list meets it. Both run in a worker, as
// they run the recipe author's Lua.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "data/as_of.hpp"
#include "recipe/run.hpp"

namespace engine {

/// Where a recipe's tests stand: `tests` in its own file, and in a file beside it.
struct RecipeTestFile {
  std::string path, text;  // of NAME_test.lua; "" where there is none
};

/// [{"name", "library", "now", "set", "random_seed", "user", "same"}], those of the recipe first.
/// Throws Error(kRecipe) that names the test and what is wrong with it.
nlohmann::ordered_json describe_tests(const RunRequest& recipe, const RecipeTestFile& file,
                                      const RunReports& reports);

/// Whether test `number` (from 0, as described) is met by `rows`, and by `others`
/// ([{"label", "rows"}]): [{"expectation", "is_good", "message"}].
nlohmann::ordered_json check_test(const RunRequest& recipe, const RecipeTestFile& file,
                                  std::size_t number, const nlohmann::ordered_json& rows,
                                  const nlohmann::ordered_json& others, const RunReports& reports);

/// The rows that expectations see, from a playlist as JSON has it and the library as of then. scripts/expectations.lua lists their fields.
nlohmann::ordered_json test_rows(const Playlist& playlist, const AsOf& tables,
                                 const std::set<std::int64_t>& banned,
                                 double default_track_seconds);

}  // namespace engine
