#include "recipe/check_bans.hpp"

#include <algorithm>

#include "plan/step.hpp"

namespace engine {
namespace {

class Search {
 public:
  Search(const Plan& plan, Unwanted unwanted)
      : plan_(plan), unwanted_(unwanted), is_seen_(plan.nodes.size()) {}

  std::vector<int> from(int id) {
    visit(id);
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  void visit(int id) {
    if (id < 0 || is_seen_[static_cast<std::size_t>(id)]) return;
    is_seen_[static_cast<std::size_t>(id)] = true;
    const Node& node = plan_.at(id);
    if (keeps_out(node)) return;
    const StepFacts& facts = node.step->facts();
    if (node.is_source() || facts.brings_others) return found_.push_back(id);
    for (const int input : node.inputs) {
      visit(input);
      if (keeps_to_first_input(node)) break;
    }
    for (const auto& [name, value] : node.arguments)
      if (const auto* tracks = std::get_if<NodeArgument>(&value);
          tracks != nullptr && node.step->gives_tracks_of(name))
        visit(tracks->node);
    for (const Branch& branch : node.branches) {
      visit(branch.node);
      visit(branch.otherwise);
    }
  }

  [[nodiscard]] bool is_their_set(int id) const {
    return plan_.at(id).label() ==
           (unwanted_ == Unwanted::kBanned ? "user.banned" : "user.rejected");
  }

  [[nodiscard]] bool keeps_out(const Node& node) const {
    if (node.name == "filtering.allowed") return true;
    if (node.name == "filtering.banned" && unwanted_ == Unwanted::kBanned) return true;
    if (node.step->facts().subtracts) return is_their_set(node.inputs.at(1));
    if (node.name != "filtering.not_in") return false;
    return std::any_of(node.arguments.begin(), node.arguments.end(), [&](const auto& argument) {
      const auto* tracks = std::get_if<NodeArgument>(&argument.second);
      return tracks != nullptr && is_their_set(tracks->node);
    });
  }

  const Plan& plan_;
  Unwanted unwanted_;
  std::vector<bool> is_seen_;
  std::vector<int> found_;
};

}  // namespace

std::vector<int> lets_in(const Plan& plan, Unwanted unwanted) {
  return Search(plan, unwanted).from(plan.output);
}

}  // namespace engine
