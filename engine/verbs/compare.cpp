// engine compare A B: two recipes, two recorded runs, or one recipe with two sets of parameters.
#include "compare/compare.hpp"

#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "recipe/playlist_json.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

struct Side {
  std::string what;              // a run's number or a recipe
  std::vector<std::string> set;  // for a recipe, over the --set of both
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
  const std::optional<std::int64_t> run = app::named_run(caller, side.what);
  return run ? recorded_profile(caller, side, *run, flag) : fresh_profile(caller, side);
}

Answer compare(const app::Caller& caller, const Arguments& arguments) {
  const Side a{arguments.text("a"), arguments.texts("set-a")},
      b{arguments.text("b"), arguments.texts("set-b")};
  const ListComparison comparison =
      compare_lists(profile_of_side(caller, a, "--set-a"), profile_of_side(caller, b, "--set-b"));
  return {.data = comparison_json(comparison),
          .text = comparison_text(comparison),
          .page = [comparison] { return comparison_html(comparison); }};
}

}  // namespace

std::vector<Verb> compare_verbs() {
  const auto side = [](const char* name) {
    return Parameter{.name = name,
                     .value_name = name == std::string("a") ? "A" : "B",
                     .help = "A run's number, or a recipe",
                     .is_first = true,
                     .is_required = true};
  };
  const auto set = [](const char* name, const char* help) {
    return Parameter{.name = name, .value_name = "NAME=VALUE", .help = help, .is_several = true};
  };
  return {
      {.name = "compare",
       .help = "Two recipes, runs or sets of parameters side by side: what differs and how much",
       .parameters = {side("a"), side("b"),
                      set("set-a", "Set a parameter of A only; several times for several"),
                      set("set-b", "Set a parameter of B only; --set sets it for both")},
       .footer = "engine compare weekly weekly --set-b discovery=0.3     one recipe, two sets of "
                 "parameters\n"
                 "engine compare 12 13                                   two recorded runs\n"
                 "New to you is what is neither in your library nor was ever heard before. Recipes "
                 "run as "
                 "of\n"
                 "--now and are not recorded; recorded runs are taken as they were.",
       .answer = compare,
       .page_help = "Write a page with pictures too"}};
}

}  // namespace engine::verbs
