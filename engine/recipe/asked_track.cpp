#include "recipe/asked_track.hpp"

#include <charconv>
#include <vector>

#include "core/counted.hpp"
#include "core/text_key.hpp"
#include "recipe/why.hpp"
#include "recipe/why_terms.hpp"

namespace engine {
namespace {

/// As titles are compared where it does not matter how they are written.
std::string key_of(std::string_view text) {
  return artist_key(text);
}

}  // namespace

std::optional<std::size_t> place_in_list(const std::string& text) {
  if (text.size() < 2 || text.front() != '#') return std::nullopt;
  std::size_t place = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + 1, end, place);
  if (error != std::errc() || at != end) return std::nullopt;
  return place == 0 ? std::optional<std::size_t>(SIZE_MAX) : place;  // places begin at 1
}

Error no_such_place(const std::string& asked, std::size_t tracks) {
  return {Exit::kInput,
          "there is no track " + asked + " in this list",
          {"", "", "it has " + counted(tracks, "track"), ""}};
}

std::int32_t asked_track(const Tables& tables, const Candidates& list, const std::string& asked) {
  if (const std::optional<std::size_t> place = place_in_list(asked)) {
    if (*place <= list.size()) return list.tracks[*place - 1];
    throw no_such_place(asked, list.size());
  }
  std::vector<std::int32_t> called;
  const std::string key = key_of(asked);
  for (const std::int32_t track : list.tracks) {
    const std::string title(track_text(tables, "title", track));
    const std::string artist(track_text(tables, "artist_name", track));
    if (!key.empty() && (key_of(title) == key || key_of(artist + " - " + title) == key))
      called.push_back(track);
  }
  if (called.size() == 1) return called.front();
  // As other verbs tell numbers: track:12.
  return find_track(tables, asked.starts_with("track:") ? asked.substr(6) : asked);
}

}  // namespace engine
