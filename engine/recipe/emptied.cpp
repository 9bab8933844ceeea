#include "recipe/emptied.hpp"

#include <algorithm>
#include <set>

#include "core/counted.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

class Emptied {
 public:
  explicit Emptied(const Evaluation& evaluation)
      : evaluation_(evaluation), plan_(*evaluation.setup().plan) {}

  std::vector<std::string> sentences() {
    look_at(plan_.output);
    return std::move(sentences_);
  }

 private:
  /// `id` has no rows: what it takes them from has none either, or it let none through.
  void look_at(int id) {
    if (!seen_.insert(id).second) return;
    const Node& node = plan_.at(id);
    if (node.is_source()) return tell_source(node);
    std::size_t rows = 0;
    std::vector<int> empty;
    for (const int from : takes_from(node)) {
      const CandidatesPtr candidates = evaluation_.known(from);
      if (candidates == nullptr) continue;
      rows += candidates->size();
      if (candidates->size() == 0) empty.push_back(from);
    }
    if (rows > 0) return tell_step(node, rows);
    for (const int from : empty) look_at(from);
  }

  /// What it takes rows from; not what it only compares them with.
  static std::vector<int> takes_from(const Node& node) {
    if (keeps_to_first_input(node)) return {node.inputs.front()};
    std::vector<int> from = node.inputs;
    for (const Branch& branch : node.branches) {
      from.push_back(branch.node);
      if (branch.otherwise >= 0) from.push_back(branch.otherwise);
    }
    return from;
  }

  void tell_source(const Node& node) {
    if (node.element == nullptr) return tell(node.label() + " has no tracks");
    const bool has_spoken = std::ranges::any_of(
        evaluation_.notices(),
        [&](const std::string& notice) { return notice.starts_with(node.name + " has no data"); });
    if (!has_spoken) tell(node.label() + " found nothing");
  }

  void tell_step(const Node& node, std::size_t rows) {
    std::string text =
        node.written() + " (" + node.where + ") kept none of " + counted(rows, "candidate");
    if (const std::string reason = only_reason(node); !reason.empty()) text += ": " + reason;
    tell(text);
  }

  /// What it said of every row that it dropped; "" where that differs.
  [[nodiscard]] std::string only_reason(const Node& node) const {
    const auto& dropped = evaluation_.known(node.id)->dropped;
    if (dropped.empty()) return "";
    for (std::size_t k = 1; k < dropped.size(); ++k)
      if (dropped[k].reason != dropped[0].reason) return "";
    return evaluation_.text_of_code(dropped[0].reason);
  }

  void tell(const std::string& what) {
    const std::string text = "the list is empty: " + what;
    if (std::find(sentences_.begin(), sentences_.end(), text) == sentences_.end())
      sentences_.push_back(text);
  }

  const Evaluation& evaluation_;
  const Plan& plan_;
  std::set<int> seen_;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> what_emptied(const Evaluation& evaluation) {
  return Emptied(evaluation).sentences();
}

}  // namespace engine
