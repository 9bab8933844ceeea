#include "plugin/describe.hpp"

#include "playlist/remote.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "plugin/descriptor.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const char* text) {
  return text ? text : "";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// Rows of cells in columns as wide as their widest cell; the last column is not padded.
class TextTable {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string str(const std::string& indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line = indent;
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += row[i];
        if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string default_text(const playlist_param& param) {
  if (is_required(param)) return "(required)";
  switch (param.type) {
    case PLAYLIST_PARAM_NUMBER:
    case PLAYLIST_PARAM_INTEGER:
      return number_text(param.default_number);
    case PLAYLIST_PARAM_BOOLEAN:
      return param.default_number != 0 ? "true" : "false";
    case PLAYLIST_PARAM_TEXT:
    case PLAYLIST_PARAM_CHOICE:
    case PLAYLIST_PARAM_COLUMN:
      return '"' + text(param.default_text) + '"';
    case PLAYLIST_PARAM_FILE:
      return text(param.default_text).empty() ? "none" : '"' + text(param.default_text) + '"';
    default:
      return "none";
  }
}

std::string parameters_text(const playlist_element& element) {
  const auto params = listed(element.params);
  if (params.empty()) return "";
  TextTable table;
  table.add({"PARAMETER", "TYPE", "DEFAULT", "RANGE", "HELP"});
  for (const playlist_param* param : params) {
    table.add({param->name, std::string(param_type_name(param->type)), default_text(*param),
               range_text(*param), text(param->help)});
  }
  return '\n' + table.str("  ");
}

std::string fields_text(const char* title, const playlist_field* const* fields) {
  TextTable table;
  for (const playlist_field* field : listed(fields)) {
    std::string help = text(field->help);
    if ((field->flags & PLAYLIST_FIELD_OPTIONAL) != 0)
      help += help.empty() ? "optional" : "; optional";
    table.add({field->name, std::string(column_type_name(field->type)), help});
  }
  const std::string rows = table.str("    ");
  return rows.empty() ? "" : "\n  " + std::string(title) + '\n' + rows;
}

std::string indented(const std::string& text) {
  std::string lines = "  ";
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += "  ";
  }
  return lines;
}

Json field_json(const playlist_field& field) {
  return {{"name", field.name},
          {"type", column_type_name(field.type)},
          {"help", text(field.help)},
          {"optional", (field.flags & PLAYLIST_FIELD_OPTIONAL) != 0}};
}

Json number_json(const playlist_param& param, double number) {
  if (param.type == PLAYLIST_PARAM_INTEGER && std::abs(number) < 9e15) {
    return static_cast<std::int64_t>(number);
  }
  return number;
}

Json default_json(const playlist_param& param) {
  switch (param.type) {
    case PLAYLIST_PARAM_NUMBER:
    case PLAYLIST_PARAM_INTEGER:
      return number_json(param, param.default_number);
    case PLAYLIST_PARAM_BOOLEAN:
      return param.default_number != 0;
    case PLAYLIST_PARAM_TEXT:
    case PLAYLIST_PARAM_CHOICE:
    case PLAYLIST_PARAM_COLUMN:
    case PLAYLIST_PARAM_FILE:
      return text(param.default_text);
    case PLAYLIST_PARAM_TEXTS:
    case PLAYLIST_PARAM_NUMBERS:
      return Json::array();
    default:
      return nullptr;
  }
}

Json param_json(const playlist_param& param) {
  Json json{{"name", param.name}, {"type", param_type_name(param.type)}};
  if (!is_required(param)) json["default"] = default_json(param);
  const bool has_range = param.type == PLAYLIST_PARAM_NUMBER ||
                         param.type == PLAYLIST_PARAM_INTEGER ||
                         param.type == PLAYLIST_PARAM_NUMBERS;
  if (has_range && std::isfinite(param.min)) json["min"] = number_json(param, param.min);
  if (has_range && std::isfinite(param.max)) json["max"] = number_json(param, param.max);
  if (param.type == PLAYLIST_PARAM_CHOICE) {
    json["choices"] = Json::array();
    for (const char* choice : listed(param.choices)) json["choices"].push_back(choice);
  }
  json["required"] = is_required(param);
  json["tunable"] = (param.flags & PLAYLIST_PARAM_TUNABLE) != 0;
  json["help"] = text(param.help);
  return json;
}

/// The library's elements but for those left out.
std::vector<const playlist_element*> offered(const LoadedPlugin& plugin) {
  auto elements = listed(plugin.description->elements);
  std::erase_if(elements, [&](const playlist_element* element) {
    const auto& out = plugin.left_out;
    return std::find(out.begin(), out.end(), element->name) != out.end();
  });
  return elements;
}

}  // namespace

