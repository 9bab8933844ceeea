#include "recipe/record_run.hpp"

#include <ctime>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "recipe/playlist_json.hpp"
#include "store/runs.hpp"

namespace engine {

std::int64_t record_run(Store& store, const RunRequest& request, const RunAnswer& answer,
                        const std::function<void(std::int64_t)>& beside) {
  RunRecord run;
  if (request.columns->user_id != 0) run.user_id = request.columns->user_id;
  run.recipe = request.recipe_path;
  run.title = answer.playlist.title;
  run.now = request.now;
  run.random_seed = answer.playlist.random_seed;
  run.parameters = json_text(parameters_json(answer.playlist.parameters));
  run.recipe_text = request.recipe_text;
  run.recipe_hash = answer.recipe_hash;
  run.scripts_hash = answer.scripts_hash;
  run.elements = answer.elements;
  run.data_state = request.columns->data_state;
  run.playlist_hash = answer.playlist_hash;
  run.started_at = std::time(nullptr);
  run.track_ids = answer.playlist.track_ids();
  return save_run(store, run, [&](std::int64_t id) {
    if (beside) beside(id);
    Playlist playlist = answer.playlist;
    playlist.run = id;
    for (PlaylistTrack& track : playlist.tracks) track.shown.clear();  // of the asking, not the run
    return json_text(playlist_json(playlist));
  });
}

}  // namespace engine
