#include "recipe/departures.hpp"

#include <algorithm>
#include <map>

#include "recipe/why.hpp"

namespace engine {
namespace {

/// Which of some tracks each node's result holds: one look at each table, however many tracks.
class Whereabouts {
 public:
  Whereabouts(const Evaluation& evaluation, const std::vector<std::int32_t>& tracks) {
    const TrackSet wanted(tracks);
    for (const int id : evaluation.setup().plan->reachable()) {
      const CandidatesPtr made = evaluation.known(id);
      if (made == nullptr) continue;
      std::vector<std::int32_t>& here = here_[id];
      for (const std::int32_t track : made->tracks) {
        if (wanted.has(track)) here.push_back(track);
      }
      std::sort(here.begin(), here.end());
    }
  }
  [[nodiscard]] bool is_in(int node, std::int32_t track) const {
    const auto here = here_.find(node);
    return here != here_.end() &&
           std::binary_search(here->second.begin(), here->second.end(), track);
  }

 private:
  std::map<int, std::vector<std::int32_t>> here_;
};

/// The last node that one of its inputs handed the track to in vain, or nullptr.
const Node* last_loss(const Plan& plan, const Whereabouts& whereabouts, std::int32_t track) {
  const Node* last = nullptr;
  for (const int id : plan.reachable()) {
    const Node& node = plan.at(id);
    if (whereabouts.is_in(id, track)) continue;
    for (const int input : node.inputs) {
      if (whereabouts.is_in(input, track)) last = &node;
    }
  }
  return last;
}

std::string not_found(const Plan& plan) {
  std::string names;
  for (const int id : plan.reachable()) {
    const Node& node = plan.at(id);
    if (!node.is_source()) continue;
    names += (names.empty() ? "" : ", ") + node.label();
  }
  return "no longer found by " + names;
}

}  // namespace

std::vector<Departure> departures(Evaluation& evaluation, const AsOf& tables,
                                  const std::vector<std::int64_t>& track_ids) {
  const Plan& plan = *evaluation.setup().plan;
  std::vector<std::int32_t> tracks;
  for (const std::int64_t id : track_ids) tracks.push_back(tables.track_number(id));
  const Whereabouts whereabouts(evaluation, tracks);
  std::vector<Departure> left;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (tracks[i] >= 0 && whereabouts.is_in(plan.output, tracks[i])) continue;
    std::string why = "it is not in the library any more";
    if (tracks[i] >= 0) {
      const Node* node = last_loss(plan, whereabouts, tracks[i]);
      why = node == nullptr ? not_found(plan) : loss_text(evaluation, *node, tracks[i]);
    }
    left.push_back({track_ids[i], why});
  }
  return left;
}

}  // namespace engine
