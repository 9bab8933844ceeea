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

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "dates.hpp"
#include "elements.hpp"
#include "json_parts.hpp"
#include "json_records.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Field : std::size_t { kHeader, kTitle, kTitleUrl, kSubtitles, kTime, kDetails, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kNames = {"header",    "title", "titleUrl",
                                                              "subtitles", "time",  "details"};
constexpr std::array<std::string_view, 1> kNameOnly = {"name"};

/// What stands around a title in an account's language.
struct Sentence {
  std::string_view before, behind;
};
constexpr std::string_view kHardSpace = "\xc2\xa0";
constexpr Sentence kSentences[] = {
    {"Watched ", ""},       {"", " angesehen"},    {"Vous avez regardé ", ""},
    {"Has visto ", ""},     {"Hai guardato ", ""}, {"", " bekeken"},
    {"Bekeken: ", ""},      {"Assistiu a ", ""},   {"Você assistiu a ", ""},
    {"Você assistiu ", ""}, {"Visualizou ", ""},
};

std::string with_plain_spaces(std::string_view text) {
  std::string plain(text);
  for (std::size_t at; (at = plain.find(kHardSpace)) != std::string::npos;)
    plain.replace(at, 2, " ");
  return plain;
}

bool ends_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() > end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

/// "(Official Video)", "[Lyrics]", "(HD Audio)": words of videos and nothing else.
bool is_of_video(std::string_view words) {
  constexpr std::string_view kWords[] = {
      "official", "video", "audio", "music", "lyric", "lyrics", "visualizer", "visualiser",
      "hd",       "hq",    "4k",    "mv",    "m/v",   "clip",   "oficial",    "offizielles"};
  bool has_one = false;
  for (const std::string& word : split(words, ' ')) {
    has_one = std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view known) {
      return equals_ignoring_case(word, known);
    });
    if (!has_one) return false;
  }
  return has_one;
}

std::string without_words_of_video(std::string_view title) {
  title = trim(title);
  while (!title.empty() && (title.back() == ')' || title.back() == ']')) {
    const std::size_t open = title.rfind(title.back() == ')' ? '(' : '[');
    if (open == std::string_view::npos || open == 0) break;
    if (!is_of_video(title.substr(open + 1, title.size() - open - 2))) break;
    title = trim(title.substr(0, open));
  }
  return std::string(title);
}

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
    const bool is_topic = ends_ignoring_case(channel, kTopic);
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
    put_names(play, title(values_[kTitle].text(buffer_)), channel, is_topic);
    plays.put(play);
  }

  static void put_names(Play& play, const std::string& title, const std::string& channel,
                        bool is_topic) {
    const std::size_t dash = title.find(" - ");
    if (is_topic) {
      play.title = title;
      play.artist = trim(std::string_view(channel).substr(0, channel.size() - kTopic.size()));
    } else if (dash != std::string::npos && dash > 0) {
      play.title = without_words_of_video(std::string_view(title).substr(dash + 3));
      play.credit = trim(std::string_view(title).substr(0, dash));
    } else {
      play.title = without_words_of_video(title);
      play.artist =
          ends_ignoring_case(channel, "VEVO") ? channel.substr(0, channel.size() - 4) : channel;
    }
  }

  std::string title(std::string_view sentence) {
    const std::string text = with_plain_spaces(sentence);
    for (const auto& [before, behind] : kSentences) {
      if (text.size() > before.size() + behind.size() && text.starts_with(before) &&
          text.ends_with(behind)) {
        return std::string(trim(std::string_view(text).substr(
            before.size(), text.size() - before.size() - behind.size())));
      }
    }
    ++foreign_;
    return text;
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

  static constexpr std::string_view kTopic = " - Topic";
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
