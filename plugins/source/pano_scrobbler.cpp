// source.pano_scrobbler: the log that Pano Scrobbler keeps, one JSON record per line.
//
// Records   {"timeMs", "track", "artist", "album", "albumArtist", "durationMs", "mediaPlayerName",
//           "event"}; "timeHuman" and the player's package and version say nothing more
// Events    scrobble, and none in older logs: listens; love: likes, unless an unlove of the same
//           track follows; everything else is in the bucket "other"
// Time      timeMs is when the play began, in milliseconds
// Device    the player on the phone
// Buckets   other (events that are no plays), now_playing (no time), empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "json_list.hpp"
#include "json_records.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Field : std::size_t {
  kTimeMs,
  kTrack,
  kArtist,
  kAlbum,
  kDuration,
  kPlayer,
  kEvent,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames = {
    "timeMs", "track", "artist", "album", "durationMs", "mediaPlayerName", "event"};

class PanoScrobbler final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    return head.is_object() && head.has_all({"timeMs", "track", "artist"}) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    const std::string_view text = without_bom(call.input().bytes());
    find_unloved(text);
    PlayRows plays(call);
    likes_ = &call.rows("likes", {{"ts", PLAYLIST_I64},
                                  {"title", PLAYLIST_STRING},
                                  {"artist", PLAYLIST_STRING},
                                  {"album", PLAYLIST_STRING}});
    read_lines(
        text, JsonList::kLongestRecord, call,
        [this](JsonReader& reader) { return fields_.read(reader, values_.data()); },
        [&] { take_record(plays); });
    call.finish();
  }

 private:
  void take_record(PlayRows& plays) {
    const std::string event = lower_ascii(values_[kEvent].text(buffer_));
    if (event == "love") return take_love();
    if (!event.empty() && event != "scrobble") return call_->bucket("other", event);
    Play play;
    if (const auto ms = values_[kTimeMs].integer(); ms && *ms > 0) play.ts = *ms / 1000;
    play.stamp = kStampStart;
    play.title = values_[kTrack].text(buffer_);
    play.credit = values_[kArtist].text(buffer_);
    play.album = values_[kAlbum].text(buffer_);
    play.duration_ms = values_[kDuration].number();
    play.device = values_[kPlayer].text(buffer_);
    plays.put(play);
  }

  void take_love() {
    const auto ms = values_[kTimeMs].integer();
    const auto unloved = unloved_.find(key());
    if (unloved != unloved_.end() && unloved->second >= ms.value_or(0)) {
      return call_->bucket("other", "a love that was taken back later");
    }
    const std::string title(values_[kTrack].text(buffer_)), artist(values_[kArtist].text(buffer_));
    if (title.empty() || artist.empty()) return call_->bucket("empty", "no artist or no track");
    likes_->row();
    if (ms && is_plausible(*ms / 1000)) likes_->set_i64(1, *ms / 1000);
    likes_->set_text(2, title);
    likes_->set_text(3, artist);
    likes_->set_text(4, values_[kAlbum].text(buffer_));
  }

  /// When each track was unloved last.
  void find_unloved(std::string_view text) {
    for (std::size_t at = 0; (at = text.find("unlove", at)) != std::string_view::npos;) {
      const std::size_t begin = text.rfind('\n', at) + 1;
      const std::size_t end = std::min(text.find('\n', at), text.size());
      at = end;
      JsonReader reader(trim(text.substr(begin, end - begin)));
      if (end - begin > JsonList::kLongestRecord || !fields_.read(reader, values_.data())) continue;
      if (lower_ascii(values_[kEvent].text(buffer_)) != "unlove") continue;
      std::int64_t& last = unloved_[key()];
      last = std::max(last, values_[kTimeMs].integer().value_or(0));
    }
  }

  std::string key() {
    std::string both(values_[kArtist].text(buffer_));
    both += '\x1f';
    both += values_[kTrack].text(buffer_);
    return both;
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* likes_ = nullptr;
  std::map<std::string, std::int64_t> unloved_;  // by key(), in milliseconds
  JsonFields fields_{kNames};
  std::array<JsonValue, kFieldCount> values_;
  std::string buffer_;
};

}  // namespace

constinit const playlist::Element kPanoScrobbler = playlist::element<PanoScrobbler>(
    "source.pano_scrobbler", "Pano Scrobbler's log as JSON lines: scrobbles and loves.");

}  // namespace source
