#include "data/column_cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <sys/stat.h>
#include <thread>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/shard.hpp"
#include "data/catalogue_columns.hpp"
#include "data/declared_tables.hpp"
#include "data/listen_scan.hpp"
#include "data/served_runs.hpp"
#include "data/user_columns.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

constexpr const char *kShardBase = "shard.base", *kShardState = "shard.state";
constexpr int kTries = 6;  // when somebody writes to the store between the two connections

Store open_store(const std::string& path) {
  Store store = Store::open(path, {.is_read_only = true, .may_create = false});
  store.execute("BEGIN");  // everything read belongs to one state
  return store;
}

std::string counts_of(const Store& store, std::initializer_list<const char*> tables) {
  std::string counts;
  for (const char* table : tables)
    counts += std::string(", ") + table + " " +
              std::to_string(store.integer(std::string("SELECT max(rowid) FROM ") + table));
  return counts;
}

// What was changed last by more than listens that came behind all others. Beside what each such
// change draws and counts, counts that move with imports: they tell stores apart that were written
// to without it.
std::string base_of(const Store& store) {
  if (std::string whole = store.setting(kShardBase); !whole.empty()) return whole;
  std::string state = "data version " + std::to_string(store.data_version());
  if (const std::string token = store.setting("data_token"); !token.empty()) state += " " + token;
  return state + counts_of(store, {"tags", "playlists", "users"});
}

constexpr std::string_view kAdded = ", added ";

std::string with_added(const std::string& base, const Store& store) {
  if (std::string whole = store.setting(kShardState); !whole.empty()) return whole;
  const std::string state = base + counts_of(store, {"tracks", "artists", "ingestions"});
  const std::string added = store.appended_states().back();
  return added.empty() ? state : state + std::string(kAdded) + added;
}

std::string state_of(const Store& store) {
  return with_added(base_of(store), store);
}

// What the columns of one user were made from.
std::string state_of(const Store& store, const std::string& catalogue_state, std::int64_t user_id) {
  std::string state = catalogue_state;
  for (const auto& [part, name] :
       {std::pair(UserPart::kSets, "sets"), std::pair(UserPart::kWords, "words")})
    if (const std::string own = store.user_state(user_id, part); !own.empty())
      state += std::string(", ") + name + " " + own;
  return state;
}

// What everybody's were made from.
std::string state_of_all(const Store& store, const std::string& catalogue_state,
                         const std::vector<User>& users) {
  std::string states;
  bool is_plain = true;
  for (const User& user : users) {
    const std::string own = state_of(store, catalogue_state, user.id);
    is_plain = is_plain && own == catalogue_state;
    states += own + "\n";
  }
  return is_plain ? catalogue_state : catalogue_state + ", users' " + content_hash(states);
}

// Which store it is. One whose data has a token is known by it wherever it lies, so that a library
// copied with its columns uses them; an older one by its place.
std::string place_of(const Store& store) {
  if (!store.setting("data_token").empty() || !store.setting(kShardBase).empty()) return "";
  struct stat status {};
  if (::stat(store.path().c_str(), &status) != 0) return store.path() + ", ";
  std::error_code ignored;
  const std::filesystem::path canonical = std::filesystem::canonical(store.path(), ignored);
  return canonical.string() + " (file " + std::to_string(status.st_ino) + "), ";
}

std::string text_of_rule(const PlayRule& rule) {
  char text[64];
  std::snprintf(text, sizeof text, "plays from %.3f s or share %.4f", rule.min_seconds,
                rule.min_share);
  return text;
}

// Everybody's listens, read by a second connection on a second thread.
class BackgroundScan {
 public:
  BackgroundScan(const std::string& path, std::string state, std::int64_t user_id)
      : thread_([this, path, state = std::move(state), user_id] { run(path, state, user_id); }) {}
  ~BackgroundScan() {
    if (thread_.joinable()) thread_.join();
  }
  /// Waits; throws what the thread met.
  ListenScan& join() {
    if (thread_.joinable()) thread_.join();
    if (error_) std::rethrow_exception(error_);
    return scan_;
  }
  /// False when its connection saw another state of the store.
  [[nodiscard]] bool is_same_state() const { return is_same_state_; }

