// Completion in bash, zsh and fish: what a person sees who types a command line and presses Tab.
#include "cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/tmux_screen.hpp"
#include "verbs/verbs.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;
using support::TmuxScreen;

namespace {

std::vector<engine::Command> all_commands() {
  CLI::App app;
  engine::Cli cli;
  engine::add_all(app, cli);
  return engine::commands_of(app);
}

bool has_program(const std::string& name) {
  return std::system((name + " --version >/dev/null 2>&1").c_str()) == 0;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  for (std::string line; std::getline(words, line);) lines.push_back(line);
  return lines;
}

/// A home with a demo library, a kept playlist whose name has a blank and a quote, an export, and the
/// three scripts.
class CompletionHome : public EngineHome {
 public:
  CompletionHome() {
    std::filesystem::copy_file(support::demo_library(), environment().at("PLAYLIST_LIBRARY"));
    REQUIRE(engine({"playlist", "keep", "Friday's list", "weekly"}).exit_code == 0);
    REQUIRE(engine({"playlist", "keep", "Friend", "weekly"}).exit_code == 0);
    engine::write_file_atomically(path("work/exported.csv"), "a,b\n");
    std::filesystem::create_directories(path("work/folder"));
    for (const char* shell : {"bash", "zsh", "fish"}) {
      const Ended script = engine({"completion", shell});
      REQUIRE(script.exit_code == 0);
      engine::write_file_atomically(path(shell + std::string("/script")), script.out);
    }
    std::filesystem::copy_file(path("zsh/script"), path("zsh/_engine"));
    engine::write_file_atomically(path("bash/rc"),
                                  "PS1='ready> '\nbind 'set show-all-if-ambiguous on'\n"
                                  "bind 'set page-completions off'\nbind 'set bell-style none'\n"
                                  "source " +
                                      path("bash/script") + "\n");
    engine::write_file_atomically(
        path("zsh/.zshrc"), "PS1='ready> '\nfpath=(" + path("zsh") +
                                " $fpath)\nautoload -Uz compinit\ncompinit -u -D\nunsetopt beep\n");
  }

  /// Typed at a prompt `ready> ` of an interactive shell.
  [[nodiscard]] std::string command(const std::string& shell) const {
    const std::string start =
        "cd " + path("work") + "; PATH=" PLAYLIST_BUILD_DIR ":$PATH; export PATH; ";
    if (shell == "bash") return start + "exec bash --noprofile --rcfile " + path("bash/rc") + " -i";
    if (shell == "zsh") return start + "ZDOTDIR=" + path("zsh") + " exec zsh -i";
    return start +
           "exec fish --no-config -C 'function fish_prompt; printf \"ready> \"; end; source " +
           path("fish/script") + "'";
  }
};

/// What bash makes of a command line whose last word is being typed.
std::vector<std::string> bash_offers(const CompletionHome& home,
                                     const std::vector<std::string>& words) {
  std::vector<std::string> argv = {
      "bash", "-c",
      "cd '" + home.path("work") + "'; PATH=" PLAYLIST_BUILD_DIR ":$PATH; source '" +
          home.path("bash/script") +
          "'; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _engine 2>/dev/null; "
          "[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' \"${COMPREPLY[@]}\"",
      "bash"};
  argv.insert(argv.end(), words.begin(), words.end());
  return lines_of(support::run_program(argv, home.environment()).out);
}

/// What fish makes of it, without what it says of each.
std::vector<std::string> fish_offers(const CompletionHome& home, const std::string& line) {
  const Ended ended = support::run_program(
      {"fish", "--no-config", "-c",
       "cd '" + home.path("work") + "'; set -x PATH " PLAYLIST_BUILD_DIR " $PATH; source '" +
           home.path("fish/script") + "'; complete -C $argv[1]",
       line},
      home.environment());
  std::vector<std::string> offers = lines_of(ended.out);
  for (std::string& offer : offers) offer = offer.substr(0, offer.find('\t'));
  return offers;
}

using Offers = std::vector<std::string>;

bool has(const Offers& offers, const std::string& one) {
  return std::find(offers.begin(), offers.end(), one) != offers.end();
}

}  // namespace

