#include "verbs/card_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "core/text_width.hpp"

namespace engine::verbs {
namespace {

constexpr std::size_t kIndent = 2,
                      kNameGap = 2;  // blanks before what is further in, and after a name
constexpr std::size_t kNames = 16;   // places for names of the card itself, at least
constexpr std::size_t kListed = 8;   // of a list
constexpr const char* kInterval = "_interval";

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(text_width(text));
}

std::string blanks(std::size_t count) {
  return std::string(count, ' ');
}

// ---- values
// -------------------------------------------------------------------------------------

std::string rounded_text(const Json& number, int digits) {
  if (number.is_number_integer()) return json_text(number);
  const double value = number.get<double>();
  const bool is_whole = value == std::trunc(value) && std::abs(value) < 1e9;
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", is_whole ? 10 : digits, value);
  return text;
}

std::string value_text(const Json& value, int digits = 4) {
  if (value.is_null()) return "none";
  if (value.is_number()) return rounded_text(value, digits);
  if (value.is_string() && !value.get<std::string>().empty())
    return one_line(value.get<std::string>());
  return json_text(value);  // a text that is empty can be seen
}

bool is_interval(const Json& value) {
  return value.is_array() && value.size() == 2 &&
         std::all_of(value.begin(), value.end(),
                     [](const Json& end) { return end.is_number() || end.is_null(); });
}

/// Of a value that stands beside it.
std::string interval_text(const Json& interval) {
  if (interval[0].is_null() || interval[1].is_null()) return "";
  return ", " + value_text(interval[0]) + ".." + value_text(interval[1]);
}

bool is_list(const Json& value) {
  return value.is_array() && std::none_of(value.begin(), value.end(),
                                          [](const Json& one) { return one.is_structured(); });
}

std::string list_text(const Json& list) {
  std::string text;
  for (std::size_t k = 0; k < std::min(list.size(), kListed); ++k)
    text += (k == 0 ? "" : ", ") + value_text(list[k]);
  if (list.size() > kListed) text += ", ... " + std::to_string(list.size()) + " in all";
  return text.empty() ? "none" : text;
}

bool are_alike(const Json& row, const Json& first) {
  if (!row.is_object() || row.empty() || row.size() != first.size()) return false;
  return std::all_of(row.items().begin(), row.items().end(), [&](const auto& cell) {
    return first.contains(cell.key()) && (cell.value().is_number() || cell.value().is_null());
  });
}

bool is_table(const Json& value) {
  return value.size() >= 2 && std::all_of(value.begin(), value.end(), [&](const Json& row) {
           return are_alike(row, *value.begin());
         });
}

/// Names of what a structure holds: of a list places, from 1.
std::vector<std::string> names_of(const Json& structure) {
  std::vector<std::string> names;
  for (const auto& one : structure.items())
    names.push_back(structure.is_object() ? one_line(one.key()) : std::to_string(names.size() + 1));
  return names;
}

// ---- tables
// -------------------------------------------------------------------------------------

/// "robust_error" as "robust" above "error".
std::vector<std::string> title_lines(const std::string& name) {
  std::vector<std::string> lines(1);
  for (const char letter : one_line(name)) {
    if (letter == '_') {
      lines.emplace_back();
    } else {
      lines.back() += letter;
    }
  }
  return lines;
}

struct Column {
  std::vector<std::string> titles, cells;  // from above
  std::size_t width = 0;

  Column(const std::string& name, const Json& rows) : titles(title_lines(name)) {
    for (const Json& row : rows) cells.push_back(value_text(row.at(name), 3));
    for (const auto* texts : {&titles, &cells})
      for (const std::string& text : *texts) width = std::max(width, width_of(text));
  }

