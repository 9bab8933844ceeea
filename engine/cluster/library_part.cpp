#include "cluster/library_part.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "core/error.hpp"
#include "core/shard.hpp"
#include "models/models.hpp"
#include "store/owned_rows.hpp"

namespace engine::cluster {
namespace {

namespace fs = std::filesystem;

/// Of the machine that does them.
bool is_of_the_machine(const std::string& table) {
  return table == "jobs" || table == "job_runs" || table.starts_with("bot");
}

// ---- which rows go where, as conditions on the tables of the attached library `whole`

const std::string kNobodys = "user_id IS NULL";
const std::string kOfPart = "user_id IN (SELECT user_id FROM temp.people_of_part)";

/// How a row that hangs on another is found: COLUMN of the table refers to PARENT_COLUMN of `parent`.
struct Hold {
  std::string parent;
  TableReference reference;
};

}  // namespace

class RowOwnership {
 public:
  explicit RowOwnership(const Store& store) {
    const std::vector<std::string> theirs = tables_of_users(store);
    with_user_.insert(theirs.begin(), theirs.end());
    with_user_.insert("users");
    std::vector<std::string> parents = theirs;
    while (!parents.empty()) {
      const std::string parent = std::move(parents.back());
      parents.pop_back();
      for (const TableReference& reference : references_to(store, parent)) {
        if (with_user_.contains(reference.table) || holds_.contains(reference.table)) continue;
        holds_.emplace(reference.table, Hold{parent, reference});
        parents.push_back(reference.table);
      }
    }
  }

  [[nodiscard]] bool is_catalogues(const std::string& table) const {
    return !with_user_.contains(table) && !holds_.contains(table);
  }
  /// `of_users`: kNobodys or kOfPart. Not for the catalogue's.
  [[nodiscard]] std::string condition(const std::string& table, const std::string& of_users) const {
    const auto hold = holds_.find(table);
    if (hold == holds_.end()) return of_users;
    const auto& [parent, reference] = hold->second;
    return reference.column + " IN (SELECT " + reference.parent_column + " FROM whole." + parent +
           " WHERE " + condition(parent, of_users) + ")";
  }

