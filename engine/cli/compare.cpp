// engine compare A B: two recipes, two recorded runs, or one recipe with two sets of parameters.
#include "compare/compare.hpp"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"
#include "core/json_text.hpp"
#include "recipe/playlist_json.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

struct Side {
  std::string what;              // a run's number or a recipe
  std::vector<std::string> set;  // for a recipe, over the --set of both
};

struct CompareOptions {
  Side a, b;
  std::string html;
  bool makes_folders = false;
};

std::vector<ListTrack> tracks_of(const Playlist& playlist) {
  std::vector<ListTrack> tracks;
  for (const PlaylistTrack& track : playlist.tracks)
    tracks.push_back({track.id, track.title, track.artist});
  return tracks;
}

ListProfile profile(const app::Caller& caller, const RunRequest& request, const std::string& name,
                    const Playlist& playlist) {
  AsOfOptions options;
  options.now = request.now;
  const std::unique_ptr<AsOf> tables = load_as_of(request.columns, options);
  return profile_of(name, tracks_of(playlist), *tables,
                    caller.home.settings().number("run.default_track_seconds"));
}

/// The list as it was recorded; what the library knows of its tracks as of then.
ListProfile recorded_profile(const app::Caller& caller, const Side& side, std::int64_t id,
                             const char* flag) {
  if (!side.set.empty()) {
    throw Error(Exit::kUsage, std::string(flag) + " needs a recipe, and " + side.what + " is a run",
                {"", "", "a recorded run keeps the parameters it had",
                 "name the recipe instead of the run"});
  }
  const RunRecord run = app::recorded_run(caller, id);
  const RunRequest request = app::repeat_request(caller, run);
  return profile(caller, request, "run " + side.what + " (" + run.recipe + ")",
                 read_playlist(run.record));
}

ListProfile fresh_profile(const app::Caller& caller, const Side& side) {
  RunRequest request = app::make_run_request(caller, side.what);
  request.set.insert(request.set.end(), side.set.begin(), side.set.end());
  const RunAnswer answer = app::run_supervised(caller, request);
  std::string name = request.recipe_path;
  for (const std::string& setting : side.set) name += " " + setting;
  return profile(caller, request, name, answer.playlist);
}

ListProfile profile_of_side(const app::Caller& caller, const Side& side, const char* flag) {
  const std::optional<std::int64_t> run = app::run_number(side.what);
  return run ? recorded_profile(caller, side, *run, flag) : fresh_profile(caller, side);
}

Exit compare(Cli& cli, const CompareOptions& options) {
  const PageOutput page(cli, options.html, options.makes_folders, {options.a.what, options.b.what});
  const app::Caller caller = cli.caller();  // both sides see the same time
  const ListComparison comparison = compare_lists(profile_of_side(caller, options.a, "--set-a"),
                                                  profile_of_side(caller, options.b, "--set-b"));
  if (page.is_wanted()) page.write(cli, comparison_html(comparison));
  if (page.leaves_standard_output())
    cli.out(cli.common.json ? printed_json(comparison_json(comparison))
                            : comparison_text(comparison));
  return Exit::kDone;
}

}  // namespace

void add_compare(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* verb = app.add_subcommand(
      "compare", "Two recipes, runs or sets of parameters side by side: what differs and how much");
  verb->add_option("a", options->a.what, "A run's number, or a recipe")->required()->type_name("A");
  verb->add_option("b", options->b.what, "A run's number, or a recipe")->required()->type_name("B");
  const auto add_set = [&](const char* name, Side& side, const char* help) {
    verb->add_option(name, side.set, help)->allow_extra_args(false)->type_name("NAME=VALUE");
  };
  add_set("--set-a", options->a, "Set a parameter of A only; several times for several");
  add_set("--set-b", options->b, "Set a parameter of B only; --set sets it for both");
  verb->add_option("--html", options->html, "Write a page with pictures too")->type_name("FILE");
  add_make_folders(*verb, options->makes_folders);
  verb->footer(
      "engine compare weekly weekly --set-b discovery=0.3     one recipe, two sets of parameters\n"
      "engine compare 12 13                                   two recorded runs\n"
      "New to you is what is neither in your library nor was ever heard before. Recipes run as of\n"
      "--now and are not recorded; recorded runs are taken as they were.");
  verb->callback(
      [&cli, options] { cli.action = [&cli, options] { return compare(cli, *options); }; });
}

}  // namespace engine
