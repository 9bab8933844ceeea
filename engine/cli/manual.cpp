#include "cli/manual.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "cli/verb_flags.hpp"
#include "core/json_text.hpp"
#include "core/output_file.hpp"
#include "help/manual.hpp"
#include "help/topics.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

/// "playlist keep" as its page is called: engine-playlist-keep.
std::string page_name(const std::string& verb) {
  std::string name = verb.empty() ? "engine" : "engine-" + verb;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

/// "RECIPE", "[NAME]", "PATH..."
std::string place_of(const verbs::Parameter& parameter) {
  const std::string name = value_name(parameter) + (parameter.is_several ? "..." : "");
  return parameter.is_required ? name : "[" + name + "]";
}

std::string synopsis(const Command& command) {
  std::string line = "engine" + (command.name.empty() ? "" : " " + command.name) + " [OPTIONS]";
  for (const verbs::Parameter& parameter : command.parameters)
    if (parameter.is_first) line += " " + place_of(parameter);
  return line;
}

/// "-n, --tracks N"
std::string term_of(const verbs::Parameter& parameter) {
  if (parameter.is_first) return value_name(parameter);
  const std::string letter =
      parameter.letter != 0 ? std::string("-") + parameter.letter + ", " : "";
  const std::string value = value_name(parameter);
  return letter + written(parameter) + (value.empty() ? "" : " " + value);
}

std::string with_commas(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// What it is, and what may be given.
std::string meaning_of(const verbs::Parameter& parameter) {
  std::string text = parameter.help;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  const auto tells = [&](const std::string& word) { return text.find(word) != std::string::npos; };
  if (!std::all_of(parameter.one_of.begin(), parameter.one_of.end(), tells))
    add("one of " + with_commas(parameter.one_of));
  if (parameter.is_several && !parameter.is_first && !tells("several"))
    add("may be given several times");
  if (!parameter.needs.empty()) add("goes with --" + parameter.needs);
  if (!parameter.excludes.empty()) add("does not go with --" + parameter.excludes);
  if (!parameter.usual.empty()) text += " [default: " + parameter.usual + "]";
  return text;
}

void add_options(ManualPage& page, const char* heading,
                 const std::vector<verbs::Parameter>& parameters) {
  if (parameters.empty()) return;
  page.heading(heading);
  for (const verbs::Parameter& parameter : parameters)
    page.item(term_of(parameter), meaning_of(parameter));
}

void add_verbs_below(ManualPage& page, const Command& command, const std::vector<Command>& all) {
  if (command.below.empty()) return;
  page.heading("VERBS");
  for (const Command& other : all) {
    const std::string above = command.name.empty() ? "" : command.name + " ";
    const bool is_below = !other.name.empty() && other.name.starts_with(above) &&
                          other.name.find(' ', above.size()) == std::string::npos;
    if (is_below && other.name != command.name) page.item(manual_name(other.name), other.help);
  }
}

/// A cell of a table of help, as plain text.
std::string plain_cell(std::string_view cell) {
  std::string text;
  for (std::size_t k = 0; k < cell.size(); ++k) {
    if (cell[k] == '`' || cell[k] == '*') continue;
    if (cell[k] == '\\' && k + 1 < cell.size()) ++k;
    text += cell[k];
  }
  return text;
}

/// What engine help verbs tells of a verb: a row names it in its first cell as `verb ...`. "": none.
std::string told_by_help(const std::string& verb) {
  static const std::regex row(R"(\| (.+?) \| (.+) \|)"), name("`([a-z-]+(?: [a-z-]+)?)[^`]*`");
  std::istringstream lines{std::string(find_topic("verbs")->markdown)};
  std::smatch cells;
  for (std::string line; std::getline(lines, line);) {
    if (!std::regex_match(line, cells, row)) continue;
    const std::string first = cells[1];
    for (std::sregex_iterator at(first.begin(), first.end(), name), end; at != end; ++at)
      if ((*at)[1] == verb) return plain_cell(cells[2].str());
  }
  return "";
}

std::string capital(std::string text) {
  if (!text.empty())
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string sentence(const std::string& text) {
  return text.empty() || text.back() == '.' ? text : text + ".";
}

/// The topics that a verb's texts refer to, as "engine help TOPIC".
std::set<std::string> topics_named(const Command& command, const std::string& told) {
  static const std::regex topic("engine help ([a-z]+)");
  std::string texts = told + " " + command.help + " " + command.footer;
  for (const verbs::Parameter& parameter : command.parameters) texts += " " + parameter.help;
  std::set<std::string> names;
  for (std::sregex_iterator at(texts.begin(), texts.end(), topic), end; at != end; ++at)
    if (find_topic((*at)[1].str()) != nullptr) names.insert((*at)[1]);
  if (find_topic(command.name) != nullptr) names.insert(command.name);
  return names;
}

void add_see_also(ManualPage& page, const Command& command, const std::string& told) {
  std::vector<std::string> others;
  const std::size_t space = command.name.rfind(' ');
  others.push_back("engine(1)");
  if (space != std::string::npos) others.push_back(manual_name(command.name.substr(0, space)));
  for (const std::string& topic : topics_named(command, told))
    others.push_back("engine-" + topic + "(7)");
  page.heading("SEE ALSO").text(with_commas(others));
}

std::string program_page(const Command& program, const std::vector<Command>& all) {
  ManualPage page("engine", 1, PLAYLIST_ENGINE_VERSION,
                  "playlists from your own listening history");
  page.heading("SYNOPSIS").command("engine [OPTIONS] VERB ...").command("engine help [TOPIC]");
  page.heading("DESCRIPTION")
      .text(sentence(capital(program.help.substr(program.help.find(' ') + 1))))
      .text(
          "Every verb has a page of its own here, and engine VERB --help says the same in short.");
  add_verbs_below(page, program, all);
  add_options(page, "OPTIONS", program.parameters);
  page.heading("EXIT STATUS").text(program.footer.substr(program.footer.find(':') + 2));
  std::vector<std::string> topics;
  for (const Topic& topic : engine::topics())
    topics.push_back("engine-" + std::string(topic.name) + "(7)");
  page.heading("FILES").text(
      "engine-operating(7) says where the library, recipes, plugins and settings are.");
  page.heading("SEE ALSO").text(with_commas(topics));
  return page.roff();
}

std::string json_or_text(const Cli& cli, const std::vector<std::string>& files,
                         const std::string& folder) {
  if (cli.common.json)
    return printed_json(nlohmann::ordered_json{{"folder", folder}, {"files", files}});
  std::string text;
  for (const std::string& file : files) text += file + "\n";
  return text;
}

Exit write_manual(Cli& cli, const std::vector<Command>& all, const std::string& to,
                  bool makes_folders) {
  const std::string folder = output_folder(to, cli.home().kept_files(), makes_folders);
  std::vector<std::string> files;
  for (const Command& command : all) {
    const OutputFile file((fs::path(folder) / (page_name(command.name) + ".1")).string(),
                          cli.home().kept_files(), {.makes_folders = true});
    file.write(manual_page(command, all));
    files.push_back(file.path());
  }
  cli.out(json_or_text(cli, files, folder));
  return Exit::kDone;
}

Exit show_manual(Cli& cli, const std::vector<Command>& all, const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : " ") + word;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Command& command) { return command.name == name; });
  if (found == all.end()) {
    std::vector<std::string> known;
    for (const Command& command : all) known.push_back(command.name);
    const std::string near = nearest(name, known);
    throw Error(Exit::kUsage, "there is no verb \"" + name + "\"",
                {"", "", "",
                 near.empty() ? "engine --help lists the verbs" : "did you mean " + near + "?"});
  }
  const std::string page = manual_page(*found, all);
  cli.out(cli.common.json ? printed_json(nlohmann::ordered_json{
                                {"verb", name}, {"page", manual_name(name)}, {"roff", page}})
                          : page);
  return Exit::kDone;
}

}  // namespace

