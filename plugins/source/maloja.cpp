// source.maloja: the export of Maloja, {"maloja": {...}, "scrobbles": [...]}.
//
// Records   {"time", "track": {"artists", "title", "album": {"albumtitle", "artists"}, "length"},
//           "duration", "origin"}; the first version has what is in "track" in the record itself,
//           and its album as a text or {"name"}
// Time      when the play began, as the scrobbler said; one that only saw a service's history says
//           the end. "duration" is how long it was heard, "length" of the track, both in seconds
// Teller    the origin ("client:...", "import:..."): two of one account may tell the same play
// Buckets   now_playing (no time), empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "elements.hpp"
#include "json_parts.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Field : std::size_t {
  kTime,
  kTrack,
  kDuration,
  kOrigin,
  kArtists,
  kTitle,
  kAlbum,
  kLength,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames = {
    "time", "track", "duration", "origin", "artists", "title", "album", "length"};
enum AlbumField : std::size_t { kAlbumTitle, kAlbumName, kAlbumFieldCount };
constexpr std::array<std::string_view, kAlbumFieldCount> kAlbumNames = {"albumtitle", "name"};
constexpr std::array<std::string_view, 1> kLists = {"scrobbles"};
constexpr std::array<std::string_view, 4> kFirstKeys = {"time", "track", "duration", "origin"};

std::optional<double> seconds_as_ms(const JsonValue& value) {
  const auto seconds = value.number();
  return seconds ? std::optional(*seconds * 1000) : std::nullopt;
}

class Maloja final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (!head.is_object() || !head.has("scrobbles")) return kNo;
    if (head.has("maloja")) return kSure;
    return head.has_all({"time", "track", "artists", "title"}) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = without_bom(call.input().bytes());
    const char* list = find_list(text, kLists);
    if (list == nullptr) throw playlist::Unsupported("no list \"scrobbles\"");
    PlayRows plays(call);
    read_list_at(text, list, kFirstKeys, fields_, values_.data(), call,
                 [&] { take_record(plays); });
    call.finish();
  }

 private:
  void take_record(PlayRows& plays) {
    const bool has_part = values_[kTrack].kind == JsonValue::Kind::kObject;
    if (has_part) read_part(values_[kTrack], track_fields_, track_);
    const auto& track = has_part ? track_ : values_;
    Play play;
    play.ts = values_[kTime].integer();
    play.stamp = kStampEither;
    play.title = track[kTitle].text(buffer_);
    play.artist = joined_names(track[kArtists], buffer_);
    play.album = album(track[kAlbum]);
    play.ms_played = seconds_as_ms(values_[kDuration]);
    play.duration_ms = seconds_as_ms(track[kLength]);
    play.teller = values_[kOrigin].text(buffer_);
    plays.put(play);
  }

  std::string album(const JsonValue& value) {
    if (value.kind != JsonValue::Kind::kObject) return std::string(value.text(buffer_));
    read_part(value, album_fields_, album_);
    return std::string(
        album_[album_[kAlbumTitle].is_given() ? kAlbumTitle : kAlbumName].text(buffer_));
  }

  JsonFields fields_{kNames}, track_fields_{kNames}, album_fields_{kAlbumNames};
  std::array<JsonValue, kFieldCount> values_, track_;
  std::array<JsonValue, kAlbumFieldCount> album_;
  std::string buffer_;
};

}  // namespace

constinit const playlist::Element kMaloja =
    playlist::element<Maloja>("source.maloja", "Maloja's export: every scrobble, with its origin.");

}  // namespace source
