// source.spotify_library: YourLibrary.json of the Spotify account data.
//
// Sections  tracks -> likes (the export has no dates), albums -> saved_albums, artists ->
//           saved_artists, bannedTracks and bannedArtists -> banned; every item is one record.
//           Each is all that Spotify holds of it, unless the file breaks off
// Buckets   podcast (shows, episodes), local, other, empty, malformed
// Forms     2020: {artist, album, track}; since 2021 also uri
#include "playlist/plugin.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "elements.hpp"
#include "ids.hpp"
#include "json_list.hpp"
#include "json_records.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

enum Field : std::size_t { kArtist, kAlbum, kTrack, kUri, kName, kPublisher, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kNames = {"artist", "album", "track",
                                                              "uri",    "name",  "publisher"};

/// True when the first record of "tracks" names track and artist by texts: in other formats "track"
/// is a number on an album or in a library.
bool has_liked_track(std::string_view text) {
  JsonReader reader(text);
  if (!reader.take('{')) return false;
  JsonValue section, other;
  while (reader.peek() == '"' && reader.text(section) && reader.take(':')) {
    if (section.raw == "tracks") break;
    if (!reader.value(other)) return false;
    reader.take(',');
  }
  if (section.raw != "tracks" || !reader.take('[') || reader.peek() != '{') return false;
  std::array<JsonValue, kFieldCount> values;
  JsonFields fields(kNames);
  return fields.read(reader, values.data()) && values[kTrack].is_text() &&
         values[kArtist].is_text();
}

class SpotifyLibrary final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (!head.is_object() || head.has("playlists") || !head.has("tracks")) return kNo;
    if (has_liked_track(head.text())) return kSure;
    return is_named(input, "YourLibrary") ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    make_tables();
    JsonReader reader(without_bom(call.input().bytes()));
    if (!reader.take('{')) throw playlist::Unsupported("no JSON object");
    while (reader.peek() == '"') {
      JsonValue section, other;
      if (!reader.text(section) || !reader.take(':')) break;
      if (reader.peek() == '[') {
        sections_.insert(std::string(section.raw));
        read_section(reader, section.raw);
      } else if (!reader.value(other)) {
        break;
      }
      reader.take(',');
    }
    if (!reader.take('}')) {
      call.notice("the file breaks off at byte " + std::to_string(reader.offset()));
    } else {
      tell_whole_lists();
    }
    notice_rest(reader, call);
    call.finish();
  }

 private:
  static constexpr const char* kTeller = "spotify";

  void tell_whole_lists() {
    const auto has = [this](const char* section) { return sections_.count(section) != 0; };
    if (has("tracks")) call_->whole_list("likes", kTeller);
    if (has("albums")) call_->whole_list("saved_albums", kTeller);
    if (has("artists")) call_->whole_list("saved_artists", kTeller);
    if (has("bannedTracks") && has("bannedArtists")) call_->whole_list("banned", kTeller);
  }

  void make_tables() {
    for (const char* list : {"likes", "saved_albums", "saved_artists", "banned"})
      call_->list(list, kTeller);
    likes_ = &call_->rows("likes", {{"title", PLAYLIST_STRING},
                                    {"artist", PLAYLIST_STRING},
                                    {"album", PLAYLIST_STRING},
                                    {"spotify_id", PLAYLIST_STRING}});
    albums_ = &call_->rows("saved_albums", {{"album", PLAYLIST_STRING, kAlways},
                                            {"artist", PLAYLIST_STRING, kAlways}});
    artists_ = &call_->rows("saved_artists", {{"artist", PLAYLIST_STRING, kAlways}});
    banned_ = &call_->rows(
        "banned",
        {{"title", PLAYLIST_STRING}, {"artist", PLAYLIST_STRING}, {"spotify_id", PLAYLIST_STRING}});
  }

  void read_section(JsonReader& reader, std::string_view section) {
    JsonFields fields(kNames);
    JsonList list(reader, kNames, JsonList::Place::kInside);
    while (list.next()) {
      JsonValue uri;
      if (reader.peek() == '"' && reader.value(uri)) {
        call_->bucket("other", section);  // "other" lists bare addresses
      } else if (list.read(fields, values_.data())) {
        take_item(section);
      } else {
        call_->malformed(list.problem());
      }
      call_->next(reader.offset());
    }
  }

  void take_item(std::string_view section) {
    if (section == "tracks") return take_like();
    if (section == "albums") return take_album();
    if (section == "artists") return take_artist();
    if (section == "bannedTracks" || section == "bannedArtists") return take_banned();
    const bool is_podcast = section == "shows" || section == "episodes";
    call_->bucket(is_podcast ? "podcast" : "other", section);
  }

  void take_like() {
    if (values_[kTrack].kind == JsonValue::Kind::kNumber) {
      return call_->malformed("track is no text: " + quoted(values_[kTrack].raw));
    }
    const std::string_view uri = text(kUri);
    if (const auto file = local_file(uri)) return take_local_like(*file);
    if (uri.starts_with("spotify:episode:")) return call_->bucket("podcast", "tracks");
    const std::string_view id = spotify_id(uri);
    const bool has_names = !text(kTrack).empty() && !text(kArtist).empty();
    if (id.empty() && !has_names) return call_->bucket("empty", "neither names nor an id");
    likes_->row();
    likes_->set_text(1, text(kTrack));
    likes_->set_text(2, text(kArtist));
    likes_->set_text(3, text(kAlbum));
    likes_->set_text(4, id);
  }

  void take_local_like(const LocalFile& file) {
    if (!file.has_names()) return call_->bucket("local", file.text());
    likes_->row();
    likes_->set_text(1, file.title);
    likes_->set_text(2, file.artist);
    likes_->set_text(3, file.album);
  }

  void take_album() {
    if (text(kAlbum).empty() || text(kArtist).empty()) {
      return call_->bucket("empty", "no album or no artist");
    }
    albums_->row();
    albums_->set_text(1, text(kAlbum));
    albums_->set_text(2, text(kArtist));
  }

  void take_artist() {
    if (text(kName).empty()) return call_->bucket("empty", "no name");
    artists_->row();
    artists_->set_text(1, text(kName));
  }

  void take_banned() {
    const std::string_view artist = text(text(kArtist).empty() ? kName : kArtist);
    const std::string_view id = spotify_id(text(kUri));
    if (artist.empty() && id.empty()) return call_->bucket("empty", "neither names nor an id");
    banned_->row();
    banned_->set_text(1, text(kTrack));
    banned_->set_text(2, artist);
    banned_->set_text(3, id);
  }

  std::string_view text(Field field) { return values_[field].text(buffers_[field]); }

  playlist::SourceCall* call_ = nullptr;
  std::set<std::string> sections_;
  playlist::Rows *likes_ = nullptr, *albums_ = nullptr, *artists_ = nullptr, *banned_ = nullptr;
  std::array<JsonValue, kFieldCount> values_;
  std::array<std::string, kFieldCount> buffers_;
};

}  // namespace

constinit const playlist::Element kSpotifyLibrary = playlist::element<SpotifyLibrary>(
    "source.spotify_library",
    "Spotify account data: likes, albums and artists of YourLibrary.json.");

}  // namespace source