std::string elements_text(const Registry& registry) {
  TextTable table;
  for (std::uint32_t k = PLAYLIST_SOURCE; k <= PLAYLIST_MODEL; ++k) {
    for (const Element* element : registry.elements(k)) {
      table.add({element->description->name, first_line(element->description->help)});
    }
  }
  return table.str("");
}

std::string element_text(const Element& element) {
  const playlist_element& description = *element.description;
  const playlist_plugin& plugin = *element.plugin->description;
  return std::string(description.name) + "\n" + indented(description.help) + "\n\n  from " +
         plugin.id + ' ' + plugin.version + ", " + element.plugin->path + '\n' +
         fields_text("needs the columns", description.in) +
         fields_text((description.flags & PLAYLIST_ORDERWISE) != 0
                         ? "adds the columns, true of the list in the order it has then"
                         : "adds the columns",
                     description.out) +
         parameters_text(description);
}

std::string plugin_text(const LoadedPlugin& plugin) {
  const playlist_plugin& description = *plugin.description;
  TextTable facts;
  facts.add({"version", description.version});
  if (!text(description.author).empty()) facts.add({"author", description.author});
  if (!text(description.license).empty()) facts.add({"licence", description.license});
  facts.add({"file", plugin.path});
  TextTable elements;
  for (const playlist_element* element : offered(plugin)) {
    elements.add({element->name, first_line(element->help)});
  }
  return std::string(description.id) + '\n' + facts.str("  ") + '\n' + elements.str("  ");
}

nlohmann::ordered_json element_json(const Element& element) {
  const playlist_element& description = *element.description;
  Json json{{"name", description.name},
            {"kind", kind_name(description.kind)},
            {"help", description.help},
            {"plugin", element.plugin->description->id},
            {"version", element.plugin->description->version},
            {"path", element.plugin->path},
            {"rowwise", (description.flags & PLAYLIST_ROWWISE) != 0}};
  if ((description.flags & PLAYLIST_ORDERWISE) != 0) json["orderwise"] = true;
  if ((description.flags & PLAYLIST_REMOTE) != 0) json["remote"] = true;
  json["inputs"] = Json::array();
  for (const auto* field : listed(description.in)) json["inputs"].push_back(field_json(*field));
  json["outputs"] = Json::array();
  for (const auto* field : listed(description.out)) json["outputs"].push_back(field_json(*field));
  json["parameters"] = Json::array();
  for (const auto* param : listed(description.params)) {
    json["parameters"].push_back(param_json(*param));
  }
  return json;
}

nlohmann::ordered_json plugin_json(const LoadedPlugin& plugin) {
  const playlist_plugin& description = *plugin.description;
  Json json{{"id", description.id},
            {"version", description.version},
            {"author", text(description.author)},
            {"license", text(description.license)},
            {"path", plugin.path},
            {"elements", Json::array()}};
  for (const playlist_element* element : offered(plugin)) {
    json["elements"].push_back(element->name);
  }
  return json;
}

nlohmann::ordered_json registry_json(const Registry& registry) {
  Json json{{"plugins", Json::array()}, {"elements", Json::array()}, {"problems", Json::array()}};
  for (const auto& plugin : registry.plugins()) json["plugins"].push_back(plugin_json(*plugin));
  for (const Element* element : registry.elements()) {
    json["elements"].push_back(element_json(*element));
  }
  for (const PluginProblem& problem : registry.problems()) {
    json["problems"].push_back({{"path", problem.path}, {"message", problem.message}});
  }
  return json;
}

}  // namespace engine
