// source.youtube_lists: the tables of YouTube and YouTube Music (Google Takeout).
//
// Tables    music library songs.csv (Video ID or Song URL, Song Title, Album Title, Artist Name 1
//           ...) -> likes; playlists/*.csv (Video ID, Playlist Video Creation Timestamp), which
//           name no track: their rows are in the bucket "unnamed"; playlists.csv, which names the
//           playlists only, in "other"
// Buckets   unnamed, other, empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "csv.hpp"
#include "elements.hpp"
#include "json_parts.hpp"
#include "library_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum class Kind { kNone, kSongs, kVideos, kPlaylists };

Kind find_kind(const Header& header) {
  const bool has_video = header.has("video_id") || header.has("song_url");
  const bool has_artist = header.find({"artist_name_1", "artist_name", "artist_names"}) >= 0;
  if (header.has("song_title") && has_artist && header.has("album_title") &&
      (has_video || header.has("artist_name_1"))) {
    return Kind::kSongs;
  }
  const bool is_of_playlist = header.find({"playlist_video_creation_timestamp", "time_added"}) >= 0;
  if (header.has("video_id") && (is_of_playlist || header.size() == 1)) return Kind::kVideos;
  return header.has("playlist_id") &&
                 header.find({"playlist_title_original", "title", "playlist_title"}) >= 0 &&
                 header.find({"playlist_visibility", "visibility"}) >= 0
             ? Kind::kPlaylists
             : Kind::kNone;
}

class YoutubeLists final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[')) return kNo;
    CsvReader csv(text, ',');
    const bool is_sound = csv.next() && csv.problem().empty();
    return is_sound && find_kind(Header(csv)) != Kind::kNone ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    CsvReader csv(table_text(call.input().bytes()), ',');
    csv.next();
    Header header(csv);
    kind_ = find_kind(header);
    if (kind_ == Kind::kNone) throw playlist::Unsupported("no table that Takeout writes");
    library_.emplace(call);
    if (kind_ == Kind::kSongs) call.list("likes", kTeller);
    std::string problem;
    for (; csv.next(); call.next(csv.offset())) {
      // Older playlists begin with a table of their own, which names them.
      if (const Header inner(csv); kind_ == Kind::kPlaylists && find_kind(inner) == Kind::kVideos) {
        header = inner;
        kind_ = Kind::kVideos;
        call.bucket("other", "the heading of a table");
      } else if (!is_sound_record(csv, header.size(), problem)) {
        call.malformed(problem);
      } else if (csv.is_blank()) {
        call.bucket("empty", "a record without values");
      } else {
        take_record(call, header, csv);
      }
    }
    if (kind_ == Kind::kSongs) call.whole_list("likes", kTeller);
    call.finish();
  }

 private:
  void take_record(playlist::SourceCall& call, const Header& header, const CsvReader& csv) {
    if (kind_ == Kind::kPlaylists) return call.bucket("other", "the name of a playlist");
    if (kind_ == Kind::kVideos) {
      return call.bucket("unnamed", "a video's id, of which nothing tells title and artist");
    }
    Track track;
    track.title = csv[header.find({"song_title"})];
    track.album = csv[header.find({"album_title"})];
    for (std::size_t column = 0; column < header.size(); ++column) {
      if (header.names()[column].starts_with("artist_name")) {
        add_name(track.artist, csv[static_cast<int>(column)]);
      }
    }
    library_->like(track);
  }

  static constexpr const char* kTeller = "youtube_music";
  std::optional<LibraryRows> library_;
  Kind kind_ = Kind::kNone;
};

}  // namespace

constinit const playlist::Element kYoutubeLists = playlist::element<YoutubeLists>(
    "source.youtube_lists",
    "The library songs of YouTube Music as CSV (Google Takeout); its playlists name no tracks.");

}  // namespace source
