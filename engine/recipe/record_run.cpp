#include "recipe/record_run.hpp"

#include <ctime>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "store/runs.hpp"

namespace engine {

std::int64_t record_run(Store& store, const RunRequest& request, const RunAnswer& answer) {
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(answer.record);
  RunRecord run;
  if (request.columns->user_id != 0) run.user_id = request.columns->user_id;
  run.recipe = request.recipe_path;
  run.title = record.at("title").get<std::string>();
  run.now = request.now;
  run.random_seed = answer.random_seed;
  run.parameters = answer.parameters;
  run.recipe_text = request.recipe_text;
  run.recipe_hash = answer.recipe_hash;
  run.scripts_hash = answer.scripts_hash;
  run.elements = answer.elements;
  run.data_state = request.columns->data_state;
  run.playlist_hash = answer.playlist_hash;
  run.record = answer.record;
  run.started_at = std::time(nullptr);
  run.track_ids = answer.track_ids;
  return save_run(store, run, [&](std::int64_t id) {
    record["run"] = id;
    return json_text(record);
  });
}

}  // namespace engine
