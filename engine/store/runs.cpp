#include "store/runs.hpp"

namespace engine {
namespace {

constexpr const char* kShortColumns =
    "run_id, user_id, recipe, title, now, random_seed, parameters, recipe_hash, scripts_hash, "
    "elements, data_state, playlist_hash, started_at";

RunRecord read_short(const Statement& row) {
  RunRecord run;
  run.id = row.integer(0);
  if (!row.is_null(1)) run.user_id = row.integer(1);
  run.recipe = row.text(2);
  run.title = row.text(3);
  run.now = row.integer(4);
  run.random_seed = static_cast<std::uint64_t>(row.integer(5));
  run.parameters = row.text(6);
  run.recipe_hash = row.text(7);
  run.scripts_hash = row.text(8);
  run.elements = row.text(9);
  run.data_state = row.text(10);
  run.playlist_hash = row.text(11);
  run.started_at = row.integer(12);
  return run;
}

}  // namespace

std::int64_t save_run(Store& store, const RunRecord& run,
                      const std::function<std::string(std::int64_t)>& record_of) {
  Transaction transaction(store);
  store
      .prepare(
          "INSERT INTO runs (user_id, recipe, title, now, random_seed, parameters, recipe_text, "
          "recipe_hash, scripts_hash, elements, data_state, playlist_hash, record, started_at) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
      .run(run.user_id, run.recipe, run.title, run.now, run.random_seed, run.parameters,
           run.recipe_text, run.recipe_hash, run.scripts_hash, run.elements, run.data_state,
           run.playlist_hash, run.record, run.started_at);
  const std::int64_t id = sqlite3_last_insert_rowid(store.handle());
  Statement insert = store.prepare("INSERT INTO run_tracks VALUES (?1, ?2, ?3)");
  for (std::size_t i = 0; i < run.track_ids.size(); ++i) insert.run(id, i, run.track_ids[i]);
  if (record_of)
    store.prepare("UPDATE runs SET record = ?2 WHERE run_id = ?1").run(id, record_of(id));
  transaction.commit();
  return id;
}

void forget_run(Store& store, std::int64_t run_id) {
  Transaction transaction(store);
  store.prepare("DELETE FROM runs WHERE run_id = ?1").run(run_id);  // its tracks go along
  transaction.commit();
}

std::optional<RunRecord> load_run(const Store& store, std::int64_t run_id) {
  Statement select = store.prepare(std::string("SELECT ") + kShortColumns +
                                   ", recipe_text, record FROM runs WHERE run_id = ?1");
  select.start(run_id);
  if (!select.step()) return std::nullopt;
  RunRecord run = read_short(select);
  run.recipe_text = select.text(13);
  run.record = select.text(14);
  Statement tracks =
      store.prepare("SELECT track_id FROM run_tracks WHERE run_id = ?1 ORDER BY position");
  for (tracks.start(run_id); tracks.step();) run.track_ids.push_back(tracks.integer(0));
  return run;
}

std::vector<RunRecord> list_runs(const Store& store, std::optional<std::int64_t> user_id,
                                 std::int64_t limit) {
  std::vector<RunRecord> runs;
  Statement select =
      store.prepare(std::string("SELECT ") + kShortColumns +
                    " FROM runs WHERE ?1 IS NULL OR user_id = ?1 ORDER BY run_id DESC LIMIT ?2");
  for (select.start(user_id, limit); select.step();) runs.push_back(read_short(select));
  return runs;
}

}  // namespace engine
