// What why and why-not share: names, column values and score terms of one track.
#pragma once

#include <string>
#include <vector>

#include "plan/evaluate.hpp"

namespace engine {

/// "Title" by Artist.
std::string track_name(const Tables& tables, std::int32_t track);
std::string track_text(const Tables& tables, const char* column, std::int32_t track);

/// Three significant digits.
std::string rounded(double value);

/// "energy 0.31, artist \"Band\"": the named columns of a candidate, those that it has.
std::string values_text(const Evaluation& evaluation, const Candidates& candidates, std::size_t row,
                        const std::vector<std::string>& columns);

/// The columns that a node looks at: a formula's own text, the weights, or an element's inputs and
/// column parameters.
std::vector<std::string> columns_read(const Evaluation& evaluation, const Node& node);

/// What a column does to one track's score.
struct ScoreTerm {
  std::string column;
  double delta = 0;  // the score minus the score with the candidates' median in its place
};

/// The terms of a :score for one candidate, largest effect first. For a formula each column is
/// replaced by the candidates' median, one at a time; columns without a number have no term.
std::vector<ScoreTerm> score_terms(Evaluation& evaluation, const Node& node,
                                   const Candidates& candidates, std::size_t row);

/// The same for each of `rows`, of which one median per column is made.
std::vector<std::vector<ScoreTerm>> score_terms(Evaluation& evaluation, const Node& node,
                                                const Candidates& candidates,
                                                const std::vector<std::size_t>& rows);

/// For each track of a finished evaluation's list the terms of the :score that it went through last;
/// none where it went through none.
std::vector<std::vector<ScoreTerm>> list_terms(Evaluation& evaluation);

/// The value of a number column for one candidate and the median of all; NaN where missing.
struct ColumnPlace {
  double value, median;
};
ColumnPlace column_place(const Evaluation& evaluation, const Candidates& candidates,
                         std::size_t row, const std::string& column);

/// Where a node's candidates come from: its inputs and branches, without what is subtracted from them.
std::vector<int> candidate_inputs(const Node& node);

/// The nodes that the list's candidates go through, inputs before users: not those that are only
/// seeds or arguments of others, or subtracted.
std::vector<int> candidate_path(const Plan& plan);

}  // namespace engine