std::string manual_name(const std::string& verb) {
  return page_name(verb) + "(1)";
}

std::string manual_page(const Command& command, const std::vector<Command>& all) {
  if (command.name.empty()) return program_page(command, all);
  ManualPage page(page_name(command.name), 1, PLAYLIST_ENGINE_VERSION, command.help);
  page.heading("SYNOPSIS");
  if (command.is_complete) page.command(synopsis(command));
  for (const std::string& below : command.below)
    page.command("engine " + command.name + " " + below + " ...");
  page.heading("DESCRIPTION").text(sentence(command.help));
  const std::string told = told_by_help(command.name);
  if (!told.empty()) page.text(sentence(capital(told)));
  if (!command.footer.empty()) page.text(command.footer);
  add_verbs_below(page, command, all);
  add_options(page, "OPTIONS", command.parameters);
  std::vector<verbs::Parameter> shared = all.front().parameters;
  std::erase_if(shared, [](const verbs::Parameter& one) { return one.name == "version"; });
  add_options(page, "OPTIONS OF EVERY VERB", shared);
  page.heading("EXIT STATUS").text("As engine(1) has it.");
  add_see_also(page, command, told);
  return page.roff();
}

void add_manual(CLI::App& app, Cli& cli) {
  struct Options {
    std::vector<std::string> verb;
    std::string pages;
    bool makes_folders = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("manual", "The page of man about a verb, or about engine");
  CLI::Option* words =
      verb->add_option("verb", options->verb, "The verb, in one word or two")->type_name("VERB");
  verb->add_option("--pages", options->pages, "Write the pages of all verbs into this folder")
      ->type_name("DIR")
      ->excludes(words);
  add_make_folders(*verb, options->makes_folders);
  verb->footer(
      "Where the engine is installed, man engine-run shows the same; else\n"
      "  engine manual run | man -l -");
  verb->fallthrough();
  verb->callback([&app, &cli, options] {
    cli.action = [&app, &cli, options] {
      const std::vector<Command> all = commands_of(app);
      return options->pages.empty()
                 ? show_manual(cli, all, options->verb)
                 : write_manual(cli, all, options->pages, options->makes_folders);
    };
  });
}

}  // namespace engine
