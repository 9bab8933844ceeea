#include "plugin/arguments.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "plugin/descriptor.hpp"

namespace engine {

struct CheckedArguments::State {
  std::vector<const playlist_param*> params;
  std::vector<playlist_value> values;  // one per parameter
  std::vector<std::string> columns;
  std::vector<std::pair<const playlist_param*, HeldFilePtr>> files;
  // What the values point at; deques, so that nothing moves.
  std::deque<std::string> texts;
  std::deque<std::vector<const char*>> text_lists;
  std::deque<std::vector<double>> number_lists;
  std::deque<playlist_list> lists;

  const char* keep(const std::string& text) { return texts.emplace_back(text).c_str(); }
};

namespace {

/// Whole numbers beyond this are not exact as a double, which is what recipes compute with.
constexpr double kLargestInteger = 9007199254740992.0;

std::string_view type_of(const Argument& argument) {
  static constexpr std::string_view kNames[] = {"a number", "a boolean", "a text", "a list",
                                                "a set of tracks"};
  return kNames[argument.index()];
}

std::string shown(const Argument& argument) {
  if (const auto* number = std::get_if<double>(&argument)) return number_text(*number);
  if (const auto* boolean = std::get_if<bool>(&argument)) return *boolean ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&argument)) return '"' + *text + '"';
  return std::string(type_of(argument));
}

/// "limit (1..10000)", "direction (up, down)", "genres".
std::string shown(const playlist_param& param) {
  const std::string range = range_text(param);
  return range.empty() ? param.name : std::string(param.name) + " (" + range + ')';
}

std::string accepted(const std::vector<const playlist_param*>& params) {
  if (params.empty()) return "it takes no arguments";
  std::string text = "it accepts ";
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (i > 0) text += i + 1 == params.size() ? " and " : ", ";
    text += shown(*params[i]);
  }
  return text;
}

/// One wrong argument: what to say when it is the only one, and in a list.
struct Fault {
  std::string what, why, fix;
  Exit exit = Exit::kRecipe;
};

std::string with_hint(std::string text, const std::string& fix) {
  return fix.empty() ? text : text + "; " + fix;
}

/// Where the default of a FILE parameter stands; "" for none.
std::string default_file(const playlist_param& param, const std::string& library) {
  if (param.default_text == nullptr || *param.default_text == '\0') return "";
  std::error_code ignored;
  const auto beside = std::filesystem::absolute(library, ignored).parent_path();
  return (beside / param.default_text).string();
}

}  // namespace

/// Fills the values of one element, and collects what is wrong.
class ArgumentCheck {
 public:
  ArgumentCheck(const playlist_element& element, CheckedArguments::State& state,
                const FileAccess& access)
      : element_(element), state_(state), access_(access), given_(state.params.size(), nullptr) {}

  void run(const Arguments& arguments, const std::string& where) {
    for (const auto& [name, argument] : arguments) assign(name, argument);
    const auto declared_inputs = listed(element_.in).size();
    for (std::size_t i = 0; i < state_.params.size(); ++i) {
      const playlist_param& param = *state_.params[i];
      if (given_[i]) {
        read(param, *given_[i], state_.values[i]);
      } else if (is_required(param)) {
        fault(std::string(param.name) + " is missing (" + param.help + ')', "give it a value");
      } else {
        fill_default(param, state_.values[i]);
      }
      if (param.type == PLAYLIST_PARAM_COLUMN) {
        state_.values[i].integer =
            static_cast<std::int64_t>(declared_inputs + state_.columns.size() - 1);
      }
    }
    if (!faults_.empty()) report(where);
  }

 private:
  void fault(std::string what, std::string fix = "") {
    faults_.push_back({std::move(what), "", std::move(fix)});
  }

  void assign(const std::string& name, const Argument& argument) {
    std::size_t index = 0;
    if (name == "1") {
      if (state_.params.empty()) return fault("it takes no arguments, but was given one");
    } else {
      while (index < state_.params.size() && name != state_.params[index]->name) ++index;
      if (index == state_.params.size()) return unknown(name);
    }
    if (given_[index]) return fault(std::string(state_.params[index]->name) + " is given twice");
    given_[index] = &argument;
  }

  void unknown(const std::string& name) {
    if (name.find_first_not_of("0123456789") == std::string::npos) {
      return fault("argument " + name + " has no name", "only the first argument may go without");
    }
    std::vector<std::string> known;
    for (const playlist_param* param : state_.params) known.emplace_back(param->name);
    const std::string near = nearest(name, known);
    unknown_ = true;
    fault("no parameter \"" + name + '"', near.empty() ? "" : "did you mean " + near + "?");
  }

