// New tracks to the moods of model.moods: a step of an update (pipelines/update.hpp).
//
// New is what imports since the last time told of and the training did not know. Each belongs to the
// mood whose centroid is nearest to its sound (patterns/track_moods.hpp), as it does wherever moods are
// asked for; nothing is stored of it but these counts.
//
// figures  tracks; assigned; without_features, of which no mood can be told; mood.LABEL, of each mood
//          that got some
// state    {"import": the number of the last import that was looked at}
#include <algorithm>
#include <memory>
#include <unordered_set>

#include "core/counted.hpp"
#include "models/open_version.hpp"
#include "patterns/track_moods.hpp"
#include "pipelines/update_steps.hpp"

namespace engine::pipelines {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMoodsModel = "model.moods";

/// Ids of the tracks that imports behind a number told plays of, but those that `known` has.
std::unordered_set<std::int64_t> new_tracks(Pass& pass, std::int64_t since, std::int64_t last,
                                            std::span<const std::int64_t> known) {
  std::unordered_set<std::int64_t> tracks;
  // The cross join keeps SQLite from going through all listens for an import of fifty.
  Statement told = pass.store().prepare(
      "SELECT DISTINCT l.track_id FROM ingestions i CROSS JOIN listens l ON l.user_id = i.user_id "
      "AND "
      "l.ts BETWEEN i.first_ts AND i.last_ts AND l.ingestion_id = i.ingestion_id "
      "WHERE i.user_id = ?1 AND i.ingestion_id > ?2 AND i.ingestion_id <= ?3");
  for (told.start(pass.user().id, since, last); told.step();)
    if (!std::ranges::binary_search(known, told.integer(0))) tracks.insert(told.integer(0));
  return tracks;
}

std::map<std::int32_t, std::string> labels_of(const Artifact& model) {
  const playlist_table& moods = *model.table("moods");
  const auto id = column_of<std::int32_t>(moods, "id");
  const auto label = column_of<std::int32_t>(moods, "label");
  std::map<std::int32_t, std::string> labels;
  for (std::size_t k = 0; k < id.size(); ++k)
    labels[id[k]] = text_of(*find_column(moods, "label"), label[k]);
  return labels;
}

}  // namespace

StepResult assign(Pass& pass) {
  const ModelVersion* version = pass.model(kMoodsModel);
  if (version == nullptr || version->user_id != pass.user().id)
    return {.outcome = Outcome::kSkipped, .reason = "model.moods was not trained"};
  const Json before = pass.state_of("assign");
  const std::int64_t since = before.is_null() ? 0 : before.at("import").get<std::int64_t>();
  const std::int64_t last = pass.last_import();
  if (last <= since) return {.outcome = Outcome::kNothing, .reason = "no import came since"};
  const std::shared_ptr<const Artifact> model = open_version(*version);
  const std::unordered_set<std::int64_t> tracks =
      new_tracks(pass, since, last, column_of<std::int64_t>(*model->table("tracks"), "id"));
  StepResult result;
  result.state = {{"import", last}};
  double assigned = 0, unknown = 0;
  if (!tracks.empty()) {
    const std::map<std::int32_t, std::string> labels = labels_of(*model);
    const std::vector<std::int32_t> moods = patterns::track_moods(
        pass.tables(), usable_versions(pass.models(), pass.now(), pass.user().id));
    const auto ids = column_of<std::int64_t>(*pass.tables().table("tracks"), "id");
    for (std::size_t track = 0; track < ids.size(); ++track) {
      if (!tracks.contains(ids[track])) continue;
      if (moods[track] < 0) {
        ++unknown;
        continue;
      }
      ++assigned;
      ++result.figures["mood." + labels.at(moods[track])];
    }
  }
  result.figures["tracks"] = assigned + unknown;
  result.figures["assigned"] = assigned;
  result.figures["without_features"] = unknown;
  result.reason = counted(static_cast<std::int64_t>(assigned + unknown), "new track") + ", " +
                  std::to_string(static_cast<std::int64_t>(assigned)) + " with a mood";
  return result;
}

}  // namespace engine::pipelines
