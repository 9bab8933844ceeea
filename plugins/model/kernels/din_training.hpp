// Training of the Deep Interest Network on everybody's listens.
//
// Samples  A target of din_examples.hpp: played 1, skipped 0. For each played one `negatives`
//          tracks that the user never came across, 0, drawn anew in every epoch.
// Loss     Cross entropy, the mean over a batch, by Adam; embeddings of a batch also decay by
//          regularization / plays of the row (the mini-batch aware regularization of Zhou et al.,
//          KDD 2018, section 5.1), and take Adam's steps only in batches they are part of.
// Stopping The latest `validation_share` of the targets is held out, those of tracks that nobody
//          had come across before then aside. The epoch of the best grouped area under the curve on
//          it wins; after `patience` epochs without a better one training stops. Then the network
//          is trained again on all targets for as many epochs, as tracks of the last weeks matter.
// Prior    Drawing n negatives per played track makes playing look rarer by it; the last bias is
//          raised by log((skipped + drawn) / (skipped + drawn / n)). So a score is the chance that
//          the track is played rather than skipped, or rather than one drawn track in its place,
//          whatever n was.
// Scaling  Networks are surer than they should be, so the last layer is scaled by the Platt scaling
//          that fits the held-out targets best. What is told of log loss and calibration is
//          cross-fitted: each half of those users is judged by what fits the other.
// Threads  A batch is cut into blocks whatever the number of threads, and what the blocks give is
//          added in their order: the same bytes for 1 thread and for 64.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "click_metrics.hpp"
#include "din_examples.hpp"
#include "din_network.hpp"

namespace model {

struct DinOptions {
  DinShape shape;
  int history = 50;                      // tracks looked at, >= 1
  int min_history = 5;                   // played tracks a user must have before a target, >= 1
  int min_users = 2;                     // users of a track that has a row of its own
  int negatives = 4;                     // >= 1
  double negative_exponent = 0.75;       // 0: all tracks alike, 1: by popularity
  std::int64_t max_targets = 1'000'000;  // the latest ones
  int batch = 128;                       // targets, >= 1
  double learning_rate = 0.001;          // > 0
  double regularization = 0.01;          // >= 0
  int epochs = 20, patience = 2;         // >= 1
  double validation_share = 0.1;         // 0..0.5; 0: all epochs, nothing is measured
  int threads = 1;
  std::uint64_t random_seed = 1;
  /// Called now and then from the calling thread with 0 .. 1; false stops the training.
  std::function<bool(double)> proceed;
};

/// Measured on the targets held out, by the network that had not seen them.
struct DinMetrics {
  double area = 0, grouped_area = 0, log_loss = 0;
  double popular_area = 0, popular_grouped_area = 0;  // of the number of users as a score
  Calibration calibration;
  PlattScaling scaling;                                          // of all that was held out
  std::int64_t played = 0, skipped = 0, drawn = 0, unknown = 0;  // unknown: left aside
};

struct DinModel {
  DinWeights weights;
  DinCatalogue catalogue;
  std::vector<DinMetrics> epochs;  // one per epoch until it stopped
  int best_epoch = 0;              // from 1; the epochs it was trained for
  std::int64_t played = 0, skipped = 0, drawn = 0, samples = 0;  // of the final training
};

/// `artist` is the row of each track's artist, -1: none; `artists` how many there are.
/// Returns nothing when `proceed` said stop, or when there is no target.
std::optional<DinModel> train_din(const DinListens& listens, std::vector<std::int32_t> artist,
                                  std::int32_t artists, const DinOptions& options);

}  // namespace model
