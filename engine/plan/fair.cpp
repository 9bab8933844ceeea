// pl.fair: one list for several people, and a receipt of what each got and gave up.
//
// Worth    What a track is worth to a person is its score in their branch, 0 where it has none or a
//          negative one, and 1 each where the branch has no scores. A track that several have is
//          worth something to all of them.
// Share    What the list is worth to a person, of what the best list of that length for them alone
//          would be: 1 where nothing was given up.
// maximin       it is always the turn of the person with the smallest share so far, who takes the
//               track worth most to them; ties go to who had fewer turns, then by place
// proportional  the track that raises the product of all shares most (Nash's bargaining solution,
//               taken greedily)
// Every beginning of the list is fair in the same way, as it is made from the first track on.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <vector>

#include "plan/blending.hpp"
#include "plan/evaluate.hpp"
#include "plan/parameters.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"
#include "plugin/descriptor.hpp"

namespace engine {

const Step& fair_step();

namespace {

/// One branch: whose it is, and what each of its tracks is worth to them.
struct Sharer {
  std::string name;
  CandidatesPtr candidates;
  std::vector<double> worth;      // by row
  std::vector<std::size_t> best;  // rows, worth most first
  std::unordered_map<std::int32_t, std::size_t> row_of;
  double alone = 0;  // the best list of that length for them alone
  double got = 0;
  std::size_t next = 0, turns = 0;  // how far `best` is used up

  [[nodiscard]] double share() const { return alone > 0 ? got / alone : 1; }
  [[nodiscard]] double worth_of(std::int32_t track) const {
    const auto row = row_of.find(track);
    return row == row_of.end() ? 0 : worth[row->second];
  }
};

Sharer sharer_of(std::string name, CandidatesPtr candidates, std::size_t length) {
  Sharer made;
  made.name = std::move(name);
  const CandidateColumn* score = candidates->find("score");
  for (std::size_t row = 0; row < candidates->size(); ++row) {
    const double value = score == nullptr ? 1 : score->number(row);
    made.worth.push_back(value > 0 ? value : 0);
    made.row_of.emplace(candidates->tracks[row], row);
  }
  made.best.resize(candidates->size());
  std::iota(made.best.begin(), made.best.end(), std::size_t{0});
  std::stable_sort(made.best.begin(), made.best.end(),
                   [&](std::size_t a, std::size_t b) { return made.worth[a] > made.worth[b]; });
  for (std::size_t k = 0; k < std::min(length, made.best.size()); ++k)
    made.alone += made.worth[made.best[k]];
  made.candidates = std::move(candidates);
  return made;
}

struct FairPick {
  std::size_t sharer, row;
};

/// Makes the list a track at a time.
class FairList {
 public:
  explicit FairList(std::vector<Sharer>& sharers) : sharers_(sharers) {}

  std::optional<FairPick> smallest_share_first() {
    std::optional<std::size_t> turn;
    for (std::size_t k = 0; k < sharers_.size(); ++k) {
      if (!has_more(sharers_[k])) continue;
      if (!turn || is_behind(sharers_[k], sharers_[*turn])) turn = k;
    }
    if (!turn) return std::nullopt;
    const Sharer& sharer = sharers_[*turn];
    return take(*turn, sharer.best[sharer.next]);
  }

  std::optional<FairPick> largest_product() {
    std::optional<FairPick> best;
    double best_gain = -1;
    for (std::size_t k = 0; k < sharers_.size(); ++k) {
      if (!has_more(sharers_[k])) continue;
      // Others' tracks aside, nothing behind a person's next track gains more than it does.
      for (std::size_t place = sharers_[k].next; place < sharers_[k].best.size(); ++place) {
        const std::size_t row = sharers_[k].best[place];
        const std::int32_t track = sharers_[k].candidates->tracks[row];
        if (is_chosen_.contains(track)) continue;
        const double gain = gain_of(track);
        if (gain <= best_gain) continue;
        best_gain = gain;
        best = FairPick{k, row};
      }
    }
    return best ? take(best->sharer, best->row) : std::nullopt;
  }

 private:
  using Chosen = std::unordered_map<std::int32_t, bool>;

