#include "recipe/shown_values.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/calendar.hpp"
#include "core/shown_text.hpp"
#include "core/text_width.hpp"
#include "data/declared_tables.hpp"
#include "plan/plan_columns.hpp"

namespace engine {
namespace {

[[noreturn]] void throw_no_column(const Evaluation& evaluation, const std::string& name,
                                  const std::vector<FormulaColumn>& columns) {
  const Plan& plan = *evaluation.setup().plan;
  const LostColumn lost =
      lost_column(plan, columns_of(plan)[static_cast<std::size_t>(plan.output)], name);
  if (!lost.why.empty()) {
    throw Error(Exit::kUsage, "--show: the list has no column \"" + name + "\"",
                {"", "", lost.why, lost.fix});
  }
  std::vector<std::string> names;
  for (const FormulaColumn& column : columns) names.push_back(column.name);
  const std::string near = nearest(name, names);
  throw Error(Exit::kUsage, "--show: the list has no column \"" + name + "\"",
              {"", "", "it shows what the recipe's steps added, and the library's columns",
               near.empty() ? "" : "did you mean " + near + "?"});
}

const FormulaColumn& column_called(const Evaluation& evaluation, const std::string& name,
                                   const std::vector<FormulaColumn>& columns) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const FormulaColumn& column) { return column.name == name; });
  if (found == columns.end()) throw_no_column(evaluation, name, columns);
  return *found;
}

PlaylistValue text_value(const FormulaColumn& column, const Candidates& chosen, std::size_t row) {
  const auto at = column.is_by_track ? static_cast<std::size_t>(chosen.tracks[row]) : row;
  const std::int32_t code = column.data.as<std::int32_t>()[at];
  if (code < 0) return {};
  const playlist_column view{sizeof view, column.type, "", nullptr, column.texts()};
  std::string text(text_of(view, code));
  return text.empty() ? PlaylistValue() : PlaylistValue(std::move(text));
}

void add_values(const FormulaColumn& column, const Candidates& chosen, Playlist& playlist) {
  std::vector<double> numbers;
  if (column.type != PLAYLIST_STRING) numbers = column_numbers(column, chosen);
  for (std::size_t row = 0; row < playlist.tracks.size(); ++row) {
    PlaylistValue value;
    if (column.type == PLAYLIST_STRING)
      value = text_value(column, chosen, row);
    else if (std::isfinite(numbers[row]))
      value = numbers[row];
    playlist.tracks[row].shown.emplace_back(column.name, std::move(value));
  }
}

/// How the library declares a column that recipes call so, or nullptr.
const DeclaredColumn* declared_column(const std::string& name) {
  for (const DeclaredTable& table : declared_tables()) {
    if (table.rows != TableRows::kTracks) continue;
    for (const DeclaredColumn& column : table.columns)
      if (formula_name(column.name, column.type) == name) return &column;
  }
  return nullptr;
}

std::string number_shown(const std::string& name, double number) {
  const DeclaredColumn* declared = declared_column(name);
  const bool is_time =
      name == "ts" || (declared != nullptr && declared->holds == ColumnHolds::kTimes);
  if (is_time) return format_date(static_cast<std::int64_t>(number));
  if (declared != nullptr && declared->type == PLAYLIST_U8) return number != 0 ? "yes" : "no";
  char text[40];
  const bool is_whole = number == std::floor(number) && std::abs(number) < 1e15;
  std::snprintf(text, sizeof text, is_whole ? "%.0f" : "%.3g", number);
  return text;
}

std::string value_shown(const std::string& name, const PlaylistValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return one_line(*text);
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? "-" : number_shown(name, *number);
}

}  // namespace

std::vector<std::string> column_names(const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const std::string& list : given) {
    for (std::size_t at = 0; at <= list.size();) {
      const std::size_t end = std::min(list.find(',', at), list.size());
      const std::string name = list.substr(at, end - at);
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
      at = end + 1;
    }
  }
  return names;
}

void show_values(const Evaluation& evaluation, const Candidates& chosen,
                 const std::vector<std::string>& names, Playlist& playlist) {
  if (names.empty()) return;
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(chosen);
  for (const std::string& name : names)
    add_values(column_called(evaluation, name, columns), chosen, playlist);
}

std::vector<std::string> shown_lines(const std::vector<PlaylistTrack>& tracks) {
  std::vector<std::string> lines(tracks.size());
  const std::size_t columns = tracks.empty() ? 0 : tracks.front().shown.size();
  for (std::size_t k = 0; k < columns; ++k) {
    std::vector<std::string> values;
    int width = 0;
    for (const PlaylistTrack& track : tracks) {
      values.push_back(value_shown(track.shown[k].first, track.shown[k].second));
      width = std::max(width, text_width(values.back()));
    }
    const std::string before = (k == 0 ? "" : "  ") + tracks.front().shown[k].first + " ";
    for (std::size_t row = 0; row < lines.size(); ++row) {
      const int missing = width - text_width(values[row]);
      lines[row] += before + std::string(static_cast<std::size_t>(missing), ' ') + values[row];
    }
  }
  return lines;
}

}  // namespace engine
