#include "recipe/check_plan.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <lua.hpp>

#include "data/track_genres.hpp"
#include "lua/formula_text.hpp"
#include "plan/asked_tags.hpp"
#include "plan/persons.hpp"
#include "plan/plan_columns.hpp"
#include "plan/playlists.hpp"
#include "plan/step.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

std::vector<std::string> names_of(const PlanColumns& columns, bool with_texts) {
  std::vector<std::string> names;
  for (const auto& [name, type] : columns.types) {
    const bool is_number = type != PLAYLIST_STRING && type != kTagColumn;
    const bool is_anybodys = name.ends_with(".*");
    if ((with_texts || is_number) && !is_anybodys) names.push_back(name);
  }
  return names;
}

std::string did_you_mean(const std::string& name, const PlanColumns& columns, bool with_texts) {
  const std::string near = nearest(name, names_of(columns, with_texts));
  return near.empty() ? "" : "did you mean " + near + "?";
}

/// Has every tag, and keeps which were asked for.
class AnyTag final : public TagBits {
 public:
  [[nodiscard]] const std::uint32_t* of(std::string_view tag) const override {
    static const std::uint32_t yes = ~0u;
    asked_.emplace(tag);
    return &yes;
  }
  [[nodiscard]] std::int64_t track_count() const override { return 1; }
  [[nodiscard]] const std::set<std::string>& asked() const { return asked_; }

 private:
  mutable std::set<std::string> asked_;
};

/// One row that has every column, each with an ordinary value.
class MadeUpRow {
 public:
  explicit MadeUpRow(const PlanColumns& columns) {
    for (const auto& [name, type] : columns.types)
      columns_.push_back({name, type, value(type), type == PLAYLIST_STRING ? &dict() : nullptr,
                          type == kTagColumn});
  }
  MadeUpRow(const MadeUpRow&) = delete;
  MadeUpRow& operator=(const MadeUpRow&) = delete;
  [[nodiscard]] const std::vector<FormulaColumn>& columns() const { return columns_; }
  [[nodiscard]] const std::set<std::string>& asked_tags() const { return tags_.asked(); }

 private:
  const void* value(std::uint32_t type) {
    static const float half = 0.5f;
    static const double half_double = 0.5;
    static const std::int32_t one = 1, code = 0;
    static const std::int64_t long_ago = 1'000'000'000;
    static const std::uint8_t yes = 1;
    switch (type) {
      case PLAYLIST_F32:
        return &half;
      case PLAYLIST_F64:
        return &half_double;
      case PLAYLIST_I32:
        return &one;
      case PLAYLIST_I64:
        return &long_ago;
      case PLAYLIST_U8:
        return &yes;
      case kTagColumn:
        return static_cast<const TagBits*>(&tags_);
      default:
        return &code;
    }
  }
  static const playlist_dict& dict() {
    static const std::uint64_t offsets[] = {0, 9};
    static const playlist_dict made{sizeof made, 1, "a made-up", offsets};
    return made;
  }
  AnyTag tags_;
  std::vector<FormulaColumn> columns_;
};

class PlanCheck {
 public:
  PlanCheck(const Plan& plan, const std::vector<FormulaColumn>& library, LuaState& lua,
            const std::function<void(Problem)>& found, const LibraryAtHand& at_hand)
      : plan_(plan),
        library_(library),
        lua_(lua),
        found_(found),
        at_hand_(at_hand),
        columns_(columns_of(plan)) {
    if (at_hand.tables != nullptr) genres_.emplace(*at_hand.tables);
  }

  void run(const std::vector<int>& looked_at) {
    for (const Node& node : plan_.nodes) {
      if (node.function >= 0) check_formula(node);
      if (!node.weights.empty()) check_weights(node);
      if (node.element != nullptr) check_element_columns(node);
      if (node.name == "filtering.tag") check_tag_filter(node);
      if (node.name == "playlist") check_playlist(node);
      if (node.has_parameter("of") && !node.text("of").empty()) check_person(node, node.text("of"));
      check_step(node);
    }
    check_unused(looked_at);
  }

 private:
  void tell(const Node& node, std::string what, std::string why = "", std::string fix = "",
            bool is_error = true) {
    tell_lost(
        node,
        {is_error, std::move(what), {node.where, node.source, std::move(why), std::move(fix)}});
  }
  /// A column that an order-wise ranking has made and a later step did not hand on is told as that.
  void tell_lost(const Node& node, Problem problem) {
    const std::string name = column_not_found(problem.what);
    if (!name.empty() && !node.inputs.empty()) {
      LostColumn lost =
          lost_column(plan_, columns_[static_cast<std::size_t>(node.inputs.front())], name);
      if (!lost.why.empty()) {
        problem.parts.why = std::move(lost.why);
        problem.parts.fix = std::move(lost.fix);
      }
    }
    found_(std::move(problem));
  }

