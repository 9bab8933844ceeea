// engine import PATH...: reads exports and catalogues into the library.
#include "import/import.hpp"

#include "app/default_user.hpp"
#include "app/new_music.hpp"
#include "core/error.hpp"
#include "import/music_files.hpp"
#include "pipelines/import_request.hpp"
#include "store/users.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using import::ImportOptions;  // a line that begins with the word `import` confuses formatters
using import::ImportResult;

/// What is to be read: anything, or by one source what the caller says it is.
struct Wanted {
  std::vector<std::string> paths;
  std::string source;
};

Wanted wanted_of(const Arguments& arguments) {
  std::vector<Wanted> wanted;
  if (!arguments.texts("paths").empty()) wanted.push_back({arguments.texts("paths"), ""});
  for (const char* source : {"embeddings", "prompts"}) {
    if (!arguments.text(source).empty()) wanted.push_back({{arguments.text(source)}, source});
  }
  if (wanted.size() == 1) return wanted.front();
  const bool has_vectors = !arguments.text("embeddings").empty();
  throw Error(Exit::kUsage,
              wanted.empty() ? "import what?"
              : has_vectors  ? "--embeddings is an import of its own"
                             : "--prompts is an import of its own",
              {.where = {},
               .source = {},
               .why = {},
               .fix = "write: engine import PATH..., engine import --embeddings FILE.npy "
                      "--ids FILE, or engine import --prompts FILE"});
}

/// What is said of exports means nothing of music, which is nobody's.
void check_music_arguments(const Arguments& arguments) {
  const auto refuse = [](const std::string& flag) {
    throw Error(Exit::kUsage, "--files and --" + flag + " do not go together",
                {.where = {},
                 .source = {},
                 .why = "--files reads music, which is a catalogue for everybody",
                 .fix = "write: engine import --files PATH..."});
  };
  if (arguments.flag("user-per-folder")) refuse("user-per-folder");
  for (const char* flag : {"columns", "dates", "embeddings", "ids", "prompts"}) {
    if (!arguments.text(flag).empty()) refuse(flag);
  }
  if (arguments.text("space") != import::kUsualSpace && arguments.text("encoder").empty())
    refuse("space");
}

[[noreturn]] void refuse_without_files(const std::string& flag) {
  throw Error(Exit::kUsage, "--" + flag + " listens to music, which --files names",
              {.where = {},
               .source = {},
               .why = {},
               .fix = "write: engine import --files --" + flag + " PATH..."});
}

ImportOptions import_options(const app::Caller& caller, const Arguments& arguments) {
  const Wanted wanted = wanted_of(arguments);
  ImportOptions options = pipelines::make_import_request(caller);
  options.paths = wanted.paths;
  options.source = wanted.source;
  options.is_user_per_folder = arguments.flag("user-per-folder");
  options.user = options.is_user_per_folder ? caller.asked.user : app::user_name(caller);
  options.is_dry_run = arguments.flag("dry-run");
  options.columns = arguments.text("columns");
  options.dates = arguments.text("dates");
  options.space = arguments.text("space");
  options.ids_path = arguments.text("ids");
  return options;
}

/// Of a store from which nothing new can come: one person's plays and no catalogue.
void tell_ways(const app::Caller& caller, const ImportResult& result) {
  if (result.is_dry_run || result.user.empty() || caller.screen.is_json) return;
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::optional<User> user = find_user(store, result.user);
  if (!user) return;
  const app::NewMusicSources sources = app::new_music_sources(store, user->id, caller.asked.now);
  if (!sources.has_plays || sources.has_catalogue || sources.other_listeners > 0) return;
  caller.note("there is no music here that " + user->name + " has not played; " +
              app::ways_text(app::ways_to_new_music(sources, caller.asked.now)));
}

Answer import_files(const app::Caller& caller, const Arguments& arguments) {
  const bool is_music = arguments.flag("files");
  if (is_music) check_music_arguments(arguments);
  if (!is_music && arguments.flag("audio")) refuse_without_files("audio");
  if (!is_music && !arguments.text("encoder").empty()) refuse_without_files("encoder FILE");
  ImportOptions options = import_options(caller, arguments);
  options.listens = arguments.flag("audio");
  options.encoder = arguments.text("encoder");
  const ImportResult result =
      is_music ? import::import_music(options) : import::import_paths(options);
  caller.progress("");
  for (const auto& [path, message] : result.problems) {
    caller.note("plugin " + path + ": " + message);
  }
  const Exit exit = result.is_interrupted ? Exit::kInterrupted
                    : result.is_good()    ? Exit::kDone
                                          : Exit::kInput;
  return {.exit = exit,
          .data = import::import_json(result),
          .text = import::import_text(result),
          .afterwards = [&caller, result] {
            if (!result.is_interrupted) tell_ways(caller, result);
          }};
}

}  // namespace

std::vector<Verb> import_verbs() {
  return {
      {.name = "import",
       .help = "Read listening histories, libraries and catalogues",
       .parameters =
           {{.name = "paths",
             .value_name = "PATH",
             .help = "Files, folders and archives; recognised by their content",
             .is_first = true,
             .is_several = true,
             .is_local = true},
            {.name = "files",
             .type = Type::kFlag,
             .help = "PATH is music, in files or below folders: their tags make tracks, with their "
                     "lyrics, and what has not changed since the last time is not read again"},
            {.name = "audio",
             .type = Type::kFlag,
             .help = "With --files: listen to the music as well, and measure the tempo, loudness, "
                     "key and energy of tracks"},
            {.name = "encoder",
             .value_name = "FILE",
             .help = "With --files: make vectors of the music by an encoder of yours, a file of "
                     "TorchScript, in --space; texts are encoded by it when a recipe asks",
             .is_local = true},
            {.name = "user-per-folder",
             .type = Type::kFlag,
             .help = "Every folder directly below PATH is a person of that name"},
            {.name = "dry-run",
             .type = Type::kFlag,
             .help = "Tell what would happen and write nothing"},
            {.name = "columns",
             .value_name = "A=B,...",
             .help = "What the columns of a CSV file mean, as ours=theirs: title=Song,artist=By; "
                     "with time=When it is a history"},
            {.name = "dates",
             .value_name = "ORDER",
             .help = "How dates such as 03/10/2017 are written, where a file does not prove it",
             .one_of = {"day-first", "month-first", "year-first"}},
            {.name = "embeddings",
             .value_name = "FILE",
             .help = "Like PATH, of a file that is to be read as vectors of tracks: a matrix of "
                     "numpy.save, or JSON lines with id and embedding",
             .is_local = true},
            {.name = "ids",
             .value_name = "FILE",
             .help = "Whose the rows of the matrix are: a Spotify id, ISRC, MBID or number a line",
             .is_local = true},
            {.name = "prompts",
             .value_name = "FILE",
             .help = "Like PATH, of a file that is to be read as what users asked for and what "
                     "describes tracks: JSON lines or a table with text and, where known, user, "
                     "track, time and vector",
             .is_local = true},
            {.name = "space",
             .value_name = "NAME",
             .help = "What the space of vectors is called whose file does not say it",
             .usual = import::kUsualSpace}},
       .answer = import_files}};
}

}  // namespace engine::verbs
