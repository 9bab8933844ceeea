#include "store/run_list.hpp"

namespace engine {
namespace {

/// The numbers of the runs, for ?1 the user, ?2 the recipe, ?3 and ?4 the times, ?5 how many stay.
constexpr const char* kChosen =
    "SELECT run_id FROM (SELECT run_id, user_id, recipe, now, started_at, row_number() OVER "
    "(PARTITION BY user_id, recipe ORDER BY run_id DESC) AS place FROM runs) "
    "WHERE (?1 IS NULL OR user_id = ?1) "
    "AND (?2 = '' OR recipe = ?2 OR recipe = ?2 || '.lua' OR recipe LIKE '%/' || ?2 || '.lua') "
    "AND (?3 IS NULL OR started_at < ?3) AND (?4 IS NULL OR now <= ?4) AND place > ?5";

/// The last run stays: its number would be given again. So do versions of kept playlists.
constexpr const char* kPrunable =
    " AND run_id < (SELECT max(run_id) FROM runs) "
    "AND run_id NOT IN (SELECT run_id FROM kept_versions)";

}  // namespace

std::vector<RunSummary> summarise_runs(const Store& store, const RunFilter& filter,
                                       std::int64_t limit) {
  std::vector<RunSummary> runs;
  Statement select = store.prepare(
      std::string("SELECT run_id, ifnull(name, ''), recipe, title, parameters, now, started_at, "
                  "random_seed, (SELECT count(*) FROM run_tracks t WHERE t.run_id = runs.run_id) "
                  "FROM runs LEFT JOIN users USING (user_id) WHERE run_id IN (") +
      kChosen + ") ORDER BY run_id DESC LIMIT ?6");
  for (select.start(filter.user_id, filter.recipe, filter.started_before, filter.now_until,
                    filter.newest_kept, limit);
       select.step();) {
    RunSummary& run = runs.emplace_back();
    run.id = select.integer(0);
    run.user = select.text(1);
    run.recipe = select.text(2);
    run.title = select.text(3);
    run.parameters = select.text(4);
    run.now = select.integer(5);
    run.started_at = select.integer(6);
    run.random_seed = static_cast<std::uint64_t>(select.integer(7));
    run.tracks = select.integer(8);
  }
  return runs;
}

std::int64_t count_runs(const Store& store, const RunFilter& filter) {
  return store.prepare(std::string("SELECT count(*) FROM (") + kChosen + ")")
      .find_integer(filter.user_id, filter.recipe, filter.started_before, filter.now_until,
                    filter.newest_kept)
      .value_or(0);
}

std::int64_t count_prunable_runs(const Store& store, const RunFilter& filter) {
  return store.prepare(std::string("SELECT count(*) FROM (") + kChosen + kPrunable + ")")
      .find_integer(filter.user_id, filter.recipe, filter.started_before, filter.now_until,
                    filter.newest_kept)
      .value_or(0);
}

std::int64_t prune_runs(Store& store, const RunFilter& filter) {
  Transaction transaction(store);
  const std::int64_t count =
      store.prepare(std::string("DELETE FROM runs WHERE run_id IN (") + kChosen + kPrunable + ")")
          .run(filter.user_id, filter.recipe, filter.started_before, filter.now_until,
               filter.newest_kept);
  transaction.commit();
  return count;
}

}  // namespace engine