 private:
  void run(const std::string& path, const std::string& state, std::int64_t user_id) {
    try {
      const Store store = open_store(path);
      is_same_state_ = state_of(store) == state;
      if (is_same_state_) scan_ = scan_listens(store, user_id);
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  ListenScan scan_;
  bool is_same_state_ = false;
  std::exception_ptr error_;
  std::thread thread_;  // last: starts when the rest is there
};

class Preparation {
 public:
  explicit Preparation(const ColumnOptions& options)
      : options_(options), store_(open_store(options.store)) {}

  /// Nothing when the store changed while two connections read it.
  std::optional<PreparedColumns> prepare() {
    choose();
    std::optional<BackgroundScan> scan;
    if (!prepare_catalogue_by(scan)) return std::nullopt;
    made_.data_state = state_of(store_, made_.catalogue_state, made_.user_id);
    const UserBuilder builder(store_, *made_.catalogue, options_.rule);
    made_.words = builder.build_words(made_.user_id);
    prepare_listens(builder, scan);
    prepare_sets(builder);
    made_.runs = read_served_runs(store_, made_.user_id, has_folder_ ? options_.cache : "", base_);
    return std::move(made_);
  }

  /// The same without anybody's columns.
  std::optional<PreparedColumns> prepare_catalogue() {
    std::optional<BackgroundScan> scan;
    if (!prepare_catalogue_by(scan)) return std::nullopt;
    made_.data_state = made_.catalogue_state;
    return std::move(made_);
  }

 private:
  /// False when the store changed while two connections read it. `scan` is there where the store was
  /// read from the start.
  bool prepare_catalogue_by(std::optional<BackgroundScan>& scan) {
    base_ = place_of(store_) + base_of(store_);
    state_ = with_added(base_, store_);
    made_.session_gap_seconds = options_.rule.session_gap_seconds;
    made_.catalogue_state = state_of(store_);
    make_folder();
    if (find_catalogue()) return true;
    require_whole_library();
    scan.emplace(options_.store, made_.catalogue_state, made_.user_id);
    return build_catalogue_from(*scan);
  }

  void choose() {
    if (options_.user_id == 0) {
      take(choose_user(store_, options_.user));
      return;
    }
    for (const User& user : list_users(store_))
      if (user.id == options_.user_id) return take(user);
    throw Error(Exit::kInput, "the store knows no user number " + std::to_string(options_.user_id),
                {.where = options_.store, .source = {}, .why = {}, .fix = {}});
  }
  void take(const User& user) {
    made_.user_id = user.id;
    made_.user_name = user.name;
    made_.timezone = user.timezone;
  }

  [[nodiscard]] std::string user_file(const std::string& part) const {
    return part + "-" + std::to_string(made_.user_id) + ".columns";
  }
  void say(const std::string& text) const {
    if (options_.verbose) options_.verbose(text);
  }

  void make_folder() {
    if (options_.cache.empty()) return;
    std::error_code error;
    std::filesystem::create_directories(options_.cache, error);
    has_folder_ = !error;
    if (error) say("no column cache: cannot make " + options_.cache + ": " + error.message());
  }

  std::shared_ptr<const ColumnFile> find(const std::string& name,
                                         const ColumnFile::Accepts& accepts) const {
    if (!has_folder_) return nullptr;
    const std::string path = options_.cache + "/" + name;
    std::string why_not;
    auto file = ColumnFile::open(path, accepts, why_not);
    if (!file) say("making " + path + ": " + why_not);
    return file;
  }

  // ---- the catalogue: made for one base, numbers given in one state of it, all there is in another

  [[nodiscard]] static std::string catalogue_begin() {
    return "catalogue 7 (tables " + declared_hash(TableOwner::kCatalogue) + ") numbered ";
  }
  [[nodiscard]] std::string catalogue_key(const std::string& numbered) const {
    return catalogue_begin() + numbered + " of " + state_;
  }

  /// How many states lie between that of the file with this key and the store's; nothing where it
  /// is no file of this base, or one of too long ago.
  [[nodiscard]] std::optional<std::size_t> states_behind(std::string_view key) const {
    const std::size_t of = key.find(" of " + base_ + ", tracks ");
    if (of == key.npos) return std::nullopt;
    const std::size_t at = key.find(kAdded, of + base_.size());
    const std::string_view added = at == key.npos ? "" : key.substr(at + kAdded.size());
    const std::vector<std::string> states = store_.appended_states();
    const auto found = std::ranges::find(states, added);
    if (found == states.end()) return std::nullopt;
    return static_cast<std::size_t>(states.end() - found) - 1;
  }
  [[nodiscard]] ColumnFile::Accepts begins(const std::string& begin) const {
    return [this, begin](std::string_view key) {
      return key.starts_with(begin) && states_behind(key);
    };
  }
  /// Files that nothing changed in are made anew now and then, before their state is forgotten.
  [[nodiscard]] bool is_far_behind(const ColumnFile& file) const {
    return states_behind(file.key()) >= Store::kMostAppendedStates / 4;
  }

  /// False where it must be made from the start.
  bool find_catalogue() {
    const std::string begin = catalogue_begin();
    made_.catalogue = find("catalogue.columns", begins(begin));
    if (!made_.catalogue) return false;
    const std::string& key = made_.catalogue->key();
    numbered_ = key.substr(begin.size(), key.find(" of ", begin.size()) - begin.size());
    if (key == catalogue_key(numbered_)) return true;
    const auto before = made_.catalogue;
    made_.catalogue = extend_catalogue(store_, before, catalogue_key(numbered_),
                                       is_far_behind(*before), writer_of("catalogue.columns"));
    made_.was_built |= made_.catalogue != before;
    return made_.catalogue != nullptr;
  }

  // Made of a shard's people alone it would have other numbers, and the lists would be others.
  void require_whole_library() const {
    const std::string part = store_.setting(kShardSetting);
    if (part.empty()) return;
    throw Error(
        Exit::kStore, "the columns of the catalogue are missing",
        {.where = options_.store,
         .source = {},
         .why = "this is " + part_of_library(part) +
                ", whose columns lay beside it, and only the whole library can give them; or "
                "they are of another version of the engine",
         .fix = "take it from the library again: " + taken_by(part)});
  }

  bool build_catalogue_from(BackgroundScan& scan) {
    bool is_same_state = true;
    const std::string added = store_.appended_states().back();
    numbered_ = added.empty() ? "at the start" : "at " + added;
    made_.catalogue = build_catalogue(
        store_, catalogue_key(numbered_),
        [&]() -> const std::vector<FirstHeard>& {
          const ListenScan& found = scan.join();
          is_same_state = scan.is_same_state();
          return found.first_heard;
        },
        options_.verbose,
        [&](const ColumnWriter& writer) {
          return is_same_state ? writer_of("catalogue.columns")(writer) : nullptr;
        });
    made_.was_built = true;
    return is_same_state;
  }

  // ---- the user's, with the numbers of that catalogue

  void prepare_listens(const UserBuilder& builder, std::optional<BackgroundScan>& scan) {
    const std::string begin = "user 8, " + text_of_rule(options_.rule) + ", number " +
                              std::to_string(made_.user_id) + ", tracks numbered " + numbered_;
    const std::string key = begin + " of " + state_;
    const auto before = find(user_file("user"), begins(begin + " of "));
    if (before && before->key() != key) {
      made_.user = builder.extend_listens(before, made_.user_id, is_far_behind(*before), key,
                                          writer_of(user_file("user")));
    } else if (before) {
      made_.user = before;
    } else {
      const ListenRows rows =
          scan ? std::move(scan->join().rows) : read_listens(store_, made_.user_id);
      made_.user = builder.build_listens(rows, key, writer_of(user_file("user")));
    }
    made_.was_built |= made_.user != before;
  }

  void prepare_sets(const UserBuilder& builder) {
    // Albums that are saved hold what comes of them.
    const std::string key = "sets 3 (tables " + declared_hash(TableOwner::kUser) + "), number " +
                            std::to_string(made_.user_id) + ", tracks numbered " + numbered_ +
                            " of " + base_ + counts_of(store_, {"tracks", "artists"}) + ", " +
                            store_.user_state(made_.user_id, UserPart::kSets);
    made_.sets = find(user_file("sets"), [&](std::string_view found) { return found == key; });
    if (made_.sets) return;
    made_.sets = builder.build_sets(made_.user_id, key, writer_of(user_file("sets")));
    made_.was_built = true;
  }

  // Into the cache folder, or into memory where that cannot be.
  [[nodiscard]] std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)> writer_of(
      const std::string& name) const {
    return [this, name](const ColumnWriter& writer) {
      if (has_folder_) try {
          return writer.write(options_.cache + "/" + name, ColumnWriter::Sync::kNo);
        } catch (const Error& error) {
          say("no column cache: " + std::string(error.what()) + ": " + error.parts().why);
        }
      return writer.write_to_memory();
    };
  }

  const ColumnOptions& options_;
  Store store_;
  PreparedColumns made_;
  std::string base_, state_;  // of the store, with its place
  std::string numbered_;      // in which state of the base the catalogue's numbers were given
  bool has_folder_ = false;
};

/// A writer that has just come in between is given time to end, more each time.
void wait_before_try(int tries) {
  std::this_thread::sleep_for(std::chrono::milliseconds(10 * tries));
}

[[noreturn]] void throw_changes_too_fast(const std::string& store) {
  throw Error(Exit::kStore, "the library changes faster than it can be read",
              {.where = store,
               .source = {},
               .why = "another process writes to it all the time",
               .fix = "try again when that import has ended"});
}

std::shared_ptr<const PreparedColumns> prepare_until_still(
    const ColumnOptions& options, std::optional<PreparedColumns> (Preparation::*prepare)()) {
  for (int k = 0; k < kTries; ++k, wait_before_try(k))
    if (auto made = (Preparation(options).*prepare)())
      return std::make_shared<const PreparedColumns>(std::move(*made));
  throw_changes_too_fast(options.store);
}

}  // namespace

