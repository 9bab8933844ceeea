#include "store/lyrics.hpp"

#include "store/music_paths.hpp"

namespace engine {

TrackLyrics::TrackLyrics(Store& store)
    : find_(store.prepare("SELECT track_id, source, is_instrumental, text FROM track_lyrics "
                          "WHERE path = ?1 AND path <> ''")),
      forget_(store.prepare("DELETE FROM track_lyrics WHERE path = ?1 AND path <> ''")),
      put_(store.prepare("INSERT OR REPLACE INTO track_lyrics "
                         "(track_id, source, path, ts, is_instrumental, text) "
                         "VALUES (?1, ?2, ?3, 0, ?4, ?5)")) {}

bool TrackLyrics::put_file(std::string_view path, std::int64_t track,
                           std::span<const LyricsText> texts) {
  if (is_known(path, track, texts)) return false;
  forget_.reset();
  bind_music_path(forget_, 1, path);
  forget_.step();
  for (const LyricsText& text : texts) {
    put_.reset();
    put_.bind(1, track);
    put_.bind(2, text.source);
    bind_music_path(put_, 3, path);
    put_.bind(4, text.is_instrumental ? 1 : 0);
    put_.bind(5, text.text);
    put_.step();
  }
  return true;
}

bool TrackLyrics::is_known(std::string_view path, std::int64_t track,
                           std::span<const LyricsText> texts) {
  std::map<std::string, std::pair<bool, std::string>, std::less<>> wanted;
  for (const LyricsText& text : texts) wanted[text.source] = {text.is_instrumental, text.text};
  find_.reset();
  bind_music_path(find_, 1, path);
  bool is_same = true;
  std::size_t rows = 0;
  while (find_.step()) {
    ++rows;
    const auto found = wanted.find(find_.text(1));
    is_same = is_same && find_.integer(0) == track && found != wanted.end() &&
              found->second.first == (find_.integer(2) != 0) &&
              found->second.second == find_.text(3);
  }
  find_.reset();
  return is_same && rows == wanted.size();
}

LyricsCoverage lyrics_coverage(const Store& store, std::int64_t now) {
  LyricsCoverage coverage;
  Statement select = store.prepare(std::string("SELECT track_id, source, is_instrumental FROM (") +
                                   kCountingLyrics + ") WHERE ts <= ?1");
  for (select.start(now); select.step();) {
    if (select.integer(2) != 0) {
      ++coverage.instrumental;
      continue;
    }
    coverage.tracks.insert(select.integer(0));
    ++coverage.by_source[std::string(select.text(1))];
  }
  coverage.not_found =
      store
          .prepare(
              "SELECT count(DISTINCT track_id) FROM track_lyrics asked WHERE ts <= ?1 AND "
              "NOT EXISTS (SELECT 1 FROM track_lyrics known WHERE known.track_id = asked.track_id "
              "AND known.ts <= ?1 AND (known.is_instrumental OR known.text <> ''))")
          .find_integer(now)
          .value_or(0);
  return coverage;
}

}  // namespace engine
