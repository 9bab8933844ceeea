// Which genres a track has, and which tracks a genre has.
//
// A track's genres are its own tags; a track without any takes those of its first artist that are
// at least half as strong as the artist's strongest; the host has the same rule for formulas.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace shared {

class Genres {
 public:
  explicit Genres(const playlist::Call& call);

  [[nodiscard]] std::size_t count() const { return names_.size(); }
  [[nodiscard]] std::string_view name(std::int32_t tag) const {
    return names_[static_cast<std::size_t>(tag)];
  }
  /// Of the genre of that name, whatever the case of its letters a to z; -1 where there is none.
  [[nodiscard]] std::int32_t number(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> names() const;
  [[nodiscard]] std::vector<std::int32_t> of(std::int32_t track) const;
  /// One list of tracks per wanted tag, ascending.
  [[nodiscard]] std::vector<std::vector<std::int32_t>> tracks_of(
      std::span<const std::int32_t> tags) const;

 private:
  template <class Use>
  void each_of_artist(std::int32_t artist, Use&& use) const;

  playlist::Strings names_;
  playlist::Lists track_tags_, tag_tracks_, artist_tags_, artist_tracks_;
  std::span<const std::int32_t> artist_;  // a track's first
};

}  // namespace shared
