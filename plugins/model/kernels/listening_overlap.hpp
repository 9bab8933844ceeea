// How far the tracks that lie near a track are those that are heard with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "content_space.hpp"
#include "interactions.hpp"

namespace model {

/// Rows to be asked, and the rows heard together with each.
struct ListeningProbes {
  std::vector<std::int32_t> rows;                   // ascending
  std::vector<std::vector<std::int32_t>> together;  // of each probe, ascending, without itself
  double chance = 0;  // mean share of all other rows that are heard with a probe
};

/// together    what was heard together: sessions, or people, x rows
/// most        probes; of more rows that are heard with others, a draw by the seed
ListeningProbes listening_probes(const SparseMatrix& together, std::size_t most,
                                 std::uint64_t random_seed);

/// Of each probe, which share of its `nearest` nearest rows is heard with it, 0 .. 1.
std::vector<double> overlap_with_listening(const Vectors& vectors, const ListeningProbes& probes,
                                           std::size_t nearest, int threads);

struct MeanDifference {
  double mean = 0, standard_error = 0;
  /// More than chance explains: above two standard errors.
  [[nodiscard]] bool is_above() const { return mean > 2 * standard_error; }
};
/// Of a[k] - b[k].
MeanDifference mean_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace model
