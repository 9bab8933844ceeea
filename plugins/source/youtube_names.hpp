// Tracks by what YouTube says of a video, and videos by their ids.
#pragma once

#include "playlist/plugin.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

#include "track_columns.hpp"

namespace source {

/// "ARTIST - Topic": a channel of the catalogue, whose videos are tracks.
bool is_youtube_topic(std::string_view channel);

/// The track that a sentence ("Watched TITLE") and a channel mean: of a channel of the catalogue its
/// artist's; else it is taken apart at " - ", or is the channel's. `is_foreign`: the sentence is of a
/// language that is not known, and the title is left whole.
Track youtube_track(std::string_view sentence, std::string_view channel, bool& is_foreign);

/// The id in a video's address, "" where there is none.
std::string_view youtube_id(std::string_view address);

/// Names of videos by their ids, out of the other files of the same export.
class YoutubeVideos {
 public:
  /// watch-history.json and music library songs.csv; "" is no file.
  YoutubeVideos(std::string_view history_json, std::string_view songs_csv);
  /// nullptr where nothing names it, or it is no music.
  [[nodiscard]] const Track* find(std::string_view id) const;

 private:
  void read_history(std::string_view json);
  void read_songs(std::string_view csv);
  std::unordered_map<std::string, Track> tracks_;
};

}  // namespace source
