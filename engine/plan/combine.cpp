// Steps that make one list of several: a + b, a - b, a * b, pl.blend, pl.fallback. Those whose
// branches take turns are in interleave.cpp and fair.cpp.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "core/error.hpp"
#include "plan/blending.hpp"
#include "plan/evaluate.hpp"
#include "plan/parameters.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"

namespace engine {

const Step& difference_step();
const Step& intersection_step();

namespace {

double score_of(const Candidates& candidates, std::size_t row) {
  const CandidateColumn* score = candidates.find("score");
  const double value = score == nullptr ? 0 : score->number(row);
  return std::isnan(value) ? 0 : value;
}

std::vector<double> scores_of(const Candidates& candidates) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < candidates.size(); ++i) scores.push_back(score_of(candidates, i));
  return scores;
}

std::int32_t& code_at(Candidates& candidates, std::string_view name, std::size_t row) {
  for (CandidateColumn& column : candidates.columns) {
    if (column.name == name) return std::get<Items<std::int32_t>>(column.values).edit()[row];
  }
  throw std::logic_error("no column " + std::string(name));
}

/// What one track has by several inputs. Sentences and seeds stand on lines of their own, as titles
/// may hold any other separator.
struct JoinedColumn {
  const char *name, *separator;
};
constexpr JoinedColumn kJoined[] = {{"explanation", "\n"}, {"channel", "+"}, {"seed", "\n"}};

std::string joined(const std::string& a, const std::string& b, const char* separator) {
  if (a.empty() || a == b) return b.empty() ? a : b;
  return b.empty() ? a : a + separator + b;
}

}  // namespace

void join_texts(Evaluation& evaluation, Candidates& made, std::size_t to, const Candidates& other,
                std::size_t from) {
  for (const auto& [name, separator] : kJoined) {
    const CandidateColumn* theirs = other.find(name);
    if (theirs == nullptr) continue;
    if (made.find(name) == nullptr)
      made.put(CandidateColumn::missing(name, PLAYLIST_STRING, made.size()));
    const std::int32_t code = std::get<Items<std::int32_t>>(theirs->values)[from];
    std::int32_t& mine = code_at(made, name, to);
    mine = evaluation.text_code(
        joined(evaluation.text_of_code(mine), evaluation.text_of_code(code), separator));
  }
}

namespace {

/// All inputs in one table: scores added up as given, explanations and channels joined, best first.
Candidates add_up(Evaluation& evaluation, const Node& node,
                  const std::vector<CandidatesPtr>& inputs,
                  const std::vector<std::vector<double>>& scores) {
  Candidates made;
  std::vector<double> total;
  std::unordered_map<std::int32_t, std::size_t> row_of;
  std::size_t most = 0;
  for (const CandidatesPtr& input : inputs) most += input->size();
  row_of.reserve(most);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    std::vector<Candidates::RowOf> fresh;
    std::vector<std::pair<std::size_t, std::size_t>> again;  // row of made, of the input
    for (std::size_t i = 0; i < inputs[k]->size(); ++i) {
      const auto [found, is_new] = row_of.emplace(inputs[k]->tracks[i], total.size());
      if (is_new) {
        fresh.push_back({inputs[k].get(), i});
        total.push_back(scores[k][i]);
      } else {
        again.emplace_back(found->second, i);
        total[found->second] += scores[k][i];
      }
    }
    made.append_rows(fresh);
    for (const auto& [row, from] : again) join_texts(evaluation, made, row, *inputs[k], from);
  }
  made.put({"score", PLAYLIST_F32, std::vector<float>(total.begin(), total.end()), nullptr});
  Candidates sorted = made.gather(rows_by(total, made.tracks, true));
  evaluation.require_finite(node, *sorted.find("score"), sorted.tracks);
  return sorted;
}

class UnionStep final : public Step {
 public:
  UnionStep()
      : Step({"union", "+", "Both sides: scores added, explanations joined."},
             {.form = StepForm::kOwn, .inputs = 2}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    std::vector<CandidatesPtr> sides;
    std::vector<std::vector<double>> scores;
    for (const int input : node.inputs) {
      sides.push_back(evaluation.result(input));
      scores.push_back(scores_of(*sides.back()));
    }
    return add_up(evaluation, node, sides, scores);
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    return supply_together(node.inputs, supply_of);
  }
};

Candidates difference(Evaluation& evaluation, const Candidates& left, const Candidates& right) {
  const TrackSet other(right.tracks);
  const std::int32_t reason = evaluation.text_code("it is in the set that was subtracted");
  std::vector<std::int32_t> rows;
  std::vector<Dropped> dropped;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (other.has(left.tracks[i])) {
      dropped.push_back({left.tracks[i], reason});
    } else {
      rows.push_back(static_cast<std::int32_t>(i));
    }
  }
  Candidates made = left.gather(std::move(rows));
  made.dropped = std::move(dropped);
  return made;
}

