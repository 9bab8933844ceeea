#include "plan/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "data/declared_tables.hpp"
#include "lua/text_bounds.hpp"
#include "plan/asked_tags.hpp"
#include "plan/column_items.hpp"
#include "plan/persons.hpp"
#include "plan/plan_columns.hpp"
#include "plan/reuse.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// The first infinite item, or their number.
template <class Values>
std::size_t first_infinite(const Values& items) {
  using Item = std::decay_t<decltype(items[0])>;
  if constexpr (std::is_floating_point_v<Item>) {
    constexpr Item kMost = std::numeric_limits<Item>::max();
    int others = 0;  // in one pass without a branch
    for (const Item item : items) others |= std::abs(item) > kMost ? 1 : 0;
    if (others == 0) return items.size();
    return static_cast<std::size_t>(
        std::find_if(items.begin(), items.end(), [](Item item) { return std::isinf(item); }) -
        items.begin());
  }
  return items.size();
}

}  // namespace

std::vector<double> column_numbers(const FormulaColumn& column, const Candidates& candidates) {
  const playlist_column source{sizeof source, column.type, column.name.c_str(),
                               const_cast<void*>(column.data.get()), column.texts()};
  std::vector<double> values(candidates.size(), std::nan(""));
  const std::int32_t* tracks = candidates.tracks.data();
  with_items(source, [&](const auto* from) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto item = from[column.is_by_track ? static_cast<std::size_t>(tracks[i]) : i];
      if (!is_missing(item)) values[i] = static_cast<double>(item);
    }
  });
  return values;
}

TrackSet::TrackSet(std::span<const std::int32_t> tracks) {
  if (tracks.empty()) return;
  bits_.resize(static_cast<std::size_t>(*std::max_element(tracks.begin(), tracks.end())) + 1);
  for (const std::int32_t track : tracks) {
    if (track >= 0) bits_[static_cast<std::size_t>(track)] = true;
  }
}

Evaluation::Evaluation(Setup setup, const People* people)
    : setup_(std::move(setup)),
      people_(people),
      tags_(std::make_unique<AskedTags>(setup_.tables,
                                        [this](const std::string& tag, const std::string& nearest) {
                                          notice(unknown_tag_text(tag, nearest));
                                        })) {
  if (setup_.results != nullptr)
    reuse_ = std::make_unique<NodeReuse>(*this, *setup_.results, setup_.data);
}
Evaluation::~Evaluation() = default;

Error Evaluation::node_error(const Node& node, Exit exit, const std::string& what,
                             const std::string& why, const std::string& fix) const {
  return Error(exit, what, {node.where, node.source, why, fix});
}

void Evaluation::require_finite(const Node& node, const CandidateColumn& column,
                                const Items<std::int32_t>& tracks) const {
  const std::size_t row =
      std::visit([](const auto& items) { return first_infinite(items); }, column.values);
  if (row == tracks.size()) return;
  const bool is_element = node.element != nullptr;
  throw node_error(
      node, is_element ? Exit::kPlugin : Exit::kRecipe,
      node.label() + " gave track " + std::to_string(tracks[row]) + " an infinite " + column.name,
      "numbers of candidates are finite, or missing",
      is_element ? "report it to whoever made the element" : "take smaller weights");
}

Random Evaluation::random_stream(const Node& node) {
  note_random_draw();
  return Random(mix_seed(setup_.random_seed, node.label()));
}

void Evaluation::note_random_draw() {
  if (reuse_) reuse_->note_random_draw();
}

void Evaluation::tell_again(const std::vector<std::string>& notices,
                            const std::vector<ReceiptEntry>& receipts,
                            const std::vector<BranchCount>& branches) {
  for (const std::string& text : notices) notice(text);
  note_counts(receipts, branches);
}

void Evaluation::note_counts(const std::vector<ReceiptEntry>& receipts,
                             const std::vector<BranchCount>& branches) {
  receipt_.insert(receipt_.end(), receipts.begin(), receipts.end());
  branches_.insert(branches_.end(), branches.begin(), branches.end());
}

void Evaluation::keep_results() {
  if (reuse_) reuse_->save();
}

