#include "cli/command_line.hpp"

#include "playlist/plugin.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <new>
#include <sstream>
#include <unistd.h>

#include "app/text_argument.hpp"
#include "cli/bot.hpp"
#include "cli/cli.hpp"
#include "cli/command_line_error.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"
#include "cli/serve.hpp"
#include "cli/verb_flags.hpp"
#include "cli/watch.hpp"
#include "core/json_text.hpp"
#include "core/standard_output.hpp"
#include "verbs/verbs.hpp"

namespace engine {
namespace {

void add_common_options(CLI::App& app, CommonOptions& common) {
  const auto group = [](CLI::Option* option) { option->group(kCommonGroup); };
  group(app.add_option("--library", common.library,
                       "The library file [default: the user's data folder]")
            ->type_name("FILE"));
  group(
      app.add_option("--user", common.user, "Whose history, when the library holds several people")
          ->type_name("NAME"));
  group(app.add_option("--now", common.now,
                       "Run as of this time: 2026-11-21, 2026-11-21T10:00:00Z or Unix seconds, UTC")
            ->type_name("TIME"));
  group(app.add_option("--random-seed", common.random_seed, "Repeat the same random choices")
            ->type_name("N"));
  group(app.add_option("--set", common.set, "Set a recipe's parameter; may be given several times")
            ->allow_extra_args(false)
            ->type_name("NAME=VALUE"));
  group(app.add_option("--config", common.config,
                       "Read settings from this file instead of the user's")
            ->type_name("FILE"));
  group(app.add_option("--plugins", common.plugins,
                       "Look for plugins here first; may be given several times")
            ->allow_extra_args(false)
            ->type_name("DIR"));
  group(app.add_flag("--json", common.json, "Print the result as JSON"));
  group(app.add_flag("-q,--quiet", common.quiet, "Print results and errors only"));
  group(app.add_flag("-v,--verbose", common.verbose, "Tell more on stderr"));
  group(app.add_flag("--in-process", common.in_process,
                     "Run without the worker process, for debuggers and sanitizers"));
}

int exit_code(Exit exit) {
  return static_cast<int>(exit);
}

/// engine --version --json, described by engine/verbs/schemas/version.json.
nlohmann::ordered_json version_json() {
  return {{"version", PLAYLIST_ENGINE_VERSION},
          {"plugin_abi",
           std::to_string(PLAYLIST_ABI_MAJOR) + "." + std::to_string(PLAYLIST_ABI_MINOR)}};
}

/// --help or --version; throws what is wrong with the command line.
int end_of_parsing(CLI::App& app, const CLI::ParseError& error, bool is_json) {
  std::ostringstream out, err;
  if (app.exit(error, out, err) != 0) throw command_line_error(app, error);
  if (is_json && error.get_name() == "CallForVersion") {
    write_standard_output(printed_json(version_json()));
    return 0;
  }
  write_standard_output(out.str());
  return 0;
}

/// What is left empty by mistake, such as a shell's variable, is not what is usual.
void refuse_empty_options(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const std::vector<std::string>& words = option->results();
    if (std::find(words.begin(), words.end(), "") == words.end()) continue;
    throw Error(Exit::kUsage, option->get_name() + " cannot be \"\"",
                {"", "", "it takes a text that is not empty", "give one, or leave it out"});
  }
}

void check_texts(const CommonOptions& common) {
  app::require_utf8("--user", common.user);
  for (const std::string& set : common.set) app::require_utf8("--set", set);
}

int run(CLI::App& app, Cli& cli, int argc, char** argv) {
  try {
    if (argc <= 1) {
      write_standard_output(first_page());
      return exit_code(Exit::kDone);
    }
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      // Parsing ends before flags are set.
      const bool is_json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
      return end_of_parsing(app, error, is_json);
    }
    refuse_empty_options(app);
    check_texts(cli.common);
    return exit_code(cli.action());
  } catch (const Error& error) {
    cli.error(error);
    return exit_code(error.exit());
  } catch (const std::bad_alloc&) {
    cli.error(Error(
        Exit::kLimits, "out of memory",
        {"", "",
         "the machine has no more, or the limit that the engine was started under (ulimit -v)",
         ""}));
    return exit_code(Exit::kLimits);
  } catch (const std::exception& error) {
    cli.error(
        Error(Exit::kStore, "something went wrong that the engine does not foresee",
              {"", "", error.what(),
               "engine doctor looks at what is installed; if all is sound, report it with the "
               "command that you gave"}));
    return exit_code(Exit::kStore);
  }
}

}  // namespace

void add_all(CLI::App& app, Cli& cli) {
  app.name("engine");
  app.description("engine builds playlists from your own listening history");
  app.set_version_flag("--version", "engine " PLAYLIST_ENGINE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.formatter(std::make_shared<VerbHelp>());  // verbs added from now on have it too
  app.footer(
      "Exit status: 0 done, 1 nothing found or worse, 2 usage, 3 input, 4 recipe, 5 plugin, 6 "
      "store, 7 limits, "
      "130 interrupted.\nResults go to stdout, everything else to stderr. When whoever reads "
      "stdout "
      "has gone\n(engine run weekly | head -3), the verb ends by SIGPIPE, which a shell tells as "
      "141.");
  add_common_options(app, cli.common);
  for (const verbs::Verb& verb : verbs::verbs()) {
    add_verb(app, cli, verb);
    if (verb.name == "run") add_watch(app, cli);
  }
  add_serve(app, cli);
  add_bot(app, cli);
  add_manual(app, cli);
  add_completion(app, cli);
}

int run_command_line(int argc, char** argv) {
  CLI::App app;
  Cli cli;
  add_all(app, cli);
  // A reader who has gone is told by write() and ends the verb as an error would, with everything
  // it holds given back.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(app, cli, argc, argv);
  } catch (const OutputClosed&) {
    std::signal(SIGPIPE, SIG_DFL);
    return std::raise(SIGPIPE);
  }
}

}  // namespace engine
