// Combiners: union, difference, blend, fallback, and the interleaving ones taken as a whole.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/error.hpp"
#include "plan/blending.hpp"
#include "plan/evaluate.hpp"
#include "plan/pullers.hpp"

namespace engine {
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

/// All inputs in one table: scores added up as given, explanations and channels joined, best first.
Candidates add_up(Evaluation& evaluation, const std::vector<CandidatesPtr>& inputs,
                  const std::vector<std::vector<double>>& scores) {
  Candidates made;
  std::vector<double> total;
  std::unordered_map<std::int32_t, std::size_t> row_of;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    for (std::size_t i = 0; i < inputs[k]->size(); ++i) {
      const std::int32_t track = inputs[k]->tracks[i];
      const auto [found, is_new] = row_of.emplace(track, made.size());
      if (is_new) {
        made.append_row(*inputs[k], i);
        total.push_back(scores[k][i]);
        continue;
      }
      const std::size_t row = found->second;
      total[row] += scores[k][i];
      for (const auto& [name, separator] : kJoined) {
        const CandidateColumn* theirs = inputs[k]->find(name);
        if (theirs == nullptr) continue;
        if (made.find(name) == nullptr)
          made.put(CandidateColumn::missing(name, PLAYLIST_STRING, made.size()));
        const std::int32_t code = std::get<Items<std::int32_t>>(theirs->values)[i];
        std::int32_t& mine = code_at(made, name, row);
        mine = evaluation.text_code(
            joined(evaluation.text_of_code(mine), evaluation.text_of_code(code), separator));
      }
    }
  }
  made.put({"score", PLAYLIST_F32, std::vector<float>(total.begin(), total.end()), nullptr});
  return made.gather(rows_by(total, made.tracks, true));
}

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

/// The candidates with the column "fallback", by which a list knows what it is made of.
Candidates titled(Evaluation& evaluation, Candidates candidates, const std::string& title) {
  candidates.put({"fallback", PLAYLIST_STRING,
                  std::vector<std::int32_t>(candidates.size(), evaluation.text_code(title)),
                  nullptr});
  return candidates;
}

Candidates first_with_any(Evaluation& evaluation, const Node& node) {
  const Plan& plan = *evaluation.setup().plan;
  for (std::size_t i = 0; i < node.branches.size(); ++i) {
    const CandidatesPtr candidates = evaluation.result(node.branches[i].node);
    if (candidates->size() == 0 && i + 1 < node.branches.size()) continue;
    if (i == 0 || candidates->size() == 0) return *candidates;
    const std::string& title = node.branches[i].title;
    evaluation.notice(title.empty() ? "pl.fallback: " + plan.at(node.branches[0].node).label() +
                                          " found nothing, so " +
                                          plan.at(node.branches[i].node).label() + " was taken"
                                    : "nothing was found for this list; made instead: " + title);
    return title.empty() ? *candidates : titled(evaluation, *candidates, title);
  }
  return {};
}

/// Every slot as the puller fills it, each track once.
Candidates pull_all(Evaluation& evaluation, const Node& node) {
  std::int64_t most = 0;
  for (const Branch& branch : node.branches)
    most += static_cast<std::int64_t>(evaluation.result(branch.node)->size());
  Pullers pullers(evaluation, node.step == "mix" ? most : 0);
  const std::shared_ptr<Puller> puller = pullers.of(node.id);
  Candidates made;
  std::vector<bool> is_taken;
  for (Pick pick;;) {
    const Pull pulled = puller->next(pick);
    if (pulled == Pull::kDry) break;
    if (pulled == Pull::kSkip) {
      puller->settle(false);
      continue;
    }
    const auto track = static_cast<std::size_t>(pick.from->tracks[pick.row]);
    if (track >= is_taken.size()) is_taken.resize(track + 1);
    if (is_taken[track]) continue;
    is_taken[track] = true;
    made.append_row(*pick.from, pick.row);
    puller->settle(true);
  }
  return made;
}

}  // namespace

Candidates Evaluation::run_combiner(const Node& node) {
  std::vector<CandidatesPtr> inputs;
  std::vector<std::vector<double>> scores;
  if (node.step == "union" || node.step == "difference") {
    for (const int id : node.inputs) inputs.push_back(result(id));
    if (node.step == "difference") return difference(*this, *inputs[0], *inputs[1]);
    for (const CandidatesPtr& candidates : inputs) {
      scores.push_back(scores_of(*candidates));
    }
    return add_up(*this, inputs, scores);
  }
  if (node.step == "blend") {
    const BlendBy by = blend_by(node.text("by")).value_or(BlendBy::kScore);
    for (const Branch& branch : node.branches) {
      inputs.push_back(result(branch.node));
      scores.push_back(blended(scores_of(*inputs.back()), branch.weight, by));
    }
    return add_up(*this, inputs, scores);
  }
  if (node.step == "fallback") return first_with_any(*this, node);
  return pull_all(*this, node);
}

}  // namespace engine
