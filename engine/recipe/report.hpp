// A playlist made of the rows that a run has chosen.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/evaluate.hpp"
#include "recipe/playlist.hpp"
#include "recipe/recipe.hpp"

namespace engine {

struct AsOfFacts {
  std::string user;
  std::vector<std::pair<std::string, double>>
      coverage;  // share of the tracks heard that have the feature of their own
};

/// With the evaluation's notices as of now; Playlist::run is not known yet.
Playlist make_playlist(const Evaluation& evaluation, const RecipeDefinition& recipe,
                       const ParameterValues& values, const Candidates& chosen,
                       const AsOfFacts& facts);

/// `"Song" by Artist made it to the playlist! [GENRE-BASED: ...]`
std::string explanation_sentence(const std::string& title, const std::string& artist,
                                 const std::string& inside);

}  // namespace engine