void Evaluation::notice(const std::string& told) {
  constexpr std::size_t kMost = 1'000, kMostBytes = 2'000;
  const std::string text = clipped(told, kMostBytes);
  if (reuse_ && dropped_notices_ == 0) reuse_->note_notice(text);
  if (std::find(notices_.begin(), notices_.end(), text) != notices_.end()) return;
  if (notices_.size() < kMost) return notices_.push_back(text);
  if (dropped_notices_++ == 0) notices_.emplace_back();
  notices_.back() = std::to_string(dropped_notices_) + " more notices were dropped: a run keeps " +
                    std::to_string(kMost);
}

std::string Evaluation::text_of_code(std::int32_t code) const {
  return code < 0 ? "" : std::string(setup_.texts->text(code));
}

CandidatesPtr Evaluation::known(int node) const {
  const auto found = results_.find(node);
  return found == results_.end() ? nullptr : found->second;
}

CandidatesPtr Evaluation::result(int id) {
  if (CandidatesPtr made = known(id)) return made;
  // Inputs first, so that times are each node's own; not by recursion, as chains may be long.
  std::vector<int> waiting = {id};
  while (!waiting.empty()) {
    const int next = waiting.back();
    const int missing = known(next) ? -1 : missing_input(next);
    if (missing >= 0) {
      waiting.push_back(missing);
      continue;
    }
    waiting.pop_back();
    if (!known(next)) make_result(setup_.plan->at(next));
  }
  return known(id);
}

int Evaluation::missing_input(int id) const {
  const Node& node = setup_.plan->at(id);
  if (!node.step->facts().asks_for_branches) {
    for (const int read : setup_.plan->reads_of(node))
      if (!known(read)) return read;
    return -1;
  }
  for (const Branch& branch : node.branches) {
    const CandidatesPtr candidates = known(branch.node);
    if (!candidates) return branch.node;
    if (candidates->size() >= branch.at_least) break;
  }
  return -1;
}

void Evaluation::make_result(const Node& node) {
  const int id = node.id;
  if (std::find(running_.begin(), running_.end(), id) != running_.end()) {
    throw node_error(
        node, Exit::kRecipe,
        "candidates hang on themselves: a formula that makes them looks at them",
        "the formula is at " + (node.function_at.empty() ? node.where : node.function_at));
  }
  struct Running {
    std::vector<int>& running;
    ~Running() { running.pop_back(); }
  };
  running_.push_back(id);
  const Running running{running_};
  if (setup_.doing) setup_.doing(node.name + " (" + node.where + ")");
  const Clock::time_point start = Clock::now();
  if (reuse_) {
    if (std::optional<Candidates> kept = reuse_->find(node)) {
      results_[id] = std::make_shared<const Candidates>(std::move(*kept));
      trace_node(node, *results_[id], ms_since(start), true);
      return;
    }
  }
  std::optional<NodeReuse::Run> run;
  if (reuse_) run.emplace(*reuse_, node);
  Candidates rows = run_step(node);
  if (rows.size() == 0) add_planned_columns(node, rows);
  const auto made = std::make_shared<const Candidates>(std::move(rows));
  trace_node(node, *made, ms_since(start), false);
  if (run) run->done(made);
  results_[id] = made;
}

// Many steps make columns row by row, so that without rows there would be none, and a recipe that is
// right for a person with likes would be an error for one without.
void Evaluation::add_planned_columns(const Node& node, Candidates& empty) {
  const auto at = static_cast<std::size_t>(node.id);
  if (planned_.size() <= at) planned_ = columns_of(*setup_.plan);
  for (const auto& [name, type] : planned_[at].types) {
    if (empty.find(name) != nullptr) continue;
    const auto orderwise = planned_[at].orderwise.find(name);
    empty.put(CandidateColumn::missing(name, type, 0)).is_orderwise =
        orderwise != planned_[at].orderwise.end() && orderwise->second.lost_at < 0;
  }
}

Candidates Evaluation::run_step(const Node& node) {
  try {
    Candidates made = node.step->run(*this, node);
    if (!node.step->facts().keeps_rows)
      std::erase_if(made.columns,
                    [](const CandidateColumn& column) { return column.is_orderwise; });
    return made;
  } catch (const Error& error) {
    // Columns that an order-wise ranking had made are told as what they are: not handed on.
    const std::string name = column_not_found(error.what());
    if (name.empty() || node.inputs.empty()) throw;
    const std::vector<PlanColumns> columns = columns_of(*setup_.plan);
    const LostColumn lost =
        lost_column(*setup_.plan, columns[static_cast<std::size_t>(node.inputs.front())], name);
    if (lost.why.empty()) throw;
    Error::Parts parts = error.parts();
    parts.why = lost.why;
    parts.fix = lost.fix;
    throw Error(error.exit(), error.what(), std::move(parts));
  }
}

