#include "data/people.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/shard.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

bool is_said(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// Those of `users` but the listener whom the recipe may ask for.
std::vector<User> wanted_people(const std::vector<User>& users, std::int64_t listener,
                                std::string_view recipe_text, const std::vector<std::string>& set) {
  std::vector<User> wanted;
  for (const User& user : users) {
    const bool is_named =
        is_said(recipe_text, user.name) || std::ranges::any_of(set, [&](const std::string& value) {
          return is_said(value, user.name);
        });
    if (user.id != listener && (users.size() <= kMostPeople || is_named)) wanted.push_back(user);
  }
  std::ranges::sort(wanted, {}, &User::name);
  return wanted;
}

void require_whole_library(const std::string& part) {
  if (part.empty()) return;
  throw Error(Exit::kInput,
              "the recipe asks for other people, and this is " + part_of_library(part),
              {"", "", "most of the library's people are elsewhere",
               "run it on the library that this was taken from"});
}

template <class Load>
std::shared_ptr<const PreparedColumns> with_loaded(const PreparedColumns& columns,
                                                   const std::vector<User>& users,
                                                   std::string_view recipe_text,
                                                   const std::vector<std::string>& set,
                                                   const Load& load) {
  auto made = std::make_shared<PreparedColumns>(columns);
  made->people.clear();
  made->has_everyone = users.size() <= kMostPeople;
  for (const User& user : wanted_people(users, columns.user_id, recipe_text, set)) {
    made->people.push_back(load(user));
    const PreparedColumns& theirs = *made->people.back();
    if (theirs.catalogue_state != columns.catalogue_state) {
      throw Error(Exit::kStore, "the library changed while it was read",
                  {"", "", "somebody imported into it meanwhile", "run it again"});
    }
    made->data_state += "; " + user.name + ": " + theirs.data_state;
  }
  return made;
}

}  // namespace

bool may_ask_for_people(std::string_view recipe_text) {
  for (const char* word : {".person", ".everyone", "_of.", "_of[", "owner"})
    if (is_said(recipe_text, word)) return true;
  return false;
}

std::shared_ptr<const PreparedColumns> with_people(std::shared_ptr<const PreparedColumns> columns,
                                                   ColumnOptions options,
                                                   std::string_view recipe_text,
                                                   const std::vector<std::string>& set) {
  if (!may_ask_for_people(recipe_text)) return columns;
  const Store store = Store::open(options.store, {.is_read_only = true, .may_create = false});
  require_whole_library(store.setting(kShardSetting));
  const std::vector<User> users = list_users(store);
  return with_loaded(*columns, users, recipe_text, set, [&](const User& user) {
    options.user_id = user.id;
    return prepare_columns(options);
  });
}

std::shared_ptr<const PreparedColumns> with_people(std::shared_ptr<const PreparedColumns> columns,
                                                   const ColumnLoader& loader,
                                                   std::string_view recipe_text,
                                                   const std::vector<std::string>& set) {
  if (!may_ask_for_people(recipe_text)) return columns;
  require_whole_library(loader.shard());
  return with_loaded(*columns, loader.users(), recipe_text, set,
                     [&](const User& user) { return loader.load(user); });
}

People::People(std::shared_ptr<const AsOf> listener, std::shared_ptr<const PreparedColumns> columns,
               const AsOfOptions& options)
    : listener_(std::move(listener)), columns_(std::move(columns)) {
  options_.now = options.now;
  options_.exclude_runs_from = options.exclude_runs_from;
  names_.push_back(listener_->user_name());
  for (const auto& person : columns_->people) names_.push_back(person->user_name);
}

const Tables* People::find(std::string_view name) const {
  if (name.empty() || name == listener_->user_name()) return listener_.get();
  if (const auto known = made_.find(name); known != made_.end()) return known->second.get();
  for (const auto& person : columns_->people) {
    if (person->user_name != name) continue;
    return made_.emplace(std::string(name), load_as_of_beside(listener_, person, options_))
        .first->second.get();
  }
  return nullptr;
}

}  // namespace engine
