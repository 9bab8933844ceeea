#include "import/track_files.hpp"

#include <optional>

#include "core/shown_text.hpp"

namespace engine::import {

void bind_path(Statement& statement, std::string_view path) {
  engine::is_utf8(path) ? statement.bind(1, path) : statement.bind_blob(1, path);
}

TrackFiles::TrackFiles(Store& store)
    : store_(store),
      put_(store.prepare("INSERT OR REPLACE INTO track_files "
                         "(path, track_id, bytes, modified_ns, bucket, reason) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")),
      put_unheard_(store.prepare("UPDATE track_files SET unheard = ?2 WHERE path = ?1")),
      forget_(store.prepare("DELETE FROM track_files WHERE path = ?1")) {}

std::map<std::string, TrackFile, std::less<>> TrackFiles::all() const {
  std::map<std::string, TrackFile, std::less<>> files;
  Statement select = store_.prepare(
      "SELECT path, track_id, bytes, modified_ns, bucket, reason, unheard "
      "FROM track_files");
  for (select.start(); select.step();) {
    files.emplace(std::string(select.text(0)),
                  TrackFile{select.integer(1), static_cast<std::uint64_t>(select.integer(2)),
                            select.integer(3), std::string(select.text(4)),
                            std::string(select.text(5)), std::string(select.text(6))});
  }
  return files;
}

void TrackFiles::put(std::string_view path, const TrackFile& file) {
  put_.reset();
  bind_path(put_, path);
  put_.bind(2, file.track_id == 0 ? std::nullopt : std::optional(file.track_id));
  put_.bind(3, file.bytes);
  put_.bind(4, file.modified_ns);
  put_.bind(5, file.bucket);
  put_.bind(6, file.reason);
  put_.step();
}

void TrackFiles::put_unheard(std::string_view path, std::string_view why) {
  put_unheard_.reset();
  bind_path(put_unheard_, path);
  put_unheard_.bind(2, why);
  put_unheard_.step();
}

void TrackFiles::forget(std::string_view path) {
  forget_.reset();
  bind_path(forget_, path);
  forget_.step();
}

}  // namespace engine::import
