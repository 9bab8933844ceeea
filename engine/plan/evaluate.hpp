// Runs a plan: nodes are evaluated when somebody asks for their result, once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "data/people.hpp"
#include "data/tables.hpp"
#include "lua/lua_state.hpp"
#include "models/models.hpp"
#include "plan/candidates.hpp"
#include "plan/kept_list.hpp"
#include "plan/plan.hpp"
#include "plan/plan_columns.hpp"
#include "plan/row_order.hpp"
#include "plan/trace.hpp"
#include "plan/track_lengths.hpp"
#include "plugin/call.hpp"
#include "plugin/http_service.hpp"

namespace engine {

class CompleteAsker;
class TextEncoder;

class AskedTags;
class ResultStore;

/// The state of one run. Not thread-safe; lives in the worker.
class Evaluation {
 public:
  struct Setup {
    const Plan* plan = nullptr;
    InputFiles* files = nullptr;  // that elements read beside the tables; nullptr: none
    const Tables* tables = nullptr;
    LuaState* lua = nullptr;
    Texts* texts = nullptr;
    std::uint64_t random_seed = 0;
    std::int64_t now = 0;
    std::string timezone = "UTC";  // the user's, in which their weeks begin
    double default_track_seconds = 210;
    std::function<void(const std::string&)> doing;  // heartbeat: "ranking.taste (recipes/x.lua:12)"
    std::function<void(double)> progress;
    std::function<bool()> is_cancelled;
    std::function<const char*(std::string_view)> setting;  // for plugins
    ModelShelf* models = nullptr;                          // for plugins; nullptr: none
    AskOutside ask;                           // what an element asks over HTTP; empty: it may not
    TextEncoder* encoder = nullptr;           // of what elements want encoded; nullptr: nothing is
    CompleteAsker* completer = nullptr;       // of language models; nullptr: none is asked
    const CurrentVersion* current = nullptr;  // of the kept playlist; nullptr: the run is of none
    ResultStore* results = nullptr;           // of a watcher: results of nodes are taken from there
    std::string data;                         // tells apart what they were made from (reuse.hpp)
  };

  /// `people`: whom the recipe may ask for; nullptr: the listener alone.
  explicit Evaluation(Setup setup, const People* people = nullptr);
  ~Evaluation();

  /// The node's candidates. Throws Error.
  CandidatesPtr result(int node);
  /// The result if the node has run, else nullptr.
  [[nodiscard]] CandidatesPtr known(int node) const;

  void notice(const std::string& text);  // each text once
  /// What a node told when it ran, as it is not run now.
  void tell_again(const std::vector<std::string>& notices,
                  const std::vector<ReceiptEntry>& receipts,
                  const std::vector<BranchCount>& branches);
  /// Keeps the results of this run for the next; nothing without Setup::results.
  void keep_results();
  [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }
  [[nodiscard]] const std::vector<TraceEntry>& trace() const { return trace_; }
  [[nodiscard]] const std::vector<ReceiptEntry>& receipt() const { return receipt_; }
  [[nodiscard]] const std::vector<BranchCount>& branches() const { return branches_; }
  [[nodiscard]] const std::optional<KeepChanges>& changes() const { return changes_; }
  [[nodiscard]] const Setup& setup() const { return setup_; }
  [[nodiscard]] const People* people() const { return people_; }

  /// What formulas may read over `candidates`: their own columns, then the library's.
  [[nodiscard]] std::vector<FormulaColumn> formula_columns(const Candidates& candidates) const;
  /// Milliseconds, 0 unknown: what limits, records and outputs go by.
  [[nodiscard]] std::int32_t length_ms(std::int32_t track) const { return lengths_.ms(track); }
  /// Code of a text of the run (explanations, reasons).
  std::int32_t text_code(std::string_view text) { return setup_.texts->code(text); }
  [[nodiscard]] std::string text_of_code(std::int32_t code) const;

  // ---- for steps ----
  [[nodiscard]] Error node_error(const Node& node, Exit exit, const std::string& what,
                                 const std::string& why = "", const std::string& fix = "") const;
  CandidatesPtr input(const Node& node) { return result(node.inputs.at(0)); }
  /// Whose sets the node's candidates come from: the listener's, unless it says `of` somebody, or
  /// hangs on a set that does. Throws Error(kRecipe) where nobody is called so.
  [[nodiscard]] const Tables& tables_of(const Node& node) const;
  /// Throws when a number column that the node made holds infinity, which JSON cannot carry.
  void require_finite(const Node& node, const CandidateColumn& column,
                      const Items<std::int32_t>& tracks) const;
  /// The node's own stream of the run's random numbers. To take it counts as drawing from it.
  Random random_stream(const Node& node);
  /// The node that runs has drawn from its stream, so that its result hangs on the seed.
  void note_random_draw();
  /// What a :limit has counted.
  void note_counts(const std::vector<ReceiptEntry>& receipts,
                   const std::vector<BranchCount>& branches);
  /// What a :keep has let change.
  void note_changes(KeepChanges changes) { changes_ = std::move(changes); }

 private:
  void add_columns_of_people(std::vector<FormulaColumn>& columns) const;
  void trace_node(const Node& node, const Candidates& made, double ms, bool is_reused);
  /// Adds the columns that the plan tells of the node, where no row brought them.
  void add_planned_columns(const Node& node, Candidates& empty);
  /// Runs a node whose inputs have run.
  void make_result(const Node& node);
  [[nodiscard]] Candidates run_step(const Node& node);
  /// What has to run before the node: the first of those it reads that has not, or -1.
  [[nodiscard]] int missing_input(int node) const;

  Setup setup_;
  mutable TrackLengths lengths_{setup_.tables};
  std::unique_ptr<class NodeReuse> reuse_;
  std::map<int, CandidatesPtr> results_;
  std::vector<PlanColumns> planned_;  // by node, once one of them gave no rows
  std::vector<int> running_;  // nodes; a formula that looks at candidates runs others inside
  std::vector<std::string> notices_;
  std::size_t dropped_notices_ = 0;
  std::vector<TraceEntry> trace_;
  std::vector<ReceiptEntry> receipt_;
  std::vector<BranchCount> branches_;
  std::optional<KeepChanges> changes_;
  const People* people_;
  std::unique_ptr<const AskedTags> tags_;
};

/// The values of a formula column for each candidate; NaN where missing or a string.
std::vector<double> column_numbers(const FormulaColumn& column, const Candidates& candidates);

/// Track numbers as a set for membership tests.
class TrackSet {
 public:
  explicit TrackSet(std::span<const std::int32_t> tracks);
  [[nodiscard]] bool has(std::int32_t track) const {
    return track >= 0 && static_cast<std::size_t>(track) < bits_.size() &&
           bits_[static_cast<std::size_t>(track)];
  }

 private:
  std::vector<bool> bits_;
};

}  // namespace engine
