// What is sung in tracks: table track_lyrics, a row for everybody who says something of a track.
//
// Sources    "file", a text beside the music file; "tag", inside of it; a service such as "lrclib".
//            In this order the first that says something counts, of a track's files the first path
// Since      What files say is known as long as their track is, as all that they tell of it; what a
//            service says is known since it was asked: it was asked because somebody had listened
// Not found  A service that was asked and knows nothing has a row without a text, so that it is
//            not asked again soon
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "store/store.hpp"

namespace engine {

/// Of a track at most so much text is kept, from one source.
inline constexpr std::size_t kMostLyrics = 64 << 10;

/// What one source says of a track: a text, or that nothing is sung.
struct LyricsText {
  std::string source;
  bool is_instrumental = false;
  std::string text;
};

/// What counts: track_id, ts, text, source, is_instrumental; one row a track that has any.
inline constexpr const char* kCountingLyrics =
    "SELECT track_id, ts, text, source, is_instrumental FROM (SELECT *, row_number() OVER "
    "(PARTITION BY track_id ORDER BY CASE source WHEN 'file' THEN 0 WHEN 'tag' THEN 1 ELSE 2 END, "
    "source, path) AS place FROM track_lyrics WHERE is_instrumental OR text <> '') WHERE place = 1";

class TrackLyrics {
 public:
  explicit TrackLyrics(Store& store);

  /// All that a music file says, in place of what it said before. True when that is different.
  bool put_file(std::string_view path, std::int64_t track, std::span<const LyricsText> texts);
  bool forget_file(std::string_view path) { return put_file(path, 0, {}); }

 private:
  [[nodiscard]] bool is_known(std::string_view path, std::int64_t track,
                              std::span<const LyricsText> texts);
  Statement find_, forget_, put_;
};

/// As of now.
struct LyricsCoverage {
  std::unordered_set<std::int64_t> tracks;        // whose text is known
  std::map<std::string, std::int64_t> by_source;  // the same, by who says it
  std::int64_t instrumental = 0;
  std::int64_t not_found = 0;  // a service was asked, and nobody says anything
};
LyricsCoverage lyrics_coverage(const Store& store, std::int64_t now);

}  // namespace engine
