// Steps that run a recipe's own function over rows, and the weighted score.
#include <algorithm>
#include <cmath>
#include <sstream>

#include <lua.hpp>

#include "core/error.hpp"
#include "plan/evaluate.hpp"

namespace engine {
namespace {

/// Pushes a node's function; pops it on leaving.
class PushedFunction {
 public:
  PushedFunction(lua_State* lua, int reference) : lua_(lua) {
    lua_rawgeti(lua, LUA_REGISTRYINDEX, reference);
  }
  ~PushedFunction() { lua_pop(lua_, 1); }
  PushedFunction(const PushedFunction&) = delete;
  PushedFunction& operator=(const PushedFunction&) = delete;
  [[nodiscard]] int index() const { return lua_gettop(lua_); }

 private:
  lua_State* lua_;
};

std::vector<float> score_rows(Evaluation& evaluation, const Node& node,
                              const Candidates& candidates) {
  LuaState& lua = *evaluation.setup().lua;
  std::vector<float> scores(candidates.size());
  const PushedFunction function(lua.raw(), node.function);
  lua.score(function.index(), evaluation.formula_columns(candidates), candidates.tracks.data(),
            static_cast<std::int64_t>(candidates.size()), scores.data());
  return scores;
}

/// The candidates with this score, best first.
Candidates best_first(const Candidates& candidates, std::vector<float> scores) {
  std::vector<std::int32_t> rows = rows_by(scores, candidates.tracks, true);
  Candidates made = candidates;
  made.dropped = {};
  made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
  return made.gather(std::move(rows));
}

Candidates filtered(Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  LuaState& lua = *evaluation.setup().lua;
  std::vector<std::uint8_t> keep(candidates.size());
  {
    const PushedFunction function(lua.raw(), node.function);
    lua.filter(function.index(), evaluation.formula_columns(candidates), candidates.tracks.data(),
               static_cast<std::int64_t>(candidates.size()), keep.data());
  }
  const std::string reason = node.text("reason");
  const std::int32_t code =
      evaluation.text_code(reason.empty() ? "the function at " + node.function_at : reason);
  std::vector<std::int32_t> rows;
  rows.reserve(keep.size());
  std::vector<Dropped> dropped;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i] != 0) {
      rows.push_back(static_cast<std::int32_t>(i));
    } else {
      dropped.push_back({candidates.tracks[i], code});
    }
  }
  Candidates made = candidates.gather(std::move(rows));
  made.dropped = std::move(dropped);
  return made;
}

Candidates explained(Evaluation& evaluation, const Node& node, const Candidates& candidates) {
  LuaState& lua = *evaluation.setup().lua;
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
  std::vector<std::string> texts(
      candidates.size());  // codes come after, as interning moves the dictionary
  {
    const PushedFunction function(lua.raw(), node.function);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      texts[i] = lua.text(function.index(), columns, candidates.tracks.data(),
                          static_cast<std::int64_t>(i));
    }
  }
  std::vector<std::int32_t> codes(candidates.size());
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = evaluation.text_code(texts[i]);
  Candidates made = candidates;
  made.dropped = {};
  made.put({"explanation", PLAYLIST_STRING, std::move(codes), nullptr});
  return made;
}

std::string missing_note(const std::string& column, std::size_t missing, std::size_t rows) {
  std::ostringstream text;
  text << column << " is missing for " << missing << " of " << rows
       << " candidates; their mean was used there";
  return text.str();
}

}  // namespace

Candidates Evaluation::run_function(const Node& node) {
  const CandidatesPtr candidates = input(node);
  if (node.step == "score") return best_first(*candidates, score_rows(*this, node, *candidates));
  if (node.step == "filter_function") return filtered(*this, node, *candidates);
  if (node.step == "explain") return explained(*this, node, *candidates);
  const std::vector<float> values = score_rows(*this, node, *candidates);
  if (node.step == "order_function") {
    return candidates->gather(rows_by(values, candidates->tracks, false));
  }
  Candidates made = *candidates;  // "column"
  made.dropped = {};
  made.put({node.text("name"), PLAYLIST_F32, values, nullptr});
  return made;
}

Candidates Evaluation::run_weights(const Node& node) {
  const CandidatesPtr candidates = input(node);
  const std::size_t rows = candidates->size();
  std::vector<double> total(rows);
  const std::vector<FormulaColumn> known = formula_columns(*candidates);
  for (const auto& [name, weight] : node.weights) {
    const auto found =
        std::find_if(known.begin(), known.end(),
                     [&, &wanted = name](const FormulaColumn& c) { return c.name == wanted; });
    if (found == known.end() || found->type == PLAYLIST_STRING) {
      std::vector<std::string> names;
      for (const FormulaColumn& column : known) {
        if (column.type != PLAYLIST_STRING) names.push_back(column.name);
      }
      const std::string near = nearest(name, names);
      throw node_error(
          node, Exit::kRecipe, "unknown column \"" + name + "\" in :score",
          "a weight needs a number column that an earlier step made or the library has",
          near.empty() ? "" : "did you mean " + near + "?");
    }
    const std::vector<double> values = column_numbers(*found, *candidates);
    double sum = 0;
    std::size_t present = 0;
    for (const double value : values) {
      if (std::isnan(value)) continue;
      sum += value;
      ++present;
    }
    const double mean = present == 0 ? 0 : sum / static_cast<double>(present);
    for (std::size_t i = 0; i < rows; ++i)
      total[i] += weight * (std::isnan(values[i]) ? mean : values[i]);
    if (present < rows) notice(missing_note(name, rows - present, rows));
  }
  return best_first(*candidates, std::vector<float>(total.begin(), total.end()));
}

}  // namespace engine
