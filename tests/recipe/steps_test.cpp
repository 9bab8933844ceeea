// The table of built-in steps, and how nodes read their arguments.
#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include <catch2/catch.hpp>

#include "plan/step.hpp"

using namespace engine;

namespace {

Node node_of(const char* step, std::vector<std::pair<std::string, PlanValue>> arguments = {}) {
  Node node;
  node.name = step;
  node.step = builtin_step(step);
  REQUIRE(node.step != nullptr);
  node.description = &node.step->description();
  node.arguments = std::move(arguments);
  return node;
}

std::string written_prefix(StepForm form) {
  if (form == StepForm::kCombiner) return "pl.";
  return form == StepForm::kOwn ? "" : ":";
}

}  // namespace

TEST_CASE("every built-in step says what it is", "[steps]") {
  std::set<std::string> names;
  for (const Step* step : builtin_steps()) {
    CAPTURE(step->name());
    CHECK(names.insert(step->name()).second);
    CHECK(builtin_step(step->name()) == step);
    CHECK(std::string(step->help()).size() > 10);
    for (const playlist_param* const* param = step->description().params; *param != nullptr;
         ++param)
      CHECK(std::string((*param)->help).size() > 5);
  }
  CHECK(builtin_step("rank") == nullptr);
}

TEST_CASE("a step is written as its form says and has what that needs", "[steps]") {
  for (const Step* step : builtin_steps()) {
    const std::string name = step->name();
    const StepFacts& facts = step->facts();
    CAPTURE(name);
    if (facts.form != StepForm::kOwn)
      CHECK(node_of(step->name()).written() == written_prefix(facts.form) + name);
    if (facts.form == StepForm::kFormula) CHECK(facts.formula.has_value());
    if (facts.form != StepForm::kCombiner) CHECK(step->branch_fields().empty());
    CHECK(std::count_if(step->branch_fields().begin(), step->branch_fields().end(),
                        [](const BranchField& field) { return field.is_weight; }) <= 1);
    CHECK_FALSE((facts.takes_turns && facts.passes_turns));
    if (facts.takes_turns || facts.asks_for_branches) CHECK(facts.form == StepForm::kCombiner);
  }
}

TEST_CASE("a node reads its argument as written, else the default", "[steps]") {
  CHECK(node_of("most_played").count("count") == 20);
  CHECK(node_of("most_played", {{"1", 7.0}}).count("count") == 7);
  CHECK(node_of("most_played", {{"count", 8.0}}).number("count") == 8);
  CHECK(node_of("most_played", {{"count", std::string("many")}}).number("count") == 20);
  CHECK(node_of("limit", {{"1", 7.0}}).number("minutes") == 0);  // the first has no name, no other
  CHECK(node_of("limit").text("unique") == "song");
  CHECK(node_of("limit", {{"unique", std::string("track")}}).text("unique") == "track");
  CHECK(node_of("limit").has_parameter("per_album"));
  CHECK_FALSE(node_of("limit").has_parameter("per_song"));
  CHECK_THROWS_AS(node_of("limit").number("per_song"), std::logic_error);
}

TEST_CASE("a set is called by its name", "[steps]") {
  const Node likes = node_of("set", {{"1", std::string("likes")}});
  CHECK(likes.label() == "user.likes");
  CHECK(likes.written() == "user.likes");
  Node second = node_of("sample");
  second.occurrence = 1;
  CHECK(second.label() == "sample #2");
  CHECK(second.written() == ":sample");
}
