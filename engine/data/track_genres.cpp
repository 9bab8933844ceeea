#include "data/track_genres.hpp"

#include <algorithm>

#include "core/text_key.hpp"
#include "data/dictionary.hpp"

namespace engine {

TrackGenres::TrackGenres(const Tables& tables)
    : tags_(*tables.table("tags")),
      names_(*find_column(tags_, "name")),
      codes_(column_of<std::int32_t>(tags_, "name")),
      track_tags_(*tables.lists("track_tags")),
      tag_tracks_(*tables.lists("tag_tracks")),
      artist_tags_(*tables.lists("artist_tags")),
      artist_tracks_(*tables.lists("artist_tracks")),
      artist_(column_of<std::int32_t>(*tables.table("tracks"), "artist")) {}

std::span<const std::int32_t> TrackGenres::items(const playlist_lists& lists,
                                                 std::int32_t row) const {
  if (row < 0 || row >= lists.rows) return {};
  const std::uint64_t begin = lists.offsets[row];
  return {lists.values + begin, static_cast<std::size_t>(lists.offsets[row + 1] - begin)};
}

std::string_view TrackGenres::name(std::int32_t tag) const {
  return text_of(names_, codes_[static_cast<std::size_t>(tag)]);
}

std::vector<std::string> TrackGenres::names() const {
  std::vector<std::string> names;
  for (std::int32_t tag = 0; tag < tags_.rows; ++tag) names.emplace_back(name(tag));
  return names;
}

std::int32_t TrackGenres::number(std::string_view wanted) const {
  const std::string plain = tag_name(wanted);
  for (std::int32_t tag = 0; tag < tags_.rows; ++tag)
    if (name(tag) == plain) return tag;
  return -1;
}

template <class Use>
void TrackGenres::each_of_artist(std::int32_t artist, Use&& use) const {
  const auto tags = items(artist_tags_, artist);
  if (tags.empty()) return;
  const float* weights = artist_tags_.weights + artist_tags_.offsets[artist];
  const float strongest = *std::max_element(weights, weights + tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i)
    if (weights[i] * 2 >= strongest) use(tags[i]);
}

float TrackGenres::weight(std::int32_t artist, std::int32_t tag) const {
  const auto tags = items(artist_tags_, artist);
  const auto found = std::find(tags.begin(), tags.end(), tag);
  return found == tags.end()
             ? 0
             : artist_tags_.weights[artist_tags_.offsets[artist] +
                                    static_cast<std::uint64_t>(found - tags.begin())];
}

std::vector<std::int32_t> TrackGenres::of(std::int32_t track) const {
  const auto own = items(track_tags_, track);
  const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
  std::vector<std::int32_t> tags(own.begin(), own.end());
  if (tags.empty()) each_of_artist(artist, [&](std::int32_t tag) { tags.push_back(tag); });
  if (tags.size() < 2) return tags;
  std::sort(tags.begin(), tags.end(), [&](std::int32_t a, std::int32_t b) {
    const float strong_a = weight(artist, a), strong_b = weight(artist, b);
    if (strong_a != strong_b) return strong_a > strong_b;
    const std::size_t many_a = items(tag_tracks_, a).size(), many_b = items(tag_tracks_, b).size();
    return many_a != many_b ? many_a > many_b : name(a) < name(b);
  });
  return tags;
}

std::vector<std::uint32_t> TrackGenres::bits(std::int32_t tag) const {
  std::vector<std::uint32_t> bits(artist_.size() / 32 + 1);
  if (tag < 0) return bits;
  const auto set = [&](std::int32_t track) {
    bits[static_cast<std::size_t>(track) / 32] |= 1u << (track % 32);
  };
  for (const std::int32_t track : items(tag_tracks_, tag)) set(track);
  for (std::int32_t artist = 0; artist < artist_tags_.rows; ++artist) {
    each_of_artist(artist, [&](std::int32_t has) {
      if (has != tag) return;
      for (const std::int32_t track : items(artist_tracks_, artist)) {
        const bool is_first = artist_[static_cast<std::size_t>(track)] == artist;
        if (is_first && items(track_tags_, track).empty()) set(track);
      }
    });
  }
  return bits;
}

std::unique_ptr<OwnedTable> make_track_genres(const Tables& tables) {
  const TrackGenres genres(tables);
  const std::int64_t tracks = tables.table("tracks")->rows;
  auto made = std::make_unique<OwnedTable>(tracks);
  std::int32_t* const genre = made->texts("genre", genres.names());
  std::vector<std::int32_t> codes(static_cast<std::size_t>(tracks), -1);
  Dictionary sets;
  for (std::int32_t track = 0; track < tracks; ++track) {
    const std::vector<std::int32_t> tags = genres.of(track);
    genre[track] = tags.empty() ? -1 : tags.front();
    if (tags.empty()) continue;
    std::string text;
    for (const std::int32_t tag : tags)
      text.append(text.empty() ? "" : ", ").append(genres.name(tag));
    codes[static_cast<std::size_t>(track)] = sets.code(text);
  }
  std::vector<std::string> texts;
  for (std::size_t code = 0; code < sets.count(); ++code)
    texts.emplace_back(sets.text(static_cast<std::int32_t>(code)));
  std::copy(codes.begin(), codes.end(), made->texts("tags", texts));
  return made;
}

}  // namespace engine