  void wrong_type(const playlist_param& param, const Argument& argument, std::string_view wanted) {
    std::string got = argument.index() <= 2 ? shown(argument) + ", " : "";
    fault(std::string(param.name) + " is " + got + std::string(type_of(argument)) + "; " +
              std::string(wanted) + " is wanted (" + param.help + ')',
          "");
  }

  void read(const playlist_param& param, const Argument& argument, playlist_value& value) {
    switch (param.type) {
      case PLAYLIST_PARAM_NUMBER:
        if (const auto number = number_of(param, argument, "a number")) value.number = *number;
        break;
      case PLAYLIST_PARAM_INTEGER:
        read_integer(param, argument, value);
        break;
      case PLAYLIST_PARAM_BOOLEAN:
        if (const auto* boolean = std::get_if<bool>(&argument)) {
          value.integer = *boolean ? 1 : 0;
        } else {
          wrong_type(param, argument, "true or false");
        }
        break;
      case PLAYLIST_PARAM_TEXT:
      case PLAYLIST_PARAM_CHOICE:
      case PLAYLIST_PARAM_COLUMN:
        read_text(param, argument, value);
        break;
      case PLAYLIST_PARAM_TRACKS:
        if (const auto* tracks = std::get_if<TracksArgument>(&argument)) {
          value.tracks = tracks->table;
        } else {
          wrong_type(param, argument, "a set of tracks");
        }
        break;
      case PLAYLIST_PARAM_TEXTS:
        read_texts(param, argument, value);
        break;
      case PLAYLIST_PARAM_NUMBERS:
        read_numbers(param, argument, value);
        break;
      case PLAYLIST_PARAM_FILE:
        read_file_name(param, argument, value);
        break;
      default:
        fault(std::string(param.name) + " has a type this engine does not know");
        break;
    }
  }

  std::optional<double> number_of(const playlist_param& param, const Argument& argument,
                                  std::string_view wanted) {
    const auto* number = std::get_if<double>(&argument);
    if (!number) {
      wrong_type(param, argument, wanted);
      return std::nullopt;
    }
    return in_range(param, *number) ? std::optional<double>(*number) : std::nullopt;
  }

  bool in_range(const playlist_param& param, double number) {
    if (number >= param.min && number <= param.max) return true;
    const std::string shown = std::isnan(number) ? "not a number" : number_text(number);
    const std::string range = range_text(param);
    fault(std::string(param.name) + " = " + shown + " is outside " +
          (range.empty() ? "the numbers" : range) + " (" + param.help + ')');
    return false;
  }

  void read_integer(const playlist_param& param, const Argument& argument, playlist_value& value) {
    const auto number = number_of(param, argument, "a whole number");
    if (!number) return;
    if (*number != std::floor(*number) || std::abs(*number) > kLargestInteger) {
      return fault(std::string(param.name) + " = " + number_text(*number) +
                   " is not a whole number (" + param.help + ')');
    }
    value.integer = static_cast<std::int64_t>(*number);
  }

  void read_text(const playlist_param& param, const Argument& argument, playlist_value& value) {
    const auto* text = std::get_if<std::string>(&argument);
    if (!text) {
      const bool is_column = param.type == PLAYLIST_PARAM_COLUMN;
      wrong_type(param, argument, is_column ? "the name of a column" : "a text");
    } else if (is_clean(param, *text)) {
      if (param.type == PLAYLIST_PARAM_CHOICE) check_choice(param, *text);
      value.text = state_.keep(*text);
    }
    if (param.type == PLAYLIST_PARAM_COLUMN) state_.columns.push_back(text ? *text : "");
  }

  /// Plugins get texts ended by NUL.
  bool is_clean(const playlist_param& param, const std::string& text) {
    if (text.find('\0') == std::string::npos) return true;
    fault(std::string(param.name) + " holds a NUL character");
    return false;
  }

  void read_file_name(const playlist_param& param, const Argument& argument,
                      playlist_value& value) {
    const auto* text = std::get_if<std::string>(&argument);
    value.text = "";
    if (!text) return wrong_type(param, argument, "the path of a file");
    if (!is_clean(param, *text)) return;
    if (text->empty() && is_required(param))
      return fault(std::string(param.name) + " names no file (" + param.help + ')', "name one");
    if (text->empty() || access_.files == nullptr) {
      value.text = state_.keep(*text);
      return;
    }
    const std::string place = access_.files->place(*text);
    const bool is_relative = place != *text && !text->starts_with("~/");
    take_file(param, place, value,
              is_relative ? "a path begins at " + access_.files->folder() : "");
  }

