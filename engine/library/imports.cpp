#include "library/imports.hpp"

#include <algorithm>

#include "core/shown_text.hpp"
#include "library/tellings.hpp"
#include "store/sync_states.hpp"

namespace engine::library {
namespace {

/// A list's rows are told as one: where one of them is not as it was left, all have been told anew.
constexpr const char* kToldAsOne[] = {"playlists", "playlist_tracks"};

constexpr const char* kColumns =
    "SELECT i.ingestion_id, ifnull(u.name, ''), i.path, i.format, i.started_at, "
    "CASE is_complete WHEN 1 THEN records ELSE records_done END, is_complete, first_ts, last_ts, "
    "is_recorded, i.user_id IS NULL FROM ingestions i LEFT JOIN users u USING (user_id) ";

/// Another import that told a list of this one whole after it.
constexpr const char* kToldSince =
    "SELECT o.ingestion_id FROM ingestions n JOIN told_lists t USING (ingestion_id) "
    "JOIN told_lists l ON l.list = t.list AND l.teller = t.teller "
    "JOIN ingestions o ON o.ingestion_id = l.ingestion_id AND o.user_id = n.user_id "
    "WHERE n.ingestion_id = ?1 AND o.ingestion_id <> ?1 "
    "AND (o.started_at, o.ingestion_id) > (n.started_at, n.ingestion_id) "
    "AND (t.list <> 'playlists' OR o.file_name = n.file_name) "
    "ORDER BY o.started_at DESC, o.ingestion_id DESC LIMIT 1";

/// Imports of before that told lists of this one, the latest word on them once it is gone: their
/// bytes stand for what the store holds again.
constexpr const char* kHoldAgain =
    "UPDATE ingestions SET is_superseded = 0 WHERE ingestion_id IN (SELECT o.ingestion_id FROM "
    "told_lists t JOIN told_lists l ON l.list = t.list AND l.teller = t.teller "
    "JOIN ingestions n ON n.ingestion_id = t.ingestion_id "
    "JOIN ingestions o ON o.ingestion_id = l.ingestion_id AND o.user_id = n.user_id "
    "WHERE t.ingestion_id = ?1 AND o.ingestion_id <> ?1 "
    "AND (t.list <> 'playlists' OR o.file_name = n.file_name) "
    "AND NOT EXISTS (SELECT 1 FROM told_lists own JOIN told_lists later "
    "ON later.list = own.list AND later.teller = own.teller "
    "JOIN ingestions x ON x.ingestion_id = later.ingestion_id AND x.user_id = o.user_id "
    "WHERE own.ingestion_id = o.ingestion_id AND x.ingestion_id NOT IN (o.ingestion_id, ?1) "
    "AND (own.list <> 'playlists' OR x.file_name = o.file_name) "
    "AND (x.started_at, x.ingestion_id) > (o.started_at, o.ingestion_id)))";

std::string obstacle_of(const Statement& row) {
  if (row.integer(10) != 0) {
    return "it is nobody's: a catalogue or vectors, on which listens, likes and models of "
           "everybody "
           "hang; a library without it is made by importing the rest into a new one";
  }
  if (row.integer(9) == 0)
    return "what it changed was not noted: an earlier engine imported it, or it was read twice "
           "with others between";
  return "";
}

ImportSummary summary_of(const Statement& row) {
  ImportSummary import;
  import.id = row.integer(0);
  import.user = row.text(1);
  import.path = row.text(2);
  import.format = row.text(3);
  import.at = row.integer(4);
  import.records = row.integer(5);
  import.is_complete = row.integer(6) != 0;
  if (!row.is_null(7)) import.first = row.integer(7);
  if (!row.is_null(8)) import.last = row.integer(8);
  import.obstacle = obstacle_of(row);
  return import;
}

void add_buckets(const Store& store, ImportSummary& import) {
  Statement select = store.prepare(
      "SELECT bucket, sum(last - first + 1) FROM ingestion_rows WHERE ingestion_id = ?1 "
      "GROUP BY bucket");
  for (select.start(import.id); select.step();)
    import.buckets[std::string(select.text(0))] = select.integer(1);
}

/// Of imports whose lists others have told again.
void add_obstacle(const Store& store, ImportSummary& import) {
  if (!import.obstacle.empty()) return;
  Statement since = store.prepare(kToldSince);
  if (const auto later = since.find_integer(import.id)) {
    import.obstacle = "import " + std::to_string(*later) +
                      " has told its lists again since; undo that one first, or both at once";
  }
}

ImportSummary find_import(const Store& store, std::int64_t id) {
  Statement select = store.prepare(std::string(kColumns) + "WHERE i.ingestion_id = ?1");
  select.start(id);
  if (!select.step()) {
    throw Error(Exit::kInput, "there is no import " + std::to_string(id),
                {store.path(), "", "", "see: engine library imports"});
  }
  ImportSummary import = summary_of(select);
  select.reset();
  add_buckets(store, import);
  add_obstacle(store, import);
  return import;
}

std::int64_t user_of(const Store& store, std::int64_t import) {
  return store.prepare("SELECT user_id FROM ingestions WHERE ingestion_id = ?1")
      .find_integer(import)
      .value_or(0);
}

std::vector<std::string> changes_of(const Store& store, std::int64_t import) {
  std::vector<std::string> changes;
  Statement select =
      store.prepare("SELECT changes FROM import_changes WHERE ingestion_id = ?1 ORDER BY number");
  for (select.start(import); select.step();) changes.emplace_back(select.text(0));
  return changes;
}

/// Its own record; take_back() has removed that of its listens.
void forget_import(Store& store, std::int64_t import) {
  forget_sync_states_from(store, import);
  for (const char* table : {"import_changes", "ingestion_rows", "told_lists", "ingestion_tellers",
                            "retellings", "ingestions"}) {
    store.prepare(std::string("DELETE FROM ") + table + " WHERE ingestion_id = ?1").run(import);
  }
}

UndoneImport undo_one(Store& store, std::int64_t id) {
  UndoneImport undone{find_import(store, id), 0, {}};
  const std::string name = "import " + std::to_string(id) + " cannot be undone";
  if (!undone.import.obstacle.empty())
    throw Error(Exit::kInput, name, {undone.import.path, "", undone.import.obstacle, ""});
  try {
    undone.rows = take_back_changes(store, changes_of(store, id), kToldAsOne);
  } catch (const Error& error) {
    if (error.exit() != Exit::kInput) throw;
    throw Error(
        Exit::kInput, name,
        {undone.import.path, "", error.parts().why,
         "undo the imports after it that told the same playlists (engine library imports)"});
  }
  undone.listens = take_back(store, user_of(store, id), id);
  store.prepare(kHoldAgain).run(id);
  // What was said of a row that is no longer there goes with it.
  store.execute(
      "DELETE FROM feedback WHERE undoes IS NOT NULL AND undoes NOT IN "
      "(SELECT feedback_id FROM feedback)");
  forget_import(store, id);
  return undone;
}

/// The newest first, as each may stand on those before it.
std::vector<UndoneImport> undo_all(Store& store, std::vector<std::int64_t> imports) {
  Statement started = store.prepare("SELECT started_at FROM ingestions WHERE ingestion_id = ?1");
  std::vector<std::pair<std::int64_t, std::int64_t>> order;
  for (const std::int64_t id : imports)
    order.emplace_back(started.find_integer(id).value_or(0), id);
  std::sort(order.rbegin(), order.rend());
  order.erase(std::unique(order.begin(), order.end()), order.end());
  std::vector<UndoneImport> undone;
  for (const auto& [at, id] : order) undone.push_back(undo_one(store, id));
  return undone;
}

}  // namespace

std::vector<ImportSummary> list_imports(const Store& store, std::int64_t user_id) {
  std::vector<ImportSummary> imports;
  Statement select = store.prepare(std::string(kColumns) +
                                   "WHERE ?1 = 0 OR i.user_id = ?1 ORDER BY i.ingestion_id");
  for (select.start(user_id); select.step();) imports.push_back(summary_of(select));
  for (ImportSummary& import : imports) {
    add_buckets(store, import);
    add_obstacle(store, import);
  }
  return imports;
}

std::vector<UndoneImport> undo_imports(Store& store, const std::vector<std::int64_t>& imports) {
  Transaction transaction(store);
  std::vector<UndoneImport> undone = undo_all(store, imports);
  store.bump_data_version();
  transaction.commit();
  return undone;
}

std::vector<UndoneImport> try_undoing(Store& store, const std::vector<std::int64_t>& imports) {
  const Transaction given_up(store);
  return undo_all(store, imports);
}

}  // namespace engine::library
