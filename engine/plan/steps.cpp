// All built-in steps, and what a step answers unless it says otherwise.
#include <stdexcept>

#include "plan/step.hpp"

namespace engine {

// Each in the file of its family.
const Step& set_step();
const Step& playlist_step();
const Step& filter_function_step();
const Step& order_function_step();
const Step& score_step();
const Step& score_weights_step();
const Step& column_step();
const Step& explain_step();
const Step& top_step();
const Step& sample_step();
const Step& limit_step();
const Step& keep_step();
const Step& since_step();
const Step& between_step();
const Step& at_step();
const Step& on_this_day_step();
const Step& plays_between_step();
const Step& top_artists_step();
const Step& last_step();
const Step& or_last_step();
const Step& or_implicit_step();
const Step& most_played_step();
const Step& seeds_step();
const Step& union_step();
const Step& difference_step();
const Step& intersection_step();
const Step& mix_step();
const Step& alternate_step();
const Step& blend_step();
const Step& fair_step();
const Step& fallback_step();
const Step& concat_step();
const Step& walk_step();

std::span<const Step* const> builtin_steps() {
  static const Step* const all[] = {
      &set_step(),
      &playlist_step(),
      &filter_function_step(),
      &order_function_step(),
      &score_step(),
      &score_weights_step(),
      &column_step(),
      &explain_step(),
      &top_step(),
      &sample_step(),
      &walk_step(),
      &limit_step(),
      &keep_step(),
      &since_step(),
      &between_step(),
      &at_step(),
      &on_this_day_step(),
      &plays_between_step(),
      &top_artists_step(),
      &last_step(),
      &or_last_step(),
      &or_implicit_step(),
      &most_played_step(),
      &seeds_step(),
      &union_step(),
      &difference_step(),
      &intersection_step(),
      &mix_step(),
      &alternate_step(),
      &blend_step(),
      &fallback_step(),
      &fair_step(),
      &concat_step(),
  };
  return all;
}

const Step* builtin_step(std::string_view name) {
  for (const Step* step : builtin_steps()) {
    if (name == step->name()) return step;
  }
  return nullptr;
}

Step::Step(StepText text, StepFacts facts, std::vector<playlist_param> params,
           std::vector<BranchField> branch_fields)
    : text_(text),
      facts_(facts),
      params_(std::move(params)),
      branch_fields_(std::move(branch_fields)) {
  static const playlist_field* const no_fields[] = {nullptr};
  for (const playlist_param& param : params_) listed_params_.push_back(&param);
  listed_params_.push_back(nullptr);
  description_.size = sizeof description_;
  description_.name = text_.name;
  description_.help = text_.help;
  description_.in = description_.out = no_fields;
  description_.params = listed_params_.data();
}

std::string Step::written(const Node&) const {
  return text_.written;
}

std::string Step::own_label(const Node&) const {
  return "";
}

void Step::check(const Node&, const StepCheck&) const {}

std::shared_ptr<Puller> Step::puller(Pullers&, const Node& node) const {
  throw std::logic_error(node.label() + " takes no turns");
}

std::optional<TrackChances> Step::first_chances(Evaluation&, const Node&) const {
  return std::nullopt;
}

TimeTest Step::time_test(const Evaluation&, const Node& node, std::span<const std::int64_t>) const {
  throw std::logic_error(node.label() + " chooses no times");
}

bool Step::names_its_formula(const Node&) const {
  return false;
}

void Step::add_columns(const Node&, PlanColumns&) const {}

void Step::add_score_columns(PlanColumns&) const {}

bool Step::gives_tracks_of(std::string_view) const {
  return false;
}

std::string Step::story(const Evaluation&, const Node&, const Candidates&, std::size_t) const {
  return "";
}

double Step::most_rows(const Node&) const {
  return std::numeric_limits<double>::infinity();
}

Supply Step::supply(const Node& node, const SupplyOf& supply_of) const {
  Supply supply;  // a source gives what it likes
  if (!node.inputs.empty()) supply = supply_of(node.inputs[0]);
  supply.bound(node.id, most_rows(node));
  return supply;
}

std::optional<ListLength> Step::list_length(const Node&) const {
  return std::nullopt;
}

Supply supply_together(std::span<const int> nodes, const SupplyOf& supply_of) {
  Supply all{0, -1};
  for (const int node : nodes) {
    const Supply& part = supply_of(node);
    all.most += part.most;
    all.bounded_by = part.bounded_by;
  }
  return all;
}

std::vector<int> branch_nodes(const Node& node) {
  std::vector<int> nodes;
  for (const Branch& branch : node.branches) nodes.push_back(branch.node);
  return nodes;
}

}  // namespace engine
