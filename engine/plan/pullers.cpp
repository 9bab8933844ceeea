#include "plan/pullers.hpp"

#include <algorithm>
#include <unordered_map>

#include "plan/step.hpp"

namespace engine {
namespace {

class ListPuller final : public Puller {
 public:
  explicit ListPuller(CandidatesPtr candidates) : candidates_(std::move(candidates)) {}
  Pull next(Pick& pick) override {
    if (at_ >= candidates_->size()) return Pull::kDry;
    pick = {candidates_, at_++};
    return Pull::kPick;
  }
  void settle(bool) override {}

 private:
  CandidatesPtr candidates_;
  std::size_t at_ = 0;
};

/// A filter or ranker above a mix or alternate: takes its input's turns, passes only what the node
/// kept.
class ThroughPuller final : public Puller {
 public:
  ThroughPuller(std::shared_ptr<Puller> input, CandidatesPtr kept)
      : input_(std::move(input)), kept_(std::move(kept)) {
    for (std::size_t i = 0; i < kept_->size(); ++i) row_of_[kept_->tracks[i]] = i;
  }
  Pull next(Pick& pick) override {
    for (;;) {
      const Pull pulled = input_->next(pick);
      if (pulled != Pull::kPick) return pulled;
      const auto row = row_of_.find(pick.from->tracks[pick.row]);
      if (row == row_of_.end()) continue;
      pick = {kept_, row->second};
      return Pull::kPick;
    }
  }
  void settle(bool is_taken) override { input_->settle(is_taken); }

 private:
  std::shared_ptr<Puller> input_;
  CandidatesPtr kept_;
  std::unordered_map<std::int32_t, std::size_t> row_of_;
};

bool is_structured(const Plan& plan, int id) {
  const Node& node = plan.at(id);
  const StepFacts& facts = node.step->facts();
  return facts.takes_turns || (facts.passes_turns && is_structured(plan, node.inputs.at(0)));
}

/// Whether several nodes take from this one. Its turns can be passed on to one of them only: what one
/// filter refuses, another may want.
bool is_taken_by_several(const Plan& plan, int id) {
  int takers = 0;
  for (const Node& node : plan.nodes) {
    const bool is_input =
        std::find(node.inputs.begin(), node.inputs.end(), id) != node.inputs.end();
    const bool is_branch =
        std::any_of(node.branches.begin(), node.branches.end(),
                    [&](const Branch& one) { return one.node == id || one.otherwise == id; });
    takers += is_input || is_branch;
  }
  return takers > 1;
}

}  // namespace

std::shared_ptr<Puller> Pullers::of(int id) {
  if (const auto found = made_.find(id); found != made_.end()) return found->second;
  return made_[id] = make(id);
}

std::vector<std::shared_ptr<Puller>> Pullers::of_branches(const Node& node) {
  std::vector<std::shared_ptr<Puller>> pullers;
  for (const Branch& branch : node.branches) pullers.push_back(of(branch.node));
  return pullers;
}

std::shared_ptr<Puller> Pullers::make(int id) {
  const Plan& plan = *evaluation_.setup().plan;
  const Node& node = plan.at(id);
  if (node.step->facts().takes_turns) return node.step->puller(*this, node);
  if (is_structured(plan, id) && !is_taken_by_several(plan, node.inputs.at(0)))
    return std::make_shared<ThroughPuller>(of(node.inputs.at(0)), evaluation_.result(id));
  return std::make_shared<ListPuller>(evaluation_.result(id));
}

std::vector<BranchCount> Pullers::counts() const {
  std::vector<BranchCount> all;
  for (const auto& [node, puller] : made_) {
    const std::vector<BranchCount> counts = puller->counts();
    all.insert(all.end(), counts.begin(), counts.end());
  }
  return all;
}

}  // namespace engine
