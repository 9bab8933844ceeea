#include "library/track_search.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <tuple>
#include <unordered_map>

namespace engine::library {
namespace {

/// Adds the words of a text as folded_words() has them, each with a blank before it. Most names are
/// ASCII: they need no text of their own.
void add_words(std::string_view text, std::string& words) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::ranges::all_of(text, is_ascii)) {
    words.append(" ").append(playlist::folded_words(text));
    return;
  }
  bool is_in_word = false;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
      if (!is_in_word) words += ' ';
      words += lower;
      is_in_word = true;
    } else if (c != '\'') {
      is_in_word = false;
    }
  }
}

struct Names {
  std::string_view title, artist, album;
};

/// What is typed, as words; as it stands where it has none ("!!!").
class SearchText {
 public:
  explicit SearchText(const std::string& text) : text_(text) {
    for (const std::string& word : playlist::plain_words(text)) {
      words_.push_back((word.front() & 0x80) != 0 ? word : " " + word);
      all_.append(" ").append(word);
    }
  }

  [[nodiscard]] bool is_empty() const { return text_.find_first_not_of(' ') == std::string::npos; }

  /// 0: the title is the text, 1: it begins with it, 2: the words are elsewhere; nothing where one
  /// of them is missing.
  [[nodiscard]] std::optional<int> distance(const Names& names) {
    if (words_.empty()) return distance_of_signs(names);
    buffer_.clear();
    add_words(names.title, buffer_);
    const std::size_t title_end = buffer_.size();
    add_words(names.artist, buffer_);
    add_words(names.album, buffer_);
    for (const std::string& word : words_)
      if (buffer_.find(word) == std::string::npos) return std::nullopt;
    if (!std::string_view(buffer_).substr(0, title_end).starts_with(all_)) return 2;
    return title_end == all_.size() ? 0 : 1;
  }

 private:
  [[nodiscard]] std::optional<int> distance_of_signs(const Names& names) const {
    if (names.title == text_) return 0;
    if (names.title.starts_with(text_)) return 1;
    const bool has = names.title.find(text_) != std::string_view::npos ||
                     names.artist.find(text_) != std::string_view::npos;
    return has ? std::optional(2) : std::nullopt;
  }

  std::string text_, all_, buffer_;
  /// With the blank that stands before a word. Scripts that put none between words are searched
  /// inside.
  std::vector<std::string> words_;
};

struct Ranked {
  std::int64_t id = 0;
  int distance = 0;
  double popularity = 0;
  std::int64_t plays = 0;
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
  std::vector<Ranked> found;
  if (const auto number = track_number(text)) return {{.id = *number}};
  SearchText wanted(text);
  if (wanted.is_empty()) return found;
  Statement select = store.prepare(
      "SELECT t.track_id, t.title, a.name, t.album, t.popularity FROM tracks t "
      "LEFT JOIN artists a USING (artist_id) WHERE t.title IS NOT NULL");
  for (select.start(); select.step();) {
    const auto distance = wanted.distance({select.text(1), select.text(2), select.text(3)});
    if (distance) found.push_back({select.integer(0), *distance, select.real(4)});
  }
  return found;
}

void count_plays(const Store& store, std::int64_t user_id, std::vector<Ranked>& found) {
  std::unordered_map<std::int64_t, Ranked*> by_id;
  for (Ranked& one : found) by_id.emplace(one.id, &one);
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
    return std::tuple(one.distance, -one.plays, -one.popularity, one.id);
  });
  Statement select = store.prepare(
      "SELECT t.title, a.name, t.album, t.spotify_id, t.duration_ms FROM tracks t "
      "LEFT JOIN artists a USING (artist_id) WHERE t.track_id = ?1 AND t.title IS NOT NULL");
  std::vector<FoundTrack> tracks;
  for (const Ranked& one : std::span(found).first(std::min(limit, found.size()))) {
    select.start(one.id);
    if (!select.step()) continue;
    FoundTrack& track = tracks.emplace_back();
    track.id = one.id;
    track.title = select.text(0);
    track.artist = select.text(1);
    track.album = select.text(2);
    const std::string spotify_id(select.text(3));
    if (!spotify_id.empty()) track.spotify_uri = "spotify:track:" + spotify_id;
    if (!select.is_null(4)) track.duration_ms = select.integer(4);
    track.plays = one.plays;
  }
  return tracks;
}

}  // namespace engine::library