  [[nodiscard]] PlanColumns columns_below(const Node& node) const {
    PlanColumns own = columns_[static_cast<std::size_t>(node.inputs.at(0))];
    node.step->add_score_columns(own);
    return with_library(std::move(own), library_);
  }

  // ---- formulas ----
  void check_formula(const Node& node) {
    const PlanColumns known = columns_below(node);
    lua_State* lua = lua_.raw();
    lua_rawgeti(lua, LUA_REGISTRYINDEX, node.function);
    const int function = lua_gettop(lua);
    const std::string lines = lua_.lines_of(function);
    if (known.is_complete) check_names(node, known, lines);
    run_once(node, known, function);
    lua_settop(lua, function - 1);
  }

  /// What the text names, on paths that one row does not take too. Where several functions share
  /// their lines, only what is wrong for all of them is told.
  void check_names(const Node& node, const PlanColumns& known, const std::string& lines) {
    const std::vector<FunctionText> functions = functions_in(lines);
    if (functions.empty()) return;
    check_people_asked(node, known, functions);
    for (const std::string& field : functions[0].fields) {
      const bool is_in_all =
          std::all_of(functions.begin(), functions.end(), [&](const FunctionText& f) {
            return std::find(f.fields.begin(), f.fields.end(), field) != f.fields.end();
          });
      if (known.types.count(field) != 0 || known.types.count(field + ".*") != 0) continue;
      if (functions.size() > 1 && !is_in_all) continue;
      unknown_column(node, field, known, lines);
    }
  }

  void unknown_column(const Node& node, const std::string& name, const PlanColumns& known,
                      const std::string& lines) {
    const std::string& at = node.function_at;
    int line = std::atoi(at.c_str() + at.rfind(':') + 1);
    std::size_t begin = 0;
    std::string source;
    for (; begin < lines.size(); ++line) {
      const std::size_t end = lines.find('\n', begin);
      source = lines.substr(begin, end - begin);
      if (source.find("." + name) != std::string::npos ||
          source.find(name + "\"") != std::string::npos ||
          source.find(name + "'") != std::string::npos)
        break;
      begin = end + 1;
    }
    tell_lost(node, {true,
                     "unknown column \"" + name + "\"",
                     {at.substr(0, at.rfind(':') + 1) + std::to_string(line), source, "",
                      did_you_mean(name, known, true)}});
  }

  void run_formula(const Node& node, const std::vector<FormulaColumn>& row, int function) {
    const std::int32_t track = 0;
    const FormulaResult result = node.step->facts().formula.value_or(FormulaResult::kNumber);
    if (result == FormulaResult::kText) {
      lua_.text(function, row, &track, 0);
    } else if (result == FormulaResult::kTruth) {
      std::uint8_t keep = 0;
      lua_.filter(function, row, &track, 1, &keep);
    } else {
      float score = 0;
      lua_.score(function, row, &track, 1, &score);
    }
  }

  void run_once(const Node& node, const PlanColumns& known, int function) {
    const MadeUpRow row(known);
    try {
      run_formula(node, row.columns(), function);
    } catch (const Error& error) {
      const std::string what = error.what();
      const bool is_name = what.rfind("unknown ", 0) == 0;
      if (is_name && !known.is_complete && what.rfind("unknown column", 0) == 0) return;
      const bool is_for_any_track = is_name || what.rfind("a formula cannot ", 0) == 0;
      if (is_for_any_track || error.exit() == Exit::kLimits)
        return tell_lost(node, {true, what, error.parts()});
      Error::Parts parts = error.parts();
      parts.why += (parts.why.empty() ? "" : "; ") +
                   std::string("so it was on a made-up track that has every column");
      found_({false, what, std::move(parts)});
    }
    for (const std::string& tag : row.asked_tags()) check_tag(node, tag);
  }

  // ---- tags ----
  void check_tag(const Node& node, const std::string& tag) {
    if (!genres_ || genres_->number(tag) >= 0) return;
    tell(node, unknown_tag_text(tag, nearest(tag, genres_->names())),
         "looked up in the library at hand; another may have it", "", false);
  }

  void check_tag_filter(const Node& node) {
    for (const auto& [name, value] : node.arguments) {
      const auto* list = std::get_if<ArgumentList>(&value);
      if (const auto* tag = std::get_if<std::string>(&value)) check_tag(node, *tag);
      if (list == nullptr) continue;
      for (const auto& item : *list)
        if (const auto* tag = std::get_if<std::string>(&item)) check_tag(node, *tag);
    }
  }

  void check_playlist(const Node& node) {
    if (at_hand_.tables == nullptr || !node.text("of").empty()) return;
    const std::string name = node.text("name");
    const std::vector<std::string> known = playlist_names(*at_hand_.tables);
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    const auto [what, why, fix] = unknown_playlist(name, known);
    tell(node, what, why, fix, false);
  }

