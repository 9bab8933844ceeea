#include "library/track_search.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <unordered_map>

namespace engine::library {
namespace {

/// What is typed, as words; as it stands where it has none ("!!!").
class SearchText {
 public:
  explicit SearchText(const std::string& text)
      : text_(text), folded_(playlist::folded_words(text)), words_(playlist::plain_words(text)) {}

  [[nodiscard]] bool is_empty() const { return text_.find_first_not_of(' ') == std::string::npos; }

  [[nodiscard]] bool fits(const FoundTrack& track) const {
    if (words_.empty())
      return track.title.find(text_) != std::string::npos ||
             track.artist.find(text_) != std::string::npos;
    const std::string all =
        " " + playlist::folded_words(track.title + " " + track.artist + " " + track.album);
    return std::ranges::all_of(words_, [&](const std::string& word) { return has(all, word); });
  }

  /// 0: the title is the text, 1: it begins with it, 2: the words are elsewhere.
  [[nodiscard]] int distance(const FoundTrack& track) const {
    const std::string title = words_.empty() ? track.title : playlist::folded_words(track.title);
    const std::string& wanted = words_.empty() ? text_ : folded_;
    return title == wanted ? 0 : title.starts_with(wanted) ? 1 : 2;
  }

 private:
  /// Whether a word of `all` begins so. Scripts that put no blanks between words are searched inside.
  static bool has(const std::string& all, const std::string& word) {
    if (static_cast<unsigned char>(word.front()) >= 0x80)
      return all.find(word) != std::string::npos;
    return all.find(" " + word) != std::string::npos;
  }

  std::string text_, folded_;
  std::vector<std::string> words_;
};

struct Ranked {
  FoundTrack track;
  int distance = 0;
  double popularity = 0;
};

std::optional<std::int64_t> track_number(const std::string& text) {
  constexpr std::string_view kPrefix = "track:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  std::int64_t number = 0;
  const char *begin = text.data() + kPrefix.size(), *end = text.data() + text.size();
  const auto [at, error] = std::from_chars(begin, end, number);
  return error == std::errc() && at == end ? std::optional(number) : std::nullopt;
}

std::vector<Ranked> fitting(const Store& store, const std::string& text) {
  const std::optional<std::int64_t> number = track_number(text);
  const SearchText wanted(text);
  std::vector<Ranked> found;
  if (wanted.is_empty()) return found;
  Statement select = store.prepare(
      "SELECT t.track_id, t.title, ifnull(a.name, ''), ifnull(t.album, ''), t.spotify_id, "
      "t.duration_ms, ifnull(t.popularity, 0) FROM tracks t LEFT JOIN artists a USING (artist_id) "
      "WHERE t.title IS NOT NULL AND (?1 IS NULL OR t.track_id = ?1)");
  FoundTrack track;
  for (select.start(number); select.step();) {
    track.title = select.text(1);
    track.artist = select.text(2);
    track.album = select.text(3);
    if (!number && !wanted.fits(track)) continue;
    track.id = select.integer(0);
    const std::string spotify_id(select.text(4));
    track.spotify_uri = spotify_id.empty() ? "" : "spotify:track:" + spotify_id;
    track.duration_ms = select.is_null(5) ? std::nullopt : std::optional(select.integer(5));
    found.push_back({track, number ? 0 : wanted.distance(track), select.real(6)});
  }
  return found;
}

void count_plays(const Store& store, std::int64_t user_id, std::vector<Ranked>& found) {
  std::unordered_map<std::int64_t, FoundTrack*> by_id;
  for (Ranked& one : found) by_id.emplace(one.track.id, &one.track);
  Statement listens = store.prepare("SELECT track_id FROM listens WHERE user_id = ?1");
  for (listens.start(user_id); listens.step();)
    if (const auto one = by_id.find(listens.integer(0)); one != by_id.end()) ++one->second->plays;
}

}  // namespace

std::vector<FoundTrack> search_tracks(const Store& store, std::int64_t user_id,
                                      const std::string& text, std::size_t limit) {
  std::vector<Ranked> found = fitting(store, text);
  if (!found.empty()) count_plays(store, user_id, found);
  std::ranges::sort(found, {}, [](const Ranked& one) {
    return std::tuple(one.distance, -one.track.plays, -one.popularity, one.track.id);
  });
  std::vector<FoundTrack> tracks;
  for (std::size_t k = 0; k < std::min(limit, found.size()); ++k)
    tracks.push_back(std::move(found[k].track));
  return tracks;
}

}  // namespace engine::library
