// What one step of a plan is: built in, or a plugin's element.
//
// Whatever depends on which step a node is stands in the step's own class: how a recipe writes it,
// what it does to candidates, and what the passes over a plan (columns, supply, pulling, reuse,
// checks, why) ask of it. What most steps answer is the default here.
//
// A new built-in step is a class in a file of its family, with a function that gives the one object
// of it, and its line in steps.cpp. Verbs in recipes, checks of its arguments, plans, explanations
// and stubs follow from that.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lua/prepared_formula.hpp"
#include "plan/candidates.hpp"
#include "plan/plan.hpp"

namespace engine {

class Evaluation;
class Puller;
class Pullers;
struct PlanColumns;

/// How scripts/playlist.lua and the stubs offer a step.
enum class StepForm : std::uint8_t {
  kVerb,      // candidates:top { count = 20 }
  kFormula,   // candidates:column("name", function(t) ... end): its arguments, then the formula
  kCombiner,  // pl.mix { { candidates, share = 0.6 }, ... }
  kOwn,       // neither: an operator, user.likes, a plugin's, or one of several behind one verb
};

/// How a step takes some rows of its input in their order.
enum class Choice : std::uint8_t {
  kNone,     // it does not go by their order
  kFirst,    // the first `count`
  kFitting,  // those that fit all of its limits, each of them a number parameter
};

struct StepText {
  const char* name;     // in plans and records: "filter_function"
  const char* written;  // in recipes: ":filter"
  const char* help;     // a sentence
};

struct StepFacts {
  StepForm form = StepForm::kVerb;
  int inputs = 1;  // candidates before its colon or beside it; 0 of sources and combiners
  std::optional<FormulaResult> formula = {};  // of the formula that it takes
  bool takes_weights = false;                 // of columns
  bool takes_span = false;  // its first two arguments, from and to, may both stand without a name

  bool is_set = false;         // one of the user's own, which recipes read and do not call
  bool is_filter = false;      // drops rows one by one, each with a reason
  bool is_score = false;       // scores rows by a formula or by weights
  bool explains = false;       // writes explanations over those of what it reads
  bool subtracts = false;      // gives tracks of its first input only, without those of the second
  bool brings_others = false;  // gives tracks that its input does not have
  bool chooses_times = false;  // keeps rows by when they were played, liked ...: see time_test()
  Choice choice = Choice::kNone;
  const char* how_lost = "not kept";  // a row that it does not give, where it has no reason

  bool asks_for_branches = false;  // its branches run one by one, up to the first with enough
  bool takes_turns = false;        // its branches are pulled a track at a time: see puller()
  /// Gives its input's rows in their order, so that what an order-wise ranking (PLAYLIST_ORDERWISE)
  /// told of them stays true; other steps do not hand such columns on.
  bool keeps_rows = false;
  bool passes_turns = false;    // keeps its input's order, so turns below it go on above it
  bool pulls = false;           // takes its input by pulling; counts go by the branches below
  bool may_draw = false;        // random numbers, so that what it gives may hang on the seed
  const char* story_kind = "";  // of its story(), as Finding::kind (recipe/why.hpp) has it
};

/// What a branch of a combiner has beside its candidates.
struct BranchField {
  const char* name;
  const char* type;  // as annotations write it: "number"
  const char* help;
  bool is_required = false;
  bool is_weight = false;  // becomes Branch::weight
};

/// How many tracks a node gives at most, whatever the library holds.
struct Supply {
  double most = std::numeric_limits<double>::infinity();
  int bounded_by = -1;  // the node behind `most`

