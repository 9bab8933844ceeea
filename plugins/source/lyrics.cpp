#include "lyrics.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "text.hpp"

namespace source {
namespace {

/// Of a line no more is looked at.
constexpr std::size_t kLongestLine = kMostLyrics - 1;

/// What players and sites write where nothing is sung.
constexpr std::array<std::string_view, 4> kNothingSung = {
    "instrumental", "this song is an instrumental", "此歌曲为没有填词的纯音乐，请您欣赏",
    "纯音乐，请欣赏"};

/// What a credit begins with; behind it stands a colon.
constexpr std::array<std::string_view, 32> kCredits = {
    "作词",       "作詞",        "作曲",       "编曲",        "編曲",      "制作人",
    "製作人",     "词",          "詞",         "曲",          "lyrics",    "lyrics by",
    "lyricist",   "lyric",       "words",      "music",       "music by",  "written",
    "writer",     "writers",     "written by", "composer",    "composers", "composed by",
    "songwriter", "songwriters", "arranger",   "arranged by", "producer",  "produced by",
    "artist",     "title"};
/// Likewise, behind which a name may follow at once.
constexpr std::array<std::string_view, 10> kCreditsBy = {
    "lyrics by",   "music by",    "words by", "written by",   "composed by",
    "arranged by", "produced by", "lrc by",   "subtitles by", "synced by"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// How long a stamp "[00:12.34]" is that stands at the front; 0: none does.
std::size_t stamp_length(std::string_view text, char open, char close) {
  if (text.size() < 4 || text.front() != open) return 0;
  std::size_t at = 1, groups = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  while (true) {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == begin || at - begin > 9) return 0;
    ++groups;
    if (at == text.size()) return 0;
    if (text[at] == close) return groups >= 2 ? at + 1 : 0;
    // "1.5" alone is a number, no time: a colon comes first.
    if (text[at] != ':' && (text[at] != '.' || groups < 2)) return 0;
    if (groups == 4) return 0;
    ++at;
  }
}

std::string without_stamps(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    std::size_t length = stamp_length(line, '[', ']');
    if (length == 0) length = stamp_length(line, '<', '>');
    if (length > 0) {
      line.remove_prefix(length);
      continue;
    }
    text += line.front();
    line.remove_prefix(1);
  }
  // Between words that had stamps of their own.
  const auto is_second_blank = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::unique(text.begin(), text.end(), is_second_blank), text.end());
  return std::string(trim(text));
}

/// Letters or digits; what is beyond ASCII counts but for notes, quotation marks and dashes.
bool has_words(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const char lower = static_cast<char>(byte | 0x20);
    if (is_digit(text[at]) || (lower >= 'a' && lower <= 'z')) return true;
    if (byte < 0x80) continue;
    if (text.compare(at, 2, "\xe2\x99") == 0 || text.compare(at, 2, "\xe2\x80") == 0) {
      at += 2;  // U+2640..U+267F, U+2000..U+203F
    } else {
      return true;
    }
  }
  return false;
}

/// Without what stands around it: "(Instrumental)", "* instrumental *".
std::string bare(std::string_view line) {
  constexpr std::string_view kAround = " \t()[]{}*-~.!\"'";
  const std::size_t begin = line.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return "";
  return lower_ascii(line.substr(begin, line.find_last_not_of(kAround) - begin + 1));
}

bool says_nothing_sung(std::string_view line) {
  const std::string text = bare(line);
  return std::find(kNothingSung.begin(), kNothingSung.end(), text) != kNothingSung.end();
}

bool is_credit(std::string_view line) {
  constexpr std::string_view kWideColon = "：";
  std::size_t end = line.find(':');
  if (const std::size_t wide = line.find(kWideColon); wide < end) end = wide;
  const std::string all = lower_ascii(line);
  if (end != std::string_view::npos) {
    const std::string_view word = trim(std::string_view(all).substr(0, end));
    if (std::find(kCredits.begin(), kCredits.end(), word) != kCredits.end()) return true;
  }
  return std::any_of(kCreditsBy.begin(), kCreditsBy.end(), [&](std::string_view words) {
    return all.size() > words.size() && all.starts_with(words) &&
           (all[words.size()] == ' ' || all[words.size()] == ':');
  });
}

/// The first `most` bytes, less what would be part of a character.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

class LyricsReader {
 public:
  Lyrics read(std::string_view bytes) {
    bytes = without_bom(bytes);
    constexpr std::string_view kLineEnds("\n\r\0", 3);
    while (!bytes.empty() && !is_full_) {
      const std::size_t end = std::min(bytes.find_first_of(kLineEnds), bytes.size());
      take(trim(cut(bytes.substr(0, end), kLongestLine)));
      const bool is_pair = bytes.substr(end).starts_with("\r\n");
      bytes.remove_prefix(std::min(bytes.size(), end + (is_pair ? 2 : 1)));
    }
    // Credits at the end.
    while (!lines_.empty() && (lines_.back().empty() || is_credit(lines_.back())))
      lines_.pop_back();
    Lyrics lyrics;
    for (const std::string& line : lines_) lyrics.text += line + '\n';
    lyrics.is_instrumental = lines_.empty() && is_said_instrumental_;
    return lyrics;
  }

 private:
  void take(std::string_view line) {
    const std::string sung = without_stamps(line);
    if (sung.empty()) return take_gap();
    if (sung.front() == '[' && sung.find(']') == sung.size() - 1) return take_note(sung);
    if (says_nothing_sung(sung)) {
      is_said_instrumental_ = true;
      return;
    }
    if (!has_words(sung) || (lines_.empty() && is_credit(sung))) return;
    if (bytes_ + sung.size() + 1 > kMostLyrics) {
      is_full_ = true;
      return;
    }
    bytes_ += sung.size() + 1;
    lines_.push_back(sung);
  }

  /// Between verses; at the front and twice it says nothing.
  void take_gap() {
    if (lines_.empty() || lines_.back().empty() || bytes_ + 1 > kMostLyrics) return;
    ++bytes_;
    lines_.emplace_back();
  }

  void take_note(std::string_view note) {
    const std::string inner = lower_ascii(note.substr(1, note.size() - 2));
    const std::string_view value = trim(std::string_view(inner).substr(
        inner.starts_with("au:") ? std::string_view("au:").size() : 0));
    is_said_instrumental_ = is_said_instrumental_ || says_nothing_sung(value);
  }

  std::vector<std::string> lines_;
  std::size_t bytes_ = 0;
  bool is_full_ = false, is_said_instrumental_ = false;
};

}  // namespace

Lyrics read_lyrics(std::string_view bytes) {
  return LyricsReader().read(bytes);
}

}  // namespace source
