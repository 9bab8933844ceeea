#include "import/foreign_files.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <vector>

namespace engine::import {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

// ---- documents that are zip archives ------------------------------------------------------------
std::uint32_t little(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t k = count; k-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(bytes[at + k]);
  }
  return value;
}

/// The paths in a zip's central directory, at most the first thousand.
std::vector<std::string_view> zip_paths(std::string_view bytes) {
  constexpr std::size_t kEndSize = 22, kFarthest = kEndSize + 0xffff, kEntrySize = 46,
                        kMostEntries = 1000;
  std::vector<std::string_view> paths;
  if (!bytes.starts_with("PK\x03\x04") || bytes.size() < kEndSize) return paths;
  const std::size_t from = bytes.size() > kFarthest ? bytes.size() - kFarthest : 0;
  const std::size_t end = bytes.substr(from).rfind("PK\x05\x06");
  if (end == std::string_view::npos || from + end + kEndSize > bytes.size()) return paths;
  std::size_t at = little(bytes, from + end + 16, 4);
  while (paths.size() < kMostEntries && at + kEntrySize <= bytes.size() &&
         bytes.substr(at, 4) == "PK\x01\x02") {
    const std::size_t name = little(bytes, at + 28, 2);
    if (at + kEntrySize + name > bytes.size()) break;
    paths.push_back(bytes.substr(at + kEntrySize, name));
    at += kEntrySize + name + little(bytes, at + 30, 2) + little(bytes, at + 32, 2);
  }
  return paths;
}

constexpr const char* kSaveAsCsv =
    ": open it in a spreadsheet program, save the sheet that has the plays or tracks as CSV, and "
    "import that";

// ---- JSON ---------------------------------------------------------------------------------------
/// True when "KEY": stands somewhere.
bool has_key(std::string_view text, std::string_view key) {
  const std::string quoted = '"' + std::string(key) + '"';
  for (std::size_t at = text.find(quoted); at != std::string_view::npos;
       at = text.find(quoted, at + 1)) {
    const std::size_t behind = text.find_first_not_of(" \t\r\n", at + quoted.size());
    if (behind != std::string_view::npos && text[behind] == ':') return true;
  }
  return false;
}

bool has_keys(std::string_view text, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](auto key) { return has_key(text, key); });
}

constexpr const char* kOwnList =
    "lists are not taken for what somebody likes; one that is meant as the person's playlist can "
    "be written with --to m3u8 and imported";

std::string name_json(std::string_view head, std::string_view name) {
  if (has_keys(head, {"creator", "created", "tracks"})) {
    return std::string("a playlist that `engine run --to json` wrote; ") + kOwnList;
  }
  if (has_keys(head, {"recipe", "random_seed", "tracks"})) {
    return std::string("the answer of `engine run --json`; ") + kOwnList;
  }
  if (has_keys(head, {"username", "scrobbles"})) {
    return "an export of lastfmstats.com in JSON; its CSV is read";
  }
  if (has_key(head, "#text") && has_key(head, "date")) {
    return "answers of Last.fm's service (recent tracks); tools around Last.fm save them as CSV, "
           "which is read";
  }
  if (has_keys(head, {"played_at", "track"})) {
    return "an answer of Spotify's service (recently played); import the account's data, which "
           "Spotify sends on request";
  }
  if (has_keys(head, {"items", "track"}) || has_keys(head, {"tracks", "items"})) {
    return "an answer of Spotify's service; a playlist is read as Exportify saves it";
  }
  if (lower(name).ends_with(".nsp")) return "the rules of a smart playlist of Navidrome";
  for (const std::string_view of_account :
       {"Follow", "Identity", "Inferences", "Marquee", "Payments", "SearchQueries", "Userdata",
        "YourSoundCapsule", "DuoNewFamily", "Wrapped", "Family", "Userprefs"}) {
    if (name.starts_with(of_account)) {
      return "a part of a Spotify account's data that has no plays, likes or playlists";
    }
  }
  return "JSON, but none of the exports that are read";
}