  void bound(int node, double rows) {
    if (rows >= most) return;
    most = rows;
    bounded_by = node;
  }
};
using TimeTest = std::function<bool(std::int64_t seconds)>;
using SupplyOf = std::function<const Supply&(int node)>;

/// Of several that fill up for each other: what they give together.
Supply supply_together(std::span<const int> nodes, const SupplyOf& supply_of);
/// The candidates of a combiner's branches, without their `otherwise`.
std::vector<int> branch_nodes(const Node& node);

/// The length that a step means its list to have.
struct ListLength {
  double tracks = 0;
  double minutes = 0;  // 0: as long as they are
};

/// How likely each of some tracks is; together 1, where there are any.
struct TrackChances {
  std::vector<std::int32_t> tracks;
  std::vector<double> chances;
};

/// What a step's check may look at, and whom it tells.
struct StepCheck {
  const Plan& plan;
  const std::vector<PlanColumns>& columns;  // by node
  std::function<void(std::string what, std::string why, std::string fix)> tell;
};

class Step {
 public:
  explicit Step(StepText text, StepFacts facts = {}, std::vector<playlist_param> params = {},
                std::vector<BranchField> branch_fields = {});
  virtual ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  [[nodiscard]] const char* name() const { return text_.name; }
  [[nodiscard]] const char* help() const { return text_.help; }
  [[nodiscard]] const StepFacts& facts() const { return facts_; }
  [[nodiscard]] std::span<const BranchField> branch_fields() const { return branch_fields_; }
  /// Name, help and parameters as plugins describe them, so that arguments are checked one way. Not
  /// of the steps that stand for plugins' elements, which have their own.
  [[nodiscard]] const playlist_element& description() const { return description_; }

  // ---- as recipes write it ----
  [[nodiscard]] virtual std::string written(const Node& node) const;
  /// A label that says all of its arguments, as user.likes does; "" for its name and number.
  [[nodiscard]] virtual std::string own_label(const Node& node) const;
  /// Tells what is wrong with the node that its arguments one by one do not show.
  virtual void check(const Node& node, const StepCheck& check) const;

  // ---- running ----
  /// The node's candidates. What it reads has run, unless it asks for its branches. Throws Error.
  virtual Candidates run(Evaluation& evaluation, const Node& node) const = 0;
  /// The branches' tracks one at a time; only where it takes turns.
  virtual std::shared_ptr<Puller> puller(Pullers& pullers, const Node& node) const;
  /// How likely each of its input's tracks is to be the first that it gives, over all seeds; only
  /// where chance says which.
  [[nodiscard]] virtual std::optional<TrackChances> first_chances(Evaluation& evaluation,
                                                                  const Node& node) const;
  /// Whether a time is one that the node keeps; only where it chooses times. `times`: those that it
  /// will be asked of, INT64_MIN among them for what has none.
  [[nodiscard]] virtual TimeTest time_test(const Evaluation& evaluation, const Node& node,
                                           std::span<const std::int64_t> times) const;
  /// Its reasons name the place of its formula, so that what it gives hangs on that as well.
  [[nodiscard]] virtual bool names_its_formula(const Node& node) const;
  /// How one of the rows that it gave came to be there, for why; "" where there is nothing to tell.
  [[nodiscard]] virtual std::string story(const Evaluation& evaluation, const Node& node,
                                          const Candidates& made, std::size_t row) const;

  // ---- what a plan tells without running ----
  /// Tracks of candidates that are given as this argument may be among those that it gives.
  [[nodiscard]] virtual bool gives_tracks_of(std::string_view argument) const;
  /// The columns that it adds to those of what it reads.
  virtual void add_columns(const Node& node, PlanColumns& columns) const;
  /// Columns that its formula or its weights may read besides those of what it reads.
  virtual void add_score_columns(PlanColumns& columns) const;
  /// How many rows its arguments let through.
  [[nodiscard]] virtual double most_rows(const Node& node) const;
  /// By default as many as its input, as far as most_rows() goes.
  [[nodiscard]] virtual Supply supply(const Node& node, const SupplyOf& supply_of) const;
  /// Nothing where it does not give a list its length.
  [[nodiscard]] virtual std::optional<ListLength> list_length(const Node& node) const;

 private:
  StepText text_;
  StepFacts facts_;
  std::vector<playlist_param> params_;
  std::vector<const playlist_param*> listed_params_;
  std::vector<BranchField> branch_fields_;
  playlist_element description_{};
};

/// The built-in steps, in the order in which they are told.
std::span<const Step* const> builtin_steps();
/// nullptr when `name` is none.
const Step* builtin_step(std::string_view name);
/// It gives tracks of its first input only, whether those of its second or those that are not: -, *.
bool keeps_to_first_input(const Node& node);
/// What plugin elements of a kind (PLAYLIST_RECALL ...) do in a plan.
const Step& element_step(std::uint32_t kind);
/// Stands for an element that no plugin offers, where a check goes on: takes any argument.
const Step& unknown_step();

}  // namespace engine
