// Combiners whose branches take turns, a track at a time: pl.mix, pl.alternate, pl.concat.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "plan/parameters.hpp"
#include "plan/pullers.hpp"
#include "plan/step.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

class AlternatePuller final : public Puller {
 public:
  explicit AlternatePuller(std::vector<std::shared_ptr<Puller>> branches)
      : branches_(std::move(branches)) {}
  Pull next(Pick& pick) override {
    for (std::size_t step = 0; step < branches_.size(); ++step) {
      used_ = (turn_ + step) % branches_.size();
      if (branches_[used_]->next(pick) == Pull::kPick) return Pull::kPick;
    }
    return Pull::kDry;
  }
  void settle(bool is_taken) override {
    branches_[used_]->settle(is_taken);
    turn_ = (turn_ + 1) % branches_.size();
  }

 private:
  std::vector<std::shared_ptr<Puller>> branches_;
  std::size_t turn_ = 0, used_ = 0;
};

class ConcatPuller final : public Puller {
 public:
  explicit ConcatPuller(std::vector<std::shared_ptr<Puller>> branches)
      : branches_(std::move(branches)) {}
  Pull next(Pick& pick) override {
    for (; at_ < branches_.size(); ++at_) {
      const Pull pulled = branches_[at_]->next(pick);
      if (pulled != Pull::kDry) return pulled;
    }
    return Pull::kDry;
  }
  void settle(bool is_taken) override {
    if (at_ < branches_.size()) branches_[at_]->settle(is_taken);
  }

 private:
  std::vector<std::shared_ptr<Puller>> branches_;
  std::size_t at_ = 0;
};

class MixPuller final : public Puller {
 public:
  struct Source {
    std::shared_ptr<Puller> branch, otherwise;
    BranchCount count;
  };

  MixPuller(std::vector<Source> sources, std::vector<int> pattern, std::int64_t attempts)
      : sources_(std::move(sources)), pattern_(std::move(pattern)), attempts_(attempts) {}

  Pull next(Pick& pick) override {
    Source& source = current();
    if (!is_fallen_back_) {
      if (tries_ < attempts_ && source.branch->next(pick) == Pull::kPick) {
        ++tries_;
        return Pull::kPick;
      }
      is_fallen_back_ = true;
    }
    // A branch of one's own tracks has no limit of tries: it goes on until it is dry.
    if (source.otherwise == nullptr) {
      if (source.branch->next(pick) == Pull::kPick) return Pull::kPick;
      return is_all_dry() ? Pull::kDry : Pull::kSkip;
    }
    if (source.otherwise->next(pick) == Pull::kPick) return Pull::kPick;
    return is_all_dry() ? Pull::kDry : Pull::kSkip;
  }

  void settle(bool is_taken) override {
    Source& source = current();
    source.branch->settle(is_taken && !(is_fallen_back_ && source.otherwise != nullptr));
    ++source.count.slots;
    const bool is_other = is_fallen_back_ && source.otherwise != nullptr;
    if (is_taken && is_other) ++source.count.fallbacks;
    if (is_taken && !is_other) ++source.count.filled;
    skipped_ = is_taken ? 0 : skipped_ + 1;
    ++slot_;
    tries_ = 0;
    is_fallen_back_ = false;
  }

  [[nodiscard]] std::vector<BranchCount> counts() const override {
    std::vector<BranchCount> counts;
    for (const Source& source : sources_) counts.push_back(source.count);
    return counts;
  }

 private:
  Source& current() {
    return sources_[static_cast<std::size_t>(
        pattern_[static_cast<std::size_t>(slot_) % pattern_.size()])];
  }
  /// A whole round of the pattern without a taken slot: nothing can come any more.
  [[nodiscard]] bool is_all_dry() const {
    return skipped_ >= static_cast<std::int64_t>(pattern_.size());
  }

