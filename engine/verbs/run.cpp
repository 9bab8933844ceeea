// engine run RECIPE: runs a recipe, answers with the playlist, keeps a record, writes outputs.
// engine shuffle is the short way to the recipe of that name.
#include <algorithm>

#include "app/new_music.hpp"
#include "app/outputs.hpp"
#include "app/push.hpp"
#include "app/supervised_run.hpp"
#include "app/text_argument.hpp"
#include "core/shown_text.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/record_run.hpp"
#include "recipe/shown_values.hpp"
#include "store/read_only.hpp"
#include "store/runs.hpp"
#include "verbs/playlist_text.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine {
extern const std::string_view kShuffleWay;
}  // namespace engine

namespace engine::verbs {
namespace {

/// Whether more music in the library would make another list of it: one that is made of something
/// else than it is for, or is empty where a recall found nothing.
bool is_short_of_music(const Playlist& playlist) {
  if (!playlist.fallback.empty()) return true;
  return playlist.tracks.empty() && std::ranges::any_of(playlist.trace, [](const TraceEntry& step) {
           // The catalogue is asked by names: what has none of that name is not short of music.
           return step.rows_out == 0 && step.node.starts_with("recall.") &&
                  !step.node.starts_with("recall.catalogue");
         });
}

void tell_ways(const app::Caller& caller, const RunRequest& request, const RunAnswer& answer) {
  if (!is_short_of_music(answer.playlist)) return;
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

/// What is asked for: a recipe with values of its parameters, NAME=VALUE; and which of the verb's
/// own parameters names the outputs.
struct AskedRun {
  std::string recipe;
  std::vector<std::string> set;
  const char* outputs;
  std::string_view text = {};  // of a recipe that is in no file
};

/// Where the list goes beside the answer.
struct AskedOutputs {
  std::vector<app::RunOutput> written, pushed;  // to files; to services and players
};

AskedOutputs asked_outputs(const app::Caller& caller, const Arguments& arguments,
                           const char* parameter) {
  AskedOutputs outputs;
  const app::ListFileOptions options = list_file_options(arguments);
  for (const std::string& to : arguments.texts(parameter)) {
    const app::RunOutput output = app::asked_output(caller, to, options);
    (app::is_remote(caller, output) ? outputs.pushed : outputs.written).push_back(output);
  }
  return outputs;
}

/// What one that cannot be pushed costs is that push: it is told, and its exit status is the verb's.
Exit push_all(const app::Caller& caller, const RunRequest& request, const AskedOutputs& outputs,
              const RunAnswer& answer, bool is_dry_run, std::vector<app::PushReport>& reports) {
  Exit worst = Exit::kDone;
  for (std::size_t k = 0; k < outputs.pushed.size(); ++k) {
    try {
      reports.push_back(app::push(caller, request.columns->user_id, outputs.pushed[k],
                                  answer.outputs.at(outputs.written.size() + k), is_dry_run));
    } catch (const Error& error) {
      if (error.exit() == Exit::kInterrupted) throw;
      caller.error(error);
      if (worst == Exit::kDone) worst = error.exit();
    }
  }
  return worst;
}

RunRequest make_request(app::Caller& caller, const Arguments& arguments, const AskedRun& asked,
                        const AskedOutputs& outputs) {
  caller.asked.set.insert(caller.asked.set.end(), asked.set.begin(), asked.set.end());
  RunRequest request = asked.text.empty() ? app::make_run_request(caller, asked.recipe)
                                          : app::make_run_request(caller, asked.recipe + ".lua",
                                                                  std::string(asked.text));
  std::vector<app::RunOutput> all = outputs.written;
  all.insert(all.end(), outputs.pushed.begin(), outputs.pushed.end());
  if (!all.empty()) app::ask_outputs(caller, request, all);
  request.show = column_names(arguments.texts("show"));
  return request;
}

void tell(const app::Caller& caller, const RunRequest& request, const RunAnswer& answer,
          const std::vector<OutputFile>& files, const std::vector<app::PushReport>& pushed) {
  tell_ways(caller, request, answer);
  for (const OutputFile& file : files)
    if (!file.is_standard_output()) caller.note("wrote " + file.path());
  for (const app::PushReport& push : pushed) caller.note(app::push_text(push));
  if (!answer.playlist.run) return;
  const std::string id = std::to_string(*answer.playlist.run);
  caller.note("run " + id + " recorded; engine why " + id + " TRACK tells why a track is there");
}

void forget(const app::Caller& caller, std::int64_t run) {
  Store store = Store::open(caller.home.library_path());
  forget_run(store, run);
}

Answer run_asked(const app::Caller& asking, const Arguments& arguments, const AskedRun& asked) {
  const AskedOutputs outputs = asked_outputs(asking, arguments, asked.outputs);
  const std::vector<OutputFile> files = app::output_files(
      outputs.written, asking.home.kept_files({asked.recipe}), arguments.flag("make-folders"));
  const bool is_list_printed = !is_output_printed(asking, files);
  app::Caller caller = asking;
  const RunRequest request = make_request(caller, arguments, asked, outputs);
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
  std::vector<app::PushReport> pushed;
  if (result.exit == Exit::kDone)
    result.exit = push_all(caller, request, outputs, answer, arguments.flag("dry-run"), pushed);
  if (is_list_printed) {
    const RunScreen screen = run_screen(caller, arguments.text("explain"), arguments.flag("trace"));
    if (caller.screen.is_json) {
      result.data = playlist_json(playlist);
      for (const app::PushReport& push : pushed)
        result.data["pushed"].push_back(app::push_json(push));
    } else {
      result.text = playlist_text(playlist, screen);
    }
  }
  result.afterwards = [&asking, request, answer, files, pushed, library, is_wanted, is_kept,
                       is_list_printed] {
    if (!is_list_printed)  // which would have told them
      for (const std::string& notice : answer.playlist.notices) asking.note(one_line(notice));
    if (!asking.screen.is_json) tell(asking, request, answer, files, pushed);
    if (is_wanted && !is_kept)
      asking.note("this run is not recorded: the library " + library + " can only be read");
  };
  if (is_kept && files.empty() && pushed.empty())  // then nobody would have the list
    result.lost = [&asking, id = *playlist.run] { forget(asking, id); };
  return result;
}

/// "NAME=VALUE" where the verb was given its parameter.
void set_text(const Arguments& arguments, const std::string& parameter, AskedRun& asked) {
  const std::string& value = arguments.text(parameter);
  if (value.empty()) return;
  app::require_utf8("--" + parameter, value);
  asked.set.push_back(parameter + "=" + value);
}

Answer run(const app::Caller& asking, const Arguments& arguments) {
  AskedRun asked{arguments.text("recipe"), {}, "to"};
  set_text(arguments, "prompt", asked);
  return run_asked(asking, arguments, asked);
}

constexpr const char* kSmartWay = "smart";

Answer shuffle(const app::Caller& asking, const Arguments& arguments) {
  AskedRun asked{"smart-shuffle", {}, "save"};
  if (const std::string& way = arguments.text("way"); way != kSmartWay) {
    if (arguments.has("to"))
      throw Error(
          Exit::kUsage, "--to goes with --way smart only",
          {"", "", "the other ways know no way between two songs", "leave one of them out"});
    asked = {"shuffle-" + way, {"way=" + way}, "save", kShuffleWay};
  }
  set_text(arguments, "from", asked);
  set_text(arguments, "to", asked);
  if (arguments.has("tracks"))
    asked.set.push_back("tracks=" + std::to_string(arguments.integer("tracks")));
  return run_asked(asking, arguments, asked);
}

Parameter outputs_parameter(const char* name) {
  return {.name = name,
          .value_name = "FORMAT:FILE",
          .help =
              "Write FORMAT:FILE too; m3u8, m3u, pls, xspf, jspf, json, csv, uris, rekordbox, or "
              "what a plugin "
              "of yours brings (engine help formats); several are possible. FILE - is "
              "standard output, which then has no list as text; FORMAT:FILE,NAME=VALUE "
              "gives the format an argument (engine help files). Or ACCOUNT:NAME: put it into the "
              "list of that name "
              "in a service or player (engine accounts)",
          .is_several = true,
          .is_local = true};
}

/// How the list is told and kept.
std::vector<Parameter> telling_parameters() {
  return {{.name = "show",
           .value_name = "COLUMN,...",
           .help = "Tell these columns of each track: tempo,energy,year and any other that a "
                   "formula may read; - is a missing value",
           .is_several = true},
          {.name = "explain",
           .value_name = "short|log",
           .help = "How to tell why a track is there: short, one line a track, or log, the weekly "
                   "mix's own log lines [default: short on a terminal, log elsewhere]",
           .one_of = {"short", "log"}},
          {.name = "trace",
           .type = Type::kFlag,
           .help = "Show rows in, rows out and milliseconds of every node"},
          {.name = "dry-run",
           .type = Type::kFlag,
           .help = "Change nothing in the services and players that the list is to go to, and tell "
                   "what would be changed there"},
          {.name = "no-record", .type = Type::kFlag, .help = "Keep no record of this run"}};
}

std::vector<Parameter> with_telling(std::vector<Parameter> parameters) {
  for (Parameter& parameter : telling_parameters()) parameters.push_back(std::move(parameter));
  return parameters;
}

}  // namespace

std::vector<Verb> run_verbs() {
  return {
      {.name = "run",
       .help = "Run a recipe and print the playlist, with the reason for every track",
       .parameters = with_telling(
           {recipe_parameter(),
            outputs_parameter("to"),
            player_parameter("to"),
            relative_to_parameter("to"),
            prefix_parameter("to"),
            make_folders_parameter(),
            {.name = "prompt",
             .value_name = "TEXT",
             .help = "What the list should be like, in words: --set prompt=TEXT, for recipes that "
                     "have such a parameter"}}),
       .answer = run},
      {.name = "shuffle",
       .help = "Shuffle your own songs so that each follows from the one before: smart-shuffle",
       .parameters = with_telling(
           {{.name = "from",
             .value_name = "SONG",
             .help = "The song that it starts with: \"ARTIST - TITLE\", the title alone, or "
                     "track:NUMBER"},
            {.name = "to",
             .value_name = "SONG",
             .help = "The song that it ends with: a way from one to the other, no artist twice",
             .needs = "from"},
            {.name = "way",
             .value_name = "WAY",
             .help = "How to shuffle: smart, or one of the ways that people know, to hold it "
                     "against (engine help shuffle)",
             .usual = kSmartWay,
             .one_of = {kSmartWay, "uniform", "fewer_repeats", "balanced", "staleness",
                        "similarity"}},
            {.name = "tracks",
             .letter = 'n',
             .type = Type::kInteger,
             .value_name = "N",
             .help = "Length of the list [default: the recipe's, 50]",
             .least = 1,
             .most = 1000},
            outputs_parameter("save"),
            player_parameter("save"),
            relative_to_parameter("save"),
            prefix_parameter("save"),
            make_folders_parameter()}),
       .footer = "It is `engine run smart-shuffle`: its other parameters are told by `engine "
                 "recipes smart-shuffle`, and set by --set NAME=VALUE. With\n--way it is another: "
                 "uniform "
                 "is what plain chance gives.",
       .answer = shuffle}};
}

}  // namespace engine::verbs
