#include "plugin/descriptor.hpp"

#include "playlist/remote.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <set>

#include "plugin/registry.hpp"

namespace engine {
namespace {

constexpr std::uint32_t kLastKind = PLAYLIST_MODEL;
constexpr std::uint32_t kLastParamType = PLAYLIST_PARAM_FILE;
constexpr std::uint32_t kLastColumnType = PLAYLIST_U8;

// What ABI 1.0 has of each description. A plugin of 1.0 stays welcome when later minors add fields,
// so these name the last field of 1.0 and are not sizeof.
#define PLAYLIST_SIZE_UP_TO(type, field) (offsetof(type, field) + sizeof(type{}.field))
constexpr std::uint32_t kPluginSize = PLAYLIST_SIZE_UP_TO(playlist_plugin, elements);
constexpr std::uint32_t kElementSize = PLAYLIST_SIZE_UP_TO(playlist_element, explain);
constexpr std::uint32_t kFieldSize = PLAYLIST_SIZE_UP_TO(playlist_field, reserved);
constexpr std::uint32_t kParamSize = PLAYLIST_SIZE_UP_TO(playlist_param, reserved);
#undef PLAYLIST_SIZE_UP_TO

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kLuaWords[] = {"and",   "break", "do",       "else", "elseif", "end",
                                          "false", "for",   "function", "goto", "if",     "in",
                                          "local", "nil",   "not",      "or",   "repeat", "return",
                                          "then",  "true",  "until",    "while"};

bool is_blank(const char* text) {
  return text == nullptr || *text == '\0';
}

std::string quoted(const char* text) {
  return '"' + std::string(text ? text : "") + '"';
}

class Inspection {
 public:
  std::vector<std::string> problems;

  void plugin(const playlist_plugin& plugin) {
    if (plugin.size < kPluginSize) {
      return say("its description is " + std::to_string(plugin.size) + " bytes, " +
                 std::to_string(kPluginSize) + " expected");
    }
    if (is_blank(plugin.id)) say("it has no id");
    if (is_blank(plugin.version)) say("it has no version");
    if (plugin.elements == nullptr || *plugin.elements == nullptr) return say("it has no elements");
    int number = 1;
    for (const playlist_element* element : listed(plugin.elements)) {
      where_ = is_blank(element->name) ? "element " + std::to_string(number) : element->name;
      this->element(*element);
      ++number;
    }
  }

 private:
  void say(const std::string& problem) {
    problems.push_back(where_.empty() ? problem : where_ + ": " + problem);
  }

  void element(const playlist_element& element) {
    if (element.size < kElementSize) {
      return say("its description is " + std::to_string(element.size) + " bytes, " +
                 std::to_string(kElementSize) + " expected");
    }
    name(element);
    if (is_blank(element.help)) say("it has no help");
    if (!element.create) say("it has no create()");
    if (!element.run) say("it has no run()");
    if (!element.destroy) say("it has no destroy()");
    const bool is_remote = (element.flags & PLAYLIST_REMOTE) != 0;
    if (element.kind == PLAYLIST_SOURCE && !is_remote && !element.recognise)
      say("it has no recognise()");
    fields("input", element.in);
    fields("output", element.out);
    if (is_remote && element.kind != PLAYLIST_OUTPUT && element.kind != PLAYLIST_SOURCE)
      say("it is declared remote, which sources and outputs are");
    if ((element.flags & PLAYLIST_ORDERWISE) != 0 && element.kind != PLAYLIST_RANKING)
      say("it is declared order-wise, which rankings are");
    if ((element.flags & PLAYLIST_ORDERWISE) != 0 && (element.flags & PLAYLIST_ROWWISE) != 0) {
      say("it is declared both row-wise and order-wise: a row either depends on itself only, or on "
          "its neighbours");
    }
    if (element.kind == PLAYLIST_RANKING && listed(element.out).empty()) {
      say("a ranking adds at least one column");
    }
    std::set<std::string> names;
    for (const playlist_param* param : listed(element.params)) {
      this->param(*param);
      if (!is_blank(param->name) && !names.insert(param->name).second) {
        say("parameter " + quoted(param->name) + " is declared twice");
      }
    }
  }

  void name(const playlist_element& element) {
    if (element.kind < 1 || element.kind > kLastKind) {
      return say("kind " + std::to_string(element.kind) + " is unknown");
    }
    const std::string prefix = std::string(kind_name(element.kind)) + '.';
    if (is_blank(element.name)) return say("it has no name");
    const std::string_view name = element.name;
    if (!name.starts_with(prefix)) {
      say("the name of a " + std::string(kind_name(element.kind)) + " starts with \"" + prefix +
          '"');
    } else if (const std::string wrong = name_problem(name.substr(prefix.size())); !wrong.empty()) {
      say("what follows \"" + prefix + "\" in its name " + wrong);
    }
  }

  void fields(const std::string& role, const playlist_field* const* fields) {
    std::set<std::string> names;
    for (const playlist_field* field : listed(fields)) {
      if (field->size < kFieldSize) {
        say("an " + role + " has a description of " + std::to_string(field->size) + " bytes");
      } else if (is_blank(field->name)) {
        say("an " + role + " has no name");
      } else if (field->type < 1 || field->type > kLastColumnType) {
        say(role + " " + quoted(field->name) + " has the unknown type " +
            std::to_string(field->type));
      } else if (!names.insert(field->name).second) {
        say(role + " " + quoted(field->name) + " is declared twice");
      } else if (role == "output") {
        output_name(field->name);
      }
    }
  }