  std::vector<Source> sources_;
  std::vector<int> pattern_;
  std::int64_t attempts_, slot_ = 0, tries_ = 0, skipped_ = 0;
  bool is_fallen_back_ = false;
};

/// Whether candidates of the node are found, and not taken from what is the user's alone.
bool hangs_on_recall(const Plan& plan, int id) {
  std::vector<bool> is_seen(plan.nodes.size());
  for (std::vector<int> waiting = {id}; !waiting.empty();) {
    const Node& node = plan.at(waiting.back());
    waiting.pop_back();
    if (node.step == &element_step(PLAYLIST_RECALL)) return true;
    if (is_seen[static_cast<std::size_t>(node.id)]) continue;
    is_seen[static_cast<std::size_t>(node.id)] = true;
    for (const int input : node.inputs) waiting.push_back(input);
    for (const Branch& branch : node.branches) waiting.push_back(branch.node);
  }
  return false;
}

constexpr std::int64_t kUnknownSlots =
    1000;  // the pattern's length when the list's length is not known

/// Every slot as the node's puller fills it, each track once.
Candidates pull_all(Evaluation& evaluation, const Node& node, std::int64_t slots) {
  Pullers pullers(evaluation, slots);
  const std::shared_ptr<Puller> puller = pullers.of(node.id);
  std::vector<CandidatesPtr> kept;  // what the rows are of
  std::vector<Candidates::RowOf> rows;
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
    if (rows.empty() || rows.back().from != pick.from.get()) kept.push_back(pick.from);
    rows.push_back({pick.from.get(), pick.row});
    puller->settle(true);
  }
  Candidates made;
  made.append_rows(rows);
  return made;
}

class AlternateStep final : public Step {
 public:
  AlternateStep()
      : Step({"alternate", "pl.alternate", "Takes turns between branches."},
             {.form = StepForm::kCombiner, .inputs = 0, .takes_turns = true}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    return pull_all(evaluation, node, 0);
  }
  std::shared_ptr<Puller> puller(Pullers& pullers, const Node& node) const override {
    return std::make_shared<AlternatePuller>(pullers.of_branches(node));
  }
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    return supply_together(branch_nodes(node), supply_of);
  }
};

class ConcatStep final : public Step {
 public:
  ConcatStep()
      : Step({"concat", "pl.concat", "One branch after the other."},
             {.form = StepForm::kCombiner, .inputs = 0, .takes_turns = true}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    return pull_all(evaluation, node, 0);
  }
  std::shared_ptr<Puller> puller(Pullers& pullers, const Node& node) const override {
    return std::make_shared<ConcatPuller>(pullers.of_branches(node));
  }
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    return supply_together(branch_nodes(node), supply_of);
  }
};

/// What the shares add up to, where that is not 1.
std::optional<double> wrong_total(const Node& node) {
  double total = 0;
  for (const Branch& branch : node.branches) total += branch.weight;
  if (std::abs(total - 1) <= 1e-6) return std::nullopt;
  return total;
}

constexpr const char* kSharesAre = "the shares of pl.mix add up to ";
constexpr const char* kSharesMust = "they must add up to 1";

class MixStep final : public Step {
 public:
  MixStep()
      : Step(
            {"mix", "pl.mix", "Interleaves branches by their shares, spread evenly."},
            {.form = StepForm::kCombiner, .inputs = 0, .takes_turns = true},
            {whole_param("attempts", 10, 1, kMany,
                         "tries a branch has for one slot before its otherwise fills it")},
            {{"share", "number", "of the list, 0..1; all shares add up to 1", true, true},
             {"otherwise", "playlist.Candidates", "takes the slots that the branch cannot fill"}}) {
  }

