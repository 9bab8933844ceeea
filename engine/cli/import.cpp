// engine import PATH...: reads exports and catalogues into the library.
#include "import/import.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/cli.hpp"
#include "cli/new_music.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "import/embeddings.hpp"
#include "import/prompts.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

using import::ImportOptions;  // a line that begins with the word `import` confuses formatters
using import::ImportResult;

struct ImportArguments {
  std::vector<std::string> paths;
  bool is_user_per_folder = false, is_dry_run = false;
  std::string columns, dates;
  std::string embeddings, ids, prompts, space = "clap";
};

std::string time_left(double seconds) {
  char text[32];
  const auto whole = static_cast<long>(seconds + 0.5);
  std::snprintf(text, sizeof text, "%ld:%02ld left", whole / 60, whole % 60);
  return text;
}

/// One line on the terminal, drawn over itself.
void draw(const import::Progress& progress) {
  char text[160];
  std::snprintf(text, sizeof text, "\r\x1b[K%3.0f %%  %lld records  %.0f/s  %s",
                100 * progress.fraction, static_cast<long long>(progress.rows),
                progress.rows_per_second,
                progress.seconds_left > 0 ? time_left(progress.seconds_left).c_str() : "");
  std::cerr << text << std::flush;
}

ImportOptions import_options(Cli& cli, const ImportArguments& arguments) {
  ImportOptions options;
  options.store_path = cli.library_path();
  const Settings& settings = cli.settings();
  options.paths = arguments.paths;
  options.user = cli.common.user;
  options.is_user_per_folder = arguments.is_user_per_folder;
  options.is_dry_run = arguments.is_dry_run;
  options.columns = arguments.columns;
  options.dates = arguments.dates;
  options.now = cli.now();
  options.is_in_process = cli.common.in_process;
  options.limits.wall_seconds = settings.number("import.wall_seconds");
  options.limits.memory_bytes =
      static_cast<std::size_t>(settings.integer("import.memory_megabytes")) << 20;
  options.archives.total_bytes = static_cast<std::uint64_t>(
      settings.number("import.archive_gigabytes") * static_cast<double>(1ull << 30));
  options.archives.members = static_cast<std::uint64_t>(settings.integer("import.archive_members"));
  options.archives.ratio = static_cast<std::uint64_t>(settings.number("import.archive_ratio"));
  options.play.min_seconds = settings.number("play.min_seconds");
  options.play.min_share = settings.number("play.min_share");
  const Registry::Options plugins{cli.home().plugin_directories(), cli.home().plugin_copies(),
                                  true};
  options.setting = [elements = settings.elements()](std::string_view key) {
    return elements.find(key);
  };
  options.load_plugins = [plugins] { return Registry::load(plugins); };
  if (cli.is_terminal() && !cli.common.quiet) options.on_progress = draw;
  return options;
}

ImportResult import_vectors(Cli& cli, const ImportArguments& arguments) {
  import::EmbeddingOptions options;
  options.store_path = cli.library_path();
  options.path = arguments.embeddings;
  options.ids_path = arguments.ids;
  options.space = arguments.space;
  options.now = cli.now();
  options.is_dry_run = arguments.is_dry_run;
  if (cli.is_terminal() && !cli.common.quiet) options.on_progress = draw;
  return import::import_embeddings(options);
}

ImportResult import_texts(Cli& cli, const ImportArguments& arguments) {
  import::PromptOptions options;
  options.store_path = cli.library_path();
  options.path = arguments.prompts;
  options.user = cli.common.user;
  options.space = arguments.space;
  options.now = cli.now();
  options.is_dry_run = arguments.is_dry_run;
  if (cli.is_terminal() && !cli.common.quiet) options.on_progress = draw;
  return import::import_prompts(options);
}

