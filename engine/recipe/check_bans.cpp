#include "recipe/check_bans.hpp"

#include <algorithm>

namespace engine {
namespace {

class Search {
 public:
  explicit Search(const Plan& plan) : plan_(plan), is_seen_(plan.nodes.size()) {}

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
    if (keeps_banned_out(node)) return;
    const bool is_source = (node.inputs.empty() && node.branches.empty()) ||
                           node.step == "or_last" || node.step == "or_implicit";
    if (is_source) return found_.push_back(id);
    for (const int input : node.inputs) {
      visit(input);
      if (node.step == "difference") break;
    }
    for (const Branch& branch : node.branches) {
      visit(branch.node);
      visit(branch.otherwise);
    }
  }

  [[nodiscard]] bool is_banned_set(int id) const { return plan_.at(id).label() == "user.banned"; }

  [[nodiscard]] bool keeps_banned_out(const Node& node) const {
    if (node.step == "filtering.banned") return true;
    if (node.step == "difference") return is_banned_set(node.inputs.at(1));
    if (node.step != "filtering.not_in") return false;
    return std::any_of(node.arguments.begin(), node.arguments.end(), [&](const auto& argument) {
      const auto* tracks = std::get_if<NodeArgument>(&argument.second);
      return tracks != nullptr && is_banned_set(tracks->node);
    });
  }

  const Plan& plan_;
  std::vector<bool> is_seen_;
  std::vector<int> found_;
};

}  // namespace

std::vector<int> lets_banned_in(const Plan& plan) {
  return Search(plan).from(plan.output);
}

}  // namespace engine