  void check(const Node& node, const StepCheck& check) const override {
    if (const std::optional<double> total = wrong_total(node))
      check.tell(kSharesAre + number_text(*total), kSharesMust, "");
  }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    std::int64_t slots = 0;
    for (const Branch& branch : node.branches)
      slots += static_cast<std::int64_t>(evaluation.result(branch.node)->size());
    return pull_all(evaluation, node, slots);
  }

  std::shared_ptr<Puller> puller(Pullers& pullers, const Node& node) const override {
    const Evaluation& evaluation = pullers.evaluation();
    if (const std::optional<double> total = wrong_total(node)) {
      throw evaluation.node_error(node, Exit::kRecipe, kSharesAre + std::to_string(*total),
                                  kSharesMust);
    }
    std::vector<MixPuller::Source> sources;
    for (const Branch& branch : node.branches) {
      MixPuller::Source source{pullers.of(branch.node),
                               branch.otherwise >= 0 ? pullers.of(branch.otherwise) : nullptr,
                               {}};
      source.count.branch = evaluation.setup().plan->at(branch.node).label();
      source.count.share = branch.weight;
      source.count.is_generative =
          branch.otherwise >= 0 && hangs_on_recall(*evaluation.setup().plan, branch.node);
      sources.push_back(std::move(source));
    }
    const std::int64_t slots = pullers.slots() > 0 ? pullers.slots() : kUnknownSlots;
    return std::make_shared<MixPuller>(std::move(sources),
                                       spread_slots(slots_per_branch(node.branches, slots)),
                                       static_cast<std::int64_t>(node.number("attempts")));
  }

  /// Slots of a branch without `otherwise` stay empty once it is dry, whatever others still have.
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    Supply supply;
    for (const Branch& branch : node.branches) {
      if (branch.otherwise >= 0 || branch.weight == 0) continue;
      const Supply& own = supply_of(branch.node);
      supply.bound(own.bounded_by, own.most / branch.weight);
    }
    return supply;
  }
};

}  // namespace

std::vector<std::int64_t> slots_per_branch(const std::vector<Branch>& branches,
                                           std::int64_t slots) {
  std::vector<std::int64_t> counts(branches.size());
  std::int64_t left = slots;
  double share_left = 0;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (branches[i].otherwise < 0) {
      share_left += branches[i].weight;
      continue;
    }
    // The tolerance keeps 0.1 * 30 = 3.0000000000000004 from becoming 4.
    const auto wanted = static_cast<std::int64_t>(
        std::ceil(static_cast<double>(slots) * branches[i].weight - 1e-9));
    counts[i] = std::min(left, wanted);
    left -= counts[i];
  }
  std::vector<std::pair<double, std::size_t>> remainders;
  std::int64_t given = 0;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (branches[i].otherwise >= 0 || share_left <= 0) continue;
    const double exact = static_cast<double>(left) * branches[i].weight / share_left;
    counts[i] = static_cast<std::int64_t>(std::floor(exact + 1e-9));
    given += counts[i];
    remainders.emplace_back(-(exact - static_cast<double>(counts[i])), i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t k = 0; given < left && !remainders.empty(); ++k, ++given)
    ++counts[remainders[k % remainders.size()].second];
  return counts;
}

std::vector<int> spread_slots(const std::vector<std::int64_t>& counts) {
  const std::int64_t total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  std::vector<std::pair<double, int>> places;
  for (std::size_t branch = 0; branch < counts.size(); ++branch) {
    for (std::int64_t k = 0; k < counts[branch]; ++k) {
      const double place = (static_cast<double>(k) + 0.5) * static_cast<double>(total) /
                           static_cast<double>(counts[branch]);
      places.emplace_back(place, static_cast<int>(branch));
    }
  }
  std::sort(places.begin(), places.end());
  std::vector<int> pattern;
  for (const auto& [place, branch] : places) pattern.push_back(branch);
  return pattern;
}

const Step& mix_step() {
  static const MixStep step;
  return step;
}
const Step& alternate_step() {
  static const AlternateStep step;
  return step;
}
const Step& concat_step() {
  static const ConcatStep step;
  return step;
}

}  // namespace engine
