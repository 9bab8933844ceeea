// What is wrong with a shuffle, as people complain of it, measured on lists in a row.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "evaluate/shuffle_lists.hpp"

namespace engine::evaluate {

struct ShuffleMetric {
  const char* name;
  const char* help;
  bool is_less_better;
  bool is_share = true;  // 0..1 of something
};

/// In the order of shuffle_values(), then those of plays:
///
///   repeats       share of a list's songs that were among the last 50 listened to before it, or
///                 stood in the list before
///   same_start    of the first 20 songs, the share that were among the first 20 of the list before
///   close_artists share of a list's tracks whose artist came within the 5 before
///   versions      share of a list's tracks that are another version of one before in it
///   key_clash     mean of 1 - key_affinity of neighbours (shared/harmony.hpp)
///   tempo_jump    mean octaves between the tempos of neighbours; half and double count as the same
///   energy_jump   mean difference of energy of neighbours
///   genre_jumps   share of neighbours of different genres
///   variety       entropy of a list's clusters, or genres, in bits: more is a wider list
///   heard         share of all that is shuffled that stood in one of the lists
///   accepted      share of the songs that the way likes to play next that are played to their end
///                 when chance plays them (next_results.hpp)
///   hits          share of the songs that people played next that were among the way's 10 likeliest
///
/// A neighbour of which a value is not known does not count.
std::span<const ShuffleMetric> shuffle_metrics();
/// The places of those of plays; before them stand those of lists.
std::size_t accepted_metric();
std::size_t hits_metric();

/// Of one person's lists on `dates`: by metric a value for each list, NaN where there is none; of
/// a metric of all lists one. `tables`: the person as of the last date. `clusters`: of each track, -1
/// none; empty: variety goes by genres.
std::vector<std::vector<double>> shuffle_values(const AsOf& tables,
                                                std::span<const std::int64_t> dates,
                                                std::span<const TrackList> lists,
                                                const TrackList& songs,
                                                std::span<const std::int32_t> clusters = {});

}  // namespace engine::evaluate