TEST_CASE("bash is offered verbs, flags, choices, names and files", "[completion]") {
  const CompletionHome home;
  CHECK(bash_offers(home, {"engine", "recip"}) == Offers{"recipes", "recipe"});
  CHECK(bash_offers(home, {"engine", "playlist", "re"}) == Offers{"restore"});
  CHECK(bash_offers(home, {"engine", "help", "--as", "ma"}) == Offers{"markdown", "man"});
  CHECK(bash_offers(home, {"engine", "help", "--as", "=", "h"}) == Offers{"html"});
  CHECK(bash_offers(home, {"engine", "--quiet", "help", "pat"}) == Offers{"patterns"});
  CHECK(bash_offers(home, {"engine", "run", "weekl"}) == Offers{"weekly"});
  CHECK(bash_offers(home, {"engine", "playlist", "show", "Fri"}) ==
        Offers{"Friday's list", "Friend"});
  CHECK(bash_offers(home, {"engine", "playlist", "show", "\"Friday"}) == Offers{"Friday's list"});
  CHECK(bash_offers(home, {"engine", "stats", "--user", "dem"}) == Offers{"demo"});
  CHECK(has(bash_offers(home, {"engine", "plugins", "info", "recall.g"}), "recall.genre"));
  CHECK(has(bash_offers(home, {"engine", "train", "item_"}), "item_cf"));
  CHECK(has(bash_offers(home, {"engine", "train", "als", "item_"}), "item_cf"));
  CHECK(bash_offers(home, {"engine", "import", "exp"}) == Offers{"exported.csv"});
  CHECK(bash_offers(home, {"engine", "batch", "weekly", "--out", "fo"}) == Offers{"folder"});
  CHECK(has(bash_offers(home, {"engine", "run", "--to"}), "--to"));
  CHECK(has(bash_offers(home, {"engine", "run", "--li"}), "--library"));
  CHECK(bash_offers(home, {"engine", "completion", "z"}) == Offers{"zsh"});
  CHECK(has(bash_offers(home, {"engine", "run", "-"}), "--random-seed"));
  CHECK(bash_offers(home, {"engine", "run", "weekly", "w"}).empty());  // it takes one recipe
}

TEST_CASE("the library that a line names is the one that is asked for names", "[completion]") {
  const CompletionHome home;
  REQUIRE(home.engine({"--library", home.path("other.db"), "demo"}).exit_code == 0);
  REQUIRE(
      home.engine({"--library", home.path("other.db"), "playlist", "keep", "Elsewhere", "weekly"})
          .exit_code == 0);
  CHECK(bash_offers(home, {"engine", "--library", home.path("other.db"), "playlist", "show",
                           "E"}) == Offers{"Elsewhere"});
  CHECK(bash_offers(home, {"engine", "playlist", "show", "E"}).empty());
}

TEST_CASE("fish is offered verbs, flags, choices, names and files", "[completion]") {
  if (!has_program("fish")) {
    WARN("skipped: fish is not installed");
    return;
  }
  const CompletionHome home;
  CHECK(has(fish_offers(home, "engine recip"), "recipes"));
  CHECK(fish_offers(home, "engine playlist rest") == Offers{"restore"});
  CHECK(fish_offers(home, "engine help --as ma") == Offers{"man", "markdown"});
  CHECK(fish_offers(home, "engine help --as=h") == Offers{"--as=html"});
  CHECK(fish_offers(home, "engine --quiet help pat") == Offers{"patterns"});
  CHECK(fish_offers(home, "engine run weekl") == Offers{"weekly"});
  CHECK(fish_offers(home, "engine playlist show Fri") == Offers{"Friday's list", "Friend"});
  CHECK(fish_offers(home, "engine stats --user dem") == Offers{"demo"});
  CHECK(has(fish_offers(home, "engine plugins info recall.g"), "recall.genre"));
  CHECK(has(fish_offers(home, "engine train als item_"), "item_cf"));
  CHECK(fish_offers(home, "engine import exp") == Offers{"exported.csv"});
  CHECK(fish_offers(home, "engine batch weekly --out fo") == Offers{"folder/"});
  CHECK(has(fish_offers(home, "engine run --li"), "--library"));
  CHECK(fish_offers(home, "engine completion z") == Offers{"zsh"});
}

