#include "named_runs.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>

namespace {

constexpr std::string_view kThen = " > ", kBy = " - ", kSpaces = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

/// Equal for names of the same words; a name of signs only, such as "!!!", has none.
std::string folded(std::string_view name) {
  std::string words = playlist::folded_words(name);
  return words.empty() ? std::string(name) : words;
}

/// What a name may mean; an artist of "" is whoever it is by.
struct Meaning {
  std::size_t name;
  std::string artist;
};
using ByTitle = std::unordered_map<std::string, std::vector<Meaning>>;

/// A title, or an artist and a title at each " - ".
void add_meanings(std::string_view text, std::size_t name, ByTitle& wanted) {
  wanted[folded(text)].push_back({name, ""});
  for (std::size_t at = text.find(kBy); at != std::string_view::npos; at = text.find(kBy, at + 1))
    wanted[folded(trimmed(text.substr(at + kBy.size())))].push_back(
        {name, folded(trimmed(text.substr(0, at)))});
}

/// The songs of a run, no more of them than may be.
std::vector<std::string_view> songs_in(std::string_view run) {
  std::vector<std::string_view> songs;
  for (std::size_t begin = 0;
       begin <= run.size() && songs.size() <= NamedRuns::kMostFollowers + 1;) {
    const std::size_t end = std::min(run.find(kThen, begin), run.size());
    songs.push_back(trimmed(run.substr(begin, end - begin)));
    begin = end == run.size() ? end + 1 : end + kThen.size();
  }
  return songs;
}

}  // namespace

void NamedRuns::add(std::string_view text) {
  const std::string wrong = add_or_say(text);
  if (!wrong.empty()) throw playlist::BadParam(playlist::concat("\"", text, "\" ", wrong));
}

void NamedRuns::add_file(const playlist::File& file, const std::function<void()>& checkpoint) {
  constexpr std::size_t kBetweenCheckpoints = 16'384;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string_view bytes = file.bytes();
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string_view line = trimmed(bytes.substr(begin, end - begin));
    begin = end + 1;
    if (++number % kBetweenCheckpoints == 0) checkpoint();
    if (line.empty() || line.front() == '#') continue;
    const std::string wrong = add_or_say(line);
    if (!wrong.empty())
      throw playlist::BadParam(playlist::concat(file.path(), ", line ", number, ", ", wrong));
  }
}

std::string NamedRuns::add_or_say(std::string_view text) {
  const std::vector<std::string_view> songs = songs_in(text);
  if (songs.size() < 2 || std::find(songs.begin(), songs.end(), "") != songs.end())
    return "does not name two songs or more; write ARTIST - TITLE > ARTIST - TITLE, with spaces "
           "beside the >";
  for (const std::string_view song : songs)
    if (song.size() > kLongestName)
      return playlist::concat("names a song by more than ", kLongestName, " bytes");
  if (pairs_.size() + songs.size() - 1 > kMostFollowers)
    return playlist::concat("is one too many: no more than ", kMostFollowers,
                            " songs can be written down as following another");
  std::size_t before = place_of(songs[0]);
  for (std::size_t k = 1; k < songs.size(); ++k) {
    const std::size_t next = place_of(songs[k]);
    pairs_.push_back({before, next});
    before = next;
  }
  return "";
}

std::size_t NamedRuns::place_of(std::string_view name) {
  const auto [place, is_new] = place_.emplace(name, names_.size());
  if (is_new) names_.emplace_back(name);
  return place->second;
}

std::string NamedRuns::text(const Pair& pair) const {
  return names_[pair.song] + std::string(kThen) + names_[pair.next];
}

std::vector<std::vector<std::int32_t>> NamedRuns::tracks(const playlist::Call& call) const {
  constexpr std::size_t kBetweenCheckpoints = 16'384;
  std::vector<std::vector<std::int32_t>> found(names_.size());
  if (names_.empty()) return found;
  ByTitle wanted;
  for (std::size_t name = 0; name < names_.size(); ++name) {
    if (name % kBetweenCheckpoints == 0) call.checkpoint();
    add_meanings(names_[name], name, wanted);
  }
  const playlist::Strings titles = call.table("tracks")["title"].texts();
  const playlist::Strings artists = call.table("artists")["name"].texts();
  const playlist::Lists artists_of = call.lists("track_artists");
  for (std::size_t track = 0; track < titles.size(); ++track) {
    if (track % kBetweenCheckpoints == 0) call.checkpoint();
    const auto meanings = wanted.find(folded(titles[track]));
    if (meanings == wanted.end()) continue;
    const auto number = static_cast<std::int32_t>(track);
    std::vector<std::string> by;
    for (const std::int32_t artist : artists_of[number])
      by.push_back(folded(artists[static_cast<std::size_t>(artist)]));
    for (const auto& [name, artist] : meanings->second)
      if (artist.empty() || std::find(by.begin(), by.end(), artist) != by.end())
        found[name].push_back(number);
  }
  return found;
}
