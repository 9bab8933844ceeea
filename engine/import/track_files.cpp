#include "import/track_files.hpp"

#include <optional>

#include "store/music_paths.hpp"

namespace engine::import {

TrackFiles::TrackFiles(Store& store)
    : store_(store),
      put_(store.prepare("INSERT OR REPLACE INTO track_files "
                         "(path, track_id, bytes, modified_ns, bucket, reason, lyrics_bytes, "
                         "lyrics_modified_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")),
      put_unheard_(store.prepare("UPDATE track_files SET unheard = ?2 WHERE path = ?1")),
      forget_(store.prepare("DELETE FROM track_files WHERE path = ?1")) {}

std::map<std::string, TrackFile, std::less<>> TrackFiles::all() const {
  std::map<std::string, TrackFile, std::less<>> files;
  Statement select = store_.prepare(
      "SELECT path, track_id, bytes, modified_ns, bucket, reason, unheard, lyrics_bytes, "
      "lyrics_modified_ns FROM track_files");
  for (select.start(); select.step();) {
    TrackFile file{select.integer(1),           static_cast<std::uint64_t>(select.integer(2)),
                   select.integer(3),           std::string(select.text(4)),
                   std::string(select.text(5)), std::string(select.text(6))};
    if (!select.is_null(7)) file.lyrics_bytes = static_cast<std::uint64_t>(select.integer(7));
    file.lyrics_modified_ns = select.integer(8);
    files.emplace(std::string(select.text(0)), std::move(file));
  }
  return files;
}

void TrackFiles::put(std::string_view path, const TrackFile& file) {
  put_.reset();
  bind_music_path(put_, 1, path);
  put_.bind(2, file.track_id == 0 ? std::nullopt : std::optional(file.track_id));
  put_.bind(3, file.bytes);
  put_.bind(4, file.modified_ns);
  put_.bind(5, file.bucket);
  put_.bind(6, file.reason);
  put_.bind(7, file.lyrics_bytes);
  put_.bind(8, file.lyrics_modified_ns);
  put_.step();
}

void TrackFiles::put_unheard(std::string_view path, std::string_view why) {
  put_unheard_.reset();
  bind_music_path(put_unheard_, 1, path);
  put_unheard_.bind(2, why);
  put_unheard_.step();
}

void TrackFiles::forget(std::string_view path) {
  forget_.reset();
  bind_music_path(forget_, 1, path);
  forget_.step();
}

}  // namespace engine::import
