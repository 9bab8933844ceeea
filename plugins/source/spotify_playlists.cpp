// source.spotify_playlists: Playlist1.json, Playlist2.json ... of the Spotify account data.
//
// Records   every playlist, and every item of one
// Whole     the files of one export tell all of the person's playlists
//           Local files keep their place under the names that their address says
// Buckets   of items: podcast, audiobook, local (without a name), empty, malformed; they keep
//           their position
#include "playlist/plugin.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "file_dates.hpp"
#include "ids.hpp"
#include "playlists_json.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum PlaylistField : std::size_t { kName, kModified, kItems, kDescription, kPlaylistFieldCount };
constexpr std::array<std::string_view, kPlaylistFieldCount> kPlaylistKeys = {
    "name", "lastModifiedDate", "items", "description"};

enum ItemField : std::size_t { kTrack, kEpisode, kLocal, kBook, kAdded, kItemFieldCount };
constexpr std::array<std::string_view, kItemFieldCount> kItemKeys = {
    "track", "episode", "localTrack", "audiobook", "addedDate"};

enum TrackField : std::size_t { kTitle, kArtist, kAlbum, kUri, kTrackFieldCount };
constexpr std::array<std::string_view, kTrackFieldCount> kTrackKeys = {"trackName", "artistName",
                                                                       "albumName", "trackUri"};

constexpr std::array<std::string_view, 1> kLocalKeys = {"uri"};

class Records final : public PlaylistRecords {
 public:
  explicit Records(playlist::SourceCall& call)
      : call_(call),
        playlists_(call.rows("playlists", {{"playlist", PLAYLIST_STRING, kAlways},
                                           {"playlist_id", PLAYLIST_STRING},
                                           {"description", PLAYLIST_STRING},
                                           {"ts", PLAYLIST_I64}})),
        tracks_(call.rows("playlist_tracks", {{"playlist", PLAYLIST_STRING, kAlways},
                                              {"playlist_id", PLAYLIST_STRING},
                                              {"position", PLAYLIST_I32},
                                              {"ts", PLAYLIST_I64},
                                              {"title", PLAYLIST_STRING},
                                              {"artist", PLAYLIST_STRING},
                                              {"album", PLAYLIST_STRING},
                                              {"spotify_id", PLAYLIST_STRING}})) {}

  void take_playlist(const JsonValue* fields) override {
    position_ = -1;
    name_ = fields[kName].text(buffer_);
    if (name_.empty()) name_ = "(no name)";
    // Playlists of one name are told apart by their order; the first has no id, so that it stays
    // the same playlist in a later export.
    const int count = ++names_[name_];
    id_ = count == 1 ? "" : "#" + std::to_string(count);
    playlists_.row();
    playlists_.set_text(1, name_);
    playlists_.set_text(2, id_);
    playlists_.set_text(3, fields[kDescription].text(buffer_));
    put_time(playlists_, 4, fields[kModified]);
  }

  void tell() const { unread_.tell(call_); }

  void take_item(const JsonValue* fields) override {
    ++position_;
    if (fields[kTrack].kind != JsonValue::Kind::kObject) {
      if (fields[kEpisode].is_given()) return call_.bucket("podcast", "");
      if (fields[kLocal].is_given()) return take_local(fields[kLocal], fields[kAdded]);
      if (fields[kBook].is_given()) return call_.bucket("audiobook", "");
      return call_.bucket("empty", "an item without a track");
    }
    std::array<JsonValue, kTrackFieldCount> track;
    JsonReader reader(fields[kTrack].raw);
    track_fields_.read(reader, track.data());
    take_track(track, fields[kAdded]);
  }

 private:
  /// {"uri": "spotify:local:..."}, or the address alone.
  void take_local(const JsonValue& local, const JsonValue& added) {
    JsonValue uri = local;
    if (local.kind == JsonValue::Kind::kObject) {
      JsonReader reader(local.raw);
      local_fields_.read(reader, &uri);
    }
    put_local(local_file(uri.text(uri_)), added);
  }

  void put_local(const std::optional<LocalFile>& file, const JsonValue& added) {
    if (!file || !file->has_names()) {
      return call_.bucket("local", file ? file->text() : "no name");
    }
    put_place(added);
    tracks_.set_text(5, file->title);
    tracks_.set_text(6, file->artist);
    tracks_.set_text(7, file->album);
  }

  void put_place(const JsonValue& added) {
    tracks_.row();
    tracks_.set_text(1, name_);
    tracks_.set_text(2, id_);
    tracks_.set_i32(3, position_);
    put_time(tracks_, 4, added);
  }

  void take_track(const std::array<JsonValue, kTrackFieldCount>& track, const JsonValue& added) {
    const std::string_view uri = track[kUri].text(uri_);
    if (const auto file = local_file(uri)) return put_local(file, added);
    const std::string_view title = track[kTitle].text(title_);
    const std::string_view artist = track[kArtist].text(artist_);
    const std::string_view id = spotify_id(uri);
    if (id.empty() && (title.empty() || artist.empty())) {
      return call_.bucket("empty", "neither names nor an id");
    }
    put_place(added);
    tracks_.set_text(5, title);
    tracks_.set_text(6, artist);
    tracks_.set_text(7, track[kAlbum].text(buffer_));
    tracks_.set_text(8, id);
  }

  void put_time(playlist::Rows& table, int column, const JsonValue& value) {
    const std::string_view text = value.text(buffer_);
    const auto time = read_time(text);
    if (time && is_plausible(time->seconds)) {
      table.set_i64(column, time->seconds);
    } else if (!text.empty()) {
      unread_.add(text);
    }
  }

  playlist::SourceCall& call_;
  playlist::Rows &playlists_, &tracks_;
  JsonFields track_fields_{kTrackKeys}, local_fields_{kLocalKeys};
  UnreadDates unread_{"\"addedDate\" and \"lastModifiedDate\""};
  std::int32_t position_ = -1;
  std::map<std::string, int> names_;
  std::string name_, id_, buffer_, uri_, title_, artist_;
};

class SpotifyPlaylists final : public playlist::Source {
  static constexpr const char* kTeller = "spotify";

 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    const bool is_ours = head.is_object() && head.has("playlists") &&
                         head.has_any({"lastModifiedDate", "trackName", "numberOfFollowers"});
    return is_ours && !head.has("pid") ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call.list("playlists", kTeller);
    Records records(call);
    PlaylistDocument document(kPlaylistKeys, kItems, kItemKeys);
    const bool is_whole = document.read(without_bom(call.input().bytes()), call, records);
    records.tell();
    if (is_whole) call.whole_list("playlists", kTeller);
    call.finish();
  }
};

}  // namespace

constinit const playlist::Element kSpotifyPlaylists = playlist::element<SpotifyPlaylists>(
    "source.spotify_playlists", "Spotify account data: playlists of Playlist*.json.");

}  // namespace source
