// Vectors of tracks from what is known of their sound and their tags: the space "audio" of
// model.content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "interactions.hpp"

namespace model {

/// Row-major vectors of one length.
struct Vectors {
  std::int64_t rows = 0;
  std::size_t dim = 0;
  std::vector<float> values;

  Vectors() = default;
  Vectors(std::int64_t row_count, std::size_t columns)
      : rows(row_count), dim(columns), values(static_cast<std::size_t>(row_count) * columns) {}
  [[nodiscard]] float* row(std::int64_t r) {
    return values.data() + static_cast<std::size_t>(r) * dim;
  }
  [[nodiscard]] const float* row(std::int64_t r) const {
    return values.data() + static_cast<std::size_t>(r) * dim;
  }
};

/// What makes the values of a column alike: z = (value - mean) / deviation over its known values,
/// kept in -3..3. Of a column that has one value only, or none, the deviation is 0 and z is 0.
struct Standard {
  double mean = 0, deviation = 0;
};
/// Missing values are NaN.
Standard standard_of(std::span<const float> column);
/// z; 0 for a missing value.
float standardised(float value, const Standard& standard);

/// Writes column k, made alike, to place first + k of every row of `vectors`:
///
///   weight z / sqrt(columns), z = (value - mean) / deviation over the known values, kept in -3..3
///
/// so that tracks of ordinary spread have a part of length about `weight`. A missing value (NaN)
/// is 0, the mean: it neither brings a track nearer to others nor takes it away. A column that has
/// one value only is 0 everywhere.
void put_standardised(std::span<const std::span<const float>> columns, float weight,
                      std::size_t first, Vectors& vectors);

struct TagOptions {
  std::size_t dim = 54;           // 1 ..; columns written, those beyond the number of tags stay 0
  float weight = 1;               // length of the part of a track whose tags are kept whole
  std::uint64_t random_seed = 1;  // of the first guess of the iteration
  /// Called now and then with 0 .. 1; false stops the work.
  std::function<bool(double)> proceed = {};
};

/// Writes the tags of each track to places first .. first + dim of its row:
///
///   x(t,g) = w(t,g) (1 + log((1 + tracks) / (1 + n(g)))), each row scaled to length 1
///
/// n(g) = the tracks that have tag g, tags of a single track left out (latent semantic indexing:
/// Deerwester et al., JASIS 1990). With at most `dim` tags those are the columns; with more, x is
/// projected onto its first `dim` right singular vectors, which keeps its products as well as `dim`
/// columns can. They are found by subspace iteration (Halko, Martinsson, Tropp: Finding Structure
/// with Randomness, SIAM Review 2011, algorithm 4.4) in double precision on one thread.
///
/// tracks    tracks x tags, weights finite and >= 0
/// Time      10 (dim + 8) operations an entry and iteration, 5 iterations, and tags * dim^2
/// Returns   false when `proceed` said stop
bool put_tags(const SparseMatrix& tracks, const TagOptions& options, std::size_t first,
              Vectors& vectors);

/// The same for rows that are not there yet: what a tag weighs, and the directions it counts in.
struct TagAxes {
  std::size_t dim = 0;        // <= the dim that was asked for
  std::vector<float> rarity;  // of each tag, 1 + log(...); 0: left out
  std::vector<float> axes;    // tags x dim
};
/// What put_tags() finds for these tracks; nothing when `proceed` said stop.
std::optional<TagAxes> fit_tag_axes(const SparseMatrix& tracks, const TagOptions& options);
/// Writes `weight` times the place of one track to out[0 .. dim): 0 without tags that count. All of
/// `tags` are columns of what was fitted; weights finite and >= 0.
void put_on_axes(const TagAxes& axes, std::span<const std::int32_t> tags,
                 std::span<const float> weights, float weight, float* out);

/// What the row has to be multiplied by to have length 1; 0 where it is of a length of at most
/// `least` or holds a value that is not finite.
double unit_scale(const float* row, std::size_t dim, double least);

/// Scales each row to length 1 and drops the rows of a length of at most `least`, and those that
/// hold a value that is not finite. Returns the old row numbers of those that stay, ascending.
std::vector<std::int32_t> normalise(Vectors& vectors, double least = 0);

}  // namespace model