void Evaluation::trace_node(const Node& node, const Candidates& made, double ms, bool is_reused) {
  TraceEntry entry{node.label(), node.where, 0, static_cast<std::int64_t>(made.size()),
                   ms,           is_reused};
  const auto count = [&](int read) {
    if (const CandidatesPtr candidates = known(read))
      entry.rows_in += static_cast<std::int64_t>(candidates->size());
  };
  for (const int input : node.inputs) count(input);
  for (const Branch& branch : node.branches) count(branch.node);
  trace_.push_back(std::move(entry));
}

const Tables& Evaluation::tables_of(const Node& node) const {
  const Node* source = &node;
  while (!source->inputs.empty()) source = &setup_.plan->at(source->inputs.front());
  const std::string of =
      source->step->facts().is_set && source->has_parameter("of") ? source->text("of") : "";
  if (of.empty()) return *setup_.tables;
  if (const Tables* theirs = people_ == nullptr ? nullptr : people_->find(of)) return *theirs;
  const std::vector<std::string> known =
      people_ == nullptr ? std::vector<std::string>() : people_->names();
  const UnknownPerson unknown = unknown_person(of, known);
  throw node_error(*source, Exit::kRecipe, unknown.what, unknown.why, unknown.fix);
}

void Evaluation::add_columns_of_people(std::vector<FormulaColumn>& columns) const {
  if (people_ == nullptr || !people_->has_others()) return;
  for (const std::string& person : people_->names()) {
    for (const DeclaredTable& table : declared_tables()) {
      if (!has_columns_of_people(table)) continue;
      for (const DeclaredColumn& column : table.columns)
        columns.push_back(
            {columns_of_people(column.name) + "." + person, column.type,
             FormulaColumn::Data(*people_->find(person), table.name.data(), column.name), nullptr,
             true});
    }
  }
}

std::vector<FormulaColumn> Evaluation::formula_columns(const Candidates& candidates) const {
  std::vector<FormulaColumn> columns;
  const auto has = [&](std::string_view name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const FormulaColumn& c) { return c.name == name; });
  };
  // Gathered only when a formula reads it.
  const FormulaColumn::Data::ItemsOf items_of = [](const void* column) {
    return static_cast<const CandidateColumn*>(column)->data();
  };
  for (const CandidateColumn& column : candidates.columns) {
    const playlist_dict* dict = column.type != PLAYLIST_STRING ? nullptr
                                : column.dict != nullptr       ? column.dict
                                                               : setup_.texts->dict();
    columns.push_back(
        {column.name, column.type, FormulaColumn::Data(&column, items_of), dict, false});
  }
  const auto add_table = [&](const char* name) {
    const playlist_table* table = setup_.tables->table(name);
    if (table == nullptr) return;
    for (std::uint32_t k = 0; k < table->column_count; ++k) {
      const playlist_column& column = *table->columns[k];
      const std::string shown = formula_name(column.name, column.type);
      if (!has(shown))
        columns.push_back(
            {shown, column.type, FormulaColumn::Data(column.data), column.dict, true});
    }
  };
  add_table("tracks");
  // These cost a pass over listens, so they are computed when a formula reads one.
  for (const DeclaredTable& table : declared_tables()) {
    if (table.rows != TableRows::kTracks || table.name == "tracks") continue;
    for (const DeclaredColumn& column : table.columns) {
      if (has(column.name)) continue;
      columns.push_back({column.name, column.type,
                         FormulaColumn::Data(*setup_.tables, table.name.data(), column.name),
                         nullptr, true});
    }
  }
  add_columns_of_people(columns);
  if (!has("has_tag")) {
    const TagBits* tags = tags_.get();
    columns.push_back({"has_tag", kTagColumn, FormulaColumn::Data(tags), nullptr, true});
  }
  return columns;
}

}  // namespace engine
