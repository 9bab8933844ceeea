#include "cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "app/recipe_files.hpp"
#include "cli/verb_flags.hpp"
#include "core/json_text.hpp"
#include "help/topics.hpp"
#include "plugin/registry.hpp"
#include "verbs/verbs.hpp"

namespace engine {

extern const std::string_view kCompletionBash, kCompletionZsh, kCompletionFish;

namespace {

using verbs::Parameter;

// ---- names that somebody's library, plugins and settings have ----

using Names = std::vector<std::string>;

/// Of a verb's answer with --json: the texts `field` of the objects in its list `list`.
Names told_by(const app::Caller& caller, const std::string& verb, const char* list,
              const char* field) {
  const verbs::Verb& asked = *verbs::find_verb(verb);
  const verbs::Answer answer = asked.answer(caller, verbs::Arguments(asked, {}));
  Names names;
  for (const verbs::Json& one : answer.data.at(list)) {
    const verbs::Json& name = one.at(field);
    names.push_back(name.is_string() ? name.get<std::string>() : json_text(name));
  }
  return names;
}

Names recipe_names(const app::Caller& caller) {
  Names names;
  for (const std::string& file : app::recipes_by_name(caller))
    names.push_back(app::listed_name(file));
  return names;
}

Names element_names(const app::Caller& caller) {
  Names names;
  for (const Element* element : caller.registry()->elements())
    names.emplace_back(element->description->name);
  return names;
}

/// As verbs call them: "taste" for model.taste.
Names model_names(const app::Caller& caller) {
  Names names;
  for (const std::string& element : element_names(caller))
    if (element.starts_with("model.")) names.push_back(element.substr(element.find('.') + 1));
  return names;
}

Names run_names(const app::Caller& caller) {
  Names names = told_by(caller, "runs", "runs", "run");
  names.insert(names.begin(), "last");
  return names;
}

Names topic_names(const app::Caller&) {
  Names names;
  for (const Topic& topic : topics()) names.emplace_back(topic.name);
  return names;
}

Names verb_names(const app::Caller&) {
  Names names;
  for (const verbs::Verb& verb : verbs::verbs())
    if (verb.answer) names.push_back(verb.name);
  return names;
}

Names setting_names(const app::Caller&) {
  Names names;
  for (const SettingDeclaration& setting : setting_declarations()) names.emplace_back(setting.key);
  return names;
}

const std::map<std::string, Names (*)(const app::Caller&)>& names_by_kind() {
  static const std::map<std::string, Names (*)(const app::Caller&)> kNames = {
      {"accounts",
       [](const app::Caller& caller) {
         return told_by(caller, "accounts", "accounts", "account");
       }},
      {"elements", element_names},
      {"models", model_names},
      {"playlists",
       [](const app::Caller& caller) {
         return told_by(caller, "playlist list", "playlists", "playlist");
       }},
      {"recipes", recipe_names},
      {"runs", run_names},
      {"services",
       [](const app::Caller& caller) {
         return told_by(caller, "accounts", "services", "service");
       }},
      {"settings", setting_names},
      {"topics", topic_names},
      {"users",
       [](const app::Caller& caller) { return told_by(caller, "library users", "users", "name"); }},
      {"verbs", verb_names}};
  return kNames;
}

// ---- what each parameter's values are ----

/// Where the declared name of a value, NAME, says too little: by the verb, or the one it is below.
const std::map<std::string, const char*>& names_of_verbs() {
  static const std::map<std::string, const char*> kNames = {
      {"library", "names users"},        {"library timezone", "text"},
      {"playlist", "names playlists"},   {"refresh", "names playlists"},
      {"snapshot", "names playlists"},   {"train", "names models"},
      {"plugins info", "names elements"}};
  return kNames;
}

std::string values_by_verb(const Command& command) {
  const auto& names = names_of_verbs();
  if (const auto whole = names.find(command.name); whole != names.end()) return whole->second;
  const auto above = names.find(command.name.substr(0, command.name.find(' ')));
  return above != names.end() ? above->second : "text";
}

/// By what a value is called in help.
const std::map<std::string, const char*>& values_by_name() {
  static const std::map<std::string, const char*> kValues = {{"ACCOUNT", "names accounts"},
                                                             {"A", "names recipes files"},
                                                             {"B", "names recipes files"},
                                                             {"DIR", "folders"},
                                                             {"FILE", "files"},
                                                             {"FILE.nsp|PROMPT", "files"},
                                                             {"KEY", "names settings"},
                                                             {"LIST", "names playlists recipes"},
                                                             {"MODEL", "names models"},
                                                             {"PATH", "files"},
                                                             {"RECIPE", "names recipes files"},
                                                             {"RUN", "names runs"},
                                                             {"SERVICE", "names services"},
                                                             {"TOPIC", "names topics"},
                                                             {"VERB", "names verbs"},
                                                             {"all|FILE", "files"}};
  return kValues;
}

}  // namespace

std::string values_of(const Command& command, const Parameter& parameter) {
  if (parameter.type == verbs::Type::kFlag) return "";
  if (!parameter.one_of.empty()) {
    std::string choices = "=";
    for (const std::string& choice : parameter.one_of) choices += " " + choice;
    return choices;
  }
  if (parameter.type != verbs::Type::kText) return "text";
  const std::string value = value_name(parameter);
  if (parameter.name == "user" || parameter.name == "users") return "names users";
  if (const auto known = values_by_name().find(value); known != values_by_name().end())
    return known->second;
  return value == "NAME" && parameter.is_first ? values_by_verb(command) : "text";
}

namespace {

// ---- tables in the shells' own languages ----

/// One of the shells: how it writes what tables consist of.
struct Shell {
  const char* name;
  std::string_view walk;  // the script, with a line TABLES in it
  /// A text that the shell takes as it stands.
  std::string (*quoted)(std::string_view text);
  bool has_helps;  // it shows what a verb or flag is
  const char *function, *end_of_function;
  const char *table, *end_of_table;  // of a choice by the first argument
  const char *entry, *end_of_entry;  // "%s": what is chosen
};

std::string quoted_for_sh(std::string_view text) {
  std::string made = "'";
  for (const char c : text) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

std::string quoted_for_fish(std::string_view text) {
  std::string made = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') made += '\\';
    made += c;
  }
  return made + "'";
}

const Shell kShells[] = {
    {"bash", kCompletionBash, quoted_for_sh, false, "() {\n", "}\n", "  case $1 in\n", "  esac\n",
     ") ", " ;;\n"},
    {"zsh", kCompletionZsh, quoted_for_sh, true, "() {\n", "}\n", "  case $1 in\n", "  esac\n",
     ") ", " ;;\n"},
    {"fish", kCompletionFish, quoted_for_fish, true, "", "end\n", "  switch \"$argv[1]\"\n",
     "  end\n", "\n", "\n"},
};

/// A function that prints lines by its argument: of each entry the lines that belong to it.
using Table = std::vector<std::pair<std::string, std::vector<std::string>>>;

std::string function_text(const Shell& shell, const std::string& name, const Table& table) {
  const bool is_fish = std::string_view(shell.name) == "fish";
  std::string text = (is_fish ? "function " + name + "\n" : name + shell.function) + shell.table;
  for (const auto& [key, lines] : table) {
    if (lines.empty()) continue;
    text += (is_fish ? "    case " : "    ") + shell.quoted(key) + shell.entry;
    text += is_fish ? "      printf '%s\\n'" : "printf '%s\\n'";
    for (const std::string& line : lines) text += " " + shell.quoted(line);
    text += shell.end_of_entry;
  }
  return text + shell.end_of_table + shell.end_of_function;
}

/// "word", or with a tab and what it is where the shell shows that.
std::string offered(const Shell& shell, const std::string& word, const std::string& help) {
  if (!shell.has_helps || help.empty()) return word;
  std::string line = help.substr(0, help.find('\n'));
  return word + "\t" + line;
}

Table verbs_below(const Shell& shell, const std::vector<Command>& all) {
  Table table;
  for (const Command& command : all) {
    auto& [name, lines] = table.emplace_back(command.name, std::vector<std::string>());
    for (const std::string& word : command.below) {
      const std::string whole = (command.name.empty() ? "" : command.name + " ") + word;
      const auto below = std::find_if(all.begin(), all.end(),
                                      [&](const Command& other) { return other.name == whole; });
      lines.push_back(offered(shell, word, below->help));
    }
  }
  return table;
}

Table flags_of(const Shell& shell, const std::vector<Command>& all) {
  Table table;
  for (const Command& command : all) {
    auto& [name, lines] = table.emplace_back(command.name, std::vector<std::string>());
    for (const Parameter& parameter : command.parameters)
      if (!parameter.is_first) lines.push_back(offered(shell, written(parameter), parameter.help));
  }
  return table;
}

/// By "VERB --flag" and "VERB -f", for those with a value; by "VERB 1", "VERB 2" and so on for what is told by its
/// place, the last of which is "VERB ..." where it may come again.
Table values_wanted(const std::vector<Command>& all) {
  Table table;
  for (const Command& command : all) {
    int place = 0;
    for (const Parameter& parameter : command.parameters) {
      const std::string values = values_of(command, parameter);
      if (values.empty()) continue;
      if (parameter.is_first) {
        const std::string at = parameter.is_several ? "..." : std::to_string(++place);
        table.push_back({command.name + " " + at, {values}});
        continue;
      }
      table.push_back({command.name + " " + written(parameter), {values}});
      if (parameter.letter != 0)
        table.push_back({command.name + " -" + parameter.letter, {values}});
    }
  }
  return table;
}

}  // namespace

std::string completion_script(const std::string& shell_name, const std::vector<Command>& all) {
  const Shell& shell = *std::find_if(std::begin(kShells), std::end(kShells),
                                     [&](const Shell& one) { return shell_name == one.name; });
  const std::string tables = function_text(shell, "_engine_verbs", verbs_below(shell, all)) +
                             function_text(shell, "_engine_flags", flags_of(shell, all)) +
                             function_text(shell, "_engine_values", values_wanted(all));
  std::string script(shell.walk);
  const std::string_view mark = "# TABLES\n";
  return script.replace(script.find(mark), mark.size(), tables);
}

std::vector<std::string> kinds_of_names() {
  std::vector<std::string> kinds;
  for (const auto& [kind, names] : names_by_kind()) kinds.push_back(kind);
  return kinds;
}

namespace {

Exit tell_names(Cli& cli, const std::string& kind) {
  app::Caller caller = cli.caller();
  caller.screen.is_json = true;  // nobody reads the texts of the verbs that are asked
  caller.screen.columns = 0;
  const Names names = names_by_kind().at(kind)(caller);
  if (cli.common.json) {
    cli.out(printed_json(nlohmann::ordered_json{{"kind", kind}, {"names", names}}));
    return Exit::kDone;
  }
  std::string text;
  for (const std::string& name : names)
    if (name.find('\n') == std::string::npos) text += name + "\n";  // no shell could complete it
  cli.out(text);
  return Exit::kDone;
}

Exit tell_script(Cli& cli, const CLI::App& app, const std::string& shell) {
  const std::string script = completion_script(shell, commands_of(app));
  cli.out(cli.common.json
              ? printed_json(nlohmann::ordered_json{{"shell", shell}, {"script", script}})
              : script);
  return Exit::kDone;
}

}  // namespace

void add_completion(CLI::App& app, Cli& cli) {
  struct Options {
    std::string shell, names;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("completion", "What lets a shell complete verbs, flags, values and names");
  CLI::Option* shell = verb->add_option("shell", options->shell, "bash, zsh or fish")
                           ->type_name("SHELL")
                           ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  CLI::Option* names =
      verb->add_option("--names", options->names,
                       "Only the names of one kind that there are now, one a line: what such a "
                       "script asks for")
          ->type_name("KIND")
          ->check(CLI::IsMember(kinds_of_names()));
  names->excludes(shell);
  verb->footer(
      "The Debian package puts the scripts where the shells find them. Else, once:\n"
      "  engine completion bash > ~/.local/share/bash-completion/completions/engine\n"
      "  engine completion zsh > \"${fpath[1]}/_engine\"\n"
      "  engine completion fish > ~/.config/fish/completions/engine.fish");
  verb->fallthrough();
  verb->callback([&app, &cli, options] {
    cli.action = [&app, &cli, options] {
      if (!options->names.empty()) return tell_names(cli, options->names);
      if (options->shell.empty())
        throw Error(Exit::kUsage, "completion needs a shell",
                    {"", "", "it takes bash, zsh or fish", "engine completion bash"});
      return tell_script(cli, app, options->shell);
    };
  });
}

}  // namespace engine
