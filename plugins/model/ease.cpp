// model.ease: how much each track of a user speaks for or against every other one, in closed form.
//
// With X the users x tracks, P = (X^T X + regularization I)^-1 and B(i,j) = -P(i,j) / P(j,j),
// B(j,j) = 0, a user x scores all tracks as x B: the linear model that best gives back X from all
// other tracks (Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, equation 8).
// P is one symmetric matrix of all tracks, so its memory and time are told before it is made.
//
// Artifact  table "tracks" (id), lists "weights": per track i its B(i,j) of greatest size, positive
//           and negative
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/parallel.hpp"
#include "kernels/symmetric_inverse.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr double kGiB = 1 << 30;
/// What one thread computes in a second, about: for what is told beforehand only.
constexpr double kOperationsPerSecond = 5e10;

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
  return text;
}

std::string duration(double seconds) {
  return seconds < 90 ? rounded(seconds) + " s" : rounded(seconds / 60) + " minutes";
}

/// Only the entries of the `count` columns that most users have; equal ones by number.
SparseMatrix of_most_popular(const SparseMatrix& users, std::int64_t count) {
  const std::vector<std::int32_t> rank = popularity_ranks(users);
  SparseMatrix kept;
  kept.columns = users.columns;
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto tracks = users.row(user);
    const auto values = users.row_values(user);
    for (std::size_t k = 0; k < tracks.size(); ++k) {
      if (rank[static_cast<std::size_t>(tracks[k])] >= count) continue;
      kept.indices.push_back(tracks[k]);
      kept.values.push_back(values[k]);
    }
    kept.offsets.push_back(static_cast<std::int64_t>(kept.indices.size()));
  }
  return kept;
}

/// X^T X + regularization I.
TiledSymmetric gram(const SparseMatrix& users, double regularization, int threads) {
  constexpr std::int64_t kTile = TiledSymmetric::kTile;
  const SparseMatrix tracks = transposed(users);
  TiledSymmetric matrix(users.columns);
  for_blocks(threads, matrix.tiles(), 1, [&](int, std::int64_t block, std::int64_t) {
    const std::int64_t end = std::min<std::int64_t>((block + 1) * kTile, users.columns);
    for (std::int64_t i = block * kTile; i < end; ++i) {
      const auto at = static_cast<std::int32_t>(i);
      const auto listeners = tracks.row(at);
      for (std::size_t k = 0; k < listeners.size(); ++k) {
        const float value = tracks.row_values(at)[k];
        const auto theirs = users.row(listeners[k]);
        const auto values = users.row_values(listeners[k]);
        for (std::size_t other = 0; other < theirs.size(); ++other) {
          const std::int64_t j = theirs[other];
          if (j / kTile > block) break;
          matrix.tile(block, j / kTile)[(i % kTile) * kTile + j % kTile] += value * values[other];
        }
      }
      matrix.tile(block, block)[(i % kTile) * (kTile + 1)] += static_cast<float>(regularization);
    }
  });
  return matrix;
}

/// B's entries of greatest size, row by row, from P.
class Weights {
 public:
  Weights(const TiledSymmetric& inverse, std::int64_t kept) : inverse_(inverse) {
    constexpr std::int64_t kTile = TiledSymmetric::kTile;
    kept_ = static_cast<std::size_t>(std::min(kept, inverse.size() - 1));
    for (std::int64_t j = 0; j < inverse.size(); ++j) {
      const float* tile = inverse.tile(j / kTile, j / kTile);
      scale_.push_back(-1 / tile[(j % kTile) * (kTile + 1)]);
    }
  }

  bool fill(SparseMatrix& weights, int threads, const std::function<bool(double)>& proceed) {
    const std::size_t rows = scale_.size();
    weights.columns = static_cast<std::int32_t>(rows);
    for (std::size_t row = 1; row <= rows; ++row)
      weights.offsets.push_back(static_cast<std::int64_t>(row * kept_));
    weights.indices.resize(rows * kept_);
    weights.values.resize(rows * kept_);
    return for_blocks(
        threads, inverse_.tiles(), 1,
        [&](int, std::int64_t block, std::int64_t) { fill_block(weights, block); }, proceed);
  }

