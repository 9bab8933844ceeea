#include "store/sync_states.hpp"

namespace engine {

std::optional<std::string> sync_state(const Store& store, std::int64_t user_id,
                                      std::string_view account) {
  Statement select = store.prepare(
      "SELECT state FROM sync_states WHERE user_id = ?1 AND account = ?2 "
      "ORDER BY ingestion_id DESC LIMIT 1");
  select.start(user_id, account);
  if (!select.step()) return std::nullopt;
  return std::string(select.text(0));
}

std::vector<std::string> synced_accounts(const Store& store, std::int64_t user_id) {
  std::vector<std::string> accounts;
  Statement select =
      store.prepare("SELECT DISTINCT account FROM sync_states WHERE user_id = ?1 ORDER BY account");
  for (select.start(user_id); select.step();) accounts.emplace_back(select.text(0));
  return accounts;
}

void keep_sync_state(Store& store, std::int64_t ingestion_id, std::int64_t user_id,
                     std::string_view account, std::string_view state) {
  store
      .prepare(
          "INSERT OR REPLACE INTO sync_states (ingestion_id, user_id, account, state) "
          "VALUES (?1, ?2, ?3, ?4)")
      .run(ingestion_id, user_id, account, state);
}

void end_earlier_syncs(Store& store, std::int64_t user_id, std::string_view account,
                       std::int64_t now) {
  store
      .prepare(
          "UPDATE ingestions SET is_complete = 1, records = records_done, note = '', "
          "finished_at = ?3 WHERE is_complete = 0 AND ingestion_id IN "
          "(SELECT ingestion_id FROM sync_states WHERE user_id = ?1 AND account = ?2)")
      .run(user_id, account, now);
}

void forget_sync_states_from(Store& store, std::int64_t ingestion_id) {
  store
      .prepare(
          "DELETE FROM sync_states WHERE ingestion_id >= ?1 AND (user_id, account) IN "
          "(SELECT user_id, account FROM sync_states WHERE ingestion_id = ?1)")
      .run(ingestion_id);
}

}  // namespace engine
