// Opening: is this file a store, which version, and the way up to this engine's version.
#pragma once

#include "store/store.hpp"

namespace engine {

/// SQLite's application_id of our files: "PLAY".
inline constexpr int kStoreApplicationId = 0x504c4159;

/// What the file holds. Throws Error(kStore) for a file that is not a store, or whose version is
/// above `newest`.
/// Returns the schema version, 0 for an empty file.
int store_version(sqlite3* database, const std::string& path, int newest);

/// Applies every migration above `version`, each in one transaction, after a copy of the file to
/// PATH.before-vN (not for an empty store, nor when `has_backup` is false).
void migrate(sqlite3* database, const std::string& path, int version,
             std::span<const Migration> migrations, bool has_backup);

/// Copies the whole database `from` into `to` (which is overwritten).
void copy_database(sqlite3* from, sqlite3* to);

}  // namespace engine
