#include "plan/evaluate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "data/listen_statistics.hpp"
#include "lua/text_bounds.hpp"
#include "plan/history.hpp"
#include "plan/reuse.hpp"
#include "plugin/descriptor.hpp"

namespace engine {

/// Candidates as an argument: a table with at least track, score and ts.
class TracksTable {
 public:
  explicit TracksTable(CandidatesPtr candidates)
      : candidates_(std::move(candidates)), view_(*candidates_) {
    add_missing("score", PLAYLIST_F32, scores_);
    add_missing("ts", PLAYLIST_I64, times_);
  }
  [[nodiscard]] const playlist_table* table() const { return &view_.table(); }

 private:
  void add_missing(const char* name, std::uint32_t type, CandidateColumn& column) {
    if (view_.column(name) != nullptr) return;
    column = CandidateColumn::missing(name, type, candidates_->size());
    view_.add(name, type, column.data(), nullptr);
  }
  CandidatesPtr candidates_;
  TableView view_;
  CandidateColumn scores_, times_;
};

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Calls use(items) with the column's items in their own type; not for texts.
template <class Use>
void with_items(const playlist_column& column, const Use& use) {
  switch (column.type) {
    case PLAYLIST_F32:
      return use(static_cast<const float*>(column.data));
    case PLAYLIST_F64:
      return use(static_cast<const double*>(column.data));
    case PLAYLIST_I32:
      return use(static_cast<const std::int32_t*>(column.data));
    case PLAYLIST_I64:
      return use(static_cast<const std::int64_t*>(column.data));
    case PLAYLIST_U8:
      return use(static_cast<const std::uint8_t*>(column.data));
    default:
      return;
  }
}

template <class Item>
bool is_missing(Item item) {
  if constexpr (std::is_floating_point_v<Item>) return std::isnan(item);
  if constexpr (std::is_same_v<Item, std::uint8_t>) return item == 255;
  return item == std::numeric_limits<Item>::min();
}

/// The tracks are 0, 1, 2 ...: a by-track column can be read as it stands.
bool is_whole_catalogue(const Items<std::int32_t>& tracks) {
  std::int32_t expected = 0;
  return std::all_of(tracks.begin(), tracks.end(),
                     [&](std::int32_t track) { return track == expected++; });
}

/// Items of `source` at `places`, in the type an element asks for.
CandidateColumn converted(const playlist_column& source, const playlist_field& wanted,
                          std::span<const std::int32_t> places) {
  CandidateColumn column =
      CandidateColumn::missing(wanted.name, wanted.type, places.size(), source.dict);
  if (wanted.type == PLAYLIST_STRING) {
    auto& codes = std::get<Items<std::int32_t>>(column.values).edit();
    const auto* from = static_cast<const std::int32_t*>(source.data);
    for (std::size_t i = 0; i < places.size(); ++i) codes[i] = from[places[i]];
    return column;
  }
  std::visit(
      [&](auto& values) {
        auto& items = values.edit();
        using Item = typename std::decay_t<decltype(items)>::value_type;
        with_items(source, [&](const auto* from) {
          for (std::size_t i = 0; i < items.size(); ++i) {
            const auto item = from[places[i]];
            if (!is_missing(item)) items[i] = static_cast<Item>(item);
          }
        });
      },
      column.values);
  return column;
}

const playlist_column* by_track_column(const Tables& tables, std::string_view name) {
  for (const char* table : {"tracks", "track_statistics"}) {
    const playlist_table* found = tables.table(table);
    if (found == nullptr) continue;
    if (const playlist_column* column = find_column(*found, name)) return column;
  }
  return nullptr;
}

bool fits(const playlist_column& column, std::uint32_t wanted) {
  return (column.type == PLAYLIST_STRING) == (wanted == PLAYLIST_STRING);
}

/// The input columns of an element over candidates; gathers what comes from the library.
class Inputs {
 public:
  Inputs(const Evaluation& evaluation, const Node& node, const Candidates& candidates,
         const TableView& view, const std::vector<std::string>& named_columns) {
    for (const playlist_field* field : listed(node.description->in)) {
      add(evaluation, node, candidates, view, *field);
    }
    for (const std::string& name : named_columns) {
      const playlist_field field{sizeof field, PLAYLIST_F32, name.c_str(), "", 0, 0};
      add(evaluation, node, candidates, view, field);
    }
  }
  [[nodiscard]] const std::vector<const playlist_column*>& columns() const { return columns_; }

