// What is done with kept playlists: keeping one, refreshing it, putting a version aside or back.
//
// Each of these is one transaction, in which the files of the new version stand too, and then the
// files are renamed into place, and lists put into their accounts. Who is killed before has changed nothing; who is killed after has a
// version whose files the next of them writes first. Two at a time would each follow the same
// version, so a second one fails while the first is under way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "app/outputs.hpp"
#include "app/push.hpp"
#include "recipe/playlist.hpp"
#include "store/kept_playlists.hpp"
#include "store/users.hpp"

namespace engine::app {

/// Whose kept playlists the caller asks for. Throws as choose_user().
User keeper(const Caller& caller, const Store& store);
/// Throws Error(kInput) that names those that there are.
KeptPlaylist find_kept(const Store& store, const User& user, const std::string& name);
/// As a shell gives it to a verb, for hints: "Evenings", -- "-x".
std::string name_argument(const std::string& name);
/// The version of that number, which is not later than the caller's now. Throws Error(kInput).
KeptVersion version_called(const Caller& caller, const Store& store, const KeptPlaylist& playlist,
                           std::int64_t number);
/// Its list as of the caller's now. Throws Error(kInput) where it has none yet.
KeptVersion current_of(const Caller& caller, const Store& store, const KeptPlaylist& playlist);

struct KeepOptions {
  std::string name, recipe;
  std::vector<RunOutput> outputs;
  bool makes_folders = false;
};
struct Kept {
  KeptPlaylist playlist;
  bool is_new = true;  // false: it was kept, and is changed
  /// Of what was kept before, as the caller named no others.
  bool keeps_outputs = false, keeps_parameters = false;
};
/// With Asked::set as its parameters; of one that is kept already the outputs and the parameters
/// stay where the caller names none. Loads the recipe, so that what is kept can be run. Throws Error
/// for a name, a recipe, a parameter or an output that cannot be.
Kept keep(const Caller& caller, const KeepOptions& options);

/// A version that was made.
struct Refreshed {
  KeptPlaylist playlist;
  KeptVersion version;
  std::vector<std::int64_t> before;  // the tracks of the list before
  Playlist list;
  std::vector<std::string> files;
  std::vector<PushReport> pushed;        // to accounts
  std::optional<KeptVersion> later;      // the list by now, so that the files were left as they are
  std::optional<KeptSnapshot> snapshot;  // that was due
};
struct RefreshReport {
  std::vector<Refreshed> refreshed;
  Exit worst = Exit::kDone;  // of those that could not be made; each was told
};
/// The playlist of that name, or with "" all of the person's, one after the other: what fails costs
/// itself only. A list that came out empty is told, and leaves the playlist as it is. Throws
/// Error(kStore) while another refresh is under way, Error(kInterrupted).
RefreshReport refresh(const Caller& caller, const std::string& name);

struct Restored {
  KeptPlaylist playlist;
  KeptVersion version;
  std::vector<std::string> files;
  std::vector<PushReport> pushed;
  std::optional<KeptVersion> later;  // as in Refreshed
};
/// Makes a version that is a copy of an earlier one, its files included. Throws Error(kInput) for a
/// version that there is not, or that was not written as the playlist is now.
Restored restore(const Caller& caller, const std::string& name, std::int64_t version);

struct Snapshots {
  std::vector<std::pair<KeptPlaylist, KeptSnapshot>> made;
  /// Those whose latest snapshot is of the version that is the list still.
  std::vector<std::pair<KeptPlaylist, KeptSnapshot>> had;
  Exit worst = Exit::kDone;  // of those that could not be made; each was told
};
/// Puts the list aside under the playlist's name and the date, and a copy of each of its files
/// beside it under the same; with "" all of the person's that have a version, where what fails costs
/// itself only. A snapshot of which a file cannot be written is not made.
Snapshots snapshot(const Caller& caller, const std::string& name);

/// When refresh() makes the next snapshot: playlists.snapshot_days after the latest, or after the
/// playlist was kept; nothing where it never does.
std::optional<std::int64_t> next_snapshot(const Caller& caller, const Store& store,
                                          const KeptPlaylist& playlist);

}  // namespace engine::app