class DifferenceStep final : public Step {
 public:
  DifferenceStep()
      : Step({"difference", "-", "The left side without the tracks of the right."},
             {.form = StepForm::kOwn, .inputs = 2, .subtracts = true}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    return difference(evaluation, *evaluation.result(node.inputs.at(0)),
                      *evaluation.result(node.inputs.at(1)));
  }
};

class IntersectionStep final : public Step {
 public:
  IntersectionStep()
      : Step({"intersection", "*",
              "The left side's tracks that the right side has too; explanations joined."},
             {.form = StepForm::kOwn, .inputs = 2}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr left = evaluation.result(node.inputs.at(0)),
                        right = evaluation.result(node.inputs.at(1));
    std::unordered_map<std::int32_t, std::size_t> row_of;
    for (std::size_t i = 0; i < right->size(); ++i) row_of.emplace(right->tracks[i], i);
    const std::int32_t reason = evaluation.text_code("it is not in both sets");
    std::vector<std::int32_t> rows;
    std::vector<std::size_t> others;
    std::vector<Dropped> dropped;
    for (std::size_t i = 0; i < left->size(); ++i) {
      if (const auto other = row_of.find(left->tracks[i]); other != row_of.end()) {
        rows.push_back(static_cast<std::int32_t>(i));
        others.push_back(other->second);
      } else {
        dropped.push_back({left->tracks[i], reason});
      }
    }
    Candidates made = left->gather(std::move(rows));
    for (std::size_t k = 0; k < others.size(); ++k)
      join_texts(evaluation, made, k, *right, others[k]);
    made.dropped = std::move(dropped);
    return made;
  }
};

constexpr const char* kBlendedBy[] = {"score", "rank", "calibrated", nullptr};

/// The first of what each branch found, as many as its quota and what others lack allow.
std::vector<CandidatesPtr> within_quotas(const Node& node,
                                         const std::vector<CandidatesPtr>& found) {
  std::vector<std::size_t> quotas, sizes;
  for (std::size_t k = 0; k < found.size(); ++k) {
    quotas.push_back(node.branches[k].quota);
    sizes.push_back(found[k]->size());
  }
  const std::vector<std::size_t> taken = allotments(quotas, sizes);
  std::vector<CandidatesPtr> kept = found;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (taken[k] == sizes[k]) continue;
    std::vector<std::int32_t> rows(taken[k]);
    std::iota(rows.begin(), rows.end(), 0);
    kept[k] = std::make_shared<const Candidates>(found[k]->gather(std::move(rows)));
  }
  return kept;
}

/// What the quotas cut off and no other branch gives, each with the branch that had it first.
std::vector<Dropped> beyond_quotas(Evaluation& evaluation, const Node& node,
                                   const std::vector<CandidatesPtr>& found,
                                   const std::vector<CandidatesPtr>& kept, const Candidates& made) {
  std::vector<Dropped> dropped;
  std::unordered_set<std::int32_t> told(made.tracks.begin(), made.tracks.end());
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (kept[k]->size() == found[k]->size()) continue;
    const Node& branch = evaluation.setup().plan->at(node.branches[k].node);
    const std::int32_t reason = evaluation.text_code(
        "it came after the " + std::to_string(kept[k]->size()) + " of " + branch.label() +
        " that its quota and what other branches lack of theirs let in");
    for (std::size_t row = kept[k]->size(); row < found[k]->size(); ++row) {
      const std::int32_t track = found[k]->tracks[row];
      if (told.insert(track).second) dropped.push_back({track, reason});
    }
  }
  return dropped;
}