 private:
  void add(const Evaluation& evaluation, const Node& node, const Candidates& candidates,
           const TableView& view, const playlist_field& field) {
    if (const playlist_column* own = view.column(field.name);
        own != nullptr && own->type == field.type) {
      columns_.push_back(own);
      return;
    }
    const CandidateColumn* own = candidates.find(field.name);
    const playlist_column* shared =
        own != nullptr ? nullptr : by_track_column(*evaluation.setup().tables, field.name);
    if (own != nullptr && own->type != PLAYLIST_STRING && field.type != PLAYLIST_STRING) {
      std::vector<std::int32_t> rows(candidates.size());
      std::iota(rows.begin(), rows.end(), 0);
      keep(converted(*view.column(field.name), field, rows));
    } else if (shared != nullptr && shared->type == field.type &&
               is_whole_catalogue(candidates.tracks)) {
      columns_.push_back(shared);
    } else if (shared != nullptr && fits(*shared, field.type)) {
      keep(converted(*shared, field, candidates.tracks));
    } else if ((field.flags & PLAYLIST_FIELD_OPTIONAL) != 0) {
      columns_.push_back(nullptr);
    } else {
      throw evaluation.node_error(
          node, Exit::kRecipe,
          node.step + " needs a column \"" + field.name + "\" that no earlier step makes",
          "the candidates and the library have no such column",
          "put a :rank, :score or :column that makes it before this step");
    }
  }
  void keep(CandidateColumn column) {
    owned_.push_back(std::make_unique<CandidateColumn>(std::move(column)));
    descriptors_.push_back(std::make_unique<playlist_column>(
        playlist_column{sizeof(playlist_column), owned_.back()->type, owned_.back()->name.c_str(),
                        owned_.back()->data(), owned_.back()->dict}));
    columns_.push_back(descriptors_.back().get());
  }
  std::vector<std::unique_ptr<CandidateColumn>> owned_;
  std::vector<std::unique_ptr<playlist_column>> descriptors_;
  std::vector<const playlist_column*> columns_;
};

Candidates recalled(const Node& node, RecalledRows&& rows, std::int32_t channel) {
  const std::size_t count = rows.tracks.size();
  Candidates made;
  made.tracks = std::move(rows.tracks);
  made.put({"score", PLAYLIST_F32, std::move(rows.scores), nullptr});
  made.put({"channel", PLAYLIST_STRING, std::vector<std::int32_t>(count, channel), nullptr});
  made.put({"explanation", PLAYLIST_STRING, std::move(rows.explanations), nullptr});
  std::size_t k = 0;
  for (const playlist_field* field : listed(node.description->out)) {
    CandidateColumn column = CandidateColumn::missing(field->name, field->type, count);
    if (k < rows.columns.size() && !rows.columns[k].empty())
      std::memcpy(column.data(), rows.columns[k].data(), rows.columns[k].size());
    ++k;
    made.put(std::move(column));
  }
  return made;
}

/// Tells at its end whether the element drew random numbers.
class RandomDraws {
 public:
  RandomDraws(const ElementInstance& instance, NodeReuse* reuse)
      : instance_(instance), reuse_(reuse) {}
  ~RandomDraws() {
    if (reuse_ != nullptr && instance_.has_drawn()) reuse_->note_random_draw();
  }
  RandomDraws(const RandomDraws&) = delete;
  RandomDraws& operator=(const RandomDraws&) = delete;