  void take_file(const playlist_param& param, const std::string& place, playlist_value& value,
                 const std::string& rule) {
    value.text = state_.keep(place);
    try {
      HeldFilePtr file = access_.files->open(place);
      access_.files->note_read(element_.name, param.name, *file);
      state_.files.emplace_back(&param, std::move(file));
    } catch (const UnreadFile& problem) {
      faults_.push_back(
          {std::string(param.name) + " cannot be read from " + place + " (" + param.help + ')',
           problem.why + (rule.empty() ? "" : "; " + rule), "put the file there, or name another",
           Exit::kInput});
    }
  }

  void check_choice(const playlist_param& param, const std::string& text) {
    std::vector<std::string> known;
    for (const char* choice : listed(param.choices)) {
      if (text == choice) return;
      known.emplace_back(choice);
    }
    const std::string near = nearest(text, known);
    fault(std::string(param.name) + " = \"" + text + "\" is not one of " + range_text(param),
          near.empty() ? "" : "did you mean " + near + "?");
  }

  /// A single text counts as a list of one; so does a single number below.
  void read_texts(const playlist_param& param, const Argument& argument, playlist_value& value) {
    ArgumentList items;
    if (const auto* text = std::get_if<std::string>(&argument)) {
      items.emplace_back(*text);
    } else if (const auto* list = std::get_if<ArgumentList>(&argument)) {
      items = *list;
    } else {
      return wrong_type(param, argument, "a list of texts");
    }
    auto& texts = state_.text_lists.emplace_back();
    for (const auto& item : items) {
      const auto* text = std::get_if<std::string>(&item);
      if (!text) {
        return fault(std::string(param.name) + " holds the number " +
                     number_text(std::get<double>(item)) + "; a list of texts is wanted (" +
                     param.help + ')');
      }
      if (is_clean(param, *text)) texts.push_back(state_.keep(*text));
    }
    value.list = &state_.lists.emplace_back(playlist_list{
        sizeof(playlist_list), static_cast<std::uint32_t>(texts.size()), texts.data(), nullptr});
  }

  void read_numbers(const playlist_param& param, const Argument& argument, playlist_value& value) {
    ArgumentList items;
    if (const auto* number = std::get_if<double>(&argument)) {
      items.emplace_back(*number);
    } else if (const auto* list = std::get_if<ArgumentList>(&argument)) {
      items = *list;
    } else {
      return wrong_type(param, argument, "a list of numbers");
    }
    auto& numbers = state_.number_lists.emplace_back();
    for (const auto& item : items) {
      const auto* number = std::get_if<double>(&item);
      if (!number) {
        return fault(std::string(param.name) + " holds the text \"" + std::get<std::string>(item) +
                     "\"; a list of numbers is wanted (" + param.help + ')');
      }
      if (in_range(param, *number)) numbers.push_back(*number);
    }
    value.list = &state_.lists.emplace_back(
        playlist_list{sizeof(playlist_list), static_cast<std::uint32_t>(numbers.size()), nullptr,
                      numbers.data()});
  }

  void fill_default(const playlist_param& param, playlist_value& value) {
    switch (param.type) {
      case PLAYLIST_PARAM_NUMBER:
        value.number = param.default_number;
        break;
      case PLAYLIST_PARAM_INTEGER:
        value.integer = static_cast<std::int64_t>(param.default_number);
        break;
      case PLAYLIST_PARAM_BOOLEAN:
        value.integer = param.default_number != 0 ? 1 : 0;
        break;
      case PLAYLIST_PARAM_TEXT:
      case PLAYLIST_PARAM_CHOICE:
        value.text = state_.keep(param.default_text ? param.default_text : "");
        break;
      case PLAYLIST_PARAM_COLUMN:
        state_.columns.emplace_back(param.default_text ? param.default_text : "");
        break;
      case PLAYLIST_PARAM_TEXTS:
      case PLAYLIST_PARAM_NUMBERS:
        value.list =
            &state_.lists.emplace_back(playlist_list{sizeof(playlist_list), 0, nullptr, nullptr});
        break;
      case PLAYLIST_PARAM_FILE:
        value.text = "";
        if (const std::string place = default_file(param, access_.library);
            !place.empty() && access_.files != nullptr)
          take_file(param, place, value, "it belongs beside the plugin's library");
        break;
      default:
        value.tracks = nullptr;
        break;
    }
  }