LibraryState library_state(const Store& store) {
  const std::string base = place_of(store) + base_of(store);
  return {base, with_added(base, store)};
}

void keep_library_state(Store& shard, const LibraryState& state) {
  shard.set_setting(kShardBase, state.base);
  shard.set_setting(kShardState, state.all);
}

std::string column_cache_folder(const std::string& store) {
  return store + ".columns";
}

std::shared_ptr<const PreparedColumns> prepare_columns(const ColumnOptions& options) {
  return prepare_until_still(options, &Preparation::prepare);
}

std::shared_ptr<const PreparedColumns> prepare_catalogue(const ColumnOptions& options) {
  return prepare_until_still(options, &Preparation::prepare_catalogue);
}

struct ColumnLoader::State {
  State(Store opened, PreparedColumns prepared, const PlayRule& rule)
      : store(std::move(opened)),
        catalogue(std::move(prepared)),
        users(list_users(store)),
        data_state(state_of_all(store, catalogue.catalogue_state, users)),
        shard(store.setting(kShardSetting)),
        runs(read_everybodys_runs(store)),
        builder(store, *catalogue.catalogue, rule) {}

  Store store;
  PreparedColumns catalogue;  // of somebody
  std::vector<User> users;
  std::string data_state, shard;
  std::map<std::int64_t, std::vector<ServedRun>> runs;
  UserBuilder builder;  // views the store and the catalogue
};

