#include "store/kept_playlists.hpp"

#include <limits>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "core/text_key.hpp"

namespace engine {
namespace {

constexpr const char* kPlaylistColumns =
    "playlist_id, user_id, name, recipe, parameters, created_at FROM kept_playlists ";

std::vector<KeptOutput> outputs_of(const Store& store, std::int64_t playlist_id) {
  std::vector<KeptOutput> outputs;
  Statement select = store.prepare(
      "SELECT format, file FROM kept_outputs WHERE playlist_id = ?1 ORDER BY position");
  for (select.start(playlist_id); select.step();)
    outputs.push_back({std::string(select.text(0)), std::string(select.text(1))});
  return outputs;
}

KeptPlaylist read_playlist_row(const Store& store, const Statement& row) {
  KeptPlaylist playlist;
  playlist.id = row.integer(0);
  playlist.user_id = row.integer(1);
  playlist.name = row.text(2);
  playlist.recipe = row.text(3);
  nlohmann::json::parse(row.text(4)).get_to(playlist.set);
  playlist.created_at = row.integer(5);
  playlist.outputs = outputs_of(store, playlist.id);
  return playlist;
}

constexpr const char* kVersionColumns =
    "version_id, version, run_id, now, restored FROM kept_versions "
    "WHERE playlist_id = ?1 AND now <= ?2 ";

KeptVersion read_version(const Statement& row) {
  KeptVersion version{row.integer(0), row.integer(1), row.integer(2), row.integer(3), {}};
  if (!row.is_null(4)) version.restored = row.integer(4);
  return version;
}

std::vector<KeptFile> read_files(Statement& select) {
  std::vector<KeptFile> files;
  while (select.step()) {
    files.push_back({select.integer(0), std::string(select.text(1)), std::string(select.text(2)),
                     std::string(select.text(3)), select.integer(4)});
  }
  return files;
}

void add_files(Store& store, std::int64_t version_id, std::optional<std::int64_t> snapshot_id,
               const std::vector<KeptFile>& files, bool is_to_be_written = true) {
  Statement insert = store.prepare(
      "INSERT INTO kept_files (version_id, snapshot_id, format, file, bytes, is_written) "
      "VALUES (?1, ?2, ?3, ?4, CAST(?5 AS BLOB), ?6)");
  for (const KeptFile& file : files)
    insert.run(version_id, snapshot_id, file.format, file.file, file.bytes,
               is_to_be_written ? 0 : 1);
}

}  // namespace

std::vector<KeptPlaylist> list_kept_playlists(const Store& store, std::int64_t user_id) {
  std::vector<KeptPlaylist> playlists;
  Statement select =
      store.prepare(std::string("SELECT ") + kPlaylistColumns + "WHERE user_id = ?1 ORDER BY name");
  for (select.start(user_id); select.step();) playlists.push_back(read_playlist_row(store, select));
  return playlists;
}

std::optional<KeptPlaylist> find_kept_playlist(const Store& store, std::int64_t user_id,
                                               std::string_view name) {
  Statement select =
      store.prepare(std::string("SELECT ") + kPlaylistColumns + "WHERE user_id = ?1 AND name = ?2");
  // As it is written first: a store of before may hold one under each of two spellings.
  const std::string composed = nfc(name);
  for (const std::string_view spelling : {name, std::string_view(composed)}) {
    select.start(user_id, spelling);
    if (select.step()) return read_playlist_row(store, select);
  }
  return std::nullopt;
}

std::string other_writer_of(const Store& store, std::int64_t playlist_id,
                            const KeptOutput& output) {
  // A path is one file whatever it is written as; a name is one of its account's.
  const bool is_path = output.file.starts_with('/');
  const std::string account = output.format.substr(0, output.format.find(','));
  Statement select = store.prepare(
      "SELECT name FROM kept_outputs JOIN kept_playlists USING (playlist_id) "
      "WHERE file = ?1 AND playlist_id <> ?2 AND (?3 OR format = ?4 OR format LIKE ?4 || ',%')");
  select.start(output.file, playlist_id, is_path ? 1 : 0, account);
  return select.step() ? std::string(select.text(0)) : std::string();
}

std::int64_t keep_playlist(Store& store, const KeptPlaylist& playlist) {
  store
      .prepare(
          "INSERT INTO kept_playlists (user_id, name, recipe, parameters, created_at) "
          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (user_id, name) DO UPDATE SET "
          "recipe = excluded.recipe, parameters = excluded.parameters")
      .run(playlist.user_id, playlist.name, playlist.recipe,
           json_text(nlohmann::json(playlist.set)), playlist.created_at);
  const std::int64_t id =
      store.prepare("SELECT playlist_id FROM kept_playlists WHERE user_id = ?1 AND name = ?2")
          .find_integer(playlist.user_id, playlist.name)
          .value();
  store.prepare("DELETE FROM kept_outputs WHERE playlist_id = ?1").run(id);
  Statement insert = store.prepare("INSERT INTO kept_outputs VALUES (?1, ?2, ?3, ?4)");
  for (std::size_t k = 0; k < playlist.outputs.size(); ++k)
    insert.run(id, k, playlist.outputs[k].format, playlist.outputs[k].file);
  return id;
}

void drop_kept_playlist(Store& store, std::int64_t playlist_id) {
  const std::string of_playlist = " WHERE playlist_id = " + std::to_string(playlist_id);
  store.execute("DELETE FROM kept_files WHERE version_id IN (SELECT version_id FROM kept_versions" +
                of_playlist + ")");
  for (const char* table :
       {"kept_snapshots", "kept_pins", "kept_versions", "kept_outputs", "kept_playlists"})
    store.execute(std::string("DELETE FROM ") + table + of_playlist);
}

std::vector<KeptVersion> kept_versions(const Store& store, std::int64_t playlist_id,
                                       std::int64_t now) {
  std::vector<KeptVersion> versions;
  Statement select =
      store.prepare(std::string("SELECT ") + kVersionColumns + "ORDER BY now, version");
  for (select.start(playlist_id, now); select.step();) versions.push_back(read_version(select));
  return versions;
}

std::optional<KeptVersion> current_version(const Store& store, std::int64_t playlist_id,
                                           std::int64_t now) {
  Statement select = store.prepare(std::string("SELECT ") + kVersionColumns +
                                   "ORDER BY now DESC, version DESC LIMIT 1");
  select.start(playlist_id, now);
  if (!select.step()) return std::nullopt;
  return read_version(select);
}

std::int64_t user_of_version(const Store& store, std::int64_t version_id) {
  Statement select = store.prepare(
      "SELECT user_id FROM kept_versions JOIN kept_playlists USING (playlist_id) "
      "WHERE version_id = ?1");
  select.start(version_id);
  return select.step() ? select.integer(0) : 0;
}

std::vector<std::int64_t> version_tracks(const Store& store, const KeptVersion& version) {
  std::vector<std::int64_t> tracks;
  Statement select =
      store.prepare("SELECT track_id FROM run_tracks WHERE run_id = ?1 ORDER BY position");
  for (select.start(version.run_id); select.step();) tracks.push_back(select.integer(0));
  return tracks;
}

std::map<std::int64_t, std::int64_t> since_versions(const Store& store,
                                                    const std::vector<KeptVersion>& versions,
                                                    const KeptVersion& shown) {
  std::map<std::int64_t, std::int64_t> since;
  for (const KeptVersion& version : versions) {
    std::map<std::int64_t, std::int64_t> now;
    for (const std::int64_t track : version_tracks(store, version)) {
      const auto before = since.find(track);
      now[track] = before == since.end() ? version.number : before->second;
    }
    since = std::move(now);
    if (version.id == shown.id) break;
  }
  return since;
}

std::vector<KeptFile> version_files(const Store& store, std::int64_t version_id) {
  Statement select = store.prepare(
      "SELECT file_id, format, file, bytes, version_id FROM kept_files "
      "WHERE version_id = ?1 AND snapshot_id IS NULL ORDER BY file_id");
  select.start(version_id);
  return read_files(select);
}

std::optional<KeptVersion> later_version(const Store& store, std::int64_t playlist_id,
                                         const KeptVersion& version) {
  auto last = current_version(store, playlist_id, std::numeric_limits<std::int64_t>::max());
  if (last && last->id == version.id) last.reset();
  return last;
}

KeptVersion add_version(Store& store, std::int64_t playlist_id, const KeptVersion& version,
                        const std::vector<KeptFile>& files) {
  KeptVersion made = version;
  made.number =
      store.prepare("SELECT ifnull(max(version), 0) + 1 FROM kept_versions WHERE playlist_id = ?1")
          .find_integer(playlist_id)
          .value();
  store
      .prepare(
          "INSERT INTO kept_versions (playlist_id, version, run_id, now, restored) "
          "VALUES (?1, ?2, ?3, ?4, ?5)")
      .run(playlist_id, made.number, made.run_id, made.now, made.restored);
  made.id = sqlite3_last_insert_rowid(store.handle());
  if (later_version(store, playlist_id, made)) {
    add_files(store, made.id, std::nullopt, files, /*is_to_be_written=*/false);
    return made;
  }
  store
      .prepare(
          "UPDATE kept_files SET is_written = 1 WHERE NOT is_written AND snapshot_id IS NULL AND "
          "version_id IN (SELECT version_id FROM kept_versions WHERE playlist_id = ?1)")
      .run(playlist_id);
  add_files(store, made.id, std::nullopt, files);
  return made;
}

void drop_version(Store& store, const KeptVersion& version) {
  store.prepare("DELETE FROM kept_files WHERE version_id = ?1").run(version.id);
  store.prepare("DELETE FROM kept_snapshots WHERE version_id = ?1").run(version.id);
  store.prepare("DELETE FROM kept_versions WHERE version_id = ?1").run(version.id);
  store
      .prepare(
          "DELETE FROM runs WHERE run_id = ?1 AND run_id NOT IN (SELECT run_id FROM kept_versions)")
      .run(version.run_id);
}

std::vector<KeptPin> pins_of(const Store& store, std::int64_t playlist_id, std::int64_t now) {
  std::vector<KeptPin> pins;
  Statement select = store.prepare(
      "SELECT track_id, min(ts) FROM kept_pins WHERE playlist_id = ?1 AND ts <= ?2 AND "
      "(ended_at IS NULL OR ended_at > ?2) GROUP BY track_id ORDER BY min(ts), track_id");
  for (select.start(playlist_id, now); select.step();)
    pins.push_back({select.integer(0), select.integer(1)});
  return pins;
}

bool pin_track(Store& store, std::int64_t playlist_id, std::int64_t track_id, std::int64_t now) {
  for (const KeptPin& pin : pins_of(store, playlist_id, now))
    if (pin.track_id == track_id) return false;
  // One that was pinned and unpinned within this second is pinned again.
  store
      .prepare(
          "INSERT INTO kept_pins (playlist_id, track_id, ts) VALUES (?1, ?2, ?3) "
          "ON CONFLICT DO UPDATE SET ended_at = NULL")
      .run(playlist_id, track_id, now);
  return true;
}

bool unpin_track(Store& store, std::int64_t playlist_id, std::int64_t track_id, std::int64_t now) {
  return store
             .prepare(
                 "UPDATE kept_pins SET ended_at = ?3 WHERE playlist_id = ?1 AND track_id = ?2 AND "
                 "ts <= ?3 AND (ended_at IS NULL OR ended_at > ?3)")
             .run(playlist_id, track_id, now) > 0;
}

std::vector<KeptSnapshot> snapshots_of(const Store& store, std::int64_t playlist_id,
                                       std::int64_t now) {
  std::vector<KeptSnapshot> snapshots;
  Statement select = store.prepare(
      "SELECT snapshot_id, name, ts, version FROM kept_snapshots JOIN kept_versions "
      "USING (version_id) WHERE kept_snapshots.playlist_id = ?1 AND ts <= ?2 "
      "ORDER BY ts, snapshot_id");
  for (select.start(playlist_id, now); select.step();) {
    snapshots.push_back(
        {select.integer(0), std::string(select.text(1)), select.integer(2), select.integer(3), {}});
  }
  Statement files =
      store.prepare("SELECT file FROM kept_files WHERE snapshot_id = ?1 ORDER BY file_id");
  for (KeptSnapshot& snapshot : snapshots)
    for (files.start(snapshot.id); files.step();) snapshot.files.emplace_back(files.text(0));
  return snapshots;
}

std::int64_t add_snapshot(Store& store, std::int64_t playlist_id, std::int64_t version_id,
                          const KeptSnapshot& snapshot, const std::vector<KeptFile>& files) {
  store
      .prepare(
          "INSERT INTO kept_snapshots (playlist_id, version_id, ts, name) VALUES (?1, ?2, ?3, ?4)")
      .run(playlist_id, version_id, snapshot.ts, snapshot.name);
  const std::int64_t id = sqlite3_last_insert_rowid(store.handle());
  add_files(store, version_id, id, files);
  return id;
}

void drop_snapshot(Store& store, std::int64_t snapshot_id) {
  store.prepare("DELETE FROM kept_files WHERE snapshot_id = ?1").run(snapshot_id);
  store.prepare("DELETE FROM kept_snapshots WHERE snapshot_id = ?1").run(snapshot_id);
}

bool has_snapshot(const Store& store, std::int64_t playlist_id, std::string_view name) {
  return store.prepare("SELECT 1 FROM kept_snapshots WHERE playlist_id = ?1 AND name = ?2")
      .find_integer(playlist_id, name)
      .has_value();
}

std::vector<KeptFile> unwritten_files(const Store& store) {
  Statement select = store.prepare(
      "SELECT file_id, format, file, bytes, version_id FROM kept_files WHERE NOT is_written "
      "ORDER BY file_id");
  select.start();
  return read_files(select);
}

void write_again(Store& store, const KeptVersion& version) {
  store
      .prepare("UPDATE kept_files SET is_written = 0 WHERE version_id = ?1 AND snapshot_id IS NULL")
      .run(version.id);
}

void note_written(Store& store, std::int64_t file_id) {
  Transaction transaction(store);
  store.prepare("UPDATE kept_files SET is_written = 1 WHERE file_id = ?1").run(file_id);
  transaction.commit();
}

}  // namespace engine
