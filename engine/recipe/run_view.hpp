// What a workbench shows of a run beside its list: the parameters with their ranges, the weights, the
// terms of each track's score, and the rows after a stage.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "plan/evaluate.hpp"
#include "recipe/parameter_values.hpp"
#include "recipe/recipe.hpp"

namespace engine {

/// {"name", "kind", "default", "min", "max", "choices", "help", "tune"}; without a range or choices
/// those are left out.
nlohmann::ordered_json parameter_json(const RecipeParameter& parameter);

/// {"definitions": [parameter_json() and "value", "where"], "weights": [{"column", "weight",
/// "where"}] of all :score { ... }, "terms": for each track of the list [{"term", "value"}], the
/// largest first} of a finished evaluation.
nlohmann::ordered_json run_view(Evaluation& evaluation, const RecipeDefinition& definition,
                                const ParameterValues& values);

/// {"node", "where", "count", "rows": [{"position", "track", "title", "artist", "score"}]}: the first
/// 200 rows after the stage of that label and place, as a trace names them. Throws Error(kUsage)
/// where none that has run is called so.
nlohmann::ordered_json stage_rows(Evaluation& evaluation, const std::string& node,
                                  const std::string& where);

}  // namespace engine
