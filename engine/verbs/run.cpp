// engine run RECIPE: runs a recipe, answers with the playlist, keeps a record, writes outputs.
#include <algorithm>

#include "app/new_music.hpp"
#include "app/outputs.hpp"
#include "app/supervised_run.hpp"
#include "app/text_argument.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/record_run.hpp"
#include "recipe/shown_values.hpp"
#include "store/read_only.hpp"
#include "store/runs.hpp"
#include "verbs/playlist_text.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// A list that is empty, or made of something else than it is for, says what would help.
void tell_ways(const app::Caller& caller, const RunRequest& request, const RunAnswer& answer) {
  if (!answer.playlist.tracks.empty() && answer.playlist.fallback.empty()) return;
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const app::NewMusicSources sources =
      app::new_music_sources(store, request.columns->user_id, request.now);
  caller.note(app::ways_text(app::ways_to_new_music(sources, request.now)));
}

/// Whether standard output takes a playlist instead of the list as text.
bool is_output_printed(const app::Caller& caller, const std::vector<OutputFile>& files) {
  const bool is_printed = std::any_of(
      files.begin(), files.end(), [](const OutputFile& file) { return file.is_standard_output(); });
  if (is_printed && caller.screen.is_json) {
    throw Error(Exit::kUsage, "--json and --to FORMAT:- both go to standard output",
                {"", "", "", "name a file for --to"});
  }
  return is_printed;
}

std::vector<app::RunOutput> asked_outputs(const Arguments& arguments) {
  std::vector<app::RunOutput> outputs;
  for (const std::string& to : arguments.texts("to")) outputs.push_back(app::parse_output(to));
  return outputs;
}

RunRequest make_request(app::Caller& caller, const Arguments& arguments,
                        const std::vector<app::RunOutput>& outputs) {
  if (const std::string& prompt = arguments.text("prompt"); !prompt.empty()) {
    app::require_utf8("--prompt", prompt);
    caller.asked.set.push_back("prompt=" + prompt);
  }
  RunRequest request = app::make_run_request(caller, arguments.text("recipe"));
  for (const app::RunOutput& output : outputs) request.output_formats.push_back(output.format);
  request.show = column_names(arguments.texts("show"));
  return request;
}

void tell(const app::Caller& caller, const RunRequest& request, const RunAnswer& answer,
          const std::vector<OutputFile>& files) {
  tell_ways(caller, request, answer);
  for (const OutputFile& file : files)
    if (!file.is_standard_output()) caller.note("wrote " + file.path());
  if (!answer.playlist.run) return;
  const std::string id = std::to_string(*answer.playlist.run);
  caller.note("run " + id + " recorded; engine why " + id + " TRACK tells why a track is there");
}

void forget(const app::Caller& caller, std::int64_t run) {
  Store store = Store::open(caller.home.library_path());
  forget_run(store, run);
}

Answer run(const app::Caller& asking, const Arguments& arguments) {
  const std::vector<app::RunOutput> outputs = asked_outputs(arguments);
  const std::vector<OutputFile> files = app::output_files(
      outputs, asking.home.kept_files({arguments.text("recipe")}), arguments.flag("make-folders"));
  const bool is_list_printed = !is_output_printed(asking, files);
  app::Caller caller = asking;
  const RunRequest request = make_request(caller, arguments, outputs);
  RunAnswer answer = app::run_supervised(caller, request);
  Playlist& playlist = answer.playlist;
  for (std::size_t i = 0; i < files.size(); ++i) files[i].write(answer.outputs.at(i));
  const std::string library = caller.home.library_path();
  const bool is_wanted =
      caller.home.settings().boolean("run.record") && !arguments.flag("no-record");
  const bool is_kept = is_wanted && may_be_written(library);
  if (is_kept) {
    Store store = Store::open(library);
    playlist.run = record_run(store, request, answer);
  }
  Answer result{.exit = playlist.tracks.empty() ? Exit::kNothing : Exit::kDone};
  if (is_list_printed) {
    const RunScreen screen = run_screen(caller, arguments.text("explain"), arguments.flag("trace"));
    if (caller.screen.is_json) {
      result.data = playlist_json(playlist);
    } else {
      result.text = playlist_text(playlist, screen);
    }
  }
  result.afterwards = [&asking, request, answer, files, library, is_wanted, is_kept] {
    if (!asking.screen.is_json) tell(asking, request, answer, files);
    if (is_wanted && !is_kept)
      asking.note("this run is not recorded: the library " + library + " can only be read");
  };
  if (is_kept && files.empty())  // then nobody would have the list
    result.lost = [&asking, id = *playlist.run] { forget(asking, id); };
  return result;
}

}  // namespace

std::vector<Verb> run_verbs() {
  return {
      {.name = "run",
       .help = "Run a recipe and print the playlist, with the reason for every track",
       .parameters =
           {recipe_parameter(),
            {.name = "to",
             .value_name = "FORMAT:FILE",
             .help = "Write FORMAT:FILE too; m3u8, xspf, jspf, json, csv, uris, or what a plugin "
                     "of yours brings (engine help formats); several are possible. FILE - is "
                     "standard output, which then has no list as text; FORMAT:FILE,NAME=VALUE "
                     "gives the format an argument",
             .is_several = true,
             .is_local = true},
            make_folders_parameter(),
            {.name = "prompt",
             .value_name = "TEXT",
             .help = "What the list should be like, in words: --set prompt=TEXT, for recipes that "
                     "have such a parameter"},
            {.name = "show",
             .value_name = "COLUMN,...",
             .help = "Tell these columns of each track: tempo,energy,year and any other that a "
                     "formula may read; - is a missing value",
             .is_several = true},
            {.name = "explain",
             .value_name = "short|log",
             .help =
                 "How to tell why a track is there: short, one line a track, or log, the weekly "
                 "mix's own log lines [default: short on a terminal, log elsewhere]",
             .one_of = {"short", "log"}},
            {.name = "trace",
             .type = Type::kFlag,
             .help = "Show rows in, rows out and milliseconds of every node"},
            {.name = "no-record", .type = Type::kFlag, .help = "Keep no record of this run"}},
       .answer = run}};
}

}  // namespace engine::verbs
