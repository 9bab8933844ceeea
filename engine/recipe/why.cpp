#include "recipe/why.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include <lua.hpp>

#include "core/error.hpp"
#include "recipe/report.hpp"

namespace engine {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string track_text(const Tables& tables, const char* name, std::int32_t track) {
  const playlist_column& column = *find_column(*tables.table("tracks"), name);
  return std::string(text_of(column, static_cast<const std::int32_t*>(column.data)[track]));
}

std::string track_name(const Tables& tables, std::int32_t track) {
  return "\"" + track_text(tables, "title", track) + "\" by " +
         track_text(tables, "artist_name", track);
}

std::string rounded(double value) {
  std::ostringstream text;
  text.precision(3);
  text << value;
  return text.str();
}

/// Terms of a score for one row: weight x value for the weighted form, replaced columns for a
/// formula.
std::vector<LuaState::Contribution> score_terms(Evaluation& evaluation, const Node& node,
                                                const Candidates& input, std::size_t row) {
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(input);
  const auto typical = [&](const FormulaColumn& column) {
    std::vector<double> values = column_numbers(column, input);
    std::erase_if(values, [](double v) { return std::isnan(v); });
    if (values.empty()) return 0.0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  if (node.step == "score") {
    lua_State* lua = evaluation.setup().lua->raw();
    lua_rawgeti(lua, LUA_REGISTRYINDEX, node.function);
    auto terms = evaluation.setup().lua->contributions(
        lua_gettop(lua), columns, input.tracks.data(), static_cast<std::int64_t>(row), typical);
    lua_pop(lua, 1);
    return terms;
  }
  std::vector<LuaState::Contribution> terms;
  for (const auto& [name, weight] : node.weights) {
    for (const FormulaColumn& column : columns) {
      if (column.name != name) continue;
      const double value = column_numbers(column, input)[row];
      terms.push_back({name, weight * (std::isnan(value) ? typical(column) : value)});
    }
  }
  std::stable_sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
    return std::abs(a.delta) > std::abs(b.delta);
  });
  return terms;
}

std::string terms_text(const std::vector<LuaState::Contribution>& terms) {
  std::string text;
  for (const auto& term : terms) {
    text += (text.empty() ? "" : ", ") + term.column + " " + (term.delta >= 0 ? "+" : "") +
            rounded(term.delta);
  }
  return text;
}

bool is_source(const Node& node) {
  return node.step == "set" ||
         (node.element != nullptr && node.description->kind == PLAYLIST_RECALL);
}

bool is_score(const Node& node) {
  return node.step == "score" || node.step == "score_weights";
}

std::string drop_reason(const Evaluation& evaluation, const Candidates& made, std::int32_t track) {
  for (const Dropped& dropped : made.dropped) {
    if (dropped.track == track) return evaluation.text_of_code(dropped.reason);
  }
  return "";
}

/// The best-known score of the last row that got through, and this track's own.
std::string outranked_text(const Candidates& input, const Candidates& made, std::int32_t track) {
  const CandidateColumn* all = input.find("score");
  const CandidateColumn* kept = made.find("score");
  const std::int64_t row = input.row_of(track);
  if (all == nullptr || kept == nullptr || made.size() == 0 || row < 0) return "";
  double needed = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!std::isnan(kept->number(i))) needed = std::min(needed, kept->number(i));
  }
  const double had = all->number(static_cast<std::size_t>(row));
  if (!(had < needed)) return "";
  return "it was outranked: needed " + rounded(needed) + ", had " + rounded(had);
}

}  // namespace

std::string loss_text(Evaluation& evaluation, const Node& node, std::int32_t track) {
  const CandidatesPtr made = evaluation.known(node.id);
  if (made == nullptr || made->row_of(track) >= 0) return "";
  CandidatesPtr input;
  for (const int id : node.inputs) {
    const CandidatesPtr candidates = evaluation.known(id);
    if (candidates != nullptr && candidates->row_of(track) >= 0) input = candidates;
  }
  if (input == nullptr) return "";
  const std::string at = node.label() + " (" + node.where + ")";
  const std::string reason = drop_reason(evaluation, *made, track);
  if (!reason.empty()) return "dropped by " + at + ": " + reason;
  if (const std::string ranked = outranked_text(*input, *made, track); !ranked.empty())
    return at + ": " + ranked;
  const std::int64_t row = input->row_of(track);
  if (node.step == "limit") {
    return at + ": the list was full before its turn came (it stood at place " +
           std::to_string(row + 1) + " of " + std::to_string(input->size()) + ")";
  }
  return "not kept by " + at + " (it stood at place " + std::to_string(row + 1) + " of " +
         std::to_string(input->size()) + ")";
}

