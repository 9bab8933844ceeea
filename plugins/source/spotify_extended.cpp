// source.spotify_extended: the whole listening life of a Spotify account.
//
// Files     Streaming_History_Audio_*.json, endsong_*.json: a list of records of 21 or 23 keys,
//           pretty-printed or in one line, not always sorted
// Time      `ts` is when the play ended, UTC; the listen starts `ms_played` before
// Buckets   podcast, audiobook, video (Streaming_History_Video_*: its records are not told apart
//           otherwise), local (spotify:local: without names), empty (neither names nor an id),
//           malformed
// Device    platform, of which the host leaves versions out
// Kept out  ip_addr, username, user agent: never read
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "ids.hpp"
#include "json_records.hpp"
#include "recognise.hpp"
#include "repeats.hpp"
#include "text.hpp"

namespace source {
namespace {

enum Field : std::size_t {
  kTs,
  kMsPlayed,
  kCountry,
  kPlatform,
  kTitle,
  kArtist,
  kAlbum,
  kUri,
  kEpisodeName,
  kEpisodeUri,
  kBookTitle,
  kBookUri,
  kChapterUri,
  kReasonStart,
  kReasonEnd,
  kShuffle,
  kSkipped,
  kOffline,
  kIncognito,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames = {"ts",
                                                              "ms_played",
                                                              "conn_country",
                                                              "platform",
                                                              "master_metadata_track_name",
                                                              "master_metadata_album_artist_name",
                                                              "master_metadata_album_album_name",
                                                              "spotify_track_uri",
                                                              "episode_name",
                                                              "spotify_episode_uri",
                                                              "audiobook_title",
                                                              "audiobook_uri",
                                                              "audiobook_chapter_uri",
                                                              "reason_start",
                                                              "reason_end",
                                                              "shuffle",
                                                              "skipped",
                                                              "offline",
                                                              "incognito_mode"};
/// Keys a record can begin with; also those that are not read.
constexpr std::array<std::string_view, 5> kFirstKeys = {"ts", "username", "ms_played", "platform",
                                                        "conn_country"};

enum Column {
  kStart = 1,
  kPlayed,
  kTitleColumn,
  kArtistColumn,
  kAlbumColumn,
  kSpotifyId,
  kStartReason,
  kEndReason,
  kCountryColumn,
  kSkippedColumn,
  kShuffleColumn,
  kOfflineColumn,
  kIncognitoColumn,
  kStamp,
  kDevice
};

constexpr std::int64_t kLongestPlay = 24 * 3600 * 1000;

/// One spelling for every way a play can begin or end: "click-row" and "ClickRow" are "clickrow".
std::string_view unify_reason(std::string_view reason, std::string& buffer) {
  if (reason == "trackdone" || reason == "fwdbtn") return reason;
  buffer.clear();
  for (const char c : reason) {
    if (c != '-' && c != '_' && c != ' ') buffer += c;
  }
  buffer = lower_ascii(buffer);
  if (buffer == "unexpectedexit") return "unexpected-exit";
  if (buffer == "unexpectedexitwhilepaused") return "unexpected-exit-while-paused";
  return buffer;
}

bool is_country(std::string_view code) {
  return code.size() == 2 && code != "ZZ" && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' &&
         code[1] <= 'Z';
}

class SpotifyExtended final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (head.is_list() && head.has("ms_played") &&
        head.has_any({"ts", "spotify_track_uri", "master_metadata_track_name"})) {
      return kSure;
    }
    const bool is_empty = head.is_empty_list();
    return is_empty && (is_named(input, "Streaming_History_") || is_named(input, "endsong"))
               ? kByName
               : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    is_video_ = is_named(call.input(), "Streaming_History_Video");
    listens_ = &call.rows("listens", {{"ts", PLAYLIST_I64, kAlways},
                                      {"ms_played", PLAYLIST_I32},
                                      {"title", PLAYLIST_STRING, kAlways},
                                      {"artist", PLAYLIST_STRING, kAlways},
                                      {"album", PLAYLIST_STRING},
                                      {"spotify_id", PLAYLIST_STRING},
                                      {"reason_start", PLAYLIST_STRING},
                                      {"reason_end", PLAYLIST_STRING},
                                      {"country", PLAYLIST_STRING},
                                      {"skipped", PLAYLIST_U8},
                                      {"shuffle", PLAYLIST_U8},
                                      {"offline", PLAYLIST_U8},
                                      {"incognito", PLAYLIST_U8},
                                      {"stamp", PLAYLIST_U8},
                                      {"device", PLAYLIST_STRING}});
    JsonFields fields(kNames);
    read_records(without_bom(call.input().bytes()), kFirstKeys, fields, values_.data(), call,
                 [this] { take_record(); });
    call.finish();
  }

