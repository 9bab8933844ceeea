#include "store/owned_rows.hpp"

namespace engine {
namespace {

bool has_user_column(const Store& store, const std::string& table) {
  return store.prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = 'user_id'")
      .find_integer(table)
      .has_value();
}

}  // namespace

std::vector<std::string> table_names(const Store& store) {
  std::vector<std::string> names;
  Statement select = store.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
      "ORDER BY name");
  for (select.start(); select.step();) names.emplace_back(select.text(0));
  return names;
}

std::vector<std::string> tables_of_users(const Store& store) {
  std::vector<std::string> tables;
  for (const std::string& table : table_names(store))
    if (table != "users" && has_user_column(store, table)) tables.push_back(table);
  return tables;
}

std::vector<TableReference> references_to(const Store& store, const std::string& parent) {
  std::vector<TableReference> references;
  Statement select = store.prepare(
      "SELECT \"from\", ifnull(\"to\", (SELECT name FROM pragma_table_info(?2) WHERE pk = 1)) "
      "FROM pragma_foreign_key_list(?1) WHERE \"table\" = ?2");
  for (const std::string& table : table_names(store)) {
    for (select.start(table, parent); select.step();)
      references.push_back({table, std::string(select.text(0)), std::string(select.text(1))});
  }
  return references;
}

}  // namespace engine
