// Kept playlists and what changed in them, as people and programs are told.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recipe/playlist.hpp"
#include "store/kept_playlists.hpp"
#include "verbs/verb.hpp"

namespace engine::verbs {

/// {"playlist", "recipe", "set", "outputs"}
Json kept_json(const KeptPlaylist& playlist);
Json snapshot_json(const KeptSnapshot& snapshot);

/// A line for each file of a version that was made: that it was written, or why it was not.
std::vector<std::string> file_lines(const std::vector<std::string>& files,
                                    const std::optional<KeptVersion>& later);

/// Titles and artists of the tracks of some lists.
class TrackNames {
 public:
  explicit TrackNames(const std::vector<Playlist>& lists);
  /// {"track", "title", "artist"}
  [[nodiscard]] Json json(std::int64_t track) const;
  /// "Title" by Artist; "track 12" where no list has it.
  [[nodiscard]] std::string text(std::int64_t track) const;

 private:
  std::vector<std::pair<std::int64_t, std::pair<std::string, std::string>>> names_;  // by track
};

/// From one list to another, each of which has a track once.
struct ListDifference {
  ListDifference(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after);

  std::vector<std::int64_t> came;  // in the order of the one after
  std::vector<std::int64_t> left;  // in the order of the one before
  /// What would have to be moved by hand, at least: in both, and not part of the longest sequence
  /// that both have in one order.
  std::vector<std::int64_t> moved;
  std::size_t stayed = 0;  // in both, and not moved
  [[nodiscard]] bool is_none() const { return came.empty() && left.empty() && moved.empty(); }
};

/// {"came", "left", "moved", "stayed"}
Json difference_json(const ListDifference& difference, const TrackNames& names);
/// Why a track left, as far as the run of the list after it told; "" where it did not.
std::string why_left(const Playlist& list, std::int64_t track);
/// Gives each of "left" its "why"; null where `list` does not tell, or is none.
void add_why_left(Json& left, const Playlist* list);
/// "3 came, 3 left, 1 moved, 96 stayed"
std::string difference_summary(const ListDifference& difference);
/// A line for each that came, left or moved; `why`, where given, tells why a track left.
std::string difference_lines(const ListDifference& difference, const TrackNames& names,
                             const std::function<std::string(std::int64_t)>& why);

}  // namespace engine::verbs
