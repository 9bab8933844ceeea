#include "plan/supply.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "plugin/descriptor.hpp"

namespace engine {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

struct Supply {
  double most = kUnbounded;
  int bounded_by = -1;  // the node behind `most`
};

class SupplyOf {
 public:
  explicit SupplyOf(const Plan& plan) : plan_(plan) {}

  const Supply& of(int id) {
    const auto found = made_.find(id);
    if (found != made_.end()) return found->second;
    Supply supply = make(plan_.at(id));
    return made_[id] = std::move(supply);
  }

 private:
  Supply make(const Node& node) {
    if (node.element != nullptr) return of_element(node);
    if (!node.branches.empty() || node.step == "union") return of_combiner(node);
    if (node.inputs.empty()) return {};  // a set, or a recall that no plugin offers
    Supply supply = of(node.inputs[0]);
    for (const char* step : {"top", "seeds", "most_played"}) {
      if (node.step == step) bound(supply, node, node.number("count"));
    }
    if (node.step == "last") bound(supply, node, node.number("n"));
    if (node.step == "sample" && node.number("count") > 0)
      bound(supply, node, node.number("count"));
    if (node.step == "limit" && node.number("tracks") > 0)
      bound(supply, node, node.number("tracks"));
    return supply;
  }

  Supply of_element(const Node& node) {
    if (node.description->kind != PLAYLIST_RECALL) return of(node.inputs.at(0));
    Supply supply;
    const double limit = node.has_parameter("limit") ? node.number("limit") : 0;
    if (limit > 0) bound(supply, node, limit);
    return supply;
  }

  Supply of_combiner(const Node& node) {
    if (node.step == "mix") return of_mix(node);
    std::vector<Supply> parts;
    for (const int input : node.inputs) parts.push_back(of(input));
    for (const Branch& branch : node.branches) parts.push_back(of(branch.node));
    if (node.step != "fallback") return together(parts);
    // The first branch that has a single track is taken, so its bound is what counts.
    return parts.front().most < parts.back().most ? parts.front() : parts.back();
  }

  /// Slots of a branch without `otherwise` stay empty once it is dry, whatever others still have.
  Supply of_mix(const Node& node) {
    Supply supply;
    for (const Branch& branch : node.branches) {
      if (branch.otherwise >= 0 || branch.weight == 0) continue;
      const Supply& own = of(branch.node);
      const double most = own.most / branch.weight;
      if (most < supply.most) supply = {most, own.bounded_by};
    }
    return supply;
  }

  /// Branches that fill up for each other.
  static Supply together(const std::vector<Supply>& parts) {
    Supply all{0, -1};
    for (const Supply& part : parts) {
      all.most += part.most;
      all.bounded_by = part.bounded_by;
    }
    return all;
  }

  static void bound(Supply& supply, const Node& node, double most) {
    if (most >= supply.most) return;
    supply.most = most;
    supply.bounded_by = node.id;
  }

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
    const bool is_length =
        node.step == "top" || (node.step == "limit" && node.number("tracks") > 0);
    if (is_length) return id;
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
  const bool is_limit = node.step == "limit";
  const double wanted = node.number(is_limit ? "tracks" : "count");
  const auto whole = static_cast<std::int64_t>(wanted);
  for (const int id : after) {
    const Node& later = plan.at(id);
    const bool is_filter =
        later.step == "filter_function" ||
        (later.element != nullptr && later.description->kind == PLAYLIST_FILTERING);
    if (is_filter)
      found.push_back(
          shortage(plan, id, whole, later.written() + " drops tracks after the list was chosen",
                   "put it before :" + node.step + ", so that others take their place"));
  }
  SupplyOf supplies(plan);
  const Supply& supply = supplies.of(node.inputs.at(0));
  if (supply.most < wanted) {
    found.push_back(shortage(plan, supply.bounded_by, whole,
                             plan.at(supply.bounded_by).written() + " leaves it at most " +
                                 number_text(std::floor(supply.most)),
                             "raise that number, or ask for fewer tracks"));
  }
  const double minutes = is_limit ? node.number("minutes") : 0;
  const double fit = std::floor(minutes * 60 / default_track_seconds);
  if (minutes > 0 && fit < wanted) {
    found.push_back(shortage(
        plan, length, whole,
        "minutes = " + number_text(minutes) + " is filled by about " + number_text(fit) +
            " tracks of " + number_text(std::round(default_track_seconds / 6) / 10) + " minutes",
        "raise minutes, or ask for fewer tracks"));
  }
  return found;
}

}  // namespace engine
