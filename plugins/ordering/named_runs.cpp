#include "named_runs.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <unordered_map>

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

/// One song of one run, if it is by that artist; "": whoever it is by.
struct NamedSong {
  std::size_t run, place;
  std::string artist;
};
using ByTitle = std::unordered_map<std::string, std::vector<NamedSong>>;

/// What a name may mean: a title, or an artist and a title at each " - ".
void add_meanings(std::string_view name, std::size_t run, std::size_t place, ByTitle& wanted) {
  wanted[folded(name)].push_back({run, place, ""});
  for (std::size_t at = name.find(kBy); at != std::string_view::npos; at = name.find(kBy, at + 1))
    wanted[folded(trimmed(name.substr(at + kBy.size())))].push_back(
        {run, place, folded(trimmed(name.substr(0, at)))});
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
  runs_.push_back(std::move(songs));
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

std::vector<std::vector<std::vector<std::int32_t>>> NamedRuns::tracks(
    const playlist::Call& call) const {
  constexpr std::size_t kBetweenCheckpoints = 16'384;
  std::vector<std::vector<std::vector<std::int32_t>>> found(runs_.size());
  ByTitle wanted;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    found[run].resize(runs_[run].size());
    for (std::size_t place = 0; place < runs_[run].size(); ++place)
      add_meanings(runs_[run][place], run, place, wanted);
  }
  if (wanted.empty()) return found;
  const playlist::Strings titles = call.table("tracks")["title"].texts();
  const playlist::Strings artists = call.table("artists")["name"].texts();
  const playlist::Lists artists_of = call.lists("track_artists");
  for (std::size_t track = 0; track < titles.size(); ++track) {
    if (track % kBetweenCheckpoints == 0) call.checkpoint();
    const auto named = wanted.find(folded(titles[track]));
    if (named == wanted.end()) continue;
    const auto number = static_cast<std::int32_t>(track);
    const auto by = artists_of[number];
    for (const auto& [run, place, artist] : named->second) {
      const bool is_by = std::any_of(by.begin(), by.end(), [&, wanted_artist = artist](auto one) {
        return folded(artists[static_cast<std::size_t>(one)]) == wanted_artist;
      });
      if (artist.empty() || is_by) found[run][place].push_back(number);
    }
  }
  return found;
}