// ---- tables -------------------------------------------------------------------------------------
/// The beginning of a line, without what a terminal would obey.
std::string one_line(std::string_view line) {
  constexpr std::size_t kLongest = 200;
  std::string shown;
  for (std::size_t k = 0; k < std::min(line.size(), kLongest); ++k) {
    const auto byte = static_cast<unsigned char>(line[k]);
    const bool is_control = byte < 0x20 || byte == 0x7f ||
                            (byte >= 0x80 && byte < 0xa0 && k > 0 && line[k - 1] == '\xc2');
    shown += line[k] == '\t' ? ' ' : is_control ? '?' : line[k];
  }
  return shown + (line.size() > kLongest ? "..." : "");
}

std::string name_table(std::string_view head) {
  const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
  constexpr std::string_view kSeparators = ",;\t|";
  const bool is_table = line.find_first_of(kSeparators) != std::string_view::npos;
  if (!is_table || line.size() > 4000) return "";
  return "a table with columns that are not known; say what they mean, such as --columns "
         "title=...,artist=...,time=...; its first line is: " +
         one_line(line);
}

constexpr const char* kDatabaseLog =
    "the log of an SQLite database, which is read with the database where both lie in one folder";

struct Magic {
  std::string_view start;
  const char* what;
};
constexpr std::string_view kOle("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
constexpr Magic kMagics[] = {
    {"%PDF", "a PDF document"},
    {"\x93NUMPY",
     "a matrix of numpy.save; say whose its rows are with --ids FILE, a text file with one id a "
     "line"},
    {"PAR1", "a Parquet file; convert it to CSV"},
    {"SQLite format 3",
     "an SQLite database of a program that is not known; export the table with the plays or tracks "
     "as CSV"},
    {"\x37\x7f\x06\x82", kDatabaseLog},
    {"\x37\x7f\x06\x83", kDatabaseLog},
    {"{\\rtf", "a text document (RTF); save it as plain text"},
    {"\xff\xd8\xff", "a picture"},
    {"\x89PNG", "a picture"},
    {"ID3", "a sound file: engine import --files reads music"},
    {"fLaC", "a sound file: engine import --files reads music"},
    {"OggS", "a sound file: engine import --files reads music"},
};

std::string name_markup(std::string_view head) {
  if (lower(head.substr(0, 200)).find("<html") != std::string::npos ||
      lower(head.substr(0, 200)).find("<!doctype html") != std::string::npos) {
    return "a web page; the export itself is a JSON, CSV or zip file";
  }
  return "XML, which no source reads";
}

}  // namespace

std::optional<std::string> name_document(std::string_view bytes) {
  if (bytes.starts_with(kOle)) {
    return std::string("a workbook of an old Excel (.xls) or another Office document") + kSaveAsCsv;
  }
  for (const std::string_view path : zip_paths(bytes)) {
    if (path.ends_with(".iwa")) return std::string("a workbook of Numbers") + kSaveAsCsv;
    if (path == "mimetype" && contains(bytes.substr(0, 200), "opendocument.spreadsheet")) {
      return std::string("a workbook (.ods)") + kSaveAsCsv;
    }
    if (path.starts_with("word/document")) return "a text document (.docx)";
  }
  return std::nullopt;
}

std::string name_foreign_file(std::string_view head, std::string_view name) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "an empty file";
  for (const Magic& magic : kMagics) {
    if (head.starts_with(magic.start)) return magic.what;
  }
  if (head.find('\0') != std::string_view::npos) return "";
  if (head[first] == '{' || head[first] == '[') return name_json(head, name);
  if (head[first] == '<') return name_markup(head);
  if (contains(head, "#EXT-X-")) return "a list of streams (HLS), and no playlist of tracks";
  return name_table(head);
}

}  // namespace engine::import
