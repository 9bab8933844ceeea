// engine replay RUN: runs a recorded run again and says whether the same bytes came out, and if
// not, what changed.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include <nlohmann/json.hpp>

#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "cli/run_screen.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "recipe/playlist_json.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

/// What a list depends on and is no longer as it was.
std::vector<std::string> changes(Cli& cli, const RunRecord& run, const RunRequest& request,
                                 const RunAnswer& answer) {
  std::vector<std::string> changed;
  if (run.data_state != request.columns->data_state)
    changed.push_back("the library's data (imports, likes, feedback)");
  if (run.scripts_hash != answer.scripts_hash)
    changed.push_back("the scripts that the recipe requires");
  const Json before = Json::parse(run.elements), after = Json::parse(answer.elements);
  for (const auto& [name, version] : before.items()) {
    if (!after.contains(name)) continue;
    if (after.at(name) != version) {
      changed.push_back(name + ": " + version.get<std::string>() + " then, " +
                        after.at(name).get<std::string>() + " now");
    }
  }
  try {
    const std::string file = app::find_recipe(cli.caller(), run.recipe);
    if (content_hash(read_file(file)) != run.recipe_hash)
      changed.push_back(file + " (the recorded text was run)");
  } catch (const Error&) {
    changed.push_back(run.recipe + " is gone (the recorded text was run)");
  }
  return changed;
}

std::string difference(const Playlist& before, const Playlist& after) {
  const std::vector<PlaylistTrack>&old_tracks = before.tracks, &new_tracks = after.tracks;
  const auto is_same_track = [](const PlaylistTrack& a, const PlaylistTrack& b) {
    return a.id == b.id;
  };
  if (old_tracks != new_tracks && std::equal(old_tracks.begin(), old_tracks.end(),
                                             new_tracks.begin(), new_tracks.end(), is_same_track))
    return "the tracks and their order are the same, what is told of them is not";
  for (std::size_t i = 0; i < std::max(old_tracks.size(), new_tracks.size()); ++i) {
    const auto name = [&](const std::vector<PlaylistTrack>& tracks) {
      return i < tracks.size() ? one_line("\"" + tracks[i].title + "\" by " + tracks[i].artist)
                               : std::string("nothing");
    };
    if (i >= old_tracks.size() || i >= new_tracks.size() || old_tracks[i] != new_tracks[i]) {
      return "first difference at place " + std::to_string(i + 1) + ": " + name(old_tracks) +
             " then, " + name(new_tracks) + " now";
    }
  }
  return "";
}

Exit replay(Cli& cli, std::int64_t id) {
  const RunRecord run = app::recorded_run(cli.caller(), id);
  const RunRequest request = app::repeat_request(cli.caller(), run);
  const RunAnswer answer = app::run_supervised(cli.caller(), request);
  const Playlist before = read_playlist(run.record);
  const Playlist& after = answer.playlist;
  const bool is_same = run.playlist_hash == answer.playlist_hash;
  const std::vector<std::string> changed = changes(cli, run, request, answer);
  if (cli.common.json) {
    cli.out(printed_json(Json{{"run", id},
                              {"same", is_same},
                              {"changed", changed},
                              {"difference", difference(before, after)},
                              {"tracks", tracks_json(after)}}));
    return is_same ? Exit::kDone : Exit::kNothing;
  }
  if (!cli.common.quiet) cli.out(playlist_text(after, run_screen(cli, "", false)) + "\n");
  cli.out(is_same ? "run " + std::to_string(id) + ": the same list, byte for byte\n"
                  : "run " + std::to_string(id) + ": the list is different; " +
                        difference(before, after) + "\n");
  for (const std::string& change : changed) cli.out("changed since: " + change + "\n");
  if (!is_same && changed.empty())
    cli.out(
        "nothing that was recorded has changed; a setting or a plugin of the same version may "
        "have\n");
  return is_same ? Exit::kDone : Exit::kNothing;
}

}  // namespace

void add_replay(CLI::App& app, Cli& cli) {
  auto id = std::make_shared<std::int64_t>(0);
  CLI::App* verb = app.add_subcommand(
      "replay", "Run a recorded run again: the same list byte for byte, or what changed");
  verb->add_option("run", *id, "The run's number")->required();
  verb->callback([&cli, id] { cli.action = [&cli, id] { return replay(cli, *id); }; });
}

}  // namespace engine
