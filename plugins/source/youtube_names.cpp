#include "youtube_names.hpp"

#include <algorithm>
#include <array>

#include "csv.hpp"
#include "json_list.hpp"
#include "json_parts.hpp"
#include "text.hpp"

namespace source {
namespace {

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

constexpr std::string_view kTopic = " - Topic";

std::string title_in(std::string_view sentence, bool& is_foreign) {
  const std::string text = with_plain_spaces(sentence);
  for (const auto& [before, behind] : kSentences) {
    if (text.size() > before.size() + behind.size() && text.starts_with(before) &&
        text.ends_with(behind)) {
      return std::string(trim(std::string_view(text).substr(
          before.size(), text.size() - before.size() - behind.size())));
    }
  }
  is_foreign = true;
  return text;
}

}  // namespace

bool is_youtube_topic(std::string_view channel) {
  return ends_ignoring_case(channel, kTopic);
}

Track youtube_track(std::string_view sentence, std::string_view channel, bool& is_foreign) {
  Track track;
  const std::string title = title_in(sentence, is_foreign);
  const std::size_t dash = title.find(" - ");
  if (is_youtube_topic(channel)) {
    track.title = title;
    track.artist = trim(channel.substr(0, channel.size() - kTopic.size()));
  } else if (dash != std::string::npos && dash > 0) {
    track.title = without_words_of_video(std::string_view(title).substr(dash + 3));
    track.artist = trim(std::string_view(title).substr(0, dash));
    track.is_credit = true;
  } else {
    track.title = without_words_of_video(title);
    track.artist =
        ends_ignoring_case(channel, "VEVO") ? channel.substr(0, channel.size() - 4) : channel;
  }
  return track;
}

std::string_view youtube_id(std::string_view address) {
  for (const std::string_view before : {"watch?v=", "youtu.be/"}) {
    const std::size_t at = address.find(before);
    if (at == std::string_view::npos) continue;
    const std::string_view id = address.substr(at + before.size());
    return id.substr(0, id.find_first_of("&?#"));
  }
  return {};
}

YoutubeVideos::YoutubeVideos(std::string_view history_json, std::string_view songs_csv) {
  read_history(without_bom(history_json));
  read_songs(table_text(songs_csv));
}

void YoutubeVideos::read_history(std::string_view json) {
  if (json.empty()) return;
  enum Field : std::size_t { kHeader, kTitle, kTitleUrl, kSubtitles, kFieldCount };
  constexpr std::array<std::string_view, kFieldCount> kNames = {"header", "title", "titleUrl",
                                                                "subtitles"};
  constexpr std::array<std::string_view, 1> kNameOnly = {"name"};
  JsonReader reader(json);
  JsonFields fields(kNames), name_field(kNameOnly);
  std::array<JsonValue, kFieldCount> values;
  std::string buffer;
  JsonList list(reader, kNames);
  while (list.next()) {
    if (!list.read(fields, values.data())) continue;
    std::string channel;
    for_each_item(values[kSubtitles], [&](JsonReader& item) {
      JsonValue name;
      if (item.peek() == '{' && name_field.read(item, &name)) channel = name.text(buffer);
      return false;
    });
    const bool is_music =
        values[kHeader].text(buffer) == "YouTube Music" || is_youtube_topic(channel);
    const std::string id(youtube_id(values[kTitleUrl].text(buffer)));
    if (!is_music || channel.empty() || id.empty()) continue;
    bool is_foreign = false;
    tracks_[id] = youtube_track(values[kTitle].text(buffer), channel, is_foreign);
  }
}

void YoutubeVideos::read_songs(std::string_view text) {
  if (text.empty()) return;
  CsvReader csv(text, ',');
  if (!csv.next()) return;
  const Header header(csv);
  const int id = header.find({"video_id"}), address = header.find({"song_url"});
  while (csv.next()) {
    Track track;
    track.title = csv[header.find({"song_title"})];
    track.album = csv[header.find({"album_title"})];
    for (std::size_t column = 0; column < header.size(); ++column) {
      if (header.names()[column].starts_with("artist_name")) {
        add_name(track.artist, csv[static_cast<int>(column)]);
      }
    }
    const std::string_view video = id >= 0 ? csv[id] : youtube_id(csv[address]);
    if (!video.empty() && track.has_identity()) tracks_[std::string(video)] = std::move(track);
  }
}

const Track* YoutubeVideos::find(std::string_view id) const {
  const auto found = tracks_.find(std::string(id));
  return found == tracks_.end() ? nullptr : &found->second;
}

}  // namespace source
