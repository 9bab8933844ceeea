// source.youtube_history: watch-history.json of YouTube and YouTube Music (Google Takeout).
//
// Music     what was heard in YouTube Music, and what a channel "ARTIST - Topic" played on YouTube:
//           those are tracks of the catalogue, whose channel is the artist. A video watched in
//           YouTube Music is taken apart at " - ", else its channel is the artist; "(Official
//           Video)" and its like are no part of a title
// Titles    stand inside a sentence of the account's language ("Watched ..."): English, German,
//           French, Spanish, Italian, Dutch, Portuguese. In others they are left whole, and the
//           import says so
// Time      when it began, UTC; how long it was heard is not told
// Buckets   video (no music), advertisement, other (searches, posts), unnamed (a video that is gone
//           has no title), empty, malformed
#include "playlist/plugin.hpp"

#include <array>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "json_parts.hpp"
#include "json_records.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"
#include "youtube_names.hpp"

namespace source {
namespace {

enum Field : std::size_t { kHeader, kTitle, kTitleUrl, kSubtitles, kTime, kDetails, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kNames = {"header",    "title", "titleUrl",
                                                              "subtitles", "time",  "details"};
constexpr std::array<std::string_view, 1> kNameOnly = {"name"};

class YoutubeHistory final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const JsonHead head(input);
    return head.is_list() && head.has_all({"header", "title", "titleUrl", "time"}) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    PlayRows plays(call);
    read_records(without_bom(call.input().bytes()), kNames, fields_, values_.data(), call,
                 [&] { take_record(plays); });
    if (foreign_ > 0) {
      call.notice(playlist::concat(foreign_,
                                   " titles stand in a sentence of a language that is not "
                                   "known and are left whole: ask Takeout for the data "
                                   "again with the account's language set to English"));
    }
    call.finish();
  }

 private:
  void take_record(PlayRows& plays) {
    const std::string header(values_[kHeader].text(buffer_));
    const std::string url(values_[kTitleUrl].text(buffer_));
    const std::string channel = first_name(values_[kSubtitles]);
    if (contains(url, "/results?") || contains(url, "/post/")) {
      return call_->bucket("other", "a search or a post");
    }
    if (contains(first_name(values_[kDetails]), "Google Ads")) {
      return call_->bucket("advertisement");
    }
    const bool is_topic = is_youtube_topic(channel);
    if (header != "YouTube Music" && !is_topic) {
      return call_->bucket("video", header == "YouTube" ? "" : header);
    }
    if (channel.empty()) return call_->bucket("unnamed", "a video that is gone");
    Play play;
    const std::string_view when = values_[kTime].text(buffer_);
    const auto time = read_time(when);
    if (!time) return call_->malformed("time is no time: " + quoted(when));
    play.ts = time->seconds;
    play.stamp = kStampStart;
    bool is_foreign = false;
    const Track track = youtube_track(values_[kTitle].text(buffer_), channel, is_foreign);
    foreign_ += is_foreign ? 1 : 0;
    play.title = track.title;
    (track.is_credit ? play.credit : play.artist) = track.artist;
    plays.put(play);
  }

  /// Of [{"name": ...}, ...].
  std::string first_name(const JsonValue& list) {
    std::string name;
    for_each_item(list, [&](JsonReader& reader) {
      JsonValue value;
      if (reader.peek() == '{' && name_fields_.read(reader, &value)) name = value.text(buffer_);
      return false;
    });
    return name;
  }

  playlist::SourceCall* call_ = nullptr;
  std::int64_t foreign_ = 0;
  JsonFields fields_{kNames}, name_fields_{kNameOnly};
  std::array<JsonValue, kFieldCount> values_;
  std::string buffer_;
};

}  // namespace

constinit const playlist::Element kYoutubeHistory = playlist::element<YoutubeHistory>(
    "source.youtube_history", "watch-history.json of YouTube and YouTube Music (Google Takeout).");

}  // namespace source
