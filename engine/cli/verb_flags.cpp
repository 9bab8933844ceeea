#include "cli/verb_flags.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <unistd.h>

#include "cli/dialogue.hpp"
#include "core/json_text.hpp"
#include "core/output_file.hpp"
#include "verbs/shared_parameters.hpp"

namespace engine {
namespace {

using verbs::Parameter;
using verbs::Type;

/// What CLI11 writes into while it parses.
struct Written {
  std::map<std::string, bool> flags;
  std::map<std::string, std::string> words;
  std::map<std::string, std::vector<std::string>> lists;
  std::string html;
  bool makes_folders = false;

  /// What was given, without what is usual.
  [[nodiscard]] verbs::Given given(const CLI::App& app) const {
    verbs::Given given;
    const auto is_given = [&](const std::string& name) {
      const CLI::Option* option = app.get_option_no_throw(name);
      if (option == nullptr) option = app.get_option_no_throw("--" + name);
      return option != nullptr && option->count() > 0;
    };
    for (const auto& [name, is_set] : flags)
      if (is_set) given[name] = {"true"};
    for (const auto& [name, word] : words)
      if (is_given(name)) given[name] = {word};
    for (const auto& [name, list] : lists)
      if (is_given(name)) given[name] = list;
    return given;
  }
};

/// "10,30,50" as help shows several: [10,30,50].
std::string shown_default(const Parameter& parameter) {
  return parameter.is_several ? "[" + parameter.usual + "]" : parameter.usual;
}

void add_check(CLI::Option& option, const Parameter& parameter) {
  if (!parameter.one_of.empty()) option.check(CLI::IsMember(parameter.one_of));
  const bool is_bounded = parameter.least != 0 || parameter.most != 0;
  if (parameter.type == Type::kInteger && is_bounded) {
    option.check(CLI::Range(static_cast<std::int64_t>(parameter.least),
                            static_cast<std::int64_t>(parameter.most)));
  } else if (parameter.type == Type::kInteger) {
    option.check(CLI::Validator(
        [parameter](std::string& value) { return problem_of(parameter, value); }, ""));
  } else if (parameter.type == Type::kNumber) {
    option.check(CLI::Range(parameter.least, parameter.most));
  }
}

void add_parameter(CLI::App& app, const Parameter& parameter, Written& written) {
  std::string flag = parameter.is_first ? parameter.name : "--" + parameter.name;
  if (parameter.letter != 0) flag = std::string("-") + parameter.letter + "," + flag;
  if (parameter.type == Type::kFlag) {
    app.add_flag(flag, written.flags[parameter.name], parameter.help);
    return;
  }
  CLI::Option* option = parameter.is_several
                            ? app.add_option(flag, written.lists[parameter.name], parameter.help)
                            : app.add_option(flag, written.words[parameter.name], parameter.help);
  option->type_name(parameter.value_name);
  option->required(parameter.is_required);
  if (!parameter.usual.empty()) option->default_str(shown_default(parameter));
  if (parameter.separator != 0) {
    option->delimiter(parameter.separator);
  } else if (parameter.is_several && !parameter.is_first) {
    option->allow_extra_args(false);
  }
  add_check(*option, parameter);
}

/// Two parameters that need or exclude each other, once both are there.
void relate(CLI::App& app, const Parameter& parameter) {
  const auto option = [&](const std::string& name) {
    CLI::Option* found = app.get_option_no_throw("--" + name);
    return found != nullptr ? found : app.get_option(name);
  };
  if (!parameter.needs.empty()) option(parameter.name)->needs(option(parameter.needs));
  if (!parameter.excludes.empty()) option(parameter.name)->excludes(option(parameter.excludes));
}

/// A page that is written beside the answer. Standard output takes one of the two: with --html -
/// the answer is left out, and --json beside it is refused.
std::optional<OutputFile> page_file(Cli& cli, const Written& written, const verbs::Given& given) {
  if (written.html.empty()) return std::nullopt;
  std::vector<std::string> named;  // recipes, which no page may replace
  for (const auto& [name, values] : given) named.insert(named.end(), values.begin(), values.end());
  OutputFile file(written.html, cli.home().kept_files(named),
                  {.makes_folders = written.makes_folders});
  if (file.is_standard_output() && cli.common.json) {
    throw Error(Exit::kUsage, "--html and --json both go to standard output",
                {"", "", "", "name a file for --html"});
  }
  return file;
}

void write_page(Cli& cli, const OutputFile& file, const verbs::Answer& answer) {
  file.write(answer.page());
  if (!file.is_standard_output()) cli.note("wrote " + file.path());
}

void print(Cli& cli, const verbs::Answer& answer) {
  try {
    if (!cli.common.json) {
      if (!answer.text.empty()) cli.out(answer.text);
    } else if (!answer.data.is_null()) {
      cli.out(printed_json(answer.data));
    }
  } catch (const Error&) {
    if (answer.lost) answer.lost();
    throw;
  }
}

/// On a terminal: what a verb would remove has been shown; whether it may.
bool has_consent() {
  std::cerr << "go on? [y/N] " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  return line == "y" || line == "Y" || line == "yes";
}

/// A verb that removes something was not told to go on, and there is somebody to ask.
bool may_ask(const Cli& cli, const verbs::Verb& verb, const verbs::Given& given) {
  const bool removes = std::any_of(verb.parameters.begin(), verb.parameters.end(),
                                   [](const Parameter& p) { return p.name == "yes"; });
  return removes && !given.contains("yes") && !cli.common.json && ::isatty(STDIN_FILENO) != 0 &&
         ::isatty(STDERR_FILENO) != 0;
}

Exit ask(Cli& cli, const verbs::Verb& verb, const Written& written, verbs::Given given) {
  if (may_converse(cli, verb, given)) return converse(cli, verb);
  if (may_ask(cli, verb, given)) {
    const verbs::Answer told = verb.answer(cli.caller(), verbs::Arguments(verb, given));
    print(cli, told);
    if (told.afterwards) told.afterwards();
    const bool is_done = told.data.value("removed", true);
    if (is_done || !has_consent()) return told.exit;
    given["yes"] = {"true"};
  }
  const verbs::Arguments arguments(verb, given);
  const std::optional<OutputFile> page = page_file(cli, written, given);
  const app::Caller caller = cli.caller();
  const verbs::Answer answer = verb.answer(caller, arguments);
  if (page) write_page(cli, *page, answer);
  if (!page || !page->is_standard_output()) print(cli, answer);
  if (answer.afterwards) answer.afterwards();
  return answer.exit;
}

/// The verb that `name` stands below, and its own last word.
std::pair<CLI::App*, std::string> place_of(CLI::App& program, const std::string& name) {
  const std::size_t space = name.rfind(' ');
  if (space == std::string::npos) return {&program, name};
  return {program.get_subcommand(name.substr(0, space)), name.substr(space + 1)};
}

}  // namespace

void add_make_folders(CLI::App& verb, bool& makes_folders) {
  const Parameter parameter = verbs::make_folders_parameter();
  verb.add_flag("--" + parameter.name, makes_folders, parameter.help);
}

void add_verb(CLI::App& program, Cli& cli, const verbs::Verb& verb) {
  const auto [above, word] = place_of(program, verb.name);
  CLI::App* app = above->add_subcommand(word, verb.help);
  app->fallthrough();
  if (!verb.footer.empty()) app->footer(verb.footer);  // else that of the program
  if (above != &program && above->get_require_subcommand_min() == 0)
    above->require_subcommand(0, 1);
  auto written = std::make_shared<Written>();
  for (const Parameter& parameter : verb.parameters) add_parameter(*app, parameter, *written);
  for (const Parameter& parameter : verb.parameters) relate(*app, parameter);
  if (!verb.page_help.empty()) {
    app->add_option("--html", written->html, verb.page_help)->type_name("FILE");
    add_make_folders(*app, written->makes_folders);
  }
  if (!verb.answer) {
    app->require_subcommand(1);
    return;
  }
  app->callback([&cli, &verb, app, written] {
    if (!app->get_subcommands().empty()) return;
    cli.action = [&cli, &verb, app, written] {
      const verbs::Given given = written->given(*app);
      return ask(cli, verb, *written, given);
    };
  });
}

}  // namespace engine