 private:
  const ElementInstance& instance_;
  NodeReuse* reuse_;
};

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

/// Throws when a number column that the node made holds infinity, which JSON cannot carry.
void require_finite(const Evaluation& evaluation, const Node& node, const CandidateColumn& column,
                    const Items<std::int32_t>& tracks) {
  const std::size_t row =
      std::visit([](const auto& items) { return first_infinite(items); }, column.values);
  if (row == tracks.size()) return;
  const bool is_element = node.element != nullptr;
  throw evaluation.node_error(
      node, is_element ? Exit::kPlugin : Exit::kRecipe,
      node.label() + " gave track " + std::to_string(tracks[row]) + " an infinite " + column.name,
      "numbers of candidates are finite, or missing",
      is_element ? "report it to whoever made the element" : "take smaller weights");
}

/// Keeps each track's first place.
Candidates without_repeats(Candidates candidates) {
  const Items<std::int32_t>& tracks = candidates.tracks;
  if (tracks.empty()) return candidates;
  std::vector<bool> is_seen(
      static_cast<std::size_t>(*std::max_element(tracks.begin(), tracks.end())) + 1);
  std::vector<std::int32_t> rows;
  rows.reserve(tracks.size());
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    auto seen = is_seen[static_cast<std::size_t>(tracks[i])];
    if (seen) continue;
    seen = true;
    rows.push_back(static_cast<std::int32_t>(i));
  }
  if (rows.size() == tracks.size()) return candidates;
  return candidates.gather(std::move(rows));
}

/// What is known by an id or a title only may be a track that the person knows under another id,
/// and cannot be told to anybody: no recall recommends it. A person's own sets keep it.
template <class Reason>
Candidates without_nameless(Candidates candidates, const playlist_table& table, Reason reason) {
  const auto* title = static_cast<const std::int32_t*>(find_column(table, "title")->data);
  const auto* artist = static_cast<const std::int32_t*>(find_column(table, "artist")->data);
  std::vector<std::int32_t> rows;
  std::vector<Dropped> dropped;
  rows.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::int32_t track = candidates.tracks[i];
    if (title[track] >= 0 && artist[track] >= 0) {
      rows.push_back(static_cast<std::int32_t>(i));
    } else {
      dropped.push_back({track, reason()});
    }
  }
  if (dropped.empty()) return candidates;
  Candidates named = candidates.gather(std::move(rows));
  named.dropped = std::move(dropped);
  return named;
}

}  // namespace