class BlendStep final : public Step {
 public:
  BlendStep()
      : Step({"blend", "pl.blend", "Adds up the branches' weighted scores."},
             {.form = StepForm::kCombiner, .inputs = 0},
             {choice_param("by", "score", kBlendedBy,
                           "score: scaled to 0..1 by each branch's best; rank: reciprocal ranks; "
                           "calibrated: standard deviations above the branch's last")},
             {{"weight", "number", "of its scores, default 1", false, true},
              {"quota", "integer",
               "of its best candidates, all without it; others give what it lacks"}}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const BlendBy by = blend_by(node.text("by")).value_or(BlendBy::kScore);
    std::vector<CandidatesPtr> found;
    for (const Branch& branch : node.branches) found.push_back(evaluation.result(branch.node));
    const std::vector<CandidatesPtr> inputs = within_quotas(node, found);
    std::vector<std::vector<double>> scores;
    for (std::size_t k = 0; k < inputs.size(); ++k)
      scores.push_back(blended(scores_of(*inputs[k]), node.branches[k].weight, by));
    Candidates made = add_up(evaluation, node, inputs, scores);
    made.dropped = beyond_quotas(evaluation, node, found, inputs, made);
    return made;
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }
  /// What one branch lacks of its quota others give, so that only where all have one it bounds them.
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    Supply all = supply_together(branch_nodes(node), supply_of);
    double quotas = 0;
    for (const Branch& branch : node.branches) {
      if (branch.quota == 0) return all;
      quotas += static_cast<double>(branch.quota);
    }
    all.bound(node.id, quotas);
    return all;
  }
};

/// The candidates with the column "fallback", by which a list knows what it is made of.
Candidates titled(Evaluation& evaluation, Candidates candidates, const std::string& title) {
  candidates.put({"fallback", PLAYLIST_STRING,
                  std::vector<std::int32_t>(candidates.size(), evaluation.text_code(title)),
                  nullptr});
  return candidates;
}

class FallbackStep final : public Step {
 public:
  FallbackStep()
      : Step(
            {"fallback", "pl.fallback", "The first branch that has candidates, or enough of them."},
            {.form = StepForm::kCombiner, .inputs = 0, .asks_for_branches = true}, {},
            {{"title", "string",
              "what the list is called when it is made of this branch; \"\": nothing is said of "
              "it"},
             {"at_least", "integer", "candidates that it needs to be taken, default 1"}}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    for (std::size_t i = 0; i < node.branches.size(); ++i) {
      const CandidatesPtr candidates = evaluation.result(node.branches[i].node);
      const bool is_last = i + 1 == node.branches.size();
      if (candidates->size() < node.branches[i].at_least && !is_last) continue;
      if (i == 0 || candidates->size() == 0) return *candidates;
      if (!node.branches[i].is_told) return *candidates;
      const std::string& title = node.branches[i].title;
      evaluation.notice(title.empty() ? taken_instead(evaluation, node, i)
                                      : found_first(evaluation, node, "this list") +
                                            "; made instead: " + title);
      return title.empty() ? *candidates : titled(evaluation, *candidates, title);
    }
    return {};
  }

  void add_columns(const Node& node, PlanColumns& columns) const override {
    for (const Branch& branch : node.branches)
      if (!branch.title.empty()) columns.types["fallback"] = PLAYLIST_STRING;
  }
  /// A branch that a single track is enough for is taken with it, so the smaller bound of first and
  /// last is what counts. Where one needs more, any of them may be taken.
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    const Supply& first = supply_of(node.branches.front().node);
    const Supply& last = supply_of(node.branches.back().node);
    if (first.most < last.most && node.branches.front().at_least <= 1) return first;
    Supply widest = last;
    for (const Branch& branch : node.branches) {
      const Supply& supply = supply_of(branch.node);
      if (branch.at_least > 1 && supply.most > widest.most) widest = supply;
    }
    return widest;
  }

 private:
  /// "nothing was found for this list", "12 of the 300 wanted were found for this list".
  static std::string found_first(Evaluation& evaluation, const Node& node,
                                 const std::string& what) {
    const std::size_t found = evaluation.result(node.branches[0].node)->size();
    if (found == 0) return "nothing was found for " + what;
    return std::to_string(found) + " of the " + std::to_string(node.branches[0].at_least) +
           " wanted were found for " + what;
  }

  static std::string taken_instead(Evaluation& evaluation, const Node& node, std::size_t taken) {
    const Plan& plan = *evaluation.setup().plan;
    const std::size_t found = evaluation.result(node.branches[0].node)->size();
    return "pl.fallback: " + plan.at(node.branches[0].node).label() + " found " +
           (found == 0 ? "nothing"
                       : std::to_string(found) + " of the " +
                             std::to_string(node.branches[0].at_least) + " that it needs") +
           ", so " + plan.at(node.branches[taken].node).label() + " was taken";
  }
};

}  // namespace

const Step& union_step() {
  static const UnionStep step;
  return step;
}
const Step& difference_step() {
  static const DifferenceStep step;
  return step;
}
bool keeps_to_first_input(const Node& node) {
  return node.step == &difference_step() || node.step == &intersection_step();
}
const Step& intersection_step() {
  static const IntersectionStep step;
  return step;
}
const Step& blend_step() {
  static const BlendStep step;
  return step;
}
const Step& fallback_step() {
  static const FallbackStep step;
  return step;
}

}  // namespace engine