TEST_CASE("Tab completes on a terminal of each shell", "[completion][terminal]") {
  const std::string shell = GENERATE("bash", "zsh", "fish");
  CAPTURE(shell);
  if (!TmuxScreen::is_there() || !has_program(shell)) {
    WARN("skipped: tmux or " + shell + " is not installed");
    return;
  }
  const CompletionHome home;
  const TmuxScreen screen(home, home.command(shell), 100, 40);
  REQUIRE_THAT(screen.until("ready>"), Contains("ready>"));
  const auto completed = [&](const std::string& typed, const std::string& wanted) {
    screen.type(typed);
    screen.press("Tab");
    CHECK_THAT(screen.until(wanted), Contains(wanted));
    // A shell that still completes hears nothing of the first.
    for (int k = 0; k < 300 && screen.text().find(typed) != std::string::npos; ++k) {
      screen.press("C-u");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  };
  completed("engine playli", "engine playlist");
  completed("engine help --as mark", "engine help --as markdown");
  completed("engine run discover-w", "engine run discover-weekly");
  completed("engine stats --user de", "engine stats --user demo");
  completed("engine playlist show Friday", "Friday\\'s\\ list");
  completed("engine import exp", "engine import exported.csv");
  completed("engine plugins info recall.gen", "engine plugins info recall.genre");
}

TEST_CASE("zsh and fish say what each verb and flag is", "[completion][terminal]") {
  const std::string shell = GENERATE("zsh", "fish");
  CAPTURE(shell);
  if (!TmuxScreen::is_there() || !has_program(shell)) {
    WARN("skipped: tmux or " + shell + " is not installed");
    return;
  }
  const CompletionHome home;
  const TmuxScreen screen(home, home.command(shell), 120, 50);
  REQUIRE_THAT(screen.until("ready>"), Contains("ready>"));
  screen.type("engine playlist ");
  screen.press("Tab");
  CHECK_THAT(screen.until("Let a pinned track leave"), Contains("Let a pinned track leave"));
}

TEST_CASE("every verb of the table is completed, with all of its flags", "[completion]") {
  const CompletionHome home;
  const std::vector<engine::Command> commands = all_commands();
  std::set<std::string> known;
  for (const engine::Command& command : commands) known.insert(command.name);
  for (const engine::verbs::Verb& verb : engine::verbs::verbs()) {
    CAPTURE(verb.name);
    CHECK(known.contains(verb.name));
  }
  // Of every verb at once, in one shell.
  std::string script = "source '" + home.path("bash/script") + "'\n";
  std::string wanted;
  for (const engine::Command& command : commands) {
    script += "_engine_verbs '" + command.name + "'; _engine_flags '" + command.name + "'\n";
    for (const std::string& below : command.below) wanted += below + "\n";
    for (const engine::verbs::Parameter& parameter : command.parameters)
      if (!parameter.is_first) wanted += "--" + parameter.name + "\n";
  }
  CHECK(support::run_program({"bash", "-c", script}).out == wanted);
}

TEST_CASE("what takes a value has one that can be completed, or is a text of its own",
          "[completion]") {
  for (const engine::Command& command : all_commands()) {
    for (const engine::verbs::Parameter& parameter : command.parameters) {
      const std::string values = engine::values_of(command, parameter);
      CAPTURE(command.name, parameter.name, values);
      CHECK(values.empty() == (parameter.type == engine::verbs::Type::kFlag));
      if (!parameter.one_of.empty()) CHECK(values.starts_with("= "));
      if (!values.starts_with("names ")) continue;
      for (const std::string& kind : lines_of([&] {
             std::string words = values.substr(6);
             std::replace(words.begin(), words.end(), ' ', '\n');
             return words;
           }())) {
        const std::vector<std::string> kinds = engine::kinds_of_names();
        CHECK((kind == "files" || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()));
      }
    }
  }
}

TEST_CASE("names of every kind are told, quickly and without a word where there is no library",
          "[completion]") {
  const CompletionHome home;
  for (const std::string& kind : engine::kinds_of_names()) {
    CAPTURE(kind);
    const Ended ended = home.engine({"completion", "--names", kind});
    INFO(ended.err);
    CHECK(ended.exit_code == 0);
    const bool may_be_none = kind == "accounts";
    CHECK((may_be_none || !ended.out.empty()));
    const json told =
        support::parse_json(home.engine({"--json", "completion", "--names", kind}).out);
    CHECK(told.at("names").size() == lines_of(ended.out).size());
  }
  const EngineHome empty;
  CHECK(empty.engine({"completion", "--names", "recipes"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(empty.environment().at("PLAYLIST_LIBRARY")));
  static_cast<void>(empty.engine({"completion", "--names", "playlists"}));
  CHECK_FALSE(std::filesystem::exists(empty.environment().at("PLAYLIST_LIBRARY")));
}

TEST_CASE("completion wants a shell that it knows", "[completion]") {
  const EngineHome home;
  const Ended none = home.engine({"completion"});
  CHECK(none.exit_code == 2);
  CHECK_THAT(none.err, Contains("bash, zsh or fish"));
  CHECK(home.engine({"completion", "tcsh"}).exit_code == 2);
}
