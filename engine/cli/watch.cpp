#include "cli/watch.hpp"

#include <CLI/CLI.hpp>

#include "app/outputs.hpp"
#include "cli/cli.hpp"
#include "cli/verb_flags.hpp"
#include "cli/watch_session.hpp"
#include "recipe/shown_values.hpp"

namespace engine {

void add_watch(CLI::App& app, Cli& cli) {
  struct Options {
    std::string recipe;
    std::vector<std::string> to;
    bool makes_folders = false;
    std::vector<std::string> show;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "watch", "Run a recipe at every save of it, and show what moved, what left, and why");
  verb->add_option("recipe", options->recipe,
                   "A recipe file, or the name of one (see: engine recipes)")
      ->required();
  verb->add_option(
          "--to", options->to,
          "What the key o writes: FORMAT:FILE; m3u8, xspf, jspf, json, csv or uris; several "
          "are possible")
      ->allow_extra_args(false)
      ->type_name("FORMAT:FILE");
  add_make_folders(*verb, options->makes_folders);
  verb->add_option("--show", options->show,
                   "Tell these columns of each track: tempo,energy,year and any other that a "
                   "formula may read; - is a missing value")
      ->allow_extra_args(false)
      ->type_name("COLUMN,...");
  verb->footer(
      "Saves of the recipe, of scripts, plugins and settings, and imports into the library all\n"
      "start a run; a newer save stops the one under way. When a run fails, the error is shown\n"
      "and the last good list stays. Runs are not recorded. Everything is as of one time, --now\n"
      "or the start, until the library changes.\n"
      "Keys:\n"
      "  s                 another random seed\n"
      "  p NAME=VALUE      set a parameter\n"
      "  w TRACK           why a track is, or is not, in the list; #3 is the track at place 3\n"
      "  o                 write the list to the files of --to\n"
      "  arrows, PgUp ...  scroll      q  quit\n"
      "Without a terminal: plain lines, or one JSON object a line with --json; the same commands\n"
      "are read from standard input, one a line; its end is the end, once the run under way has\n"
      "answered, or after 5 seconds.");
  verb->fallthrough();
  verb->callback([&cli, options] {
    cli.action = [&cli, options] {
      WatchSession::Options session{
          options->recipe, {}, options->makes_folders, column_names(options->show)};
      for (const std::string& to : options->to)
        session.to.push_back(app::asked_output(cli.caller(), to));
      return WatchSession(cli, std::move(session)).run();
    };
  });
}

}  // namespace engine
