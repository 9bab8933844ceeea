// model.ease: how much each track of a user speaks for or against every other one, in closed form.
//
// With X the users x tracks, the row of a user of n tracks scaled by (mean n /
// n)^(user_normalization / 2) so that who plays everything does not decide everything, P = (X^T X +
// regularization I)^-1 and B(i,j) = -P(i,j) / P(j,j), B(j,j) = 0, a user x scores all tracks as x
// B: the linear model that best gives back X from all other tracks (Steck: Embarrassingly Shallow
// Autoencoders for Sparse Data, WWW 2019, equation 8). With a dropout p it gives X back where every
// play is left out with chance p, which pulls the weights of a track by its own plays as well: P =
// (X^T X + regularization I + p / (1 - p) diag(X^T X))^-1 (Steck: Autoencoders that don't overfit
// towards the Identity, NeurIPS 2020). P is one symmetric matrix of all tracks. It
// is inverted as a whole, or, where users have few of many tracks, made column by column by
// conjugate gradients (kernels/gram_inverse.hpp), which never holds it; which is quicker is
// estimated, and memory and time are told before it begins.
//
// Artifact  table "tracks" (id), lists "weights": per track i its B(i,j) of greatest size, positive
//           and negative
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elements.hpp"
#include "kernels/gram_inverse.hpp"
#include "kernels/parallel.hpp"
#include "kernels/symmetric_inverse.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr double kGiB = 1 << 30;
/// What one thread computes in a second, about: for what is told beforehand only.
constexpr double kOperationsPerSecond = 5e10;
/// So few tracks that the inverse takes no time worth comparing.
constexpr std::int32_t kFew = 2'000;
constexpr double kTolerance = 1e-3;
constexpr std::int32_t kMostSteps = 500;

enum class Solver { kAuto, kCg, kInverse };
constexpr playlist::Choices kEaseSolvers{"auto", "cg", "inverse"};
Solver solver_of(const std::string& name) {
  if (name == "cg") return Solver::kCg;
  return name == "inverse" ? Solver::kInverse : Solver::kAuto;
}

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

/// Counts a user of n tracks (mean n / n)^exponent times; users without any do not matter.
void normalize_users(SparseMatrix& users, double exponent) {
  std::int32_t active = 0;
  for (std::int32_t user = 0; user < users.rows(); ++user)
    active += users.row(user).empty() ? 0 : 1;
  const double mean = static_cast<double>(users.entries()) / std::max(1, active);
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto begin = static_cast<std::size_t>(users.offsets[static_cast<std::size_t>(user)]);
    const std::size_t tracks = users.row(user).size();
    const auto scale =
        static_cast<float>(std::pow(mean / static_cast<double>(tracks), exponent / 2));
    for (std::size_t k = begin; k < begin + tracks; ++k) users.values[k] *= scale;
  }
}

