// engine replay RUN: runs a recorded run again and says whether the same bytes came out, and if
// not, what changed.
#include <algorithm>
#include <filesystem>

#include "app/recipe_files.hpp"
#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "core/hash.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "recipe/playlist_json.hpp"
#include "verbs/playlist_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// Models that were not trained then, or are not now. Other elements that only one of the two asked
/// for follow from something else that changed.
std::vector<std::string> model_changes(const Json& before, const Json& after) {
  std::vector<std::string> changed;
  const auto is_model = [](const std::string& name) { return name.starts_with("model."); };
  for (const auto& [name, version] : after.items())
    if (is_model(name) && !before.contains(name))
      changed.push_back(name + ": not trained then, " + version.get<std::string>() + " now");
  for (const auto& [name, version] : before.items())
    if (is_model(name) && !after.contains(name))
      changed.push_back(name + ": " + version.get<std::string>() + " then, not used now");
  return changed;
}

/// What a list depends on and is no longer as it was.
std::vector<std::string> changes(const app::Caller& caller, const RunRecord& run,
                                 const Playlist& recorded, const RunRequest& request,
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
  for (std::string& change : model_changes(before, after)) changed.push_back(std::move(change));
  for (const FileRead& then : recorded.files) {
    for (const FileRead& now : answer.playlist.files) {
      const bool is_same =
          now.element == then.element && now.parameter == then.parameter && now.path == then.path;
      if (is_same && now.hash != then.hash)
        changed.push_back(then.path + ", which " + then.element + " reads");
    }
  }
  try {
    const std::string file = app::find_recipe(caller, run.recipe);
    if (content_hash(read_file(file)) != run.recipe_hash)
      changed.push_back(file + " (the recorded text was run)");
  } catch (const Error&) {
    changed.push_back(run.recipe + " is gone (the recorded text was run)");
  }
  return changed;
}

std::string difference(const Playlist& before, const Playlist& after) {
  std::vector<PlaylistTrack> old_tracks = before.tracks, new_tracks = after.tracks;
  // No part of the hash, and older records have none.
  for (std::vector<PlaylistTrack>* tracks : {&old_tracks, &new_tracks})
    for (PlaylistTrack& track : *tracks) track.found_by.clear();
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

std::string replay_text(std::int64_t id, bool is_same, const std::string& difference,
                        const std::vector<std::string>& changed) {
  std::string text = "run " + std::to_string(id) +
                     (is_same ? ": the same list, byte for byte\n"
                              : ": the list is different; " + difference + "\n");
  for (const std::string& change : changed) text += "changed since: " + change + "\n";
  if (!is_same && changed.empty())
    text +=
        "nothing that was recorded has changed; a setting or a plugin of the same version may "
        "have\n";
  return text;
}

std::int64_t asked_run(const app::Caller& caller, const std::string& run) {
  if (const std::optional<std::int64_t> id = app::named_run(caller, run)) return *id;
  throw Error(Exit::kUsage, "replay: there is no run \"" + run + "\"",
              {"", "", "it takes a run's number, or last", "see: engine runs"});
}

Answer replay(const app::Caller& caller, const Arguments& arguments) {
  const std::int64_t id = asked_run(caller, arguments.text("run"));
  const RunRecord run = app::recorded_run(caller, id);
  const RunRequest request = app::repeat_request(caller, run);
  const RunAnswer answer = app::run_supervised(caller, request);
  const Playlist& after = answer.playlist;
  const bool is_same = run.playlist_hash == answer.playlist_hash;
  const Playlist recorded = read_playlist(run.record);
  const std::vector<std::string> changed = changes(caller, run, recorded, request, answer);
  const std::string first = difference(recorded, after);
  std::string text;
  if (!caller.screen.is_quiet) text = playlist_text(after, run_screen(caller, "", false)) + "\n";
  return {is_same ? Exit::kDone : Exit::kNothing,
          {{"run", id},
           {"same", is_same},
           {"changed", changed},
           {"difference", first},
           {"tracks", tracks_json(after)}},
          text + replay_text(id, is_same, first, changed)};
}

}  // namespace

std::vector<Verb> replay_verbs() {
  return {{.name = "replay",
           .help = "Run a recorded run again: the same list byte for byte, or what changed",
           .parameters = {{.name = "run",
                           .value_name = "RUN",
                           .help = "The run's number, or `last` for the newest",
                           .is_first = true,
                           .is_required = true}},
           .answer = replay}};
}

}  // namespace engine::verbs
