// Songs of an album that the user heard right after one another, far more often than by chance.
//
//   P(next | song) = times that next came right after song / times that anything came after song
//   chance         = times that next came after anything / times that anything came after anything
//   lift           = P(next | song) / chance
//
// What counts is that two plays of one session stand next to each other and neither was played in
// shuffled order: a shuffled one says nothing about what belongs together (MUSE, CIKM 2023). Where
// shuffle was on or off is not known, nothing is counted. "Album" is its text, so that the parts of
// a mix by several artists are neighbours as well.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

/// Rows of a list by their songs: every version of a song is the same, a track without a song number
/// stands for itself.
class SongRows {
 public:
  explicit SongRows(const playlist::OrderingCall& call);

  /// The number of the track's song among those of the list; -1 where it is not there.
  [[nodiscard]] std::int32_t song_of(std::int32_t track) const;
  [[nodiscard]] std::size_t songs() const { return rows_.size(); }
  /// Ascending.
  [[nodiscard]] const std::vector<std::int32_t>& rows(std::int32_t song) const {
    return rows_[static_cast<std::size_t>(song)];
  }

 private:
  [[nodiscard]] std::int64_t key_of(std::int32_t track) const;

  std::span<const std::int32_t> song_;  // by track
  std::unordered_map<std::int64_t, std::int32_t> number_;
  std::vector<std::vector<std::int32_t>> rows_;
};

struct AlbumNeighbours {
  struct Pair {
    std::int32_t song, next;  // of SongRows
    std::int32_t times, out_of;
    [[nodiscard]] double share() const { return static_cast<double>(times) / out_of; }
  };
  std::vector<Pair> pairs;   // largest share first, then most times
  std::int64_t counted = 0;  // times that anything came after anything
};

/// Of the songs of a list those with lift > `least_lift` that came `least_times` at least.
AlbumNeighbours album_neighbours(const playlist::OrderingCall& call, const SongRows& songs,
                                 std::int32_t least_times, double least_lift);
