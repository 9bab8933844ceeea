#include "plan/supply.hpp"

#include <cmath>
#include <map>

#include "plan/step.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

/// The supply of each node that is asked for, worked out once.
class Supplies {
 public:
  explicit Supplies(const Plan& plan) : plan_(plan) {}

  const Supply& of(int id) {
    const auto found = made_.find(id);
    if (found != made_.end()) return found->second;
    const Node& node = plan_.at(id);
    Supply supply = node.step->supply(node, [this](int read) -> const Supply& { return of(read); });
    return made_[id] = supply;
  }

 private:
  const Plan& plan_;
  std::map<int, Supply> made_;
};

Shortage shortage(const Plan& plan, int node, std::int64_t wanted, std::string because,
                  std::string fix) {
  const Node& at = plan.at(node);
  return {wanted, std::move(because), at.where, at.source, std::move(fix)};
}

/// The step that gives the list its length, with the steps after it (from the output down).
int length_node(const Plan& plan, std::vector<int>& after) {
  for (int id = plan.output; id >= 0;) {
    const Node& node = plan.at(id);
    if (node.step->list_length(node)) return id;
    if (node.inputs.size() != 1) return -1;
    after.push_back(id);
    id = node.inputs[0];
  }
  return -1;
}

}  // namespace

std::vector<Shortage> shortages(const Plan& plan, double default_track_seconds) {
  std::vector<Shortage> found;
  std::vector<int> after;
  const int length = length_node(plan, after);
  if (length < 0) return found;
  const Node& node = plan.at(length);
  const ListLength wanted = *node.step->list_length(node);
  const auto whole = static_cast<std::int64_t>(wanted.tracks);
  for (const int id : after) {
    const Node& later = plan.at(id);
    if (later.step->facts().is_filter)
      found.push_back(
          shortage(plan, id, whole, later.written() + " drops tracks after the list was chosen",
                   "put it before " + node.written() + ", so that others take their place"));
  }
  Supplies supplies(plan);
  const Supply& supply = supplies.of(node.inputs.at(0));
  if (supply.most < wanted.tracks) {
    found.push_back(shortage(plan, supply.bounded_by, whole,
                             plan.at(supply.bounded_by).written() + " leaves it at most " +
                                 number_text(std::floor(supply.most)),
                             "raise that number, or ask for fewer tracks"));
  }
  const double fit = std::floor(wanted.minutes * 60 / default_track_seconds);
  if (wanted.minutes > 0 && fit < wanted.tracks) {
    found.push_back(shortage(
        plan, length, whole,
        "minutes = " + number_text(wanted.minutes) + " is filled by about " + number_text(fit) +
            " tracks of " + number_text(std::round(default_track_seconds / 6) / 10) + " minutes",
        "raise minutes, or ask for fewer tracks"));
  }
  return found;
}

}  // namespace engine
