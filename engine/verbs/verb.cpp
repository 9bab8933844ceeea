#include "verbs/verb.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "core/json_text.hpp"

namespace engine::verbs {
namespace {

template <class Number>
bool reads(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end;
}

std::string number_text(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return json_text(static_cast<double>(whole) == number ? Json(whole) : Json(number));
}

std::string with_commas(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

const char* type_name(Type type) {
  switch (type) {
    case Type::kText:
      return "text";
    case Type::kInteger:
      return "integer";
    case Type::kNumber:
      return "number";
    case Type::kFlag:
      return "flag";
  }
  return "";
}

const Parameter* find(const Verb& verb, std::string_view name) {
  for (const Parameter& parameter : verb.parameters)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

[[noreturn]] void refuse(const Verb& verb, const std::string& what, const std::string& why,
                         const std::string& fix) {
  throw Error(Exit::kUsage, verb.name + ": " + what, {"", "", why, fix});
}

void check_names(const Verb& verb, const Given& given) {
  for (const auto& [name, values] : given) {
    if (find(verb, name) != nullptr) continue;
    std::vector<std::string> known;
    for (const Parameter& parameter : verb.parameters) known.push_back(parameter.name);
    const std::string near = nearest(name, known);
    refuse(verb, "there is no parameter " + name, "",
           near.empty() ? "it takes " + with_commas(known) : "did you mean " + near + "?");
  }
}

void check_values(const Verb& verb, const Parameter& parameter, const Given& given) {
  const auto found = given.find(parameter.name);
  if (found == given.end()) {
    if (parameter.is_required) refuse(verb, "needs " + parameter.name, parameter.help, "");
    return;
  }
  if (!parameter.is_several && found->second.size() > 1)
    refuse(verb, parameter.name + " is given twice", "", "give it once");
  for (const std::string& value : found->second) {
    if (const std::string problem = problem_of(parameter, value); !problem.empty())
      refuse(verb, parameter.name + " cannot be \"" + value + "\"", problem, "");
  }
  if (!parameter.needs.empty() && !given.contains(parameter.needs))
    refuse(verb, parameter.name + " needs " + parameter.needs, "", "");
  if (!parameter.excludes.empty() && given.contains(parameter.excludes))
    refuse(verb, parameter.name + " and " + parameter.excludes + " do not go together", "", "");
}

}  // namespace

std::string problem_of(const Parameter& parameter, const std::string& value) {
  if (!parameter.one_of.empty()) {
    const bool is_known = std::find(parameter.one_of.begin(), parameter.one_of.end(), value) !=
                          parameter.one_of.end();
    return is_known ? "" : "it takes " + with_commas(parameter.one_of);
  }
  if (parameter.type == Type::kFlag)
    return value == "true" || value == "false" ? "" : "it takes true or false";
  if (parameter.type == Type::kText)
    return value.empty() && !parameter.may_be_empty ? "it takes a text that is not empty" : "";
  double number = 0;
  std::int64_t integer = 0;
  const bool is_number =
      parameter.type == Type::kInteger ? reads(value, integer) : reads(value, number);
  if (!is_number)
    return parameter.type == Type::kInteger ? "it takes a whole number" : "it takes a number";
  if (parameter.type == Type::kInteger) number = static_cast<double>(integer);
  const bool is_bounded = parameter.least != 0 || parameter.most != 0;
  if (!is_bounded || (number >= parameter.least && number <= parameter.most)) return "";
  return "it takes " + number_text(parameter.least) + " to " + number_text(parameter.most);
}

Arguments::Arguments(const Verb& verb, Given given) : verb_(&verb), given_(std::move(given)) {
  // A flag that is said to be off is none that another one needs or excludes.
  std::erase_if(given_, [&](const auto& one) {
    const Parameter* parameter = find(verb, one.first);
    const bool is_flag = parameter != nullptr && parameter->type == Type::kFlag;
    return one.second.empty() || (is_flag && one.second == std::vector<std::string>{"false"});
  });
  check_names(verb, given_);
  for (const Parameter& parameter : verb.parameters) check_values(verb, parameter, given_);
  values_ = given_;
  for (const Parameter& parameter : verb.parameters) {
    if (values_.contains(parameter.name) || parameter.usual.empty()) continue;
    std::vector<std::string>& values = values_[parameter.name];
    std::string::size_type from = 0;
    if (parameter.separator != 0) {
      for (auto at = parameter.usual.find(parameter.separator); at != std::string::npos;
           from = at + 1, at = parameter.usual.find(parameter.separator, from))
        values.push_back(parameter.usual.substr(from, at - from));
    }
    values.push_back(parameter.usual.substr(from));
  }
}

const Parameter& Arguments::declared(std::string_view name, Type type) const {
  const Parameter* parameter = find(*verb_, name);
  if (parameter == nullptr || (parameter->type != type && type != Type::kText))
    throw std::logic_error(verb_->name + " does not declare " + std::string(name));
  return *parameter;
}

bool Arguments::has(std::string_view name) const {
  return given_.contains(declared(name, Type::kText).name);
}

bool Arguments::flag(std::string_view name) const {
  const auto found = values_.find(declared(name, Type::kFlag).name);
  return found != values_.end() && found->second.front() == "true";
}

const std::vector<std::string>& Arguments::texts(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(declared(name, Type::kText).name);
  return found == values_.end() ? kNone : found->second;
}

const std::string& Arguments::text(std::string_view name) const {
  static const std::string kNone;
  const std::vector<std::string>& values = texts(name);
  return values.empty() ? kNone : values.front();
}

std::int64_t Arguments::integer(std::string_view name) const {
  std::int64_t value = 0;
  declared(name, Type::kInteger);
  reads(text(name), value);
  return value;
}

double Arguments::number(std::string_view name) const {
  double value = 0;
  declared(name, Type::kNumber);
  reads(text(name), value);
  return value;
}

Json verb_json(const Verb& verb) {
  Json parameters = Json::array();
  for (const Parameter& p : verb.parameters) {
    Json json{{"name", p.name}, {"type", type_name(p.type)}, {"help", p.help}};
    if (!p.usual.empty()) json["default"] = p.usual;
    if (!p.one_of.empty()) json["one_of"] = p.one_of;
    if (p.least != 0 || p.most != 0) {
      json["least"] = p.least;
      json["most"] = p.most;
    }
    json["required"] = p.is_required;
    json["several"] = p.is_several;
    json["local"] = p.is_local;
    parameters.push_back(std::move(json));
  }
  return {{"name", verb.name},
          {"help", verb.help},
          {"parameters", std::move(parameters)},
          {"page", !verb.page_help.empty()}};
}

}  // namespace engine::verbs
