// Why a track is in the list, and why another is not, from the nodes of a finished evaluation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "plan/evaluate.hpp"
#include "recipe/playlist.hpp"
#include "recipe/why_terms.hpp"

namespace engine {

/// Finds the track that a person means: its number in the store, a Spotify id or uri, `title`, or
/// `artist - title` (any case). Returns the track number; throws Error(kInput) when none or several
/// fit, naming up to five.
std::int32_t find_track(const Tables& tables, const std::string& wanted);

/// One thing that happened to a track on its way through the plan.
struct Finding {
  /// "found", "scored", "walked", "passed", "kept": the track got through.
  /// "not_recalled": a recall or set did not give it. "dropped": a filter, a difference or a rule
  /// of a limit. "outranked": better scores filled the places. "cut": it stood too far back.
  std::string kind;
  std::string node, where;  // "recall.genre #2", "recipes/x.lua:12"
  std::string text;         // the sentence
  /// What would have brought it through, where trying found something: parameter = value, the
  /// nearest to what the recipe has that does.
  std::string parameter;
  double value = 0;
  std::optional<FoundBy> found_by = {};  // of "found"
  std::optional<double> score = {};      // of "scored"; with its terms, the largest first
  std::vector<ScoreTerm> terms = {};
};

struct TrackStory {
  std::int64_t place = 0;              // in the list, from 1; 0: it is not in it
  std::string head;                    // the first line
  std::vector<Finding> told;           // in the plan's order
  std::vector<FoundBy> found_by = {};  // of a track in the list

  [[nodiscard]] std::string text() const;  // sentences for a terminal
  /// {"place" (or null), "answer", "found_by": [{"channel", "seed", "value"}], "findings":
  /// [{"kind", "node", "where", "text", "parameter", "value", "found_by", "score", "terms"}]}
  [[nodiscard]] nlohmann::ordered_json json() const;
};

/// Where it came from, each score term, what it passed. For a track that is not in the list:
/// why_not().
TrackStory why(Evaluation& evaluation, std::int32_t track);

/// Never recalled by ..., would have been with ...; dropped by ... because ... (the values); needed
/// x, had y, and the term that cost it most.
///
/// What would have recalled it is found by running that recall again, with one parameter at a time
/// moved towards either end of its range; where one end brings the track, the nearest value that
/// does is searched by halving. The same for the rules of a :limit. Parameters work one by one:
/// that two together would do is not looked for.
TrackStory why_not(Evaluation& evaluation, std::int32_t track);

/// One line on how `node` lost a track that one of its inputs had, without what would have kept it;
/// "" when it did not.
std::string loss_text(Evaluation& evaluation, const Node& node, std::int32_t track);

}  // namespace engine
