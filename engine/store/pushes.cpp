#include "store/pushes.hpp"

namespace engine {

std::optional<std::string> kept_of_push(const Store& store, std::int64_t user_id,
                                        std::string_view account, std::string_view name) {
  Statement select =
      store.prepare("SELECT kept FROM pushes WHERE user_id = ?1 AND account = ?2 AND name = ?3");
  select.start(user_id, account, name);
  if (!select.step()) return std::nullopt;
  return std::string(select.text(0));
}

std::vector<std::string> kept_of_pushes(const Store& store, std::int64_t user_id,
                                        std::string_view account) {
  Statement select =
      store.prepare("SELECT kept FROM pushes WHERE user_id = ?1 AND account = ?2 ORDER BY name");
  std::vector<std::string> kept;
  for (select.start(user_id, account); select.step();) kept.emplace_back(select.text(0));
  return kept;
}

std::optional<std::string> last_kept_of_account(const Store& store, std::int64_t user_id,
                                                std::string_view account) {
  Statement select = store.prepare(
      "SELECT kept FROM pushes WHERE user_id = ?1 AND account = ?2 ORDER BY ts DESC, name "
      "LIMIT 1");
  select.start(user_id, account);
  if (!select.step()) return std::nullopt;
  return std::string(select.text(0));
}

void keep_of_push(Store& store, std::int64_t user_id, std::string_view account,
                  std::string_view name, std::string_view text, std::int64_t now) {
  store
      .prepare(
          "INSERT OR REPLACE INTO pushes (user_id, account, name, kept, ts) VALUES (?1, ?2, "
          "?3, ?4, ?5)")
      .run(user_id, account, name, text, now);
}

}  // namespace engine
