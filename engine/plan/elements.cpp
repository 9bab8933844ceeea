// The steps that stand for plugins' elements: recall, ranking, filtering, ordering.
#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "core/error.hpp"
#include "data/declared_tables.hpp"
#include "plan/column_items.hpp"
#include "plan/evaluate.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"
#include "plugin/complete_service.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/text_encoder.hpp"

namespace engine {
namespace {

// ---- what elements are given ----

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
  const DeclaredTable* declared = find_by_track(name);
  const playlist_table* table = declared == nullptr ? nullptr : tables.table(declared->name);
  return table == nullptr ? nullptr : find_column(*table, name);
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
          node.name + " needs a column \"" + field.name + "\" that no earlier step makes",
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

/// The node's arguments; sets of tracks become `tables`, which must outlive them.
CheckedArguments checked(Evaluation& evaluation, const Node& node,
                         std::vector<std::unique_ptr<TracksTable>>& tables) {
  Arguments arguments;
  for (const auto& argument : node.arguments) {
    const std::string& name = argument.first;
    const PlanValue& value = argument.second;
    if (const auto* read = std::get_if<NodeArgument>(&value)) {
      tables.push_back(std::make_unique<TracksTable>(evaluation.result(read->node)));
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
  return check_arguments(*node.description, arguments, node.where,
                         {evaluation.setup().files, node.element->plugin->path});
}

/// One call of the node's element, from its arguments to what it gives.
class ElementCall {
 public:
  ElementCall(Evaluation& evaluation, const Node& node)
      : evaluation_(evaluation),
        node_(node),
        arguments_(checked(evaluation, node, tables_)),
        http_(node.name, evaluation.setup().ask),
        named_columns_(arguments_.columns()) {}
  ElementCall(const ElementCall&) = delete;
  ElementCall& operator=(const ElementCall&) = delete;
  ~ElementCall() {
    if (instance_ != nullptr && instance_->has_drawn()) evaluation_.note_random_draw();
  }

  void make_instance() {
    instance_ = std::make_unique<ElementInstance>(*node_.element, std::move(arguments_), context());
  }

  [[nodiscard]] Evaluation& evaluation() const { return evaluation_; }
  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] ElementInstance& instance() const { return *instance_; }
  /// The columns that its arguments name.
  [[nodiscard]] const std::vector<std::string>& named_columns() const { return named_columns_; }

  /// Whether it gave something; it may say that it has no data.
  [[nodiscard]] bool is_done(const CallResult& ended) const {
    if (ended.status == PLAYLIST_NO_DATA)
      evaluation_.notice(node_.name + " has no data: " + ended.message);
    if (ended.status == PLAYLIST_UNSUPPORTED || ended.status == PLAYLIST_CANCELLED) {
      throw evaluation_.node_error(node_, Exit::kPlugin, node_.name + " stopped", ended.message);
    }
    return ended.status == PLAYLIST_OK;
  }

 private:
  CallContext context() {
    const Evaluation::Setup& setup = evaluation_.setup();
    CallContext context;
    context.tables = setup.tables;
    context.texts = setup.texts;
    context.now = setup.now;
    context.random_seed = mix_seed(setup.random_seed, node_.label());
    context.progress = setup.progress;
    context.is_cancelled = setup.is_cancelled;
    context.setting = setup.setting;
    if (setup.models != nullptr) context.services = {artifacts_service(*setup.models)};
    if (setup.ask) context.services.push_back(http_.service());
    if (setup.encoder != nullptr) context.services.push_back(setup.encoder->service());
    if (setup.completer != nullptr) context.services.push_back(setup.completer->service());
    context.log = [this](int level, std::string_view message) {
      if (level >= PLAYLIST_LOG_INFO) evaluation_.notice(node_.name + ": " + std::string(message));
    };
    return context;
  }

  Evaluation& evaluation_;
  const Node& node_;
  std::vector<std::unique_ptr<TracksTable>> tables_;
  CheckedArguments arguments_;
  HttpAsker http_;
  std::vector<std::string> named_columns_;
  std::unique_ptr<ElementInstance> instance_;
};

/// The candidates that an element looks at.
struct ElementInput {
  explicit ElementInput(const ElementCall& call)
      : candidates(call.evaluation().input(call.node())),
        view(*candidates, call.evaluation().setup().texts->dict()),
        inputs(call.evaluation(), call.node(), *candidates, view, call.named_columns()) {}
  CandidatesPtr candidates;
  TableView view;
  Inputs inputs;
};

// ---- what they give ----

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

/// What all kinds share. They are told and called by the element's own name and description.
class ElementStep : public Step {
 public:
  explicit ElementStep(StepFacts facts) : Step({"element", "", ""}, with_own_form(facts)) {}

  [[nodiscard]] std::string written(const Node& node) const override { return node.name; }

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    ElementCall call(evaluation, node);
    try {
      call.make_instance();
      return answer(call);
    } catch (const Error& failure) {
      if (!failure.parts().where.empty()) throw;
      throw evaluation.node_error(node, failure.exit(), failure.what(), failure.parts().why,
                                  failure.parts().fix);
    }
  }

 protected:
  static void add_outputs(const Node& node, PlanColumns& columns) {
    for (const playlist_field* field : listed(node.description->out))
      columns.types[field->name] = field->type;
  }

 private:
  virtual Candidates answer(ElementCall& call) const = 0;
  static StepFacts with_own_form(StepFacts facts) {
    facts.form = StepForm::kOwn;
    facts.may_draw = true;
    return facts;
  }
};

class RecallStep final : public ElementStep {
 public:
  RecallStep() : ElementStep({.inputs = 0}) {}

