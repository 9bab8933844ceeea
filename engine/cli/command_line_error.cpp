#include "cli/command_line_error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {
namespace {

/// The verb that was asked for, down to its last sub-verb, and how it is written.
struct Asked {
  std::vector<const CLI::App*> path;
  std::string command = "engine";

  explicit Asked(const CLI::App& program) : path{&program} {
    for (auto parsed = program.get_subcommands(); !parsed.empty();
         parsed = path.back()->get_subcommands()) {
      path.push_back(parsed.front());
      command += " " + parsed.front()->get_name();
    }
  }
  [[nodiscard]] const CLI::App& verb() const { return *path.back(); }
  [[nodiscard]] std::vector<std::string> verbs() const {
    std::vector<std::string> names;
    for (const CLI::App* verb : verb().get_subcommands({})) names.push_back(verb->get_name());
    return names;
  }
  [[nodiscard]] std::vector<std::string> options() const {
    std::vector<std::string> names;
    for (const CLI::App* app : path) {
      for (const CLI::Option* option : app->get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  }
};

std::string what_it_takes(const Asked& asked, const std::string& meant) {
  return (meant.empty() ? "" : "did you mean " + meant + "? ") + asked.command +
         " --help says what it takes";
}

/// Full names of verbs below `app`, by their last words: "users" is "library users".
void add_verbs_below(const CLI::App& app, const std::string& before,
                     std::vector<std::pair<std::string, std::string>>& verbs) {
  for (const CLI::App* verb : app.get_subcommands({})) {
    const std::string name = before + verb->get_name();
    verbs.emplace_back(verb->get_name(), name);
    add_verbs_below(*verb, name + " ", verbs);
  }
}

/// What people call a verb that is called otherwise here.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"version", "--version"},     {"list", "recipes"},
    {"playlist", "run"},          {"play", "run"},
    {"generate", "run"},          {"create", "recipe new"},
    {"init", "import"},           {"add", "import"},
    {"load", "import"},           {"history", "runs"},
    {"explain", "why"},           {"lint", "check"},
    {"status", "doctor"},         {"delete", "library forget"},
    {"remove", "library forget"}, {"settings", "config show"}};

/// The verb that may be meant: one of the same place that is written alike, one of another place,
/// one of another name; "" for none.
std::string meant_verb(const Asked& asked, const std::string& word) {
  if (std::string near = nearest(word, asked.verbs()); !near.empty()) return near;
  for (const auto& [other, name] : kOtherNames)
    if (word == other) return "engine " + std::string(name);
  std::vector<std::pair<std::string, std::string>> verbs;
  add_verbs_below(*asked.path.front(), "engine ", verbs);
  std::vector<std::string> last_words;
  for (const auto& [last, name] : verbs) last_words.push_back(last);
  const std::string near = nearest(word, last_words);
  for (const auto& [last, name] : verbs)
    if (!near.empty() && last == near) return name;
  return "";
}

Error unknown_verb(const Asked& asked, const std::string& word) {
  return {Exit::kUsage,
          "there is no verb \"" + asked.command + " " + word + "\"",
          {"", "", "", what_it_takes(asked, meant_verb(asked, word))}};
}

Error unknown_word(const Asked& asked, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  if (word.starts_with("-"))
    return {Exit::kUsage,
            asked.command + " has no option " + name,
            {"", "", "", what_it_takes(asked, nearest(name, asked.options()))}};
  const std::vector<std::string> verbs = asked.verbs();
  if (!verbs.empty()) return unknown_verb(asked, word);
  return {Exit::kUsage,
          asked.command + " does not know what to do with \"" + word + "\"",
          {"", "", "", what_it_takes(asked, "")}};
}

Error lacking(const Asked& asked, const std::string& told) {
  for (const CLI::Option* option : asked.verb().get_options()) {
    if (!option->get_required() || option->count() > 0) continue;
    return {Exit::kUsage,
            asked.command + " needs " + option->get_name(/*positional=*/true),
            {"", "", option->get_description(), what_it_takes(asked, "")}};
  }
  const std::vector<std::string> verbs = asked.verbs();
  if (verbs.empty()) return {Exit::kUsage, told, {"", "", "", what_it_takes(asked, "")}};
  const bool is_program = asked.path.size() == 1;
  std::string all;
  for (const std::string& name : verbs) all += (all.empty() ? "" : ", ") + name;
  return {Exit::kUsage,
          asked.command + " needs a verb",
          {"", "", is_program ? "" : "it can be " + all, what_it_takes(asked, "")}};
}

}  // namespace

Error command_line_error(const CLI::App& program, const CLI::ParseError& error) {
  const Asked asked(program);
  std::vector<std::string> left = program.remaining(/*recurse=*/true);
  std::erase(left, "--");
  const bool is_lacking = error.get_name() == "RequiredError";
  // An ExtrasError has the verb's name for its own.
  const bool is_extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (!left.empty() && (is_extra || is_lacking)) return unknown_word(asked, left.front());
  if (is_lacking) return lacking(asked, error.what());
  return {Exit::kUsage, error.what(), {"", "", "", what_it_takes(asked, "")}};
}

}  // namespace engine
