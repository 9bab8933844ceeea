// source.youtube_lists: the tables of YouTube and YouTube Music (Google Takeout).
//
// Tables    music library songs.csv (Video ID or Song URL, Song Title, Album Title, Artist Name 1
//           ...) -> likes; playlists/NAME-videos.csv (Video ID, Playlist Video Creation Timestamp)
//           -> playlists, "Liked music.csv" -> likes: what its ids mean is looked up in the history
//           and the library songs of the same export; what stands in neither, or is no music, is
//           "unnamed". playlists.csv names the playlists only: bucket "other"
// Buckets   unnamed, other, empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "companions.hpp"
#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "json_parts.hpp"
#include "library_rows.hpp"
#include "recognise.hpp"
#include "youtube_names.hpp"

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
    find_names(call);
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
    if (kind_ == Kind::kVideos) return take_video(call, header, csv);
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

  /// Before the first row, also where the first table of the file is that of the playlist itself.
  void find_names(const playlist::SourceCall& call) {
    if (kind_ == Kind::kSongs) return;
    std::string_view songs = companion(call, "music library songs.csv");
    if (songs.empty()) songs = companion(call, "music-library-songs.csv");
    videos_.emplace(companion(call, "watch-history.json"), songs);
    std::string_view name = call.input().name();
    name = name.substr(0, name.rfind('.'));
    if (name.ends_with("-videos")) name.remove_suffix(std::string_view("-videos").size());
    playlist_.name = name;
  }

  void take_video(playlist::SourceCall& call, const Header& header, const CsvReader& csv) {
    const Track* track = videos_->find(csv[header.find({"video_id"})]);
    if (track == nullptr) {
      return call.bucket("unnamed", "a video that nothing else of the export names as music");
    }
    const auto time =
        read_time(csv[header.find({"playlist_video_creation_timestamp", "time_added"})]);
    const auto ts = time ? std::optional(time->seconds) : std::nullopt;
    const bool is_liked = equals_ignoring_case(playlist_.name.substr(0, 5), "liked");
    is_liked ? library_->like(*track, ts) : library_->add(playlist_, *track, ts);
  }

  static constexpr const char* kTeller = "youtube_music";
  std::optional<YoutubeVideos> videos_;
  LibraryRows::Playlist playlist_;
  std::optional<LibraryRows> library_;
  Kind kind_ = Kind::kNone;
};

}  // namespace

constinit const playlist::Element kYoutubeLists = playlist::element<YoutubeLists>(
    "source.youtube_lists",
    "Library songs and playlists of YouTube Music as CSV (Google Takeout).");

}  // namespace source