std::vector<double> column_numbers(const FormulaColumn& column, const Candidates& candidates) {
  const playlist_column source{sizeof source, column.type, column.name.c_str(),
                               const_cast<void*>(column.data.get()), column.dict};
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

Evaluation::Evaluation(Setup setup) : setup_(std::move(setup)) {
  if (setup_.results != nullptr)
    reuse_ = std::make_unique<NodeReuse>(*this, *setup_.results, setup_.data);
}
Evaluation::~Evaluation() = default;

Error Evaluation::node_error(const Node& node, Exit exit, const std::string& what,
                             const std::string& why, const std::string& fix) const {
  return Error(exit, what, {node.where, node.source, why, fix});
}

void Evaluation::tell_again(const std::vector<std::string>& notices,
                            const std::vector<ReceiptEntry>& receipts,
                            const std::vector<BranchCount>& branches) {
  for (const std::string& text : notices) notice(text);
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
  if (node.step != "fallback") {
    for (const int read : setup_.plan->reads_of(node))
      if (!known(read)) return read;
    return -1;
  }
  // Its branches one by one: those behind the first that has any candidates do not run.
  for (const Branch& branch : node.branches) {
    const CandidatesPtr candidates = known(branch.node);
    if (!candidates) return branch.node;
    if (candidates->size() > 0) break;
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
  if (setup_.doing) setup_.doing(node.step + " (" + node.where + ")");
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
  const auto made = std::make_shared<const Candidates>(run_node(node));
  if (node.step == "score_weights" || node.step == "union" || node.step == "blend") {
    if (const CandidateColumn* score = made->find("score"))
      require_finite(*this, node, *score, made->tracks);
  }
  trace_node(node, *made, ms_since(start), false);
  if (run) run->done(made);
  results_[id] = made;
}

Candidates Evaluation::run_node(const Node& node) {
  if (node.element != nullptr) return run_element(node);
  if (node.step == "set") return run_set(node);
  if (node.step == "score_weights") return run_weights(node);
  if (node.function >= 0) return run_function(node);
  if (node.step == "limit") return run_limit(node);
  if (!node.branches.empty() || node.inputs.size() == 2) return run_combiner(node);
  return run_set_step(node);
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

CheckedArguments Evaluation::checked(const Node& node,
                                     std::vector<std::unique_ptr<TracksTable>>& tables) {
  Arguments arguments;
  for (const auto& argument : node.arguments) {
    const std::string& name = argument.first;
    const PlanValue& value = argument.second;
    if (const auto* read = std::get_if<NodeArgument>(&value)) {
      tables.push_back(std::make_unique<TracksTable>(result(read->node)));
      arguments.emplace_back(name, TracksArgument{tables.back()->table()});
    } else {
      std::visit(
          [&](const auto& plain) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(plain)>, NodeArgument>)
              arguments.emplace_back(name, plain);
          },
          value);
    }
  }
  return check_arguments(*node.description, arguments, node.where);
}

Candidates Evaluation::set_table(const std::string& table_name) {
  const playlist_table* table = setup_.tables->table(table_name);
  if (table == nullptr)
    throw Error(Exit::kStore, "the library has no table \"" + table_name + "\"");
  const playlist_column* tracks = find_column(*table, "track");
  const playlist_column* times = find_column(*table, "ts");
  Candidates made;
  if (table->rows == 0) return made;
  const auto* first = static_cast<const std::int32_t*>(tracks->data);
  made.tracks = std::vector<std::int32_t>(first, first + table->rows);
  if (times != nullptr) {
    const auto* ts = static_cast<const std::int64_t*>(times->data);
    made.put({"ts", PLAYLIST_I64, std::vector<std::int64_t>(ts, ts + table->rows), nullptr});
  }
  return made;
}

Candidates Evaluation::run_set(const Node& node) {
  const std::string name = node.text("set");
  if (name == "history") return interaction_history(*setup_.tables, {});
  if (name != "listens") return without_repeats(set_table(name));
  // A track heard often stands at its latest play; :since and :most_played read the table of
  // listens themselves.
  Candidates listens = set_table("listens");
  std::vector<std::int32_t> rows(listens.size());
  std::iota(rows.rbegin(), rows.rend(), 0);
  Candidates latest = without_repeats(listens.gather(rows));
  std::vector<std::int32_t> back(latest.size());
  std::iota(back.rbegin(), back.rend(), 0);
  return latest.gather(back);
}

Candidates Evaluation::run_element(const Node& node) {
  std::vector<std::unique_ptr<TracksTable>> tables;
  CheckedArguments arguments = checked(node, tables);
  const std::vector<std::string> named = arguments.columns();
  CallContext context;
  context.tables = setup_.tables;
  context.texts = setup_.texts;
  context.now = setup_.now;
  context.random_seed = mix_seed(setup_.random_seed, node.label());
  context.progress = setup_.progress;
  context.is_cancelled = setup_.is_cancelled;
  context.setting = setup_.setting;
  context.owner = &setup_.models;
  context.service = [this](std::string_view id) { return model_service(setup_.models, id); };
  context.log = [&](int level, std::string_view message) {
    if (level >= PLAYLIST_LOG_INFO) notice(node.step + ": " + std::string(message));
  };
  const auto end_of = [&](const CallResult& ended) {
    if (ended.status == PLAYLIST_NO_DATA) notice(node.step + " has no data: " + ended.message);
    if (ended.status == PLAYLIST_UNSUPPORTED || ended.status == PLAYLIST_CANCELLED) {
      throw node_error(node, Exit::kPlugin, node.step + " stopped", ended.message);
    }
    return ended.status == PLAYLIST_OK;
  };
  try {
    ElementInstance instance(*node.element, std::move(arguments), std::move(context));
    const RandomDraws draws(instance, reuse_.get());
    if (node.description->kind == PLAYLIST_RECALL) {
      RecalledRows rows;
      if (!end_of(instance.recall(rows))) return {};
      const std::string_view step = node.step;
      Candidates found =
          recalled(node, std::move(rows), text_code(step.substr(step.find('.') + 1)));
      for (const CandidateColumn& column : found.columns)
        require_finite(*this, node, column, found.tracks);
      return without_nameless(std::move(found), *setup_.tables->table("tracks"),
                              [this] { return text_code("its title or its artist is not known"); });
    }
    const CandidatesPtr candidates = input(node);
    const TableView view(*candidates, setup_.texts->dict());
    const Inputs inputs(*this, node, *candidates, view, named);
    switch (node.description->kind) {
      case PLAYLIST_RANKING: {
        Candidates made = *candidates;
        made.dropped = {};
        std::vector<std::unique_ptr<playlist_column>> descriptors;
        std::vector<CandidateColumn> columns;
        std::vector<const playlist_column*> out;
        for (const playlist_field* field : listed(node.description->out)) {
          columns.push_back(CandidateColumn::missing(field->name, field->type, made.size()));
        }
        for (CandidateColumn& column : columns) {
          descriptors.push_back(std::make_unique<playlist_column>(playlist_column{
              sizeof(playlist_column), column.type, column.name.c_str(), column.data(), nullptr}));
          out.push_back(descriptors.back().get());
        }
        end_of(instance.rank(view.table(), inputs.columns(), out));
        for (CandidateColumn& column : columns) {
          require_finite(*this, node, column, made.tracks);
          made.put(std::move(column));
        }
        return made;
      }
      case PLAYLIST_FILTERING: {
        std::vector<std::uint8_t> keep(candidates->size(), 1);
        std::vector<std::int32_t> reasons(candidates->size(), -1);
        if (!end_of(instance.filter(view.table(), inputs.columns(), keep, reasons)))
          return *candidates;
        std::vector<std::int32_t> rows;
        rows.reserve(keep.size());
        std::vector<Dropped> dropped;
        for (std::size_t i = 0; i < keep.size(); ++i) {
          if (keep[i] != 0)
            rows.push_back(static_cast<std::int32_t>(i));
          else
            dropped.push_back({candidates->tracks[i], reasons[i]});
        }
        if (dropped.empty() && candidates->dropped.empty()) return *candidates;
        Candidates made = candidates->gather(std::move(rows));
        made.dropped = std::move(dropped);
        return made;
      }
      case PLAYLIST_ORDERING: {
        std::vector<std::int32_t> order;
        if (!end_of(instance.order(view.table(), inputs.columns(), order))) return *candidates;
        return candidates->gather(std::move(order));
      }
      default:
        throw node_error(node, Exit::kRecipe, node.step + " cannot stand in a plan");
    }
  } catch (const Error& failure) {
    if (!failure.parts().where.empty()) throw;
    throw node_error(node, failure.exit(), failure.what(), failure.parts().why,
                     failure.parts().fix);
  }
}

std::vector<FormulaColumn> Evaluation::formula_columns(const Candidates& candidates) const {
  std::vector<FormulaColumn> columns;
  const auto has = [&](std::string_view name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const FormulaColumn& c) { return c.name == name; });
  };
  for (const CandidateColumn& column : candidates.columns) {
    const playlist_dict* dict = column.type != PLAYLIST_STRING ? nullptr
                                : column.dict != nullptr       ? column.dict
                                                               : setup_.texts->dict();
    columns.push_back({column.name, column.type, FormulaColumn::Data(column), dict, false});
  }
  const auto add_table = [&](const char* name) {
    const playlist_table* table = setup_.tables->table(name);
    if (table == nullptr) return;
    for (std::uint32_t k = 0; k < table->column_count; ++k) {
      const playlist_column& column = *table->columns[k];
      // Recipes say t.artist and mean the name; the number is of use to plugins only.
      std::string shown = column.name;
      if (shown == "artist" && column.type == PLAYLIST_I32) shown = "artist_number";
      if (shown == "artist_name") shown = "artist";
      if (!has(shown))
        columns.push_back(
            {shown, column.type, FormulaColumn::Data(column.data), column.dict, true});
    }
  };
  add_table("tracks");
  // These cost a pass over listens, so they are computed when a formula reads one.
  for (const StatisticsColumn& column : kTrackStatistics) {
    if (has(column.name)) continue;
    columns.push_back({column.name, column.type,
                       FormulaColumn::Data(*setup_.tables, "track_statistics", column.name),
                       nullptr, true});
  }
  return columns;
}

}  // namespace engine
