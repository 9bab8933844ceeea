#include "core/text_key.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utf8proc.h>
#include <vector>

#include "core/title_words.hpp"

namespace engine {
namespace {

// ---- folding: the same text in any spelling gives the same code points
// -----------------------------

constexpr char kSpace = ' ';

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

/// ASCII forms of typographic quotes, dashes and spaces; other code points as they are.
std::int32_t plain(std::int32_t c) {
  if (c < 0x80) return c < 0x20 || c == 0x7f ? kSpace : c;
  if ((c >= 0x2018 && c <= 0x201b) || c == 0x2032 || c == 0x02bc || c == 0xb4 || c == 0x2bb) {
    return '\'';
  }
  if ((c >= 0x201c && c <= 0x201f) || c == 0x2033 || c == 0xab || c == 0xbb) return '"';
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xad) return '-';
  if (c == 0x3010 || c == 0x3014) return '(';
  if (c == 0x3011 || c == 0x3015) return ')';
  if (c == 0x301c) return '~';
  const utf8proc_category_t category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
                 category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC
             ? kSpace
             : c;
}

bool drops_accents(std::int32_t base) {
  return (base >= 'a' && base <= 'z') || (base >= 0xc0 && base < 0x250) ||
         (base >= 0x370 && base < 0x400);
}

bool is_accent(std::int32_t c) {
  return c >= 0x300 && c <= 0x36f;
}

struct Free {
  void operator()(utf8proc_uint8_t* bytes) const { std::free(bytes); }
};

/// Invalid UTF-8 (sources give valid text) is read as Latin-1, so that no text is lost.
std::string repaired(std::string_view text) {
  std::string fixed;
  for (const char c : text) {
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(static_cast<unsigned char>(c), bytes);
    fixed.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  return fixed;
}

/// utf8proc_map; the empty pointer for invalid UTF-8.
std::unique_ptr<utf8proc_uint8_t, Free> mapped(std::string_view text, int options,
                                               utf8proc_ssize_t& size) {
  utf8proc_uint8_t* bytes = nullptr;
  size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                      static_cast<utf8proc_ssize_t>(text.size()), &bytes,
                      static_cast<utf8proc_option_t>(options));
  return std::unique_ptr<utf8proc_uint8_t, Free>(size < 0 ? nullptr : bytes);
}

std::string utf8_map(std::string_view text, int options) {
  utf8proc_ssize_t size = 0;
  if (const auto bytes = mapped(text, options, size)) {
    return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
  }
  const std::string fixed = repaired(text);
  if (const auto bytes = mapped(fixed, options, size)) {
    return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
  }
  return fixed;
}

void append_code_point(std::string& text, std::int32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(c, bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

template <class Use>
void each_code_point(std::string_view text, Use use) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(at, left, &c);
    if (size <= 0) return;
    use(static_cast<std::int32_t>(c));
    at += size;
    left -= size;
  }
}

/// Case-folded NFKC text with ASCII quotes, dashes and spaces; punctuation still in place.
std::string folded(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  if (is_ascii(text)) {
    for (const char c : text) {
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(plain(c));
    }
    return result;
  }
  const std::string decomposed =
      utf8_map(text, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                         UTF8PROC_IGNORE);
  std::int32_t base = 0;
  each_code_point(decomposed, [&](std::int32_t c) {
    if (is_accent(c)) {
      if (!drops_accents(base)) append_code_point(result, c);
      return;
    }
    base = plain(c);
    append_code_point(result, base);
  });
  return utf8_map(result, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

// ---- words
// ------------------------------------------------------------------------------------------

bool is_word_code_point(std::int32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

/// A dot after a single letter belongs to an acronym: "n.w.a." is "nwa".
bool is_acronym_dot(const std::string& so_far) {
  const std::size_t size = so_far.size();
  if (size == 0) return false;
  const char last = so_far[size - 1];
  return last >= 'a' && last <= 'z' && (size == 1 || so_far[size - 2] == kSpace);
}

/// Words separated by single spaces.
std::string collapsed(std::string_view text) {
  std::string result;
  std::size_t acronym_end = std::string::npos;  // result.size() right after "n." of "n.w.a."
  result.reserve(text.size());
  const auto separate = [&] {
    if (!result.empty() && result.back() != kSpace) result += kSpace;
  };
  each_code_point(text, [&](std::int32_t c) {
    if (is_word_code_point(c)) {
      append_code_point(result, c);
    } else if (c == '\'' || c == '`') {
      return;  // don't, dont
    } else if (c == '&') {
      separate();
      result += "and ";
    } else if (c == '.' && (is_acronym_dot(result) || result.size() == acronym_end + 1)) {
      acronym_end = result.size();
    } else {
      separate();
    }
  });
  while (!result.empty() && result.back() == kSpace) result.pop_back();
  return result;
}

/// The text as it is, but for spaces: what names made of punctuation alone keep.
std::string trimmed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != kSpace || (!result.empty() && result.back() != kSpace)) result += c;
  }
  while (!result.empty() && result.back() == kSpace) result.pop_back();
  return result;
}

// ---- cutting a title into its parts
// -----------------------------------------------------------------

struct Piece {
  std::string_view text;
  bool is_bracketed;
};

bool opens(char c) {
  return c == '(' || c == '[' || c == '{';
}
bool closes(char c) {
  return c == ')' || c == ']' || c == '}';
}

/// "~ live ~" at the end is a bracket, too: where the last one opens, npos when none does.
std::size_t wave_bracket(std::string_view title) {
  while (!title.empty() && title.back() == kSpace) title.remove_suffix(1);
  if (title.size() < 3 || title.back() != '~') return title.npos;
  const std::size_t opening = title.rfind('~', title.size() - 2);
  return opening == 0 ? title.npos : opening;
}

/// Brackets (with what they nest) and what stands between them, cut again at " - ".
std::vector<Piece> pieces_of(std::string_view title) {
  std::vector<Piece> pieces;
  if (const std::size_t wave = wave_bracket(title); wave != title.npos) {
    pieces = pieces_of(title.substr(0, wave));
    pieces.push_back({title.substr(wave + 1, title.rfind('~') - wave - 1), true});
    return pieces;
  }
  std::size_t begin = 0;
  int depth = 0;
  const auto cut = [&](std::size_t end, bool is_bracketed) {
    if (end > begin) pieces.push_back({title.substr(begin, end - begin), is_bracketed});
  };
  for (std::size_t i = 0; i < title.size(); ++i) {
    if (opens(title[i])) {
      if (depth++ == 0) {
        cut(i, false);
        begin = i + 1;
      }
    } else if (closes(title[i]) && depth > 0) {
      if (--depth == 0) {
        cut(i, true);
        begin = i + 1;
      }
    } else if (depth == 0 && title.substr(i, 3) == " - ") {
      cut(i, false);
      begin = i + 2;
    }
  }
  cut(title.size(), depth > 0);
  return pieces;
}

/// Cuts " feat. X", " ft. X", " featuring X", " prod. X" off the end.
std::string_view without_featuring(std::string_view text) {
  std::size_t end = text.size();
  for (const std::string_view word : {" feat. ", " feat ", " ft. ", " ft ", " featuring ",
                                      " prod. ", " prod by ", " produced by "}) {
    const std::size_t at = text.find(word);
    if (at != text.npos && at > 0) end = std::min(end, at);
  }
  return text.substr(0, end);
}

void add_words(std::string& text, const std::string& words) {
  if (words.empty()) return;
  if (!text.empty()) text += kSpace;
  text += words;
}

void read_title(const std::string& title, TextKey& key) {
  for (const Piece& piece : pieces_of(title)) {
    const std::string words = collapsed(piece.text);
    // What comes first is the title, whatever it says: "Live Forever", "(Remix) ...".
    const bool is_first = key.title.empty();
    TitlePartReading reading;
    if (!is_first) {
      const std::string own = collapsed(without_featuring(piece.text));
      reading = read_title_part(piece.text, words, piece.is_bracketed);
      if (reading.part == TitlePart::kVersion && own != words) {
        reading = read_title_part(piece.text, own, piece.is_bracketed);
      }
    }
    if (reading.part == TitlePart::kTitle) {
      add_words(key.title, collapsed(without_featuring(piece.text)));
    }
    if (reading.part == TitlePart::kVersion) add_words(key.version, reading.version);
  }
  if (key.title.empty()) key.title = trimmed(title);
}

/// The album's own name, without editions: "First Winter (Deluxe Edition)" -> "first winter".
std::string album_key(std::string_view album) {
  TextKey key;
  read_title(folded(album), key);
  return key.title;
}

}  // namespace