  /// To the right, after the gap.
  [[nodiscard]] std::string placed(const std::string& text) const {
    return blanks(kNameGap + width - width_of(text)) + text;
  }
};

/// Columns side by side below their titles, each row after its name.
std::string block_text(const std::vector<std::string>& names, std::size_t name_width,
                       std::span<const Column> columns, std::size_t indent) {
  std::size_t title_count = 0;
  for (const Column& column : columns) title_count = std::max(title_count, column.titles.size());
  std::string text;
  for (std::size_t line = 0; line < title_count; ++line) {
    text += blanks(indent + name_width);
    for (const Column& column : columns) {
      const std::size_t above = title_count - column.titles.size();  // they stand on the rows
      text += column.placed(line < above ? "" : column.titles[line - above]);
    }
    text += '\n';
  }
  for (std::size_t row = 0; row < names.size(); ++row) {
    text += blanks(indent) + names[row] + blanks(name_width - width_of(names[row]));
    for (const Column& column : columns) text += column.placed(column.cells[row]);
    text += '\n';
  }
  return text;
}

std::string table_text(const Json& rows, std::size_t columns, std::size_t indent) {
  const std::vector<std::string> names = names_of(rows);
  std::size_t name_width = 0;
  for (const std::string& name : names) name_width = std::max(name_width, width_of(name));
  std::vector<Column> all;
  for (const auto& cell : rows.begin()->items()) all.emplace_back(cell.key(), rows);
  std::string text;
  for (std::size_t first = 0, end = 0; first < all.size(); first = end) {
    std::size_t width = indent + name_width;
    do {
      width += kNameGap + all[end++].width;
    } while (end < all.size() && width + kNameGap + all[end].width <= columns);
    text += block_text(names, name_width, std::span(all).subspan(first, end - first), indent);
  }
  return text;
}

// ---- lines
// --------------------------------------------------------------------------------------

/// `name`, and words behind it, of which those that have no room go below the first one.
std::string line_text(const std::string& name, const std::string& words, std::size_t names,
                      std::size_t columns, std::size_t indent) {
  std::string text = blanks(indent) + name + blanks(names - width_of(name));
  const std::size_t begin = indent + names;
  std::size_t at = begin;
  for (std::size_t from = 0; from < words.size();) {
    const std::size_t end = std::min(words.find(' ', from), words.size());
    const std::string word = words.substr(from, end - from);
    if (at > begin && at + 1 + width_of(word) > columns) {
      text += "\n" + blanks(begin);
      at = begin;
    } else if (at > begin) {
      text += ' ';
      ++at;
    }
    text += word;
    at += width_of(word);
    from = end + 1;
  }
  return text + "\n";
}

std::string structure_text(const Json& structure, std::size_t columns, std::size_t indent,
                           std::size_t least_names = 0);

/// A structure below its name.
std::string nested_text(const Json& value, std::size_t columns, std::size_t indent) {
  return is_table(value) ? table_text(value, columns, indent)
                         : structure_text(value, columns, indent);
}

bool is_of_a_line(const Json& value) {
  return !value.is_structured() || value.empty() || is_list(value);
}

/// The interval of another value of the same object.
bool is_told_beside(const Json& structure, const std::string& name, const Json& value) {
  return structure.is_object() && name.ends_with(kInterval) && is_interval(value) &&
         structure.contains(name.substr(0, name.size() - std::string(kInterval).size()));
}

std::string value_line(const Json& structure, const std::string& name, const Json& value) {
  if (value.is_structured() && value.empty()) return "none";
  std::string text = is_list(value) ? list_text(value) : value_text(value);
  const std::string interval = name + kInterval;
  if (structure.is_object() && structure.contains(interval) && is_interval(structure[interval]))
    text += interval_text(structure[interval]);
  return text;
}

std::string structure_text(const Json& structure, std::size_t columns, std::size_t indent,
                           std::size_t least_names) {
  const std::vector<std::string> names = names_of(structure);
  std::size_t width = least_names;
  std::size_t row = 0;
  for (const auto& one : structure.items()) {
    const std::string& name = names[row++];
    if (is_of_a_line(one.value()) && !is_told_beside(structure, one.key(), one.value()))
      width = std::max(width, width_of(name) + kNameGap);
  }
  std::string text;
  row = 0;
  for (const auto& one : structure.items()) {
    const std::string& name = names[row++];
    if (is_told_beside(structure, one.key(), one.value())) continue;
    if (is_of_a_line(one.value())) {
      const std::string words = value_line(structure, one.key(), one.value());
      text += line_text(name, words, width, columns, indent);
    } else {
      text += blanks(indent) + name + "\n" + nested_text(one.value(), columns, indent + kIndent);
    }
  }
  return text;
}

/// What the engine notes in numbers for itself, as people say it.
Json in_words(Json card) {
  if (card.contains("trained_at") && card["trained_at"].is_number_integer())
    card["trained_at"] = format_time(card["trained_at"].get<std::int64_t>());
  // The file's state: its size first, then what tells whether it is the one that was written.
  if (card.contains("file") && card["file"].is_array() && !card["file"].empty())
    card["file"] = value_text(card["file"][0]) + " bytes";
  return card;
}

}  // namespace

std::string card_text(const Json& card, int columns) {
  return structure_text(in_words(card), static_cast<std::size_t>(columns), kIndent, kNames);
}

}  // namespace engine::verbs
