// Which genres a track has: its own tags; of a track without any, those of its first artist that
// are at least half as strong as the artist's strongest. Plugins have the same rule in
// plugins/shared/genres.hpp.
//
// A track's genres go by strength: how strongly its first artist has them, then how many tracks
// have them as of now, then by name. The strongest is "its genre".
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/owned_table.hpp"
#include "data/tables.hpp"

namespace engine {

/// Outlived by the tables. Threads: any.
class TrackGenres {
 public:
  explicit TrackGenres(const Tables& tables);

  /// Of the tag of that name, however its letters are written; -1 where no track or artist has it.
  [[nodiscard]] std::int32_t number(std::string_view name) const;
  [[nodiscard]] std::string_view name(std::int32_t tag) const;
  /// All of them, by number.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Strongest first.
  [[nodiscard]] std::vector<std::int32_t> of(std::int32_t track) const;
  /// A bit for each track: 32 in a word, the first track's the lowest; set where the track has the
  /// genre. No bit for -1.
  [[nodiscard]] std::vector<std::uint32_t> bits(std::int32_t tag) const;

 private:
  template <class Use>
  void each_of_artist(std::int32_t artist, Use&& use) const;
  [[nodiscard]] float weight(std::int32_t artist, std::int32_t tag) const;
  [[nodiscard]] std::span<const std::int32_t> items(const playlist_lists& lists,
                                                    std::int32_t row) const;

  const playlist_table& tags_;
  const playlist_column& names_;
  std::span<const std::int32_t> codes_;
  const playlist_lists &track_tags_, &tag_tracks_, &artist_tags_, &artist_tracks_;
  std::span<const std::int32_t> artist_;  // a track's first
};

/// The table "track_genres": genre, and tags, which are all of them ("trip hop, electronic").
std::unique_ptr<OwnedTable> make_track_genres(const Tables& tables);

}  // namespace engine