  void add_columns(const Node& node, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
    columns.types["channel"] = columns.types["explanation"] = PLAYLIST_STRING;
    add_outputs(node, columns);
  }
  [[nodiscard]] double most_rows(const Node& node) const override {
    const double limit = node.has_parameter("limit") ? node.number("limit") : 0;
    return limit > 0 ? limit : Step::most_rows(node);
  }

 private:
  Candidates answer(ElementCall& call) const override {
    Evaluation& evaluation = call.evaluation();
    const Node& node = call.node();
    RecalledRows rows;
    if (!call.is_done(call.instance().recall(rows))) return {};
    const std::string_view name = node.name;
    Candidates found =
        recalled(node, std::move(rows), evaluation.text_code(name.substr(name.find('.') + 1)));
    for (const CandidateColumn& column : found.columns)
      evaluation.require_finite(node, column, found.tracks);
    return without_nameless(std::move(found), *evaluation.setup().tables->table("tracks"), [&] {
      return evaluation.text_code("its title or its artist is not known");
    });
  }
};

bool is_orderwise(const Node& node) {
  return (node.description->flags & PLAYLIST_ORDERWISE) != 0;
}

class RankingStep final : public ElementStep {
 public:
  RankingStep() : ElementStep({.keeps_rows = true, .passes_turns = true}) {}

  void add_columns(const Node& node, PlanColumns& columns) const override {
    add_outputs(node, columns);
    for (const playlist_field* field : listed(node.description->out)) {
      columns.orderwise.erase(field->name);
      if (is_orderwise(node)) columns.orderwise.emplace(field->name, OrderwiseColumn{node.id});
    }
  }

 private:
  Candidates answer(ElementCall& call) const override {
    const ElementInput input(call);
    Candidates made = *input.candidates;
    made.dropped = {};
    std::vector<std::unique_ptr<playlist_column>> descriptors;
    std::vector<CandidateColumn> columns;
    std::vector<const playlist_column*> out;
    for (const playlist_field* field : listed(call.node().description->out)) {
      columns.push_back(CandidateColumn::missing(field->name, field->type, made.size()));
      columns.back().is_orderwise = is_orderwise(call.node());
    }
    for (CandidateColumn& column : columns) {
      descriptors.push_back(std::make_unique<playlist_column>(playlist_column{
          sizeof(playlist_column), column.type, column.name.c_str(), column.data(), nullptr}));
      out.push_back(descriptors.back().get());
    }
    // Without an answer its columns are there, and missing.
    (void)call.is_done(call.instance().rank(input.view.table(), input.inputs.columns(), out));
    for (CandidateColumn& column : columns) {
      call.evaluation().require_finite(call.node(), column, made.tracks);
      made.put(std::move(column));
    }
    return made;
  }
};

class FilteringStep final : public ElementStep {
 public:
  FilteringStep() : ElementStep({.is_filter = true, .passes_turns = true}) {}

