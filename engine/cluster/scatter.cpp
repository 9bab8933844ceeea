#include "cluster/scatter.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "models/models.hpp"
#include "store/owned_rows.hpp"
#include "store/users.hpp"

namespace engine::cluster {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Of the machine that does them.
bool is_of_the_machine(const std::string& table) {
  return table == "jobs" || table == "job_runs" || table.starts_with("bot");
}

// ---- which rows go where, as conditions on the tables of the attached library `whole`

const std::string kNobodys = "user_id IS NULL";
const std::string kOfShard = "user_id IN (SELECT user_id FROM temp.people_of_shard)";

/// How a row that hangs on another is found: COLUMN of the table refers to PARENT_COLUMN of `parent`.
struct Hold {
  std::string parent;
  TableReference reference;
};

class Ownership {
 public:
  explicit Ownership(const Store& store) {
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
  /// `of_users`: kNobodys or kOfShard. Not for the catalogue's.
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

std::string making_of(const std::string& path) {
  return path + ".making";
}

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

class Scatter {
 public:
  explicit Scatter(const ScatterRequest& request)
      : request_(request),
        whole_(Store::open(request.columns.store, {.is_read_only = true, .may_create = false})),
        people_(list_users(whole_)),
        state_(library_state(whole_)),
        ownership_(whole_) {}

  Scattered run(const std::function<void(std::size_t, std::size_t)>& progress) {
    require_people();
    settle();
    Scattered result;
    result.people = people_.size();
    for (Shard shard{1, request_.shards}; shard.index <= shard.count; ++shard.index) {
      result.shards.push_back(make_unless_there(shard, result.relations_left_out));
      if (progress) progress(shard.index, shard.count);
    }
    fs::remove(base());
    fs::remove_all(columns_folder());
    return result;
  }

 private:
  [[nodiscard]] std::string in_folder(const char* name) const {
    return (fs::path(request_.folder) / name).string();
  }
  [[nodiscard]] std::string base() const { return in_folder("catalogue.db.making"); }
  [[nodiscard]] std::string columns_folder() const { return in_folder("catalogue.columns.making"); }

  void require_people() const {
    if (const std::string shard = whole_.setting(kShardSetting); !shard.empty())
      throw Error(Exit::kUsage,
                  request_.columns.store + " is shard " + shard + " of a library itself",
                  {"", "", "", "take apart the library that it was taken from"});
    if (people_.empty())
      throw Error(Exit::kNothing, "the library has no people yet",
                  {request_.columns.store, "", "",
                   "import a listening history first, or try: engine demo"});
  }

  /// One folder is of one state of one library.
  void settle() const {
    fs::create_directories(request_.folder);
    const std::string path = in_folder("scatter.json");
    const Json wanted = {{"format", 1},
                         {"shards", request_.shards},
                         {"library", fs::absolute(request_.columns.store).string()},
                         {"state", content_hash(state_.base + "\n" + state_.all)}};
    if (!fs::exists(path)) {
      if (!fs::is_empty(request_.folder))
        throw Error(
            Exit::kInput, request_.folder + " has other files in it",
            {"", "", "it has no scatter.json, so the shards in it would be of nobody knows what",
             "name a new folder, or an empty one"});
      return write_file_atomically(path, json_text(wanted, 2) + "\n");
    }
    const Json found = Json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
    if (found == wanted) return;
    throw Error(
        Exit::kInput,
        request_.folder + " holds shards of another library, or of another state of this one",
        {path, "", "", "name another folder, or remove this one"});
  }

  ScatteredShard make_unless_there(const Shard& shard, std::size_t& relations_left_out) {
    ScatteredShard made;
    made.library = library_of_shard(request_.folder, shard);
    made.people = static_cast<std::size_t>(
        std::ranges::count_if(people_, [&](const User& user) { return shard.has(user.name); }));
    made.was_there = fs::exists(made.library);
    if (made.was_there) return made;
    prepare();
    const fs::path place = fs::path(made.library).parent_path();
    const fs::path making = making_of(place.string());
    fs::remove_all(making);
    fs::create_directories(making);
    relations_left_out += fill(shard, (making / "library.db").string());
    require_unchanged();
    fs::rename(making, place);
    return made;
  }

  // ---- what all shards have, made once

  void prepare() {
    if (is_prepared_) return;
    fs::remove(base());
    fs::remove_all(columns_folder());
    ColumnOptions options = request_.columns;
    options.user.clear();
    options.user_id = people_.front().id;
    options.cache = columns_folder();
    static_cast<void>(prepare_columns(options));
    if (!fs::exists(fs::path(columns_folder()) / "catalogue.columns"))
      throw Error(Exit::kInput, "cannot write into " + columns_folder(),
                  {"", "", "the disk may be full", ""});
    make_base();
    require_unchanged();
    is_prepared_ = true;
  }

  void make_base() const {
    Store store = open_beside(base(), request_.columns.store);
    Transaction transaction(store);
    for (const std::string& table : table_names(store)) {
      if (is_of_the_machine(table)) continue;
      store.execute("DELETE FROM main." + table);  // what a new store begins with
      if (table == "users") continue;
      const bool is_catalogues = ownership_.is_catalogues(table);
      copy_rows(store, table, is_catalogues ? "" : ownership_.condition(table, kNobodys));
    }
    transaction.commit();
    close_whole(store);
  }

  void require_unchanged() const {
    const LibraryState now = library_state(
        Store::open(request_.columns.store, {.is_read_only = true, .may_create = false}));
    if (now.base == state_.base && now.all == state_.all) return;
    throw Error(Exit::kStore, "the library changed while it was taken apart",
                {request_.columns.store, "", "something was imported meanwhile",
                 "take it apart again, into another folder"});
  }

  // ---- one shard

  std::size_t fill(const Shard& shard, const std::string& library) const {
    fs::copy_file(base(), library);
    std::size_t left_out = 0;
    {
      Store store = open_beside(library, request_.columns.store);
      Transaction transaction(store);
      name_people(store, shard);
      for (const std::string& table : table_names(store))
        if (!ownership_.is_catalogues(table) && !is_of_the_machine(table))
          copy_rows(store, table, ownership_.condition(table, kOfShard));
      left_out = drop_relations_to_others(store);
      store.set_setting(kShardSetting, shard.text());
      keep_library_state(store, state_);
      transaction.commit();
      close_whole(store);
      require_sound(store);
      link_models(store);
    }
    link_or_copy(fs::path(columns_folder()) / "catalogue.columns",
                 fs::path(column_cache_folder(library)) / "catalogue.columns");
    return left_out;
  }

  void name_people(const Store& store, const Shard& shard) const {
    store.execute("CREATE TEMP TABLE people_of_shard (user_id INTEGER PRIMARY KEY)");
    Statement insert = store.prepare("INSERT INTO temp.people_of_shard VALUES (?1)");
    for (const User& user : people_)
      if (shard.has(user.name)) insert.run(user.id);
  }

  static std::size_t drop_relations_to_others(const Store& store) {
    std::size_t dropped = 0;
    for (const TableReference& reference : references_to(store, "users")) {
      if (reference.column == "user_id") continue;
      store.execute("DELETE FROM main." + reference.table + " WHERE " + reference.column +
                    " NOT IN (SELECT user_id FROM main.users)");
      dropped += static_cast<std::size_t>(store.integer("SELECT changes()"));
    }
    return dropped;
  }

  static void require_sound(const Store& store) {
    const std::vector<std::string> findings = store.check();
    if (findings.empty()) return;
    throw Error(Exit::kStore, "the library cannot be taken apart: " + findings.front(),
                {store.path(), "", "something of the library's is damaged",
                 "look at it with: engine doctor"});
  }

  void link_models(const Store& store) const {
    for (const ModelVersion& model : list_models(store)) {
      const fs::path from =
          fs::path(models_folder(whole_.path())) / model.name / fs::path(model.path).filename();
      if (!fs::exists(from)) continue;  // a run says of it here what it says in the library
      for (const auto& entry : fs::recursive_directory_iterator(from))
        if (entry.is_regular_file())
          link_or_copy(entry.path(), fs::path(model.path) / fs::relative(entry.path(), from));
    }
  }

  const ScatterRequest& request_;
  const Store whole_;
  const std::vector<User> people_;
  const LibraryState state_;
  const Ownership ownership_;
  bool is_prepared_ = false;
};

}  // namespace

std::string library_of_shard(const std::string& folder, const Shard& shard) {
  return (fs::path(folder) /
          ("shard-" + std::to_string(shard.index) + "-of-" + std::to_string(shard.count)) /
          "library.db")
      .string();
}

Scattered scatter(const ScatterRequest& request,
                  const std::function<void(std::size_t done, std::size_t all)>& progress) {
  return Scatter(request).run(progress);
}

}  // namespace engine::cluster
