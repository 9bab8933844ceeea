#include "plan/pullers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "core/error.hpp"

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

  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }

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

constexpr std::int64_t kUnknownSlots =
    1000;  // the pattern's length when the list's length is not known

/// Steps that keep their input's order and structure.
bool is_transparent(const Node& node) {
  if (node.element != nullptr) {
    return node.description->kind == PLAYLIST_FILTERING ||
           node.description->kind == PLAYLIST_RANKING;
  }
  return node.step == "filter_function" || node.step == "column" || node.step == "explain";
}

bool is_structured(const Plan& plan, int id) {
  const Node& node = plan.at(id);
  if (node.step == "mix" || node.step == "alternate" || node.step == "concat") return true;
  return is_transparent(node) && is_structured(plan, node.inputs.at(0));
}

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

std::shared_ptr<Puller> Pullers::of(int id) {
  if (const auto found = made_.find(id); found != made_.end()) return found->second;
  return made_[id] = make(id);
}

std::shared_ptr<Puller> Pullers::make(int id) {
  const Plan& plan = *evaluation_.setup().plan;
  const Node& node = plan.at(id);
  const auto branch_pullers = [&] {
    std::vector<std::shared_ptr<Puller>> result;
    for (const Branch& branch : node.branches) result.push_back(of(branch.node));
    return result;
  };
  if (node.step == "alternate") return std::make_shared<AlternatePuller>(branch_pullers());
  if (node.step == "concat") return std::make_shared<ConcatPuller>(branch_pullers());
  if (node.step == "mix") {
    double total = 0;
    for (const Branch& branch : node.branches) total += branch.weight;
    if (std::abs(total - 1) > 1e-6) {
      throw evaluation_.node_error(node, Exit::kRecipe,
                                   "the shares of pl.mix add up to " + std::to_string(total),
                                   "they must add up to 1");
    }
    std::vector<MixPuller::Source> sources;
    for (const Branch& branch : node.branches) {
      MixPuller::Source source{
          of(branch.node), branch.otherwise >= 0 ? of(branch.otherwise) : nullptr, {}};
      source.count.branch = plan.at(branch.node).label();
      source.count.share = branch.weight;
      source.count.is_generative = branch.otherwise >= 0;
      sources.push_back(std::move(source));
    }
    const std::int64_t slots = slots_ > 0 ? slots_ : kUnknownSlots;
    return std::make_shared<MixPuller>(std::move(sources),
                                       spread_slots(slots_per_branch(node.branches, slots)),
                                       static_cast<std::int64_t>(node.number("attempts")));
  }
  if (is_transparent(node) && is_structured(plan, node.inputs.at(0))) {
    return std::make_shared<ThroughPuller>(of(node.inputs.at(0)), evaluation_.result(id));
  }
  return std::make_shared<ListPuller>(evaluation_.result(id));
}

std::vector<BranchCount> Pullers::counts() const {
  std::vector<BranchCount> counts;
  for (const auto& [node, puller] : made_) {
    const auto* mix = dynamic_cast<const MixPuller*>(puller.get());
    if (mix == nullptr) continue;
    for (const MixPuller::Source& source : mix->sources()) counts.push_back(source.count);
  }
  return counts;
}

}  // namespace engine