  [[noreturn]] void report(const std::string& where) const {
    const std::string name = element_.name;
    Error::Parts parts;
    parts.where = where;
    if (faults_.size() == 1) {
      const Fault& fault = faults_.front();
      parts.why = unknown_ ? accepted(state_.params) : fault.why;
      parts.fix = fault.fix;
      throw Error(fault.exit, name + (unknown_ ? " has " : ": ") + fault.what, parts);
    }
    for (const Fault& fault : faults_) {
      if (!parts.why.empty()) parts.why += "\n         ";
      parts.why += with_hint(with_hint(fault.what, fault.why), fault.fix);
    }
    parts.fix = accepted(state_.params);
    const bool are_files = std::all_of(faults_.begin(), faults_.end(), [](const Fault& fault) {
      return fault.exit == Exit::kInput;
    });
    throw Error(are_files ? Exit::kInput : Exit::kRecipe,
                std::to_string(faults_.size()) + " arguments of " + name + " are wrong", parts);
  }

  const playlist_element& element_;
  CheckedArguments::State& state_;
  const FileAccess& access_;
  std::vector<const Argument*> given_;  // per parameter
  std::vector<Fault> faults_;
  bool unknown_ = false;
};

CheckedArguments::CheckedArguments() : state_(std::make_unique<State>()) {}
CheckedArguments::CheckedArguments(CheckedArguments&&) noexcept = default;
CheckedArguments& CheckedArguments::operator=(CheckedArguments&&) noexcept = default;
CheckedArguments::~CheckedArguments() = default;

const playlist_value* CheckedArguments::values() const {
  return state_->values.data();
}
const std::vector<std::string>& CheckedArguments::columns() const {
  return state_->columns;
}

const HeldFile* CheckedArguments::file(std::string_view parameter) const {
  for (const auto& [param, file] : state_->files) {
    if (parameter == param->name) return file.get();
  }
  return nullptr;
}

std::string CheckedArguments::json() const {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  std::size_t column = 0;
  for (std::size_t i = 0; i < state_->params.size(); ++i) {
    const playlist_value& value = state_->values[i];
    auto& item = object[state_->params[i]->name];
    switch (state_->params[i]->type) {
      case PLAYLIST_PARAM_NUMBER:
        item = value.number;
        break;
      case PLAYLIST_PARAM_INTEGER:
        item = value.integer;
        break;
      case PLAYLIST_PARAM_BOOLEAN:
        item = value.integer != 0;
        break;
      case PLAYLIST_PARAM_TEXT:
      case PLAYLIST_PARAM_CHOICE:
      case PLAYLIST_PARAM_FILE:
        item = value.text;
        break;
      case PLAYLIST_PARAM_COLUMN:
        item = state_->columns[column++];
        break;
      case PLAYLIST_PARAM_TRACKS:
        if (value.tracks) item = "TRACKS";
        break;
      case PLAYLIST_PARAM_TEXTS:
        item = std::vector<std::string>(value.list->texts, value.list->texts + value.list->count);
        break;
      default:
        item = std::vector<double>(value.list->numbers, value.list->numbers + value.list->count);
        break;
    }
  }
  return json_text(object);
}

CheckedArguments check_arguments(const playlist_element& element, const Arguments& arguments,
                                 const std::string& where, const FileAccess& access) {
  CheckedArguments checked;
  checked.state_->params = listed(element.params);
  checked.state_->values.resize(checked.state_->params.size());
  ArgumentCheck(element, *checked.state_, access).run(arguments, where);
  return checked;
}

std::vector<NamedFile> named_files(const playlist_element& element, const Arguments& arguments,
                                   const FileAccess& access) {
  std::vector<NamedFile> files;
  if (access.files == nullptr) return files;
  bool is_first = true;
  for (const playlist_param* param : listed(element.params)) {
    const std::string name = is_first ? "1" : param->name;
    is_first = false;
    if (param->type != PLAYLIST_PARAM_FILE) continue;
    std::string path = default_file(*param, access.library);
    for (const auto& [given, argument] : arguments) {
      const auto* text = std::get_if<std::string>(&argument);
      if (text != nullptr && (given == name || given == param->name)) path = *text;
    }
    if (path.empty()) continue;
    try {
      files.push_back({param->name, access.files->open(path)});
    } catch (const UnreadFile&) {
      // Told where the arguments are checked.
    }
  }
  return files;
}

}  // namespace engine