/// The diagonal D of what is added to X^T X, as X D^-1/2 with a ridge of 1: its inverse is
/// D^1/2 P D^1/2. Returns D^-1/2.
std::vector<float> scale_tracks(SparseMatrix& users, double regularization, double dropout) {
  std::vector<double> squares(static_cast<std::size_t>(users.columns));
  for (std::size_t k = 0; k < users.indices.size(); ++k) {
    squares[static_cast<std::size_t>(users.indices[k])] +=
        static_cast<double>(users.values[k]) * users.values[k];
  }
  std::vector<float> scales;
  for (const double square : squares) {
    scales.push_back(
        static_cast<float>(1 / std::sqrt(regularization + dropout / (1 - dropout) * square)));
  }
  for (std::size_t k = 0; k < users.indices.size(); ++k)
    users.values[k] *= scales[static_cast<std::size_t>(users.indices[k])];
  return scales;
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

/// B's entries of greatest size, row by row, from the rows of P.
class Weights {
 public:
  /// `diagonal` is that of X^T X + regularization I. As the P(j,j) are not known before all rows
  /// are, it stands in for 1 / P(j,j), which it is never below, where weights are compared. P is
  /// that of tracks scaled by `scales`, where there are any.
  Weights(std::span<const float> diagonal, std::span<const float> scales, std::int64_t kept)
      : diagonal_(diagonal),
        scales_(scales),
        kept_(static_cast<std::size_t>(std::min<std::int64_t>(kept, std::ssize(diagonal) - 1))),
        inverse_(diagonal.size()) {
    weights_.columns = static_cast<std::int32_t>(diagonal.size());
    for (std::size_t track = 1; track <= diagonal.size(); ++track)
      weights_.offsets.push_back(static_cast<std::int64_t>(track * kept_));
    weights_.indices.resize(diagonal.size() * kept_);
    weights_.values.resize(weights_.indices.size());
  }

  /// On any thread, each track once.
  void take(std::int32_t track, std::span<const float> row) {
    const auto at = static_cast<std::size_t>(track);
    inverse_[at] = row[at];
    std::vector<float> sizes;
    for (std::size_t j = 0; j < row.size(); ++j) sizes.push_back(std::abs(row[j]) * diagonal_[j]);
    for (std::size_t j = 0; j < scales_.size(); ++j) sizes[j] /= scales_[j];
    sizes[at] = -1;  // no weight
    std::vector<float> order = sizes;
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(kept_);
    std::nth_element(order.begin(), last, order.end(), std::greater<>());
    // Those above the first that is left out, and as many of its size as there is room for.
    const float limit = *last;
    const auto above = static_cast<std::size_t>(
        std::count_if(order.begin(), last, [limit](float size) { return size > limit; }));
    std::size_t room = kept_ - above, place = at * kept_;
    for (std::size_t j = 0; j < sizes.size(); ++j) {
      if (sizes[j] < limit || j == at || (sizes[j] == limit && room == 0)) continue;
      if (sizes[j] == limit) --room;
      weights_.indices[place] = static_cast<std::int32_t>(j);
      weights_.values[place++] = row[j];
    }
  }

  /// What was taken of these tracks, for another process that takes it by unpack().
  [[nodiscard]] std::string packed(std::span<const std::int32_t> tracks) const {
    std::string bytes;
    bytes.reserve(tracks.size() * bytes_of_track());
    for (const std::int32_t track : tracks) {
      const auto at = static_cast<std::size_t>(track);
      append(bytes, &inverse_[at], 1);
      append(bytes, weights_.indices.data() + at * kept_, kept_);
      append(bytes, weights_.values.data() + at * kept_, kept_);
    }
    return bytes;
  }
  /// Throws std::runtime_error where that is of other tracks.
  void unpack(std::span<const std::int32_t> tracks, std::string_view bytes) {
    if (bytes.size() != tracks.size() * bytes_of_track())
      throw std::runtime_error("a part is not of these tracks");
    for (const std::int32_t track : tracks) {
      const auto at = static_cast<std::size_t>(track);
      take(bytes, &inverse_[at], 1);
      take(bytes, weights_.indices.data() + at * kept_, kept_);
      take(bytes, weights_.values.data() + at * kept_, kept_);
      for (const std::int32_t other : std::span(weights_.indices).subspan(at * kept_, kept_))
        if (other < 0 || other >= weights_.columns)
          throw std::runtime_error("a part has tracks that there are not");
    }
  }

  /// Once all tracks were taken.
  SparseMatrix finish() && {
    for (std::size_t k = 0; k < weights_.values.size(); ++k)
      weights_.values[k] /= -inverse_[static_cast<std::size_t>(weights_.indices[k])];
    if (!scales_.empty()) unscale();
    return std::move(weights_);
  }

 private:
  [[nodiscard]] std::size_t bytes_of_track() const {
    return sizeof(float) + kept_ * (sizeof(float) + sizeof(std::int32_t));
  }
  template <class T>
  static void append(std::string& bytes, const T* items, std::size_t count) {
    bytes.append(reinterpret_cast<const char*>(items), count * sizeof(T));
  }
  template <class T>
  static void take(std::string_view& bytes, T* items, std::size_t count) {
    if (count > 0) std::memcpy(items, bytes.data(), count * sizeof(T));
    bytes.remove_prefix(count * sizeof(T));
  }

  void unscale() {
    for (std::int32_t i = 0; i < weights_.rows(); ++i) {
      const auto begin = static_cast<std::size_t>(weights_.offsets[static_cast<std::size_t>(i)]);
      for (std::size_t k = begin; k < begin + weights_.row(i).size(); ++k) {
        weights_.values[k] *= scales_[static_cast<std::size_t>(i)] /
                              scales_[static_cast<std::size_t>(weights_.indices[k])];
      }
    }
  }

  std::span<const float> diagonal_, scales_;
  std::size_t kept_;
  std::vector<float> inverse_;  // P(j,j)
  SparseMatrix weights_;        // until finish() with P's values
};

/// P is symmetric: its columns are its rows.
void take_columns(const GramInverse& columns, SharedSteps* shared, Weights& weights,
                  const std::function<bool(double)>& proceed) {
  const auto take = [&](std::int32_t track, auto values) { weights.take(track, values); };
  if (shared == nullptr) {
    columns.run(take, proceed);
    return;
  }
  const std::int64_t parts = shared->parts();
  shared->step(
      "columns",
      [&](std::int64_t part) {
        columns.run_part(part, parts, take, proceed);
        return weights.packed(columns.columns_of(part, parts));
      },
      [&](std::int64_t part, std::string_view bytes) {
        weights.unpack(columns.columns_of(part, parts), bytes);
      },
      /*is_last=*/true);
}

/// P as a whole.
void take_inverse(const SparseMatrix& users, double regularization, int threads, Weights& weights,
                  const std::function<bool(double)>& proceed) {
  constexpr std::int64_t kTile = TiledSymmetric::kTile;
  TiledSymmetric matrix = gram(users, regularization, threads);
  if (!invert(matrix, threads, proceed)) return;
  const std::int64_t width = matrix.tiles() * kTile;
  const auto size = static_cast<std::size_t>(matrix.size());
  for_blocks(threads, matrix.tiles(), 1, [&](int, std::int64_t block, std::int64_t) {
    std::vector<float> rows(static_cast<std::size_t>(kTile * width));
    matrix.copy_rows(block, rows.data());
    for (std::int64_t r = 0; r < kTile && block * kTile + r < matrix.size(); ++r)
      weights.take(static_cast<std::int32_t>(block * kTile + r), {rows.data() + r * width, size});
  });
}

class Ease final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"regularization", 300.0, 1e-3, 1e6, "pulls all weights towards 0"},
      {"dropout", 0.0, 0, 0.99,
       "pulls weights of much played tracks more: chance to leave out plays"},
      {"user_normalization", 0.5, 0, 1, "0: every play counts the same, 1: every user does"},
      {"neighbours", 500, 1, 100'000, "weights kept for each track, those of greatest size"},
      {"max_tracks", 20'000, 1, 200'000, "most popular tracks learned; time grows by its square"},
      playlist::Param::choice("solver", kEaseSolvers, "auto", "cg: quicker where plays are sparse"),
      {"memory_gigabytes", 8.0, 0.0001, 1'024, "refuse to start when more is needed"},
      playlist::Param::choice("weighting", kWeightings, "binary", "what a play is worth"),
      {"like_plays", 5.0, 0.1, 1'000, "plays that a like counts as"},
      {"min_users", 1, 1, 1'000'000, "users a track must have"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit Ease(const playlist::Args& args)
      : weighting_(weighting_of(std::string(args.text("weighting")), args.number("like_plays"))),
        regularization_(args.number("regularization")),
        dropout_(args.number("dropout")),
        user_normalization_(args.number("user_normalization")),
        neighbours_(args.integer("neighbours")),
        max_tracks_(args.integer("max_tracks")),
        solver_(solver_of(std::string(args.text("solver")))),
        memory_gigabytes_(args.number("memory_gigabytes")),
        min_users_(args.integer("min_users")),
        threads_(thread_count(args.integer("threads"))) {}

  void train(playlist::ModelCall& call) const {
    SparseMatrix users =
        of_most_popular(read_interactions(call, weighting_, min_users_), max_tracks_);
    const ModelTracks tracks = compact(call, users);
    normalize_users(users, user_normalization_);
    std::vector<float> scales;
    if (dropout_ > 0) scales = scale_tracks(users, regularization_, dropout_);
    const double ridge = dropout_ > 0 ? 1 : regularization_;
    const GramInverse columns(users, {ridge, kTolerance, kMostSteps, threads_});
    const Way way = way_for(users, columns);
    const std::unique_ptr<SharedSteps> steps = shared_steps_of(call);
    if (steps && way.solver == Solver::kInverse) {
      throw playlist::Error(playlist::concat(
          "the inverse of ", users.columns,
          " tracks as a whole is not made in shards; column by column it is: --set solver=cg"));
    }
    tell_cost(call, users.columns, way);
    call.checkpoint(0.02);
    Weights weights(columns.diagonal(), scales, neighbours_);
    const auto progress = progress_of(call, 0.02, 0.97);
    if (way.solver == Solver::kInverse) {
      take_inverse(users, ridge, threads_, weights, progress);
    } else {
      take_columns(columns, steps.get(), weights, progress);
    }
    call.checkpoint(0.97);
    const SparseMatrix kept = std::move(weights).finish();
    write_ids(call, "tracks", tracks.id);
    write_lists(call, "weights", kept);
    call.card(playlist::concat("{\"users\": ", users.rows(), ", \"tracks\": ", users.columns,
                               ", \"interactions\": ", users.entries(),
                               ", \"weights_kept\": ", kept.entries(), "}"));
  }

 private:
  /// How P is made, and what that takes.
  struct Way {
    Solver solver;
    double bytes, operations;
  };

  /// Before and after they are written.
  [[nodiscard]] double weight_bytes(double tracks) const {
    return 32 * tracks * std::min(static_cast<double>(neighbours_), tracks);
  }

  /// Beside the matrix: two columns of tiles, and one of rows a thread.
  [[nodiscard]] Way by_inverse(const SparseMatrix& users) const {
    const auto n = static_cast<double>(users.columns);
    return {Solver::kInverse,
            static_cast<double>(TiledSymmetric::bytes_of(users.columns)) +
                (8 + 4 * threads_) * n * TiledSymmetric::kTile + weight_bytes(n),
            n * n * n};
  }

  [[nodiscard]] Way by_cg(const SparseMatrix& users, const GramInverse& columns) const {
    const auto n = static_cast<double>(users.columns);
    return {Solver::kCg,
            16.0 * static_cast<double>(users.entries()) +
                threads_ * GramInverse::kBlock * 4 * (5 * n + users.rows()) + weight_bytes(n),
            columns.operations()};
  }

  /// What was asked for; else the quicker one, of those that memory is there for.
  [[nodiscard]] Way way_for(const SparseMatrix& users, const GramInverse& columns) const {
    const Way inverse = by_inverse(users);
    if (solver_ == Solver::kInverse) return inverse;
    if (solver_ == Solver::kAuto && users.columns <= kFew && fits(inverse)) return inverse;
    const Way cg = by_cg(users, columns);
    if (solver_ == Solver::kCg || !fits(inverse)) return cg;
    return fits(cg) && cg.operations < inverse.operations ? cg : inverse;
  }

  [[nodiscard]] bool fits(const Way& way) const { return way.bytes <= memory_gigabytes_ * kGiB; }

  void tell_cost(playlist::ModelCall& call, std::int64_t tracks, const Way& way) const {
    const std::string gigabytes = rounded(way.bytes / kGiB);
    if (!fits(way)) {
      throw playlist::NoData(playlist::concat(
          tracks, " tracks need ", gigabytes, " GiB, memory_gigabytes is ",
          rounded(memory_gigabytes_), ": raise it, or learn fewer tracks with max_tracks"));
    }
    call.info(playlist::concat(tracks, " tracks need ", gigabytes, " GiB and about ",
                               duration(way.operations / (kOperationsPerSecond * threads_)),
                               way.solver == Solver::kCg ? ", by conjugate gradients" : ""));
  }

  Weighting weighting_;
  double regularization_, dropout_, user_normalization_;
  std::int64_t neighbours_, max_tracks_;
  Solver solver_;
  double memory_gigabytes_;
  std::int64_t min_users_;
  int threads_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kEase = playlist::element<model::Ease>(
    "model.ease", "How much each track speaks for or against every other, in closed form.");