  // ---- people ----
  void check_person(const Node& node, const std::string& name) {
    const std::vector<std::string>& known = at_hand_.people;
    if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
    const UnknownPerson unknown = unknown_person(name, known);
    tell(node, unknown.what, "looked up in the library at hand; another may have them", unknown.fix,
         false);
  }

  /// t.plays_of.bob
  void check_people_asked(const Node& node, const PlanColumns& known,
                          const std::vector<FunctionText>& functions) {
    for (const FunctionText& function : functions) {
      for (const auto& [field, person] : function.members)
        if (known.types.count(field + ".*") != 0) check_person(node, person);
    }
  }

  // ---- columns of weights and elements ----
  void check_weights(const Node& node) {
    const PlanColumns known = columns_below(node);
    for (const auto& [name, weight] : node.weights)
      check_number_column(node, name, known, ":score");
  }

  void check_number_column(const Node& node, const std::string& name, const PlanColumns& known,
                           const std::string& user) {
    const auto column = known.types.find(name);
    if (column == known.types.end() && !known.is_complete) return;
    const bool is_tags = column != known.types.end() && column->second == kTagColumn;
    if (column != known.types.end() && column->second != PLAYLIST_STRING && !is_tags) return;
    const bool is_text = column != known.types.end() && !is_tags;
    tell(node,
         is_text ? "column \"" + name + "\" in " + user + " holds texts"
                 : "unknown column \"" + name + "\" in " + user,
         "it needs a number column that an earlier step made or the library has",
         did_you_mean(name, known, false));
  }

  void check_element_columns(const Node& node) {
    if (node.inputs.empty()) return;
    const PlanColumns& own = columns_[static_cast<std::size_t>(node.inputs[0])];
    // Elements see the library under its own names, recipes see the artist's name as `artist`.
    PlanColumns known = columns_below(node);
    known.types["artist"] = PLAYLIST_I32;
    known.types["artist_name"] = PLAYLIST_STRING;
    known.types.insert(own.types.begin(), own.types.end());
    if (!known.is_complete) return;
    for (const playlist_field* field : listed(node.description->in)) {
      const auto column = known.types.find(field->name);
      const bool fits = column != known.types.end() &&
                        (column->second == PLAYLIST_STRING) == (field->type == PLAYLIST_STRING);
      if (fits || (field->flags & PLAYLIST_FIELD_OPTIONAL) != 0) continue;
      tell(node, node.name + " needs a column \"" + field->name + "\" that no earlier step makes",
           "the candidates and the library have no such column",
           "put a :rank, :score or :column that makes it before this step");
    }
    for (const playlist_param* param : listed(node.description->params)) {
      if (param->type != PLAYLIST_PARAM_COLUMN) continue;
      const std::string name = node.text(param->name);
      if (!name.empty()) check_number_column(node, name, known, node.name);
    }
  }

  // ---- what each step says itself ----
  void check_step(const Node& node) {
    node.step->check(node,
                     {plan_, columns_, [&](std::string what, std::string why, std::string fix) {
                        tell(node, std::move(what), std::move(why), std::move(fix));
                      }});
  }

  /// `likes:filter(...)` makes new candidates and leaves `likes` as they were.
  void check_unused(const std::vector<int>& looked_at) {
    std::vector<bool> is_used(plan_.nodes.size());
    for (const Node& node : plan_.nodes) {
      for (const int read : plan_.reads(node.id)) is_used[static_cast<std::size_t>(read)] = true;
    }
    for (const int id : looked_at) is_used[static_cast<std::size_t>(id)] = true;
    if (plan_.output >= 0) is_used[static_cast<std::size_t>(plan_.output)] = true;
    for (const Node& node : plan_.nodes) {
      if (is_used[static_cast<std::size_t>(node.id)] || node.step->facts().is_set) continue;
      tell(node, "the result of " + node.written() + " is not used",
           "a verb gives new candidates and leaves those it was called on as they are",
           "keep it in a variable and use that, or leave the step out", false);
    }
  }

  const Plan& plan_;
  const std::vector<FormulaColumn>& library_;
  LuaState& lua_;
  const std::function<void(Problem)>& found_;
  LibraryAtHand at_hand_;
  std::optional<TrackGenres> genres_;
  std::vector<PlanColumns> columns_;
};

}  // namespace

void check_plan(const Plan& plan, const std::vector<FormulaColumn>& library, LuaState& lua,
                const std::vector<int>& looked_at, const std::function<void(Problem)>& found,
                const LibraryAtHand& at_hand) {
  PlanCheck(plan, library, lua, found, at_hand).run(looked_at);
}

}  // namespace engine
