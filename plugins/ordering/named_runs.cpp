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

}  // namespace

void NamedRuns::add(std::string_view text) {
  std::vector<std::string> songs;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(kThen, begin), text.size());
    songs.emplace_back(trimmed(text.substr(begin, end - begin)));
    begin = end == text.size() ? end + 1 : end + kThen.size();
  }
  const bool has_gap =
      std::any_of(songs.begin(), songs.end(), [](const std::string& song) { return song.empty(); });
  if (songs.size() < 2 || has_gap)
    throw playlist::Error(
        playlist::concat("\"", text, "\" does not name two songs or more; write ARTIST - TITLE > ",
                         "ARTIST - TITLE, with spaces beside the >"));
  std::size_t before = place_of(songs[0]);
  for (std::size_t k = 1; k < songs.size(); ++k) {
    const std::size_t next = place_of(songs[k]);
    pairs_.push_back({before, next});
    before = next;
  }
}

void NamedRuns::add_file(const playlist::File& file) {
  const std::string_view bytes = file.bytes();
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string_view line = trimmed(bytes.substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    try {
      add(line);
    } catch (const playlist::Error& error) {
      throw playlist::Error(playlist::concat(file.path(), ", line ", number, ": ", error.what()));
    }
  }
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