ImportResult import_anything(Cli& cli, const ImportArguments& arguments) {
  const bool has_vectors = !arguments.embeddings.empty(), has_texts = !arguments.prompts.empty();
  const int wanted = has_vectors + has_texts + !arguments.paths.empty();
  if (wanted != 1) {
    throw Error(Exit::kUsage,
                wanted == 0   ? "import what?"
                : has_vectors ? "--embeddings is an import of its own"
                              : "--prompts is an import of its own",
                {.where = {},
                 .source = {},
                 .why = {},
                 .fix = "write: engine import PATH..., engine import --embeddings FILE.npy "
                        "--ids FILE, or engine import --prompts FILE"});
  }
  return has_vectors ? import_vectors(cli, arguments)
         : has_texts ? import_texts(cli, arguments)
                     : import::import_paths(import_options(cli, arguments));
}

/// Of a store from which nothing new can come: one person's plays and no catalogue.
void tell_ways(Cli& cli, const ImportResult& result) {
  if (result.is_dry_run || result.user.empty() || cli.common.json) return;
  const Store store = Store::open(cli.library_path(), {.is_read_only = true, .may_create = false});
  const std::optional<User> user = find_user(store, result.user);
  if (!user) return;
  const NewMusicSources sources = new_music_sources(store, user->id, cli.now());
  if (!sources.has_plays || sources.has_catalogue || sources.other_listeners > 0) return;
  cli.note("there is no music here that " + user->name + " has not played; " +
           ways_text(ways_to_new_music(sources, cli.now())));
}

Exit run_import(Cli& cli, const ImportArguments& arguments) {
  const ImportResult result = import_anything(cli, arguments);
  if (cli.is_terminal() && !cli.common.quiet) std::cerr << "\r\x1b[K" << std::flush;
  for (const auto& [path, message] : result.problems) {
    cli.note("plugin " + path + ": " + message);
  }
  cli.out(cli.common.json ? terminal_json(import::import_json(result)) + "\n"
                          : import::import_text(result));
  if (result.is_interrupted) return Exit::kInterrupted;
  tell_ways(cli, result);
  return result.is_good() ? Exit::kDone : Exit::kInput;
}

}  // namespace

void add_import(CLI::App& app, Cli& cli) {
  CLI::App* verb =
      app.add_subcommand("import", "Read listening histories, libraries and catalogues");
  auto arguments = std::make_shared<ImportArguments>();
  CLI::Option* paths = verb->add_option("paths", arguments->paths,
                                        "Files, folders and archives; recognised by their content")
                           ->type_name("PATH");
  verb->add_flag("--user-per-folder", arguments->is_user_per_folder,
                 "Every folder directly below PATH is a person of that name");
  verb->add_flag("--dry-run", arguments->is_dry_run, "Tell what would happen and write nothing");
  verb->add_option("--columns", arguments->columns,
                   "What the columns of a CSV file mean, as ours=theirs: title=Song,artist=By; "
                   "with time=When it is a history")
      ->type_name("A=B,...");
  verb->add_option("--dates", arguments->dates,
                   "How dates such as 03/10/2017 are written, where a file does not prove it")
      ->check(CLI::IsMember({"day-first", "month-first", "year-first"}))
      ->type_name("ORDER");
  CLI::Option* embeddings =
      verb->add_option(
              "--embeddings", arguments->embeddings,
              "Vectors of tracks: a matrix of numpy.save, or JSON lines with id and embedding")
          ->type_name("FILE");
  verb->add_option("--ids", arguments->ids,
                   "Whose the rows of the matrix are: a Spotify id, ISRC, MBID or number a line")
      ->type_name("FILE")
      ->needs(embeddings);
  verb->add_option(
          "--prompts", arguments->prompts,
          "What users asked for and what describes tracks: JSON lines or a table with text "
          "and, where known, user, track, time and vector")
      ->type_name("FILE");
  verb->add_option("--space", arguments->space, "What the space of these vectors is called")
      ->capture_default_str()
      ->excludes(paths);
  verb->callback([&cli, arguments] {
    cli.action = [&cli, arguments] { return run_import(cli, *arguments); };
  });
}

}  // namespace engine
