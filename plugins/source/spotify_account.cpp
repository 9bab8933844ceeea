// source.spotify_account: the last year's plays of a Spotify account (StreamingHistory*.json).
//
// Keys      endTime (UTC, to the minute), artistName, trackName, msPlayed; podcast files
//           podcastName, episodeName; audiobook files audiobookName
// Time      the listen starts msPlayed before endTime; precision 60 s, so equal rows are counted
// Buckets   podcast, audiobook, empty ("Unknown Artist", "Unknown Track"), malformed. Older files
//           have podcasts among the music, as artist and track: nothing tells them apart.
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "json_records.hpp"
#include "recognise.hpp"
#include "repeats.hpp"
#include "text.hpp"

namespace source {
namespace {

enum Field : std::size_t {
  kEndTime,
  kArtistName,
  kTrackName,
  kMsPlayed,
  kPodcastName,
  kEpisodeName,
  kAudiobookName,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames = {
    "endTime",     "artistName",  "trackName",    "msPlayed",
    "podcastName", "episodeName", "audiobookName"};

enum Column { kTs = 1, kPlayed, kTitle, kArtist, kPrecision, kStamp, kRepeat };

constexpr std::int64_t kLongestPlay = 24 * 3600 * 1000;

class SpotifyAccount final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    if (head.is_list() && head.has_all({"endTime", "msPlayed"})) return kSure;
    return head.is_empty_list() && is_named(input, "StreamingHistory") ? kByName : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    listens_ = &call.rows("listens", {{"ts", PLAYLIST_I64, kAlways},
                                      {"ms_played", PLAYLIST_I32},
                                      {"title", PLAYLIST_STRING, kAlways},
                                      {"artist", PLAYLIST_STRING, kAlways},
                                      {"precision", PLAYLIST_I32},
                                      {"stamp", PLAYLIST_U8},
                                      {"repeat", PLAYLIST_I32}});
    JsonFields fields(kNames);
    read_records(without_bom(call.input().bytes()), kNames, fields, values_.data(), call,
                 [this] { take_record(); });
    call.finish();
  }

 private:
  void take_record() {
    if (values_[kPodcastName].is_given() || values_[kEpisodeName].is_given()) {
      return call_->bucket("podcast", "");
    }
    if (values_[kAudiobookName].is_given()) return call_->bucket("audiobook", "");
    for (const Field field : {kEndTime, kArtistName, kTrackName}) {
      if (!values_[field].is_textlike()) return malformed(field, "is no text");
    }
    const std::string_view artist = values_[kArtistName].text(artist_);
    const std::string_view track = values_[kTrackName].text(track_);
    if (artist.empty() || track.empty()) return call_->bucket("empty", "no artist or no track");
    if (artist == "Unknown Artist" || track == "Unknown Track") {
      return call_->bucket("empty", "unknown artist or track");
    }
    take_listen(artist, track);
  }

  void take_listen(std::string_view artist, std::string_view track) {
    const auto end = read_time(values_[kEndTime].text(time_));
    if (!end || !is_plausible(end->seconds)) return malformed(kEndTime, "is no time from 2000 on");
    const auto played = values_[kMsPlayed].integer();
    if (!played || *played < 0 || *played > kLongestPlay) {
      return malformed(kMsPlayed, "is not between 0 and 24 hours in milliseconds");
    }
    listens_->row();
    listens_->set_i64(kTs, end->seconds - (*played + 999) / 1000);
    listens_->set_i32(kPlayed, static_cast<std::int32_t>(*played));
    listens_->set_text(kTitle, track);
    listens_->set_text(kArtist, artist);
    listens_->set_i32(kPrecision, end->precision);
    listens_->set_u8(kStamp, kStampEnd);
    const std::int32_t repeat = repeats_.count(artist, track, end->seconds, *played);
    if (repeat > 0) listens_->set_i32(kRepeat, repeat);
  }

  void malformed(Field field, std::string_view why) {
    const std::string_view found = values_[field].raw;
    call_->malformed(
        playlist::concat(kNames[field], " ", why, ": ", found.empty() ? "nothing" : quoted(found)));
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* listens_ = nullptr;
  Repeats repeats_;
  std::array<JsonValue, kFieldCount> values_;
  std::string artist_, track_, time_;
};

}  // namespace

constinit const playlist::Element kSpotifyAccount = playlist::element<SpotifyAccount>(
    "source.spotify_account", "Spotify account data: StreamingHistory*.json of the last year.");

}  // namespace source
