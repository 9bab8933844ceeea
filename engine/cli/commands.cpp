#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine {
namespace {

/// "N" of "N:INT in [0 - 65535]": CLI11 adds what it checks.
std::string without_checks(const std::string& type) {
  const std::size_t at = std::min(
      {type.find(":INT in ["), type.find(":UINT in ["), type.find(":FLOAT in ["), type.find(":{")});
  return type.substr(0, at);
}

/// "a", "b" of "SHELL:{a,b}"
std::vector<std::string> choices_of(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t at = type.find(":{"), end = type.find('}');
  if (at == std::string::npos || end == std::string::npos) return choices;
  std::istringstream words(type.substr(at + 2, end - at - 2));
  for (std::string word; std::getline(words, word, ',');) choices.push_back(word);
  return choices;
}

verbs::Parameter described_option(const CLI::Option& option) {
  verbs::Parameter parameter;
  parameter.is_first = option.get_positional() && option.get_lnames().empty();
  parameter.name = option.get_single_name();
  const std::vector<std::string>& letters = option.get_snames();
  if (!letters.empty() && !option.get_lnames().empty()) parameter.letter = letters.front().front();
  const bool is_flag = option.get_items_expected_max() == 0;
  parameter.type = is_flag ? verbs::Type::kFlag : verbs::Type::kText;
  if (!is_flag) {
    const std::string type = option.get_type_name();
    parameter.value_name = without_checks(type);
    parameter.one_of = choices_of(type);
  }
  parameter.help = option.get_description();
  parameter.usual = option.get_default_str();
  parameter.is_required = option.get_required();
  parameter.is_several = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  return parameter;
}

std::vector<verbs::Parameter> parameters_of(const CLI::App& app) {
  std::vector<verbs::Parameter> parameters;
  for (const CLI::Option* option : app.get_options({}))
    parameters.push_back(described_option(*option));
  return parameters;
}

/// The parser's parameters, each as the table of verbs declares it where it does.
std::vector<verbs::Parameter> described(std::vector<verbs::Parameter> parameters,
                                        const verbs::Verb* verb) {
  if (verb == nullptr) return parameters;
  for (verbs::Parameter& parameter : parameters) {
    const auto declared =
        std::find_if(verb->parameters.begin(), verb->parameters.end(),
                     [&](const verbs::Parameter& other) { return other.name == parameter.name; });
    if (declared != verb->parameters.end()) parameter = *declared;
  }
  return parameters;
}

/// What a verb has from the program, as all have it: --help, and how verbs end.
void drop_shared(Command& command, const Command& program) {
  std::erase_if(command.parameters,
                [](const verbs::Parameter& parameter) { return parameter.name == "help"; });
  if (command.footer == program.footer) command.footer.clear();
}

void add_command(const CLI::App& app, const std::string& name, std::vector<Command>& all) {
  const std::size_t place = all.size();
  all.push_back({name, app.get_description(), app.get_footer(),
                 described(parameters_of(app), verbs::find_verb(name))});
  if (!name.empty()) drop_shared(all.back(), all.front());
  all.back().is_complete = app.get_require_subcommand_min() == 0;
  for (const CLI::App* below : app.get_subcommands({})) {
    all[place].below.push_back(below->get_name());
    add_command(*below, (name.empty() ? "" : name + " ") + below->get_name(), all);
  }
}

}  // namespace

std::vector<Command> commands_of(const CLI::App& program) {
  std::vector<Command> all;
  add_command(program, "", all);
  return all;
}

std::string value_name(const verbs::Parameter& parameter) {
  if (parameter.type == verbs::Type::kFlag) return "";
  // What CLI11 calls the values of an option that says nothing of them.
  if (!parameter.value_name.empty() && parameter.value_name != "TEXT") return parameter.value_name;
  std::string name = parameter.name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

std::string written(const verbs::Parameter& parameter) {
  return parameter.is_first ? value_name(parameter) : "--" + parameter.name;
}

}  // namespace engine