  static bool is_behind(const Sharer& a, const Sharer& b) {
    return a.share() != b.share() ? a.share() < b.share() : a.turns < b.turns;
  }
  bool has_more(Sharer& sharer) {
    while (sharer.next < sharer.best.size() &&
           is_chosen_.contains(sharer.candidates->tracks[sharer.best[sharer.next]]))
      ++sharer.next;
    return sharer.next < sharer.best.size();
  }
  /// Of the sum of the shares' logarithms; everybody begins a little above nothing.
  [[nodiscard]] double gain_of(std::int32_t track) const {
    constexpr double kFloor = 1e-3;
    double gain = 0;
    for (const Sharer& sharer : sharers_) {
      const double more = sharer.worth_of(track);
      if (more == 0 || sharer.alone == 0) continue;
      gain += std::log1p(more / (sharer.got + kFloor * sharer.alone));
    }
    return gain;
  }
  std::optional<FairPick> take(std::size_t sharer, std::size_t row) {
    const std::int32_t track = sharers_[sharer].candidates->tracks[row];
    is_chosen_.emplace(track, true);
    ++sharers_[sharer].turns;
    for (Sharer& other : sharers_) other.got += other.worth_of(track);
    return FairPick{sharer, row};
  }

  std::vector<Sharer>& sharers_;
  Chosen is_chosen_;
};

std::string two_digits(double share) {
  return number_text(std::round(share * 100) / 100);
}

constexpr const char* kFairBy[] = {"maximin", "proportional", nullptr};

class FairStep final : public Step {
 public:
  FairStep()
      : Step({"fair", "pl.fair",
              "One list for several people, a branch each, that takes turns so that nobody gets "
              "much "
              "less than others; says what each got and gave up."},
             {.form = StepForm::kCombiner, .inputs = 0},
             {whole_param("tracks", 50, 1, kMany, "length of the list"),
              choice_param("by", "maximin", kFairBy,
                           "maximin: the one with the smallest share takes next; proportional: the "
                           "track that raises the product of all shares most")},
             {{"title", "string", "whose branch it is, for what is said of them"}}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const std::size_t length = node.count("tracks");
    std::vector<Sharer> sharers;
    for (const Branch& branch : node.branches) {
      std::string name = branch.title;
      if (name.empty()) name = evaluation.setup().plan->at(branch.node).label();
      sharers.push_back(sharer_of(std::move(name), evaluation.result(branch.node), length));
    }
    const bool is_maximin = node.text("by") == "maximin";
    FairList list(sharers);
    Candidates made;
    std::vector<float> scores;
    while (made.size() < length) {
      const auto pick = is_maximin ? list.smallest_share_first() : list.largest_product();
      if (!pick) break;
      add(evaluation, sharers, *pick, made, scores);
    }
    made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
    tell_shares(evaluation, sharers, made.size());
    return made;
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }
  [[nodiscard]] double most_rows(const Node& node) const override { return node.number("tracks"); }
  [[nodiscard]] Supply supply(const Node& node, const SupplyOf& supply_of) const override {
    Supply supply = supply_together(branch_nodes(node), supply_of);
    supply.bound(node.id, most_rows(node));
    return supply;
  }

 private:
  static void add(Evaluation& evaluation, const std::vector<Sharer>& sharers, const FairPick& pick,
                  Candidates& made, std::vector<float>& scores) {
    const Sharer& taker = sharers[pick.sharer];
    const std::int32_t track = taker.candidates->tracks[pick.row];
    made.append_row(*taker.candidates, pick.row);
    double score = 0;
    for (std::size_t k = 0; k < sharers.size(); ++k) {
      score += sharers[k].alone > 0 ? sharers[k].worth_of(track) / sharers[k].alone : 0;
      const auto row = sharers[k].row_of.find(track);
      if (k != pick.sharer && row != sharers[k].row_of.end())
        join_texts(evaluation, made, made.size() - 1, *sharers[k].candidates, row->second);
    }
    scores.push_back(static_cast<float>(score / static_cast<double>(sharers.size())));
  }

  /// Against the best lists of that length for each alone.
  static void tell_shares(Evaluation& evaluation, std::vector<Sharer>& sharers,
                          std::size_t length) {
    for (Sharer& sharer : sharers) {
      sharer.alone = 0;
      for (std::size_t k = 0; k < std::min(length, sharer.best.size()); ++k)
        sharer.alone += sharer.worth[sharer.best[k]];
      if (sharer.alone == 0) {
        evaluation.notice("fair to " + sharer.name + ": nothing was found for them");
        continue;
      }
      evaluation.notice("fair to " + sharer.name + ": " + two_digits(sharer.share()) +
                        " of a list of their own, gave up " + two_digits(1 - sharer.share()) +
                        "; took " + std::to_string(sharer.turns) + " of " + std::to_string(length) +
                        " turns");
    }
  }
};

}  // namespace

const Step& fair_step() {
  static const FairStep step;
  return step;
}

}  // namespace engine
