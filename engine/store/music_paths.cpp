#include "store/music_paths.hpp"

#include <algorithm>

#include "core/shown_text.hpp"

namespace engine {

void bind_music_path(Statement& statement, int index, std::string_view path) {
  is_utf8(path) ? statement.bind(index, path) : statement.bind_blob(index, path);
}

MusicPaths::MusicPaths(const Store& store) {
  Statement select = store.prepare(
      "SELECT track_id, path FROM track_files WHERE track_id IS NOT NULL "
      "ORDER BY track_id, bytes DESC, path");
  for (select.start(); select.step();) {
    const std::int64_t track = select.integer(0);
    if (tracks_.empty() || tracks_.back() != track) {
      tracks_.push_back(track);
      offsets_.push_back(bytes_.size());
    } else {
      bytes_ += '\0';
    }
    bytes_ += select.text(1);
  }
  offsets_.push_back(bytes_.size());
}

std::string_view MusicPaths::of(std::int64_t track_id) const {
  const auto found = std::lower_bound(tracks_.begin(), tracks_.end(), track_id);
  if (found == tracks_.end() || *found != track_id) return "";
  const auto k = static_cast<std::size_t>(found - tracks_.begin());
  return std::string_view(bytes_).substr(offsets_[k], offsets_[k + 1] - offsets_[k]);
}

}  // namespace engine
