#include "space_choice.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "heard_together.hpp"
#include "kernels/listening_overlap.hpp"
#include "kernels/parallel.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr std::int64_t kFewestTracks = 200;  // that an autoencoder learns from
constexpr std::size_t kFewestComponents = 4;
/// So many points of a few dozen dimensions show its surface; more only take longer.
constexpr std::size_t kMostTaught = 32'768;
constexpr std::size_t kMostProbes = 2'000, kNearest = 50;

/// A row whose length is nothing stays where it is, near to none.
Vectors of_unit_length(Vectors vectors) {
  for (std::int64_t row = 0; row < vectors.rows; ++row) {
    const double scale = unit_scale(vectors.row(row), vectors.dim, kShortestRow);
    for (std::size_t k = 0; k < vectors.dim; ++k)
      vectors.row(row)[k] = static_cast<float>(vectors.row(row)[k] * scale);
  }
  return vectors;
}

Vectors first_columns(const Vectors& vectors, std::size_t columns) {
  Vectors first(vectors.rows, columns);
  for (std::int64_t row = 0; row < vectors.rows; ++row)
    std::copy_n(vectors.row(row), columns, first.row(row));
  return first;
}

double mean_of(const std::vector<double>& values) {
  return values.empty() ? 0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

TrainedAutoencoder learn(playlist::ModelCall& call, const Vectors& places,
                         const SpaceChoice& choice) {
  AutoencoderOptions options;
  options.hidden = choice.hidden;
  options.bottleneck = choice.bottleneck > 0 ? choice.bottleneck : (places.dim + 1) / 2;
  options.epochs = choice.epochs;
  options.most_rows = kMostTaught;
  options.random_seed = call.random("autoencoder").next();
  options.threads = choice.threads;
  options.proceed = progress_of(call, 0.5, 0.65);
  if (choice.epochs == 0 || places.rows < kFewestTracks || places.dim < kFewestComponents ||
      options.bottleneck >= places.dim)
    return {};
  return train_autoencoder(places, options);
}

ListeningProbes probes_of(playlist::ModelCall& call, std::span<const std::int32_t> tracks,
                          const char*& by) {
  std::vector<std::int32_t> row_of_track(call.table("tracks").rows(), -1);
  for (std::size_t row = 0; row < tracks.size(); ++row)
    row_of_track[static_cast<std::size_t>(tracks[row])] = static_cast<std::int32_t>(row);
  const HeardTogether heard =
      heard_together(call, row_of_track, static_cast<std::int32_t>(tracks.size()));
  by = heard.by;
  return listening_probes(heard.rows, kMostProbes, call.random("probes").next());
}

}  // namespace

Vectors codes_of(const Autoencoder& network, const Vectors& places,
                 std::span<const std::int32_t> rows, int threads) {
  Vectors codes(static_cast<std::int64_t>(rows.size()), network.dim());
  for_blocks(threads, codes.rows, 1024, [&](int, std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      network.encode(places.row(rows[static_cast<std::size_t>(row)]), codes.row(row));
  });
  return codes;
}

std::string choose_space(playlist::ModelCall& call, std::span<const std::int32_t> tracks,
                         const Vectors& places, const SpaceChoice& choice, Embedding& embedding) {
  const TrainedAutoencoder trained = learn(call, places, choice);
  call.checkpoint();
  const char* by = "";
  const ListeningProbes probes = probes_of(call, tracks, by);
  const auto overlap = [&](const Vectors& vectors) {
    return overlap_with_listening(of_unit_length(vectors), probes, kNearest, choice.threads);
  };
  const std::vector<double> pca = overlap(places);
  std::string co_listening =
      playlist::concat("{\"by\": \"", by, "\", \"probes\": ", probes.rows.size(),
                       ", \"chance\": ", probes.chance, ", \"pca\": ", mean_of(pca));
  std::string autoencoder = "null";
  if (trained.network.dim() > 0) {
    std::vector<std::int32_t> rows(tracks.size());
    std::iota(rows.begin(), rows.end(), 0);
    const std::vector<double> coded =
        overlap(codes_of(trained.network, places, rows, choice.threads));
    const MeanDifference difference = mean_difference(coded, pca);
    co_listening += playlist::concat(
        ", \"pca_of_same_dim\": ", mean_of(overlap(first_columns(places, trained.network.dim()))),
        ", \"autoencoder\": ", mean_of(coded), ", \"difference\": ", difference.mean,
        ", \"standard_error\": ", difference.standard_error);
    autoencoder =
        playlist::concat("{\"dim\": ", trained.network.dim(), ", \"epochs\": ", trained.epochs,
                         ", \"held_out\": ", trained.held_out, ", \"lost\": ", trained.lost,
                         ", \"pca_lost\": ", trained.cut_lost, "}");
    embedding.is_autoencoded = difference.is_above();
    embedding.autoencoder = trained.network;
  }
  return playlist::concat("\"autoencoder\": ", autoencoder, ", \"co_listening\": ", co_listening,
                          "}");
}

}  // namespace model
