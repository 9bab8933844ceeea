// Candidates taken one at a time, so that a limit can refuse one and the same slot tries the next.
#pragma once

#include <map>
#include <memory>

#include "plan/evaluate.hpp"

namespace engine {

enum class Pull { kPick, kSkip, kDry };  // a candidate; nothing for this slot; nothing ever again

struct Pick {
  CandidatesPtr from;
  std::size_t row = 0;
};

class Puller {
 public:
  virtual ~Puller() = default;
  /// The next try for the current slot.
  virtual Pull next(Pick& pick) = 0;
  /// The slot is decided: its last pick was taken, or nothing was.
  virtual void settle(bool is_taken) = 0;
  /// How its branches have filled their slots, where it counts that.
  [[nodiscard]] virtual std::vector<BranchCount> counts() const { return {}; }
};

/// Pullers over the nodes of a plan; a node reached twice (a branch that is also an `otherwise`) is
/// one sequence. `slots`: how long the list will be, for the even spread of shares; 0 unknown.
class Pullers {
 public:
  Pullers(Evaluation& evaluation, std::int64_t slots) : evaluation_(evaluation), slots_(slots) {}
  std::shared_ptr<Puller> of(int node);
  std::vector<std::shared_ptr<Puller>> of_branches(const Node& node);
  [[nodiscard]] Evaluation& evaluation() const { return evaluation_; }
  [[nodiscard]] std::int64_t slots() const { return slots_; }
  /// One entry per branch of every mix used.
  [[nodiscard]] std::vector<BranchCount> counts() const;

 private:
  std::shared_ptr<Puller> make(int node);
  Evaluation& evaluation_;
  std::int64_t slots_;
  std::map<int, std::shared_ptr<Puller>> made_;
};

/// Slots per branch: branches with an `otherwise` get ceil(slots * share), the others share the
/// rest by largest remainder. Sums to `slots`.
std::vector<std::int64_t> slots_per_branch(const std::vector<Branch>& branches, std::int64_t slots);

/// Which branch each slot belongs to, every branch spread evenly over the list.
std::vector<int> spread_slots(const std::vector<std::int64_t>& counts);

}  // namespace engine
