// A recipe file: its parameters, and the plan its build() describes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lua/lua_state.hpp"
#include "plan/evaluate.hpp"
#include "plan/plan.hpp"
#include "recipe/parameter_values.hpp"

namespace engine {

struct RecipeParameter {
  std::string name, kind;  // int number share boolean text choice
  ParameterValue default_value;
  std::optional<double> min, max;
  std::vector<std::string> choices;
  std::string help;
  std::string where;  // the recipe's line that declares it
  bool is_tunable = false;
};

struct RecipeDefinition {
  std::string path, text, title, about;
  std::vector<RecipeParameter> parameters;  // by name
  std::string random_seed;  // "week", "day", a number as text, or "" for a fresh one each run
};

/// Checks "NAME=VALUE" settings against the definition; every wrong one is told at once. Throws
/// Error(kUsage).
ParameterValues parameter_values(const RecipeDefinition& recipe,
                                 const std::vector<std::string>& settings);

std::string text_of(const ParameterValue& value);

struct BuildObserver;  // plan/nodes.hpp

/// A recipe loaded into a Lua state. Building adds nodes to `plan`; nodes that build() looks at are
/// evaluated through `evaluation`, which reads the same plan.
class Recipe {
 public:
  /// Loads the file; throws Error(kRecipe) with the recipe's line. An observer hears of mistakes
  /// that loading and building can go on after, and must outlive the recipe.
  Recipe(LuaState& lua, const Registry& registry, const std::string& path, const std::string& text,
         const BuildObserver* observer = nullptr);
  ~Recipe();
  Recipe(const Recipe&) = delete;
  Recipe& operator=(const Recipe&) = delete;

  [[nodiscard]] const RecipeDefinition& definition() const;
  [[nodiscard]] const Plan& plan() const;

  /// Pushes a field of what the recipe returned, e.g. "tests"; nil where it has none.
  void push_field(const char* name) const;

  struct About {
    std::string user;
    std::int64_t now = 0;
  };
  /// Runs build(); the plan's output is set afterwards. `evaluation` may be nullptr: then a recipe
  /// that looks at a node while building gets what the observer says (engine check).
  void build(const ParameterValues& values, const About& about, Evaluation* evaluation);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace engine