 private:
  void take_record() {
    if (is_video_) return call_->bucket("video", "");
    if (given(kEpisodeUri) || given(kEpisodeName)) return call_->bucket("podcast", "");
    if (given(kBookUri) || given(kBookTitle) || given(kChapterUri)) {
      return call_->bucket("audiobook", "");
    }
    const std::string_view uri = values_[kUri].text(buffer_);
    if (uri.starts_with("spotify:local:")) return take_local(uri);
    if (uri.starts_with("spotify:episode:")) return call_->bucket("podcast", "");
    take_listen(spotify_id(uri));
  }

  /// The names that the address says, where the fields for names are empty.
  void take_local(std::string_view uri) {
    const LocalFile file = *local_file(uri);
    const bool has_names = has_text(kTitle) && has_text(kArtist);
    if (!has_names && !file.has_names()) return call_->bucket("local", file.text());
    take_listen("", has_names ? nullptr : &file);
  }

  void take_listen(std::string_view id, const LocalFile* file = nullptr) {
    for (const Field field : {kTitle, kArtist, kAlbum}) {
      if (!values_[field].is_textlike()) return malformed(field, "is no text");
    }
    const bool has_names = file != nullptr || (has_text(kTitle) && has_text(kArtist));
    if (!has_names && id.empty()) return call_->bucket("empty", "neither names nor an id");
    const auto end = read_end();
    if (!end) return malformed(kTs, "is no time from 2000 on");
    const auto played = values_[kMsPlayed].integer();
    if (!played || *played < 0 || *played > kLongestPlay) {
      return malformed(kMsPlayed, "is not between 0 and 24 hours in milliseconds");
    }
    listens_->row();
    if (!id.empty()) listens_->set_text(kSpotifyId, id);  // may lie in buffer_: first
    listens_->set_i64(kStart, *end - (*played + 999) / 1000);
    listens_->set_i32(kPlayed, static_cast<std::int32_t>(*played));
    listens_->set_u8(kStamp, kStampEnd);
    if (file) {
      listens_->set_text(kTitleColumn, file->title);
      listens_->set_text(kArtistColumn, file->artist);
      listens_->set_text(kAlbumColumn, file->album);
    } else {
      put_text(kTitleColumn, kTitle);
      put_text(kArtistColumn, kArtist);
      put_text(kAlbumColumn, kAlbum);
    }
    put_details();
  }

  void put_details() {
    put_reason(kStartReason, kReasonStart);
    put_reason(kEndReason, kReasonEnd);
    const std::string_view country = values_[kCountry].text(buffer_);
    if (is_country(country)) listens_->set_text(kCountryColumn, country);
    put_text(kDevice, kPlatform);
    put_flag(kSkippedColumn, kSkipped);
    put_flag(kShuffleColumn, kShuffle);
    put_flag(kOfflineColumn, kOffline);
    put_flag(kIncognitoColumn, kIncognito);
  }

  std::optional<std::int64_t> read_end() {
    const std::string_view text = values_[kTs].text(buffer_);
    auto end = read_utc(text);
    if (!end) {
      if (const auto time = read_time(text)) end = time->seconds;
    }
    return end && is_plausible(*end) ? end : std::nullopt;
  }

  void malformed(Field field, std::string_view why) {
    const std::string_view found = values_[field].raw;
    call_->malformed(
        playlist::concat(kNames[field], " ", why, ": ", found.empty() ? "nothing" : quoted(found)));
  }
  [[nodiscard]] bool given(Field field) const { return has_text(field); }
  [[nodiscard]] bool has_text(Field field) const {
    return values_[field].is_given() && !values_[field].raw.empty();
  }
  void put_text(int column, Field field) {
    listens_->set_text(column, values_[field].text(buffer_));
  }
  void put_reason(int column, Field field) {
    listens_->set_text(column, unify_reason(values_[field].text(buffer_), reason_));
  }
  void put_flag(int column, Field field) {
    if (const auto flag = values_[field].boolean()) listens_->set_u8(column, *flag ? 1 : 0);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* listens_ = nullptr;
  bool is_video_ = false;
  std::array<JsonValue, kFieldCount> values_;
  std::string buffer_, reason_;
};

}  // namespace

constinit const playlist::Element kSpotifyExtended = playlist::element<SpotifyExtended>(
    "source.spotify_extended",
    "Spotify extended streaming history (Streaming_History_Audio_*.json, endsong_*.json).");

}  // namespace source