  void output_name(const char* name) {
    if (const std::string wrong = name_problem(name); !wrong.empty()) {
      say("output " + quoted(name) + ' ' + wrong);
    } else if (std::string_view(name) == "track") {
      say("output \"track\" would hide which track a row is");
    }
  }

  void param(const playlist_param& param) {
    if (param.size < kParamSize) {
      return say("a parameter has a description of " + std::to_string(param.size) + " bytes");
    }
    if (is_blank(param.name)) return say("a parameter has no name");
    const std::string which = "parameter " + quoted(param.name);
    if (const std::string wrong = name_problem(param.name); !wrong.empty()) {
      say(which + ' ' + wrong);
    }
    if (is_blank(param.help)) say(which + " has no help");
    const bool must_be_given = is_required(param);
    switch (param.type) {
      case PLAYLIST_PARAM_NUMBER:
      case PLAYLIST_PARAM_INTEGER:
        if (!(param.min <= param.max)) {
          say(which + " has the range " + number_text(param.min) + ".." + number_text(param.max));
        } else if (!must_be_given &&
                   !(param.default_number >= param.min && param.default_number <= param.max)) {
          say(which + " has the default " + number_text(param.default_number) + " outside " +
              range_text(param));
        } else if (param.type == PLAYLIST_PARAM_INTEGER && !must_be_given &&
                   param.default_number != std::floor(param.default_number)) {
          say(which + " is an integer with the default " + number_text(param.default_number));
        }
        break;
      case PLAYLIST_PARAM_NUMBERS:
        if (!(param.min <= param.max)) {
          say(which + " has the range " + number_text(param.min) + ".." + number_text(param.max));
        }
        break;
      case PLAYLIST_PARAM_CHOICE:
        choice(param, which, must_be_given);
        break;
      case PLAYLIST_PARAM_COLUMN:
        if (!must_be_given && is_blank(param.default_text)) say(which + " has no default column");
        break;
      default:
        if (param.type < 1 || param.type > kLastParamType) {
          say(which + " has the unknown type " + std::to_string(param.type));
        }
    }
  }

  void choice(const playlist_param& param, const std::string& which, bool must_be_given) {
    const auto choices = listed(param.choices);
    if (choices.empty()) return say(which + " has no choices");
    if (must_be_given) return;
    const bool is_known = std::any_of(choices.begin(), choices.end(), [&](const char* choice) {
      return param.default_text && std::string_view(choice) == param.default_text;
    });
    if (!is_known) {
      say(which + " has the default " + quoted(param.default_text) + ", which is not a choice");
    }
  }

  std::string where_;
};

}  // namespace

std::string name_problem(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool is_word = !name.empty() && is_letter(name.front()) &&
                       std::all_of(name.begin(), name.end(), [&](char c) {
                         return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
                       });
  if (!is_word) return "is not lower-case letters, digits and _, a letter first";
  if (name.size() > kLongestName) {
    return "is longer than " + std::to_string(kLongestName) + " characters";
  }
  if (std::find(std::begin(kLuaWords), std::end(kLuaWords), name) != std::end(kLuaWords)) {
    return "is a word of Lua, which recipes cannot use as a name";
  }
  return "";
}

std::vector<std::string> description_problems(const playlist_plugin& plugin) {
  Inspection inspection;
  inspection.plugin(plugin);
  return std::move(inspection.problems);
}

std::string_view param_type_name(std::uint32_t type) {
  switch (type) {
    case PLAYLIST_PARAM_NUMBER:
      return "number";
    case PLAYLIST_PARAM_INTEGER:
      return "integer";
    case PLAYLIST_PARAM_BOOLEAN:
      return "boolean";
    case PLAYLIST_PARAM_TEXT:
      return "text";
    case PLAYLIST_PARAM_CHOICE:
      return "choice";
    case PLAYLIST_PARAM_COLUMN:
      return "column";
    case PLAYLIST_PARAM_TRACKS:
      return "tracks";
    case PLAYLIST_PARAM_TEXTS:
      return "texts";
    case PLAYLIST_PARAM_NUMBERS:
      return "numbers";
    case PLAYLIST_PARAM_FILE:
      return "file";
    default:
      return "unknown";
  }
}

std::string_view column_type_name(std::uint32_t type) {
  switch (type) {
    case PLAYLIST_F32:
      return "f32";
    case PLAYLIST_F64:
      return "f64";
    case PLAYLIST_I32:
      return "i32";
    case PLAYLIST_I64:
      return "i64";
    case PLAYLIST_STRING:
      return "text";
    case PLAYLIST_U8:
      return "u8";
    default:
      return "unknown";
  }
}

std::string number_text(double number) {
  char digits[400];  // the longest double in fixed notation
  const bool is_plain = std::abs(number) < 1e15 && (number == 0 || std::abs(number) >= 1e-4);
  const auto end =
      is_plain ? std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed)
               : std::to_chars(digits, digits + sizeof digits, number);
  return {digits, end.ptr};
}

std::string range_text(const playlist_param& param) {
  if (param.type == PLAYLIST_PARAM_CHOICE) {
    std::string words;
    for (const char* choice : listed(param.choices)) {
      words += (words.empty() ? "" : ", ") + std::string(choice);
    }
    return words;
  }
  if (param.type != PLAYLIST_PARAM_NUMBER && param.type != PLAYLIST_PARAM_INTEGER &&
      param.type != PLAYLIST_PARAM_NUMBERS) {
    return "";
  }
  const bool has_min = std::isfinite(param.min), has_max = std::isfinite(param.max);
  if (has_min && has_max) return number_text(param.min) + ".." + number_text(param.max);
  if (has_min) return ">= " + number_text(param.min);
  if (has_max) return "<= " + number_text(param.max);
  return "";
}

}  // namespace engine
