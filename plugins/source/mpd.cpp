// source.mpd: slices of the Million Playlist Dataset (mpd.slice.0-999.json).
//
// Records   every playlist, and every track of one. The playlists belong to nobody in the store
//           (owner ""); a track met for the first time in a slice also gives its duration and ids
// Buckets   empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "dates.hpp"
#include "elements.hpp"
#include "file_dates.hpp"
#include "ids.hpp"
#include "playlists_json.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum PlaylistField : std::size_t {
  kName,
  kPid,
  kModified,
  kTracks,
  kDescription,
  kPlaylistFieldCount
};
constexpr std::array<std::string_view, kPlaylistFieldCount> kPlaylistKeys = {
    "name", "pid", "modified_at", "tracks", "description"};

enum ItemField : std::size_t {
  kPosition,
  kArtist,
  kTrackUri,
  kArtistUri,
  kTitle,
  kAlbumUri,
  kDuration,
  kAlbum,
  kItemFieldCount
};
constexpr std::array<std::string_view, kItemFieldCount> kItemKeys = {
    "pos",        "artist_name", "track_uri",   "artist_uri",
    "track_name", "album_uri",   "duration_ms", "album_name"};

class Records final : public PlaylistRecords {
 public:
  explicit Records(playlist::SourceCall& call)
      : call_(call),
        playlists_(call.rows("playlists", {{"playlist", PLAYLIST_STRING, kAlways},
                                           {"playlist_id", PLAYLIST_STRING},
                                           {"description", PLAYLIST_STRING},
                                           {"ts", PLAYLIST_I64},
                                           {"owner", PLAYLIST_STRING, kAlways}})),
        items_(call.rows("playlist_tracks", {{"playlist", PLAYLIST_STRING, kAlways},
                                             {"playlist_id", PLAYLIST_STRING},
                                             {"position", PLAYLIST_I32},
                                             {"title", PLAYLIST_STRING},
                                             {"artist", PLAYLIST_STRING},
                                             {"album", PLAYLIST_STRING},
                                             {"spotify_id", PLAYLIST_STRING}})),
        tracks_(call.rows("tracks", {{"title", PLAYLIST_STRING},
                                     {"artist", PLAYLIST_STRING},
                                     {"album", PLAYLIST_STRING},
                                     {"spotify_id", PLAYLIST_STRING},
                                     {"duration_ms", PLAYLIST_I32},
                                     {"album_id", PLAYLIST_STRING},
                                     {"artist_id", PLAYLIST_STRING}})) {}

  void take_playlist(const JsonValue* fields) override {
    position_ = -1;
    name_ = fields[kName].text(buffer_);
    if (name_.empty()) name_ = "(no name)";
    id_ = "mpd:" + std::string(fields[kPid].text(buffer_));
    playlists_.row();
    playlists_.set_text(1, name_);
    playlists_.set_text(2, id_);
    playlists_.set_text(3, fields[kDescription].text(buffer_));
    const auto modified = fields[kModified].integer();
    if (modified && is_plausible(*modified)) {
      playlists_.set_i64(4, *modified);
    } else if (fields[kModified].is_given()) {
      unread_.add(fields[kModified].raw);
    }
    playlists_.set_text_even_empty(5, "");
  }

  void tell() const { unread_.tell(call_); }

  void take_item(const JsonValue* fields) override {
    ++position_;
    const std::string_view title = fields[kTitle].text(title_);
    const std::string_view artist = fields[kArtist].text(artist_);
    const std::string_view album = fields[kAlbum].text(album_);
    const std::string_view id = spotify_id(fields[kTrackUri].text(uri_));
    if (id.empty() && (title.empty() || artist.empty())) {
      return call_.bucket("empty", "neither names nor an id");
    }
    items_.row();
    items_.set_text(1, name_);
    items_.set_text(2, id_);
    items_.set_i32(3, position_);
    items_.set_text(4, title);
    items_.set_text(5, artist);
    items_.set_text(6, album);
    items_.set_text(7, id);
    if (id.empty() || !known_.emplace(id).second) return;
    tracks_.row();
    tracks_.set_text(1, title);
    tracks_.set_text(2, artist);
    tracks_.set_text(3, album);
    tracks_.set_text(4, id);
    const auto duration = fields[kDuration].integer();
    if (duration && *duration > 0 && *duration < 24 * 3600 * 1000) {
      tracks_.set_i32(5, static_cast<std::int32_t>(*duration));
    }
    tracks_.set_text(6, spotify_id(fields[kAlbumUri].text(buffer_), "album"));
    tracks_.set_text(7, spotify_id(fields[kArtistUri].text(buffer_), "artist"));
  }

 private:
  playlist::SourceCall& call_;
  playlist::Rows &playlists_, &items_, &tracks_;
  std::unordered_set<std::string> known_;
  UnreadDates unread_{"\"modified_at\""};
  std::int32_t position_ = -1;
  std::string name_, id_, buffer_, title_, artist_, album_, uri_;
};

class Mpd final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    return head.is_object() && head.has("playlists") && head.has_any({"pid", "track_uri"}) ? kSure
                                                                                           : kNo;
  }

  void read(playlist::SourceCall& call) {
    Records records(call);
    PlaylistDocument document(kPlaylistKeys, kTracks, kItemKeys);
    document.read(without_bom(call.input().bytes()), call, records);
    records.tell();
    call.finish();
  }
};

}  // namespace

constinit const playlist::Element kMpd = playlist::element<Mpd>(
    "source.mpd", "Slices of the Million Playlist Dataset (mpd.slice.*.json).");

}  // namespace source