std::string TextKey::track_key() const {
  return artist + '\x1f' + title + '\x1f' + version + (album.empty() ? "" : '\x1f' + album);
}

std::string TextKey::song_key() const {
  return artist + '\x1f' + title + (album.empty() ? "" : '\x1f' + album);
}

std::string artist_key(std::string_view name) {
  const std::string text = folded(name);
  std::string_view rest = without_featuring(text);
  const std::size_t bracket = rest.find(" (feat");
  if (bracket != rest.npos && bracket > 0) rest = rest.substr(0, bracket);
  std::string key = collapsed(rest);
  return key.empty() ? trimmed(text) : key;
}

TextKey text_key(std::string_view artist, std::string_view title, std::string_view album) {
  TextKey key;
  key.artist = artist_key(artist);
  read_title(folded(title), key);
  if (!album.empty() && is_album_part(key.title)) {
    key.album = album_key(album);
    if (key.album == key.title) key.album.clear();  // a single
  }
  return key;
}

std::string nfc(std::string_view text) {
  return is_ascii(text) ? std::string(text) : utf8_map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string tag_name(std::string_view tag) {
  std::string result;
  each_code_point(nfc(tag), [&](std::int32_t c) {
    const std::int32_t lower = utf8proc_tolower(c);
    append_code_point(result, lower < 0x20 || lower == 0xa0 ? kSpace : lower);
  });
  return trimmed(result);
}

}  // namespace engine
