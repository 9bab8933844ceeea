// source.multi_scrobbler: plays as multi-scrobbler hands them out and keeps them.
//
// Files     a JSON list of records, one per line, or a list "plays", "data", "items" or "scrobbles"
//           in an object
// Records   {"data": {"track", "artists", "album", "playDate", "listenedFor", "duration", "isrc",
//           "meta": {"brainz", "spotify"}}, "meta": {"source", "mediaPlayerName"}}, or that in
//           "play", as the plays are kept that could not be sent; artists are names or {"name"}
// Time      playDate is when the play began; "listenedFor" and "duration" are seconds. A source that
//           only tells its history may give the end
// Teller    the source: two of one person may tell the same play
// Personal  ids of devices and users in "meta" are not read
// Buckets   now_playing (no time), empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "ids.hpp"
#include "json_list.hpp"
#include "json_parts.hpp"
#include "json_records.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Field : std::size_t { kData, kMeta, kPlay, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kNames = {"data", "meta", "play"};
enum DataField : std::size_t {
  kTrack,
  kArtists,
  kAlbum,
  kPlayDate,
  kListenedFor,
  kDuration,
  kIsrc,
  kTrackMeta,
  kDataCount
};
constexpr std::array<std::string_view, kDataCount> kDataNames = {
    "track", "artists", "album", "playDate", "listenedFor", "duration", "isrc", "meta"};
enum MetaField : std::size_t { kSource, kPlayer, kMetaCount };
constexpr std::array<std::string_view, kMetaCount> kMetaNames = {"source", "mediaPlayerName"};
enum ServiceField : std::size_t { kBrainz, kSpotify, kServiceCount };
constexpr std::array<std::string_view, kServiceCount> kServiceNames = {"brainz", "spotify"};
enum IdField : std::size_t { kIdRecording, kIdTrack, kIdArtist, kIdCount };
constexpr std::array<std::string_view, kIdCount> kIdNames = {"recording", "track", "artist"};
constexpr std::array<std::string_view, 1> kArtistNames = {"name"};
constexpr std::array<std::string_view, 4> kLists = {"plays", "data", "items", "scrobbles"};
constexpr std::array<std::string_view, 5> kFirstKeys = {"data", "meta", "play", "id", "uid"};

class MultiScrobbler final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (!head.is_object() && !head.is_list()) return kNo;
    return head.has_all({"data", "track", "artists", "playDate"}) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    plays_.emplace(call);
    const std::string_view text = without_bom(call.input().bytes());
    const auto take = [this] { take_record(); };
    if (trim(text.substr(0, 256)).starts_with('[')) {
      read_records(text, kFirstKeys, fields_, values_.data(), call, take);
    } else if (const char* list = find_list(text, kLists); list != nullptr) {
      read_list_at(text, list, kFirstKeys, fields_, values_.data(), call, take);
    } else {
      read_lines(
          text, JsonList::kLongestRecord, call,
          [this](JsonReader& reader) { return fields_.read(reader, values_.data()); }, take);
    }
    call.finish();
  }

 private:
  void take_record() {
    if (values_[kPlay].kind == JsonValue::Kind::kObject) {
      const JsonValue inner = values_[kPlay];
      read_part(inner, fields_, values_);
    }
    read_part(values_[kData], data_fields_, data_);
    read_part(values_[kMeta], meta_fields_, meta_);
    Play play;
    const std::string_view when = data_[kPlayDate].text(buffer_);
    if (const auto time = read_time(when)) {
      play.ts = time->seconds;
    } else if (const auto epoch = read_epoch(when)) {
      play.ts = *epoch;
    } else if (!when.empty()) {
      return call_->malformed("playDate is no time: " + quoted(when));
    }
    play.stamp = kStampEither;
    play.title = data_[kTrack].text(buffer_);
    play.artist = artists(data_[kArtists]);
    play.album = data_[kAlbum].text(buffer_);
    if (const auto heard = data_[kListenedFor].number()) play.ms_played = *heard * 1000;
    if (const auto length = data_[kDuration].number()) play.duration_ms = *length * 1000;
    play.isrc = isrc(data_[kIsrc].text(buffer_));
    put_ids(play);
    play.teller = meta_[kSource].text(buffer_);
    play.device = meta_[kPlayer].text(buffer_);
    plays_->put(play);
  }

  std::string artists(const JsonValue& list) {
    std::string names;
    for_each_item(list, [&](JsonReader& reader) {
      JsonValue name;
      const bool is_read =
          reader.peek() == '{' ? artist_fields_.read(reader, &name) : reader.value(name);
      if (is_read) add_name(names, name.text(buffer_));
      return is_read;
    });
    return names;
  }

  void put_ids(Play& play) {
    read_part(data_[kTrackMeta], service_fields_, services_);
    read_part(services_[kBrainz], id_fields_, ids_);
    play.mbid = mbid(ids_[kIdRecording].text(buffer_));
    if (play.mbid.empty()) play.mbid = mbid(ids_[kIdTrack].text(buffer_));
    const std::string artist_mbids = joined_names(ids_[kIdArtist], buffer_);
    play.artist_mbid = mbid(artist_mbids.substr(0, artist_mbids.find('\x1f')));
    read_part(services_[kSpotify], id_fields_, ids_);
    play.spotify_id = spotify_id(ids_[kIdTrack].text(buffer_));
  }

  playlist::SourceCall* call_ = nullptr;
  std::optional<PlayRows> plays_;
  JsonFields fields_{kNames}, data_fields_{kDataNames}, meta_fields_{kMetaNames},
      service_fields_{kServiceNames}, id_fields_{kIdNames}, artist_fields_{kArtistNames};
  std::array<JsonValue, kFieldCount> values_;
  std::array<JsonValue, kDataCount> data_;
  std::array<JsonValue, kMetaCount> meta_;
  std::array<JsonValue, kServiceCount> services_;
  std::array<JsonValue, kIdCount> ids_;
  std::string buffer_;
};

}  // namespace

constinit const playlist::Element kMultiScrobbler = playlist::element<MultiScrobbler>(
    "source.multi_scrobbler", "Plays that multi-scrobbler kept or handed out, as JSON.");

}  // namespace source
