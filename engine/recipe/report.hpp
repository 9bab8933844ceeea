// What a run tells: the JSON record. cli/run_screen.hpp makes the lines for people of it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "plan/evaluate.hpp"
#include "recipe/recipe.hpp"

namespace engine {

struct AsOfFacts {
  std::string user;
  std::vector<std::pair<std::string, double>>
      coverage;  // share of the tracks heard that have the feature of their own
};

/// An object of names and values, as in a run's record.
nlohmann::ordered_json parameters_json(const ParameterValues& values);

/// The object of `run --json` (DESIGN: JSON contracts), "run" null.
nlohmann::ordered_json run_record(Evaluation& evaluation, const RecipeDefinition& recipe,
                                  const ParameterValues& values, const Candidates& chosen,
                                  const AsOfFacts& facts);

/// `"Song" by Artist made it to the playlist! [GENRE-BASED: ...]`
std::string explanation_sentence(const std::string& title, const std::string& artist,
                                 const std::string& inside);

}  // namespace engine