ColumnLoader::ColumnLoader(const ColumnOptions& given) {
  ColumnOptions options = given;
  for (int k = 0; k < kTries && !state_; ++k) {
    const std::vector<User> users = list_users(open_store(options.store));
    if (users.empty()) {
      throw Error(Exit::kNothing, "the store has no users yet",
                  {options.store, "", "", "import a listening history first, or try: engine demo"});
    }
    options.user_id = users.front().id;
    PreparedColumns prepared = *prepare_columns(options);
    Store store = open_store(options.store);
    if (state_of(store) == prepared.catalogue_state)
      state_ = std::make_unique<const State>(std::move(store), std::move(prepared), options.rule);
  }
  if (!state_) throw_changes_too_fast(options.store);
}

ColumnLoader::~ColumnLoader() = default;

const std::vector<User>& ColumnLoader::users() const {
  return state_->users;
}

const std::string& ColumnLoader::data_state() const {
  return state_->data_state;
}

const std::string& ColumnLoader::shard() const {
  return state_->shard;
}

std::string ColumnLoader::data_state(const User& user) const {
  return state_of(state_->store, state_->catalogue.catalogue_state, user.id);
}

std::shared_ptr<const PreparedColumns> ColumnLoader::load(const User& user) const {
  auto made = std::make_shared<PreparedColumns>();
  made->catalogue = state_->catalogue.catalogue;
  made->user_id = user.id;
  made->user_name = user.name;
  made->timezone = user.timezone;
  made->session_gap_seconds = state_->catalogue.session_gap_seconds;
  made->catalogue_state = state_->catalogue.catalogue_state;
  made->data_state = data_state(user);
  made->user = made->sets = made->words = state_->builder.build_in_memory(
      user.id, read_listens(state_->store, user.id),
      "user " + std::to_string(user.id) + " of " + made->data_state);
  if (const auto runs = state_->runs.find(user.id); runs != state_->runs.end())
    made->runs = runs->second;
  return made;
}

}  // namespace engine
