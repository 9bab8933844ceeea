// Songs of an album that the user heard right after one another, far more often than by chance.
//
//   P(next | song) = times that next came right after song / times that anything came after song
//   chance         = (times that next came after other songs + 1)
//                    / (times that anything came after other songs + 1)
//   lift           = P(next | song) / chance
//
// Chance is what there would be if it did not matter which song was before, so it is told by what
// comes after the others. The pair's own times are left out of it: a follower's share of everything
// would count them, and somebody who plays nothing in order but one album of nine, always from its
// beginning, would have a chance of an eighth for each, too much for any lift of ten. One over the
// number of songs would not do either, as what is played often comes after anything often. The 1s
// say that what was not seen yet may come the next time: a pair that stands alone has a chance of 1,
// and one that comes always, its follower after nothing else, needs ten times that other songs were
// followed by something for a lift above ten.
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
    double lift;
    [[nodiscard]] double share() const { return static_cast<double>(times) / out_of; }
  };
  std::vector<Pair> pairs;   // largest share first, then most times
  std::int64_t counted = 0;  // times that anything came after anything

  // Of all pairs that came once at least, whether they are in `pairs` or not.
  std::size_t heard = 0, often = 0;  // how many; of those, how many came `least_times`
  std::int32_t most_times = 0;
  double most_lift = 0;  // of those that came often
};

/// Of the songs of a list those with lift > `least_lift` that came `least_times` at least.
AlbumNeighbours album_neighbours(const playlist::OrderingCall& call, const SongRows& songs,
                                 std::int32_t least_times, double least_lift);
