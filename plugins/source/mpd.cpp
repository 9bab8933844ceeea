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
  explicit Records(Rows& rows)
      : rows_(rows),
        playlists_(rows.table("playlists", {{"playlist", PLAYLIST_STRING, true},
                                            {"playlist_id", PLAYLIST_STRING},
                                            {"description", PLAYLIST_STRING},
                                            {"ts", PLAYLIST_I64},
                                            {"owner", PLAYLIST_STRING, true}})),
        items_(rows.table("playlist_tracks", {{"playlist", PLAYLIST_STRING, true},
                                              {"playlist_id", PLAYLIST_STRING},
                                              {"position", PLAYLIST_I32},
                                              {"title", PLAYLIST_STRING},
                                              {"artist", PLAYLIST_STRING},
                                              {"album", PLAYLIST_STRING},
                                              {"spotify_id", PLAYLIST_STRING}})),
        tracks_(rows.table("tracks", {{"title", PLAYLIST_STRING},
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
    playlists_.begin(rows_.record());
    playlists_.text(1, name_);
    playlists_.text(2, id_);
    playlists_.text(3, fields[kDescription].text(buffer_));
    const auto modified = fields[kModified].integer();
    if (modified && is_plausible(*modified)) {
      playlists_.i64(4, *modified);
    } else if (fields[kModified].is_given()) {
      unread_.add(fields[kModified].raw);
    }
    playlists_.text_or_empty(5, "");
  }

  void tell() const { unread_.tell(rows_); }

  void take_item(const JsonValue* fields) override {
    ++position_;
    const std::string_view title = fields[kTitle].text(title_);
    const std::string_view artist = fields[kArtist].text(artist_);
    const std::string_view album = fields[kAlbum].text(album_);
    const std::string_view id = spotify_id(fields[kTrackUri].text(uri_));
    if (id.empty() && (title.empty() || artist.empty())) {
      return rows_.bucket("empty", "neither names nor an id");
    }
    items_.begin(rows_.record());
    items_.text(1, name_);
    items_.text(2, id_);
    items_.i32(3, position_);
    items_.text(4, title);
    items_.text(5, artist);
    items_.text(6, album);
    items_.text(7, id);
    if (id.empty() || !known_.emplace(id).second) return;
    tracks_.begin(rows_.record());
    tracks_.text(1, title);
    tracks_.text(2, artist);
    tracks_.text(3, album);
    tracks_.text(4, id);
    const auto duration = fields[kDuration].integer();
    if (duration && *duration > 0 && *duration < 24 * 3600 * 1000) {
      tracks_.i32(5, static_cast<std::int32_t>(*duration));
    }
    tracks_.text(6, spotify_id(fields[kAlbumUri].text(buffer_), "album"));
    tracks_.text(7, spotify_id(fields[kArtistUri].text(buffer_), "artist"));
  }

 private:
  Rows& rows_;
  Table &playlists_, &items_, &tracks_;
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
    Rows rows(call);
    Records records(rows);
    PlaylistDocument document(kPlaylistKeys, kTracks, kItemKeys);
    document.read(without_bom(call.input().bytes()), rows, records);
    records.tell();
    rows.finish();
  }
};

}  // namespace

constinit const playlist::Element kMpd = playlist::element<Mpd>(
    "source.mpd", "Slices of the Million Playlist Dataset (mpd.slice.*.json).");

}  // namespace source