 private:
  void fill_block(SparseMatrix& weights, std::int64_t block) const {
    constexpr std::int64_t kTile = TiledSymmetric::kTile;
    const std::int64_t width = inverse_.tiles() * kTile;
    std::vector<float> rows(static_cast<std::size_t>(kTile * width));
    inverse_.copy_rows(block, rows.data());
    std::vector<std::int32_t> order(scale_.size());
    for (std::int64_t r = 0; r < kTile && block * kTile + r < inverse_.size(); ++r) {
      float* row = rows.data() + r * width;
      const std::int64_t track = block * kTile + r;
      for (std::size_t j = 0; j < scale_.size(); ++j) row[j] *= scale_[j];
      row[track] = 0;  // the smallest size there is: kept only where all are 0
      fill_row(weights, static_cast<std::size_t>(track), row, order);
    }
  }

  void fill_row(SparseMatrix& weights, std::size_t track, const float* row,
                std::vector<std::int32_t>& order) const {
    std::iota(order.begin(), order.end(), 0);
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(track));
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(kept_);
    std::nth_element(order.begin(), end, order.end(), [row](std::int32_t a, std::int32_t b) {
      const float x = std::abs(row[a]), y = std::abs(row[b]);
      return x != y ? x > y : a < b;
    });
    std::sort(order.begin(), end);
    for (std::size_t k = 0; k < kept_; ++k) {
      weights.indices[track * kept_ + k] = order[k];
      weights.values[track * kept_ + k] = row[order[k]];
    }
    order.resize(scale_.size());
  }

  const TiledSymmetric& inverse_;
  std::size_t kept_;
  std::vector<float> scale_;  // -1 / P(j,j)
};

class Ease final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"regularization", 300.0, 1e-3, 1e6, "pulls all weights towards 0"},
      {"neighbours", 500, 1, 100'000, "weights kept for each track, those of greatest size"},
      {"max_tracks", 20'000, 1, 200'000, "most popular tracks learned; time grows by its cube"},
      {"memory_gigabytes", 8.0, 0.0001, 1'024, "refuse to start when more is needed"},
      playlist::Param::choice("weighting", kWeightings, "binary", "what a play is worth"),
      {"like_plays", 5.0, 0.1, 1'000, "plays that a like counts as"},
      {"min_users", 1, 1, 1'000'000, "users a track must have"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit Ease(const playlist::Args& args)
      : weighting_(weighting_of(std::string(args.text("weighting")), args.number("like_plays"))),
        regularization_(args.number("regularization")),
        neighbours_(args.integer("neighbours")),
        max_tracks_(args.integer("max_tracks")),
        memory_gigabytes_(args.number("memory_gigabytes")),
        min_users_(args.integer("min_users")),
        threads_(thread_count(args.integer("threads"))) {}

  void train(playlist::ModelCall& call) const {
    SparseMatrix users =
        of_most_popular(read_interactions(call, weighting_, min_users_), max_tracks_);
    const ModelTracks tracks = compact(call, users);
    tell_cost(call, users.columns);
    TiledSymmetric matrix = gram(users, regularization_, threads_);
    call.checkpoint(0.02);
    invert(matrix, threads_, progress_of(call, 0.02, 0.97));
    SparseMatrix weights;
    Weights(matrix, neighbours_).fill(weights, threads_, progress_of(call, 0.97, 1));
    write_ids(call, "tracks", tracks.id);
    write_lists(call, "weights", weights);
    call.card(playlist::concat("{\"users\": ", users.rows(), ", \"tracks\": ", users.columns,
                               ", \"interactions\": ", users.entries(),
                               ", \"weights_kept\": ", weights.entries(), "}"));
  }

 private:
  /// Beside the matrix: two columns of tiles, and the weights before and after they are written.
  void tell_cost(playlist::ModelCall& call, std::int64_t tracks) const {
    const auto n = static_cast<double>(tracks);
    const double kept = std::min(static_cast<double>(neighbours_), n);
    const double bytes = static_cast<double>(TiledSymmetric::bytes_of(tracks)) +
                         (8 + 4 * threads_) * n * TiledSymmetric::kTile + 32 * n * kept;
    const double gigabytes = bytes / kGiB;
    const double seconds = n * n * n / (kOperationsPerSecond * threads_);
    if (gigabytes > memory_gigabytes_) {
      throw playlist::NoData(playlist::concat(
          tracks, " tracks need ", rounded(gigabytes), " GiB, memory_gigabytes is ",
          rounded(memory_gigabytes_), ": raise it, or learn fewer tracks with max_tracks"));
    }
    call.info(playlist::concat(tracks, " tracks need ", rounded(gigabytes), " GiB and about ",
                               duration(seconds)));
  }

  Weighting weighting_;
  double regularization_;
  std::int64_t neighbours_, max_tracks_;
  double memory_gigabytes_;
  std::int64_t min_users_;
  int threads_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kEase = playlist::element<model::Ease>(
    "model.ease", "How much each track speaks for or against every other, in closed form.");