 private:
  Candidates answer(ElementCall& call) const override {
    const ElementInput input(call);
    const Candidates& candidates = *input.candidates;
    std::vector<std::uint8_t> keep(candidates.size(), 1);
    std::vector<std::int32_t> reasons(candidates.size(), -1);
    if (!call.is_done(
            call.instance().filter(input.view.table(), input.inputs.columns(), keep, reasons)))
      return candidates;
    std::vector<std::int32_t> rows;
    rows.reserve(keep.size());
    std::vector<Dropped> dropped;
    for (std::size_t i = 0; i < keep.size(); ++i) {
      if (keep[i] != 0)
        rows.push_back(static_cast<std::int32_t>(i));
      else
        dropped.push_back({candidates.tracks[i], reasons[i]});
    }
    if (dropped.empty() && candidates.dropped.empty()) return candidates;
    Candidates made = candidates.gather(std::move(rows));
    made.dropped = std::move(dropped);
    return made;
  }
};

/// Arranges all rows, or where it has a parameter `tracks`, chooses as many of them.
class OrderingStep final : public ElementStep {
 public:
  OrderingStep() : ElementStep({.how_lost = "the ordering did not choose it"}) {}

  [[nodiscard]] double most_rows(const Node& node) const override {
    return chosen(node) > 0 ? chosen(node) : Step::most_rows(node);
  }
  [[nodiscard]] std::optional<ListLength> list_length(const Node& node) const override {
    if (!(chosen(node) > 0)) return std::nullopt;
    return ListLength{chosen(node)};
  }

 private:
  static double chosen(const Node& node) {
    return node.has_parameter("tracks") ? node.number("tracks") : 0;
  }
  Candidates answer(ElementCall& call) const override {
    const ElementInput input(call);
    std::vector<std::int32_t> order;
    if (!call.is_done(call.instance().order(input.view.table(), input.inputs.columns(), order)))
      return *input.candidates;
    return input.candidates->gather(std::move(order));
  }
};

/// Of a kind that recipes have no use for.
class OtherElementStep final : public ElementStep {
 public:
  OtherElementStep() : ElementStep({.inputs = 0}) {}

 private:
  Candidates answer(ElementCall& call) const override {
    throw call.evaluation().node_error(call.node(), Exit::kRecipe,
                                       call.node().name + " cannot stand in a plan");
  }
};

class UnknownStep final : public Step {
 public:
  UnknownStep() : Step({"unknown", "", ""}, {.form = StepForm::kOwn}) {}

  [[nodiscard]] std::string written(const Node& node) const override { return node.name; }
  Candidates run(Evaluation& evaluation, const Node& node) const override {
    throw evaluation.node_error(node, Exit::kRecipe, "no plugin offers " + node.name);
  }
  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.is_complete = false;
  }
};

}  // namespace

const Step& element_step(std::uint32_t kind) {
  static const RecallStep recall;
  static const RankingStep ranking;
  static const FilteringStep filtering;
  static const OrderingStep ordering;
  static const OtherElementStep other;
  switch (kind) {
    case PLAYLIST_RECALL:
      return recall;
    case PLAYLIST_RANKING:
      return ranking;
    case PLAYLIST_FILTERING:
      return filtering;
    case PLAYLIST_ORDERING:
      return ordering;
    default:
      return other;
  }
}

const Step& unknown_step() {
  static const UnknownStep step;
  return step;
}

}  // namespace engine