std::int32_t find_track(const Tables& tables, const std::string& wanted) {
  const playlist_table& table = *tables.table("tracks");
  const auto* ids = static_cast<const std::int64_t*>(find_column(table, "id")->data);
  std::string spotify = wanted;
  if (const std::size_t at = spotify.rfind(':'); spotify.rfind("spotify:track:", 0) == 0)
    spotify = spotify.substr(at + 1);
  if (const std::size_t at = spotify.find("/track/"); at != std::string::npos)
    spotify = spotify.substr(at + 7, 22);
  const std::string name = lower(wanted);
  std::vector<std::int32_t> found;
  for (std::int32_t track = 0; track < table.rows; ++track) {
    if (std::to_string(ids[track]) == wanted || track_text(tables, "spotify_id", track) == spotify)
      return track;
    const std::string title = lower(track_text(tables, "title", track));
    if (title == name || lower(track_text(tables, "artist_name", track)) + " - " + title == name)
      found.push_back(track);
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    throw Error(Exit::kInput, "no track \"" + wanted + "\" in the library as of now",
                {"", "", "",
                 "give its number in the store, its Spotify uri, its title, or ARTIST - TITLE"});
  }
  std::string why;
  for (std::size_t i = 0; i < std::min<std::size_t>(5, found.size()); ++i) {
    why += (i > 0 ? "\n         " : "") + std::to_string(ids[found[i]]) + "  " +
           track_name(tables, found[i]);
  }
  throw Error(Exit::kInput, std::to_string(found.size()) + " tracks are called \"" + wanted + "\"",
              {"", "", why, "give the number"});
}

std::string why_text(Evaluation& evaluation, std::int32_t track) {
  const Plan& plan = *evaluation.setup().plan;
  const Tables& tables = *evaluation.setup().tables;
  const CandidatesPtr list = evaluation.result(plan.output);
  const std::int64_t position = list->row_of(track);
  if (position < 0) {
    return track_name(tables, track) + " is not in this list.\n" + why_not_text(evaluation, track);
  }
  std::ostringstream text;
  const CandidateColumn* explanation = list->find("explanation");
  const std::int32_t code =
      explanation == nullptr
          ? -1
          : std::get<Items<std::int32_t>>(explanation->values)[static_cast<std::size_t>(position)];
  text << explanation_sentence(track_text(tables, "title", track),
                               track_text(tables, "artist_name", track),
                               evaluation.text_of_code(code))
       << "\n  place " << position + 1 << " of " << list->size() << "\n";
  for (const int id : plan.reachable()) {
    const Node& node = plan.at(id);
    const CandidatesPtr made = evaluation.known(id);
    if (made == nullptr || made->row_of(track) < 0) continue;
    const std::int64_t row = made->row_of(track);
    if (is_source(node)) {
      text << "  found by " << node.label() << " (" << node.where << "), place " << row + 1
           << " of " << made->size();
      if (const CandidateColumn* score = made->find("score"); score != nullptr) {
        text << ", score " << rounded(score->number(static_cast<std::size_t>(row)));
      }
      text << "\n";
    } else if (is_score(node)) {
      const CandidatesPtr input = evaluation.known(node.inputs.at(0));
      const double score = made->find("score")->number(static_cast<std::size_t>(row));
      text << "  scored " << rounded(score) << " (" << node.where << "): "
           << terms_text(score_terms(evaluation, node, *input,
                                     static_cast<std::size_t>(input->row_of(track))))
           << "\n";
    } else if (node.element != nullptr && node.description->kind == PLAYLIST_FILTERING) {
      text << "  passed " << node.label() << " (" << node.where << ")\n";
    } else if (node.step == "limit" || node.step == "filter_function") {
      text << "  passed " << node.label() << " (" << node.where << ")\n";
    }
  }
  return text.str();
}

std::string why_not_text(Evaluation& evaluation, std::int32_t track) {
  const Plan& plan = *evaluation.setup().plan;
  const Tables& tables = *evaluation.setup().tables;
  const CandidatesPtr list = evaluation.result(plan.output);
  std::ostringstream text;
  if (list->row_of(track) >= 0) {
    text << track_name(tables, track) << " is in this list, at place " << list->row_of(track) + 1
         << ".\n";
    return text.str();
  }
  std::string missed, losses;
  bool is_recalled = false;
  for (const int id : plan.reachable()) {
    const Node& node = plan.at(id);
    const CandidatesPtr made = evaluation.known(id);
    if (made == nullptr) continue;
    if (node.element != nullptr && node.description->kind == PLAYLIST_RECALL) {
      if (made->row_of(track) >= 0) {
        is_recalled = true;
        text << "  found by " << node.label() << " (" << node.where << "), place "
             << made->row_of(track) + 1 << " of " << made->size() << "\n";
      } else {
        missed += (missed.empty() ? "" : ", ") + node.label();
      }
    }
    if (const std::string loss = loss_text(evaluation, node, track); !loss.empty())
      losses += "  " + loss + "\n";
  }
  const std::string name = track_name(tables, track);
  if (!is_recalled && losses.empty())
    return name + " is not in this list.\n  never recalled by " + missed + "\n";
  std::string result = name + " is not in this list.\n" + text.str() + losses;
  if (losses.empty()) result += "  the list was full before its turn came\n";
  return result;
}

}  // namespace engine
