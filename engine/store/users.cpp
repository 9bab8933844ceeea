#include "store/users.hpp"

#include "core/error.hpp"
#include "core/shard.hpp"
#include "core/shown_text.hpp"
#include "core/text_key.hpp"

namespace engine {
namespace {

User read_user(const Statement& row) {
  return {row.integer(0), std::string(row.text(1)), std::string(row.text(2)), row.integer(3)};
}

/// Some names for a message: "ann, bob, ... (35 in all)".
std::string some_names(const std::vector<User>& users) {
  std::string names;
  for (std::size_t i = 0; i < users.size() && i < 8; ++i) {
    names += (i ? ", " : "") + one_line(users[i].name);
  }
  if (users.size() > 8) names += ", ... (" + std::to_string(users.size()) + " in all)";
  return names;
}

/// The user whom a name that nobody has may mean: first one that differs in case or accents only.
std::string similar_user(const std::string& name, const std::vector<User>& users) {
  const std::string key = artist_key(name);
  std::vector<std::string> names;
  for (const User& user : users) {
    if (artist_key(user.name) == key) return user.name;
    names.push_back(user.name);
  }
  return nearest(name, names);
}

std::optional<User> only_user(const Store& store, const char* condition) {
  Statement select =
      store.prepare(std::string("SELECT user_id, name, timezone, created_at FROM users ") +
                    condition + " ORDER BY user_id LIMIT 2");
  select.start();
  if (!select.step()) return std::nullopt;
  User user = read_user(select);
  if (select.step()) return std::nullopt;
  return user;
}

}  // namespace

std::vector<User> list_users(const Store& store) {
  std::vector<User> users;
  Statement select =
      store.prepare("SELECT user_id, name, timezone, created_at FROM users ORDER BY user_id");
  for (select.start(); select.step();) users.push_back(read_user(select));
  return users;
}

std::optional<User> find_user(const Store& store, std::string_view name) {
  Statement select =
      store.prepare("SELECT user_id, name, timezone, created_at FROM users WHERE name = ?1");
  // As it is written first: a store of before may hold a person under each of two spellings.
  const std::string composed = nfc(name);
  for (const std::string_view spelling : {name, std::string_view(composed)}) {
    select.start(spelling);
    if (select.step()) return read_user(select);
  }
  return std::nullopt;
}

User require_user(Store& store, std::string_view name, std::int64_t now) {
  if (auto found = find_user(store, name)) return *found;
  if (!is_utf8(name)) {
    throw Error(Exit::kInput, "a person cannot be called \"" + one_line(name) + "\"",
                {.where = store.path(),
                 .source = {},
                 .why = "the name is not UTF-8",
                 .fix = "give another name, or rename the folder that is called so"});
  }
  store.prepare("INSERT INTO users (name, created_at) VALUES (?1, ?2)").run(nfc(name), now);
  return *find_user(store, name);
}

void set_timezone(Store& store, std::int64_t user_id, std::string_view timezone) {
  store.prepare("UPDATE users SET timezone = ?1 WHERE user_id = ?2").run(timezone, user_id);
}

std::optional<User> default_user(const Store& store) {
  const bool has_importers =
      store.integer("SELECT 1 FROM ingestions WHERE user_id IS NOT NULL LIMIT 1") != 0;
  return only_user(
      store, has_importers ? "WHERE user_id IN (SELECT DISTINCT user_id FROM ingestions)" : "");
}

namespace {

void require_some_people(const Store& store) {
  if (store.setting(kShardSetting) != kCatalogueAlone) return;
  throw Error(Exit::kInput,
              store.path() + " is " + part_of_library(kCatalogueAlone) + ", without people",
              {.where = {},
               .source = {},
               .why = {},
               .fix = "give histories of people: engine batch RECIPE --histories FILE"});
}

}  // namespace

User choose_user(const Store& store, const std::string& name) {
  require_some_people(store);
  if (!name.empty()) {
    if (auto found = find_user(store, name)) return *found;
    const std::vector<User> users = list_users(store);
    const std::string near = similar_user(name, users);
    throw Error(
        Exit::kInput, "the store knows no user \"" + name + "\"",
        {.where = store.path(),
         .source = {},
         .why = users.empty() ? "it has no users yet" : "its users are " + some_names(users),
         .fix =
             near.empty() ? "import something with --user " + name : "did you mean " + near + "?"});
  }
  if (auto user = default_user(store)) return *user;
  const std::vector<User> users = list_users(store);
  throw Error(
      Exit::kUsage, "for whom? the store has no single user",
      {.where = store.path(),
       .source = {},
       .why = users.empty() ? "it has no users yet" : "its users are " + some_names(users),
       .fix = users.empty() ? "import a history first, or `engine demo`"
                            : "name one with --user NAME, or once and for all: engine config set "
                              "user NAME"});
}

}  // namespace engine