 private:
  std::set<std::string> with_user_;
  std::map<std::string, Hold> holds_;  // by table
};

namespace {

std::string columns_of(const Store& store, const std::string& table) {
  std::string columns;
  Statement select = store.prepare("SELECT name FROM pragma_table_info(?1)");
  for (select.start(table); select.step();)
    columns += (columns.empty() ? "\"" : ", \"") + std::string(select.text(0)) + "\"";
  return columns;
}

void copy_rows(const Store& store, const std::string& table, const std::string& condition) {
  const std::string columns = columns_of(store, table);
  store.execute("INSERT INTO main." + table + " (" + columns + ") SELECT " + columns +
                " FROM whole." + table + (condition.empty() ? "" : " WHERE " + condition));
}

// ---- the files

/// A new store, or a copy of one, beside which the library lies as `whole`. What comes of it counts only once it is
/// renamed into place, so that nothing need be safe before.
Store open_beside(const std::string& path, const std::string& library) {
  Store store = Store::open(path);
  store.execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF");
  store.prepare("ATTACH ?1 AS whole").run(library);
  return store;
}

void close_whole(Store& store) {
  store.execute("DETACH whole; PRAGMA synchronous = FULL");
  store.checkpoint();
}

/// The same bytes in both places, by one file where both lie on one disk.
void link_or_copy(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  std::error_code cannot_link;
  fs::create_hard_link(from, to, cannot_link);
  if (cannot_link) fs::copy_file(from, to, fs::copy_options::overwrite_existing);
}

std::size_t drop_relations_to_others(const Store& store) {
  std::size_t dropped = 0;
  for (const TableReference& reference : references_to(store, "users")) {
    if (reference.column == "user_id") continue;
    store.execute("DELETE FROM main." + reference.table + " WHERE " + reference.column +
                  " NOT IN (SELECT user_id FROM main.users)");
    dropped += static_cast<std::size_t>(store.integer("SELECT changes()"));
  }
  return dropped;
}

void require_sound(const Store& store) {
  const std::vector<std::string> findings = store.check();
  if (findings.empty()) return;
  throw Error(Exit::kStore, "the library cannot be taken apart: " + findings.front(),
              {store.path(), "", "something of the library's is damaged",
               "look at it with: engine doctor"});
}

}  // namespace

LibraryParts::LibraryParts(const ColumnOptions& columns, std::string folder)
    : columns_(columns),
      folder_(std::move(folder)),
      whole_(Store::open(columns.store, {.is_read_only = true, .may_create = false})),
      people_(list_users(whole_)),
      state_(library_state(whole_)),
      ownership_(std::make_unique<const RowOwnership>(whole_)) {
  if (const std::string part = whole_.setting(kShardSetting); !part.empty())
    throw Error(Exit::kUsage, columns.store + " is " + part_of_library(part) + " itself",
                {"", "", "", "take apart the library that it was taken from"});
}

LibraryParts::~LibraryParts() {
  std::error_code ignored;
  fs::remove(base(), ignored);
  fs::remove_all(columns_folder(), ignored);
}

std::string LibraryParts::base() const {
  return (fs::path(folder_) / "catalogue.db.making").string();
}

std::string LibraryParts::columns_folder() const {
  return (fs::path(folder_) / "catalogue.columns.making").string();
}

std::size_t LibraryParts::make(const std::string& library, const std::string& part,
                               const std::function<bool(const User&)>& has) {
  prepare();
  fs::copy_file(base(), library);
  std::size_t left_out = 0;
  {
    Store store = open_beside(library, columns_.store);
    Transaction transaction(store);
    name_people(store, has);
    for (const std::string& table : table_names(store))
      if (!ownership_->is_catalogues(table) && !is_of_the_machine(table))
        copy_rows(store, table, ownership_->condition(table, kOfPart));
    left_out = drop_relations_to_others(store);
    store.set_setting(kShardSetting, part);
    keep_library_state(store, state_);
    transaction.commit();
    close_whole(store);
    require_sound(store);
    link_models(store);
  }
  link_or_copy(fs::path(columns_folder()) / "catalogue.columns",
               fs::path(column_cache_folder(library)) / "catalogue.columns");
  require_unchanged();
  return left_out;
}

// ---- what all parts have, made once

void LibraryParts::prepare() {
  if (is_prepared_) return;
  fs::remove(base());
  fs::remove_all(columns_folder());
  ColumnOptions options = columns_;
  options.cache = columns_folder();
  static_cast<void>(prepare_catalogue(options));
  if (!fs::exists(fs::path(columns_folder()) / "catalogue.columns"))
    throw Error(Exit::kInput, "cannot write into " + columns_folder(),
                {"", "", "the disk may be full", ""});
  make_base();
  require_unchanged();
  is_prepared_ = true;
}

void LibraryParts::make_base() const {
  Store store = open_beside(base(), columns_.store);
  Transaction transaction(store);
  for (const std::string& table : table_names(store)) {
    if (is_of_the_machine(table)) continue;
    store.execute("DELETE FROM main." + table);  // what a new store begins with
    if (table == "users") continue;
    const bool is_catalogues = ownership_->is_catalogues(table);
    copy_rows(store, table, is_catalogues ? "" : ownership_->condition(table, kNobodys));
  }
  transaction.commit();
  close_whole(store);
}

void LibraryParts::require_unchanged() const {
  const LibraryState now =
      library_state(Store::open(columns_.store, {.is_read_only = true, .may_create = false}));
  if (now.base == state_.base && now.all == state_.all) return;
  throw Error(Exit::kStore, "the library changed while it was taken apart",
              {columns_.store, "", "something was imported meanwhile",
               "take it apart again, into another folder"});
}

// ---- one part

void LibraryParts::name_people(const Store& store,
                               const std::function<bool(const User&)>& has) const {
  store.execute("CREATE TEMP TABLE people_of_part (user_id INTEGER PRIMARY KEY)");
  Statement insert = store.prepare("INSERT INTO temp.people_of_part VALUES (?1)");
  for (const User& user : people_)
    if (has(user)) insert.run(user.id);
}

void LibraryParts::link_models(const Store& store) const {
  for (const ModelVersion& model : list_models(store)) {
    const fs::path from =
        fs::path(models_folder(whole_.path())) / model.name / fs::path(model.path).filename();
    if (!fs::exists(from)) continue;  // a run says of it here what it says in the library
    for (const auto& entry : fs::recursive_directory_iterator(from))
      if (entry.is_regular_file())
        link_or_copy(entry.path(), fs::path(model.path) / fs::relative(entry.path(), from));
  }
}

}  // namespace engine::cluster
