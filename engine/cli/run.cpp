// engine run RECIPE: runs a recipe, prints the playlist, keeps a record, writes outputs.
#include <CLI/CLI.hpp>
#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/supervised_run.hpp"
#include "cli/cli.hpp"
#include "cli/new_music.hpp"
#include "cli/run_outputs.hpp"
#include "cli/run_screen.hpp"
#include "cli/text_argument.hpp"
#include "core/json_text.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/record_run.hpp"
#include "store/read_only.hpp"
#include "store/runs.hpp"

namespace engine {
namespace {

struct RunOptions {
  std::string recipe;
  std::string prompt, explain;
  std::vector<std::string> to;
  bool with_trace = false, no_record = false, makes_folders = false;
};

/// A list that is empty, or made of something else than it is for, says what would help.
void tell_ways(Cli& cli, const RunRequest& request, const RunAnswer& answer) {
  if (!answer.playlist.tracks.empty() && answer.playlist.fallback.empty()) return;
  const Store store = Store::open(cli.library_path(), {.is_read_only = true, .may_create = false});
  const NewMusicSources sources = new_music_sources(store, request.columns->user_id, request.now);
  cli.note(ways_text(ways_to_new_music(sources, request.now)));
}

/// Whether standard output takes a playlist instead of the list as text.
bool is_output_printed(const Cli& cli, const std::vector<OutputFile>& files) {
  const bool is_printed = std::any_of(
      files.begin(), files.end(), [](const OutputFile& file) { return file.is_standard_output(); });
  if (is_printed && cli.common.json) {
    throw Error(Exit::kUsage, "--json and --to FORMAT:- both go to standard output",
                {"", "", "", "name a file for --to"});
  }
  return is_printed;
}

void print(Cli& cli, const Playlist& playlist, const RunOptions& options) {
  cli.out(cli.common.json
              ? printed_json(playlist_json(playlist))
              : playlist_text(playlist, run_screen(cli, options.explain, options.with_trace)));
}

Exit run(Cli& cli, const RunOptions& options) {
  std::vector<RunOutput> outputs;
  for (const std::string& to : options.to) outputs.push_back(parse_output(to));
  const std::vector<OutputFile> files =
      output_files(outputs, kept_files(cli, {options.recipe}), options.makes_folders);
  const bool is_list_printed = !is_output_printed(cli, files);
  require_utf8("--prompt", options.prompt);
  app::Caller caller = cli.caller();
  if (!options.prompt.empty()) caller.asked.set.push_back("prompt=" + options.prompt);
  RunRequest request = app::make_run_request(caller, options.recipe);
  for (const RunOutput& output : outputs) request.output_formats.push_back(output.format);
  RunAnswer answer = app::run_supervised(caller, request);
  Playlist& playlist = answer.playlist;
  for (std::size_t i = 0; i < files.size(); ++i) files[i].write(answer.outputs.at(i));
  const bool is_wanted = cli.settings().boolean("run.record") && !options.no_record;
  const bool is_kept = is_wanted && may_be_written(cli.library_path());
  if (is_kept) {
    Store store = Store::open(cli.library_path());
    playlist.run = record_run(store, request, answer);
  }
  try {
    if (is_list_printed) print(cli, playlist, options);
  } catch (const Error&) {
    // Nobody has the list.
    if (is_kept && files.empty()) {
      Store store = Store::open(cli.library_path());
      forget_run(store, *playlist.run);
    }
    throw;
  }
  if (!cli.common.json) {
    tell_ways(cli, request, answer);
    for (const OutputFile& file : files)
      if (!file.is_standard_output()) cli.note("wrote " + file.path());
    if (is_kept) {
      const std::string id = std::to_string(*playlist.run);
      cli.note("run " + id + " recorded; engine why " + id + " TRACK tells why a track is there");
    }
  }
  if (is_wanted && !is_kept)
    cli.note("this run is not recorded: the library " + cli.library_path() + " can only be read");
  return playlist.tracks.empty() ? Exit::kNothing : Exit::kDone;
}

}  // namespace

void add_run(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = app.add_subcommand(
      "run", "Run a recipe and print the playlist, with the reason for every track");
  verb->add_option("recipe", options->recipe,
                   "A recipe file, or the name of one (see: engine recipes)")
      ->required();
  verb->add_option("--to", options->to,
                   "Write FORMAT:FILE too; m3u8, xspf, jspf, json, csv or uris; several are "
                   "possible. FILE - is standard output, which then has no list as text")
      ->allow_extra_args(false)
      ->type_name("FORMAT:FILE");
  add_make_folders(*verb, options->makes_folders);
  verb->add_option("--prompt", options->prompt,
                   "What the list should be like, in words: --set prompt=TEXT, for recipes that "
                   "have such a parameter")
      ->type_name("TEXT");
  verb->add_option("--explain", options->explain,
                   "How to tell why a track is there: short, one line a track, or log, the weekly "
                   "mix's own log lines [default: short on a terminal, log elsewhere]")
      ->check(CLI::IsMember({"short", "log"}))
      ->type_name("short|log");
  verb->add_flag("--trace", options->with_trace,
                 "Show rows in, rows out and milliseconds of every node");
  verb->add_flag("--no-record", options->no_record, "Keep no record of this run");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return run(cli, *options); }; });
}

}  // namespace engine
