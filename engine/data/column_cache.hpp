// Columns beside the store: one file for the catalogue and two per user, made from SQLite when what
// they hold has changed, mapped otherwise.
//
//   LIBRARY.db.columns/catalogue.columns   tracks, artists, tags, their lists, embeddings, captions
//   LIBRARY.db.columns/user-ID.columns     what the user heard: listens, statistics
//   LIBRARY.db.columns/sets-ID.columns     what the user has: likes, playlists, saved artists,
//                                          prompts
//
// Stale    All when the store's data_version has moved: tracks become known by everybody's listens
//          and playlists, and all files hold their numbers. The sets alone when the user's version
//          of them has.
// Added    Listens that came behind all others of their person (Store::note_appended()), and tracks
//          and artists with them, are added to the files: what was there is copied, not read from
//          SQLite again. Where they would have to stand before others, all is made from the start,
//          and the numbers are others: a user's files name the state in which theirs were given.
// Words    Bans, and what the person said to the engine of likes and saved artists, are few: they
//          are read at every start and stand before the file, so that one costs the next run
//          nothing.
// Numbers  Tracks, artists and tags are numbered by the time they became known (0 for what a
//          catalogue import brought), then by id. What is known as of any time is therefore a
//          prefix, and what comes later never changes the numbers of what was there.
//          A track is known since the earliest end of a listen, like, ban or playlist entry of
//          anybody; an artist since the first of its tracks or since it was saved (0 with
//          popularity, features, tags, relations or play totals of its own); a tag since the first
//          track or artist that has it. Undated means 0; what nothing speaks of is not known at
//          all, and has no number.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/column_file.hpp"
#include "store/play_rule.hpp"
#include "store/users.hpp"

namespace engine {

/// One earlier run of the user's, for the table "served".
struct ServedRun {
  std::int64_t run_id = 0, now = 0;
  std::uint64_t random_seed = 0;
  std::string recipe;
  std::vector<std::int64_t> track_ids;  // in playing order
};

/// Everything that a run reads, mapped. Inherited by a forked worker at no cost, and not touching
/// SQLite any more. Threads: any.
struct PreparedColumns {
  std::shared_ptr<const ColumnFile> catalogue, user, sets, words;
  std::int64_t user_id = 0;
  std::string user_name, timezone = "UTC";
  std::int64_t session_gap_seconds = PlayRule().session_gap_seconds;
  std::string data_state;       // what the columns were made from; goes into the run record
  std::string catalogue_state;  // and what the catalogue's were, whoever the user is
  std::vector<ServedRun> runs;  // by run_id
  bool was_built = false;       // something had to be made from SQLite

  // Of other people, for recipes that ask for them: with_people() of data/people.hpp.
  std::vector<std::shared_ptr<const PreparedColumns>> people;  // by name
  bool has_everyone = false;                                   // all there are
};

struct ColumnOptions {
  std::string store;         // the SQLite file
  std::string user;          // a name; "": default_user() of store/users.hpp
  std::int64_t user_id = 0;  // wins over the name when not 0
  PlayRule rule;
  std::string cache;  // folder, made when missing; "": columns stay in memory (memfd)
  std::function<void(const std::string&)> verbose;  // told why a file is made again; may be empty
};

/// What tells the state of a library's columns. A shard of it (cluster/scatter.hpp) has the whole library's numbers
/// and counts, which its own rows do not tell: it keeps this in its settings, beside the catalogue's file.
struct LibraryState {
  std::string base, all;
};
LibraryState library_state(const Store& store);
/// Makes `shard` a store whose columns are those of that state.
void keep_library_state(Store& shard, const LibraryState& state);

/// LIBRARY.db.columns, the usual `cache`.
std::string column_cache_folder(const std::string& store);

/// Maps the files, or makes them first when they are missing, stale or damaged. To be called
/// before the fork; uses a second thread while it reads SQLite and has joined it on return.
/// A cache folder that cannot be written to costs the cache only: `verbose` hears of it. A shard without its
/// catalogue's file, or with one that this engine does not read, is an Error(kStore).
/// Throws Error(kStore) when the store cannot be read, and what choose_user() of store/users.hpp
/// throws.
std::shared_ptr<const PreparedColumns> prepare_columns(const ColumnOptions& options);

/// The catalogue's columns alone, for people of whom the store knows nothing
/// (data/history_columns.hpp): user 0 without a name, and without columns. Otherwise as
/// prepare_columns().
std::shared_ptr<const PreparedColumns> prepare_catalogue(const ColumnOptions& options);

/// The columns of many users one after the other, all of one state of the store. They give the same
/// tables as prepare_columns(), but stay in memory and hold nothing of the catalogue's size, so
/// that a user with some hundred listens costs a fraction of a millisecond.
/// Keeps the store open and one of its states in sight; a forked process may use columns that were
/// made, not the loader. Threads: one at a time.
class ColumnLoader {
 public:
  /// `options.user` and `user_id` do not matter. Throws Error(kNothing) when the store has no
  /// users, and what prepare_columns() throws.
  explicit ColumnLoader(const ColumnOptions& options);
  ~ColumnLoader();
  ColumnLoader(const ColumnLoader&) = delete;
  ColumnLoader& operator=(const ColumnLoader&) = delete;

  /// Everybody, by id.
  [[nodiscard]] const std::vector<User>& users() const;
  /// Of everybody's data.
  [[nodiscard]] const std::string& data_state() const;
  /// "2/8" where the store is one shard of a library, else "".
  [[nodiscard]] const std::string& shard() const;
  /// As PreparedColumns::data_state.
  [[nodiscard]] std::string data_state(const User& user) const;
  [[nodiscard]] std::shared_ptr<const PreparedColumns> load(const User& user) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace engine
