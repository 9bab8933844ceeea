// Kept playlists: a recipe with its parameters under a name, where it is written, and its versions.
//
// A version is a run, and from its `now` on it is the list, until another is. What is asked here as
// of `now` does not see what came later: neither versions nor pins nor snapshots.
//
// A file of a version is put into the store in the transaction that makes the version, and written
// from there (unwritten_files()): whoever is killed in between finds it to be written still.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

struct KeptOutput {
  std::string format;  // with its arguments: "m3u8", "rekordbox,root=/music", "subsonic@home"
  std::string file;    // absolute; of an output that is an account, what the list is called there
  bool operator==(const KeptOutput&) const = default;
};

struct KeptPlaylist {
  std::int64_t id = 0;  // 0: not kept yet
  std::int64_t user_id = 0;
  std::string name;
  std::string recipe;            // as it is asked for, from anywhere
  std::vector<std::string> set;  // "NAME=VALUE"
  std::vector<KeptOutput> outputs;
  std::int64_t created_at = 0;
};

struct KeptVersion {
  std::int64_t id = 0;
  std::int64_t number = 0;  // from 1
  std::int64_t run_id = 0;
  std::int64_t now = 0;                  // since when it is the list
  std::optional<std::int64_t> restored;  // the version of which it is a copy
};

struct KeptPin {
  std::int64_t track_id = 0;
  std::int64_t ts = 0;
};

/// A version that was put aside under a name of its own.
struct KeptSnapshot {
  std::int64_t id = 0;
  std::string name;
  std::int64_t ts = 0;
  std::int64_t version = 0;  // its number
  std::vector<std::string> files;
};

/// What an output made of a version.
struct KeptFile {
  std::int64_t id = 0;  // 0: not in the store yet
  std::string format, file, bytes;
  std::int64_t version_id = 0;  // once it is in the store
};

/// The person's, by name.
std::vector<KeptPlaylist> list_kept_playlists(const Store& store, std::int64_t user_id);
/// By its name as it is written or as nfc() has it.
std::optional<KeptPlaylist> find_kept_playlist(const Store& store, std::int64_t user_id,
                                               std::string_view name);
/// The name of another of anybody's playlists than this that is written to the file, or to the list
/// of that name in the account that `format` begins with; "" for none.
std::string other_writer_of(const Store& store, std::int64_t playlist_id, const KeptOutput& output);

/// Keeps it, or changes the one of its person and name: its versions stay. Call inside a
/// transaction. Returns its number.
std::int64_t keep_playlist(Store& store, const KeptPlaylist& playlist);
/// With its versions, of which the runs stay. Call inside a transaction.
void drop_kept_playlist(Store& store, std::int64_t playlist_id);

// ---- versions ----

/// By time, of equal ones by number: each was the list until the next.
std::vector<KeptVersion> kept_versions(const Store& store, std::int64_t playlist_id,
                                       std::int64_t now);
/// The list as of `now`: the latest by its time, of equal ones by its number.
std::optional<KeptVersion> current_version(const Store& store, std::int64_t playlist_id,
                                           std::int64_t now);
/// Whose playlist it is a version of.
std::int64_t user_of_version(const Store& store, std::int64_t version_id);
/// What is in the version's list.
std::vector<std::int64_t> version_tracks(const Store& store, const KeptVersion& version);
/// Of each track in the list of `shown`, one of `versions`: the number of the version since which it
/// is in it without a break. `versions` are by time.
std::map<std::int64_t, std::int64_t> since_versions(const Store& store,
                                                    const std::vector<KeptVersion>& versions,
                                                    const KeptVersion& shown);
/// As its outputs made them, without those of snapshots.
std::vector<KeptFile> version_files(const Store& store, std::int64_t version_id);

/// The version that is the list in the end, where that is another: one of a later time.
std::optional<KeptVersion> later_version(const Store& store, std::int64_t playlist_id,
                                         const KeptVersion& version);

/// The version that comes next, of that run; sets its id and number. Its files are to be written,
/// and those of earlier ones no more; where there is a later_version(), they are only put into the
/// store. Call inside a transaction.
KeptVersion add_version(Store& store, std::int64_t playlist_id, const KeptVersion& version,
                        const std::vector<KeptFile>& files);
/// As if it had not been made, with its run where that is no other version's. Call inside a
/// transaction.
void drop_version(Store& store, const KeptVersion& version);

// ---- pins ----

std::vector<KeptPin> pins_of(const Store& store, std::int64_t playlist_id, std::int64_t now);
/// False where it was pinned already. Call inside a transaction.
bool pin_track(Store& store, std::int64_t playlist_id, std::int64_t track_id, std::int64_t now);
/// False where it was not pinned. Call inside a transaction.
bool unpin_track(Store& store, std::int64_t playlist_id, std::int64_t track_id, std::int64_t now);

// ---- snapshots ----

/// By time.
std::vector<KeptSnapshot> snapshots_of(const Store& store, std::int64_t playlist_id,
                                       std::int64_t now);
/// Of a version of the playlist; its files are to be written. Call inside a transaction. Returns its
/// id.
std::int64_t add_snapshot(Store& store, std::int64_t playlist_id, std::int64_t version_id,
                          const KeptSnapshot& snapshot, const std::vector<KeptFile>& files);
/// As if it had not been made. Call inside a transaction.
void drop_snapshot(Store& store, std::int64_t snapshot_id);
/// Whether one of the playlist is called so, whenever it was made.
bool has_snapshot(const Store& store, std::int64_t playlist_id, std::string_view name);

// ---- files on their way ----

/// Everybody's, in the order in which they were made: a later one of the same file replaces it.
std::vector<KeptFile> unwritten_files(const Store& store);
/// Its files, without those of snapshots, are to be written once more. Call inside a transaction.
void write_again(Store& store, const KeptVersion& version);
/// In a transaction of its own.
void note_written(Store& store, std::int64_t file_id);

}  // namespace engine
