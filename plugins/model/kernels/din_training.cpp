#include "din_training.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "din_optimizer.hpp"
#include "parallel.hpp"

namespace model {
namespace {

constexpr std::size_t kBlockTargets = 8;  // a block's memory stays in a core's cache

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t state = a ^ (b * 0x9e3779b97f4a7c15u);
  return playlist::splitmix64(state);
}

/// The groups of one block of targets, with the memory they view.
struct Block {
  std::vector<std::int32_t> items;
  std::vector<std::size_t> begins;  // of each group's history in `items`, then of its candidates
  std::vector<float> labels, weights;
  std::vector<DinGroup> groups;
  std::vector<std::int32_t> history, drawn;
  DinBlockGradient gradient;
};

struct Sampling {
  const DinListens& listens;
  const DinNegatives& negatives;
  const DinOptions& options;

  /// The stream of negatives is the target's and the epoch's.
  void fill(Block& block, std::span<const DinTarget> targets, std::uint64_t stream) const {
    block.items.clear();
    block.begins.clear();
    block.labels.clear();
    for (const DinTarget& target : targets) {
      din_history(listens, target, options.history, block.history);
      block.begins.push_back(block.items.size());
      block.items.insert(block.items.end(), block.history.begin(), block.history.end());
      block.begins.push_back(block.items.size());
      block.items.push_back(listens.track[static_cast<std::size_t>(target.listen)]);
      block.labels.push_back(target.is_played ? 1.0f : 0.0f);
      if (!target.is_played) continue;
      block.drawn.clear();
      negatives.draw(target.user, options.negatives,
                     mixed(stream, static_cast<std::uint64_t>(target.listen)), block.drawn);
      block.items.insert(block.items.end(), block.drawn.begin(), block.drawn.end());
      block.labels.insert(block.labels.end(), block.drawn.size(), 0.0f);
    }
    block.weights.assign(block.labels.size(), 1.0f);
    group(block, targets.size());
  }

 private:
  static void group(Block& block, std::size_t count) {
    const std::span<const std::int32_t> items(block.items);
    const std::span<const float> labels(block.labels), weights(block.weights);
    block.groups.clear();
    std::size_t sample = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t history = block.begins[2 * k], candidates = block.begins[2 * k + 1];
      const std::size_t end = k + 1 < count ? block.begins[2 * k + 2] : items.size();
      const std::size_t size = end - candidates;
      block.groups.push_back({items.subspan(history, candidates - history),
                              items.subspan(candidates, size), labels.subspan(sample, size),
                              weights.subspan(sample, size)});
      sample += size;
    }
  }
};

/// Trains a network epoch by epoch.
class Trainer {
 public:
  Trainer(const Sampling& sampling, const DinCatalogue& catalogue,
          std::span<const std::int64_t> plays, std::int32_t artists)
      : sampling_(sampling),
        options_(sampling.options),
        weights_(initial_din(options_.shape, catalogue.artist.size(),
                             static_cast<std::size_t>(artists), mixed(options_.random_seed, 1))),
        network_(weights_, catalogue),
        optimizer_(weights_, catalogue, plays, options_.learning_rate, options_.regularization),
        scratch_(static_cast<std::size_t>(options_.threads)) {}

  [[nodiscard]] const DinWeights& weights() const { return weights_; }
  [[nodiscard]] std::int64_t samples() const { return samples_; }

  /// False once `proceed` says stop.
  bool epoch(std::span<const DinTarget> targets, int number,
             const std::function<bool(double)>& proceed) {
    const std::uint64_t stream = mixed(options_.random_seed, 16 + static_cast<unsigned>(number));
    std::vector<DinTarget> order(targets.begin(), targets.end());
    playlist::Random(stream).shuffle(std::span(order));
    const auto batch = static_cast<std::size_t>(options_.batch);
    for (std::size_t begin = 0; begin < order.size(); begin += batch) {
      if (proceed && !proceed(static_cast<double>(begin) / static_cast<double>(order.size())))
        return false;
      step(std::span(order).subspan(begin, std::min(batch, order.size() - begin)), stream);
    }
    return true;
  }

  /// The logits of all samples, target by target; labels, and whose they are.
  struct Judged {
    std::vector<float> logits, labels;
    std::vector<std::int32_t> users, tracks;
    std::vector<std::uint8_t> is_drawn;
  };
  Judged judge(std::span<const DinTarget> targets) {
    blocks_.resize((targets.size() + kBlockTargets - 1) / kBlockTargets);
    std::vector<Judged> parts(blocks_.size());
    each_block(targets, mixed(options_.random_seed, 2), [&](int thread, std::size_t at) {
      Block& block = blocks_[at];
      parts[at].logits.resize(block.labels.size());
      network_.forward(block.groups, scratch_[static_cast<std::size_t>(thread)],
                       parts[at].logits.data());
      parts[at].labels = block.labels;
      for (std::size_t k = 0; k < block.groups.size(); ++k) {
        const DinGroup& group = block.groups[k];
        for (std::size_t c = 0; c < group.candidates.size(); ++c) {
          parts[at].users.push_back(targets[at * kBlockTargets + k].user);
          parts[at].tracks.push_back(group.candidates[c]);
          parts[at].is_drawn.push_back(c > 0);
        }
      }
    });
    return joined(parts);
  }

 private:
  template <typename Work>
  void each_block(std::span<const DinTarget> targets, std::uint64_t stream, const Work& work) {
    for_blocks(options_.threads, static_cast<std::int64_t>(blocks_.size()), 1,
               [&](int thread, std::int64_t begin, std::int64_t) {
                 const auto at = static_cast<std::size_t>(begin);
                 const std::size_t first = at * kBlockTargets;
                 sampling_.fill(
                     blocks_[at],
                     targets.subspan(first, std::min(kBlockTargets, targets.size() - first)),
                     stream);
                 work(thread, at);
               });
  }

  void step(std::span<const DinTarget> targets, std::uint64_t stream) {
    blocks_.resize((targets.size() + kBlockTargets - 1) / kBlockTargets);
    each_block(targets, stream, [&](int thread, std::size_t at) {
      network_.backward(blocks_[at].groups, scratch_[static_cast<std::size_t>(thread)],
                        blocks_[at].gradient);
    });
    std::vector<DinOptimizer::Part> parts;
    std::size_t samples = 0;
    for (const Block& block : blocks_) {
      parts.push_back({block.items, &block.gradient});
      samples += block.labels.size();
    }
    optimizer_.step(parts, samples, options_.threads);
    network_.refresh();
    samples_ += static_cast<std::int64_t>(samples);
  }

  static Judged joined(const std::vector<Judged>& parts) {
    Judged all;
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    for (const Judged& part : parts) {
      append(all.logits, part.logits);
      append(all.labels, part.labels);
      append(all.users, part.users);
      append(all.tracks, part.tracks);
      append(all.is_drawn, part.is_drawn);
    }
    return all;
  }

  const Sampling& sampling_;
  const DinOptions& options_;
  DinWeights weights_;
  DinNetwork network_;
  DinOptimizer optimizer_;
  std::vector<DinNetwork::Scratch> scratch_;
  std::vector<Block> blocks_;
  std::int64_t samples_ = 0;
};

/// What is learned from, and what is held out.
struct Split {
  std::vector<DinTarget> learned, held_out;
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  // the first time held out
  std::int64_t unknown = 0;
};

std::vector<DinTarget> latest_targets(const DinListens& listens, const DinOptions& options) {
  std::vector<DinTarget> targets = din_targets(listens, options.min_history);
  const auto limit = static_cast<std::size_t>(options.max_targets);
  if (targets.size() <= limit) return targets;
  std::vector<std::int64_t> times;
  for (const DinTarget& target : targets)
    times.push_back(listens.ts[static_cast<std::size_t>(target.listen)]);
  std::nth_element(times.begin(), times.end() - static_cast<std::ptrdiff_t>(limit), times.end());
  const std::int64_t since = times[times.size() - limit];
  std::erase_if(targets, [&](const DinTarget& target) {
    return listens.ts[static_cast<std::size_t>(target.listen)] < since;
  });
  return targets;
}

Split split_by_time(const DinListens& listens, const std::vector<DinTarget>& targets,
                    double share) {
  Split split;
  const auto held = static_cast<std::size_t>(share * static_cast<double>(targets.size()));
  const auto time = [&](const DinTarget& target) {
    return listens.ts[static_cast<std::size_t>(target.listen)];
  };
  if (held == 0) {
    split.learned = targets;
    return split;
  }
  std::vector<std::int64_t> times;
  for (const DinTarget& target : targets) times.push_back(time(target));
  std::nth_element(times.begin(), times.end() - static_cast<std::ptrdiff_t>(held), times.end());
  split.until = times[times.size() - held];
  for (const DinTarget& target : targets)
    (time(target) < split.until ? split.learned : split.held_out).push_back(target);
  return split;
}

void leave_unknown_aside(const DinListens& listens, const DinNegatives& earlier, Split& split) {
  const auto users = earlier.user_counts();
  split.unknown = static_cast<std::int64_t>(std::erase_if(split.held_out, [&](const auto& target) {
    const std::int32_t track = listens.track[static_cast<std::size_t>(target.listen)];
    return users[static_cast<std::size_t>(track)] == 0;
  }));
}

/// As of `until`: plays by track, and who has a row of their own.
std::vector<std::int64_t> plays_until(const DinListens& listens, std::int64_t until) {
  std::vector<std::int64_t> plays(static_cast<std::size_t>(listens.tracks));
  for (std::size_t k = 0; k < listens.track.size(); ++k) {
    if (listens.ts[k] < until && listens.heard[k] == DinListens::kPlayed)
      ++plays[static_cast<std::size_t>(listens.track[k])];
  }
  return plays;
}

DinCatalogue catalogue_of(const std::vector<std::int32_t>& artist, const DinNegatives& negatives,
                          int min_users) {
  DinCatalogue catalogue{artist, {}};
  for (const std::int32_t users : negatives.user_counts())
    catalogue.has_own.push_back(users >= min_users);
  return catalogue;
}

struct SampleCounts {
  std::int64_t played = 0, skipped = 0, drawn = 0;
};

/// What `prior` in the header says.
double prior_shift(const SampleCounts& counts, int negatives) {
  const auto skipped = static_cast<double>(counts.skipped),
             drawn = static_cast<double>(counts.drawn);
  if (skipped + drawn == 0) return 0;
  return std::log((skipped + drawn) / (skipped + drawn / negatives));
}

SampleCounts counts_of(std::span<const DinTarget> targets, int negatives) {
  SampleCounts counts;
  for (const DinTarget& target : targets) ++(target.is_played ? counts.played : counts.skipped);
  counts.drawn = counts.played * negatives;
  return counts;
}

/// The logits of what was held out, as the samples would be drawn one negative per played track.
struct Samples {
  std::vector<float> logits, labels, weights;

  void add(float logit, float label, float weight) {
    logits.push_back(logit);
    labels.push_back(label);
    weights.push_back(weight);
  }
  [[nodiscard]] PlattScaling fit() const { return fit_platt(logits, labels, weights); }
};

/// Chances of the samples, each scaled by what fits users of the other half: a user's samples are
/// alike, so a user is in one half as a whole.
std::vector<float> cross_fitted(const Samples& samples, std::span<const std::int32_t> users) {
  std::array<Samples, 2> halves;
  const auto half = [&](std::size_t k) { return static_cast<std::size_t>(users[k] & 1); };
  for (std::size_t k = 0; k < users.size(); ++k)
    halves[half(k)].add(samples.logits[k], samples.labels[k], samples.weights[k]);
  const std::array<PlattScaling, 2> fits{halves[1].fit(), halves[0].fit()};
  std::vector<float> chances;
  for (std::size_t k = 0; k < users.size(); ++k)
    chances.push_back(static_cast<float>(1 / (1 + std::exp(-fits[half(k)](samples.logits[k])))));
  return chances;
}

DinMetrics measure(const Trainer::Judged& judged, std::span<const std::int32_t> user_counts,
                   int negatives, double shift) {
  DinMetrics metrics;
  Samples samples;
  std::vector<float> popularity;
  for (std::size_t k = 0; k < judged.logits.size(); ++k) {
    const bool is_played = judged.labels[k] > 0, is_drawn = judged.is_drawn[k] != 0;
    ++(is_played ? metrics.played : is_drawn ? metrics.drawn : metrics.skipped);
    samples.add(judged.logits[k] + static_cast<float>(shift), judged.labels[k],
                is_drawn ? 1.0f / static_cast<float>(negatives) : 1.0f);
    popularity.push_back(
        static_cast<float>(user_counts[static_cast<std::size_t>(judged.tracks[k])]));
  }
  metrics.scaling = samples.fit();
  const std::vector<float> chances = cross_fitted(samples, judged.users);
  metrics.log_loss = log_loss_of(chances, samples.labels, samples.weights);
  metrics.area = area_under_curve(judged.logits, judged.labels);
  metrics.grouped_area = grouped_area_under_curve(judged.logits, judged.labels, judged.users);
  metrics.popular_area = area_under_curve(popularity, judged.labels);
  metrics.popular_grouped_area = grouped_area_under_curve(popularity, judged.labels, judged.users);
  metrics.calibration = calibration_of(chances, samples.labels, samples.weights);
  return metrics;
}

void scale_output(DinWeights& weights, const PlattScaling& scaling) {
  const DinLayout layout(weights.shape);
  const auto slope = static_cast<float>(scaling.slope);
  for (int unit = 0; unit < weights.shape.second; ++unit)
    weights.dense[layout.out + static_cast<std::size_t>(unit)] *= slope;
  float& bias = weights.dense[layout.out_bias];
  bias = bias * slope + static_cast<float>(scaling.intercept);
}

/// Epochs on what is learned from until what is held out is told no better; fills model.epochs and
/// model.best_epoch.
bool find_epochs(const DinListens& listens, Split& split, std::int32_t artists,
                 const DinOptions& options, DinModel& model) {
  const DinNegatives negatives(listens, options.negative_exponent, split.until);
  leave_unknown_aside(listens, negatives, split);
  const DinCatalogue catalogue = catalogue_of(model.catalogue.artist, negatives, options.min_users);
  const Sampling sampling{listens, negatives, options};
  const std::vector<std::int64_t> plays = plays_until(listens, split.until);
  Trainer trainer(sampling, catalogue, plays, artists);
  const double shift = prior_shift(counts_of(split.learned, options.negatives), options.negatives);
  double best = -1;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto proceed = [&](double share) {
      return !options.proceed || options.proceed((epoch - 1 + share) / (2 * options.epochs));
    };
    if (!trainer.epoch(split.learned, epoch, proceed)) return false;
    DinMetrics metrics =
        measure(trainer.judge(split.held_out), negatives.user_counts(), options.negatives, shift);
    metrics.unknown = split.unknown;
    model.epochs.push_back(metrics);
    const double reached = std::isnan(metrics.grouped_area) ? metrics.area : metrics.grouped_area;
    if (reached > best) {
      best = reached;
      model.best_epoch = epoch;
    }
    if (epoch - model.best_epoch >= options.patience) break;
  }
  return true;
}

}  // namespace

std::optional<DinModel> train_din(const DinListens& listens, std::vector<std::int32_t> artist,
                                  std::int32_t artists, const DinOptions& options) {
  const std::vector<DinTarget> targets = latest_targets(listens, options);
  if (targets.empty()) return std::nullopt;
  Split split = split_by_time(listens, targets, options.validation_share);
  DinModel model;
  model.catalogue.artist = std::move(artist);
  model.best_epoch = options.epochs;
  const bool is_measured = !split.held_out.empty() && !split.learned.empty();
  if (is_measured && !find_epochs(listens, split, artists, options, model)) return std::nullopt;

  const DinNegatives negatives(listens, options.negative_exponent,
                               std::numeric_limits<std::int64_t>::max());
  model.catalogue = catalogue_of(model.catalogue.artist, negatives, options.min_users);
  const Sampling sampling{listens, negatives, options};
  const std::vector<std::int64_t> plays =
      plays_until(listens, std::numeric_limits<std::int64_t>::max());
  Trainer trainer(sampling, model.catalogue, plays, artists);
  for (int epoch = 1; epoch <= model.best_epoch; ++epoch) {
    const auto proceed = [&](double share) {
      const double done = (epoch - 1 + share) / model.best_epoch;
      return !options.proceed || options.proceed(is_measured ? 0.5 + done / 2 : done);
    };
    if (!trainer.epoch(targets, epoch, proceed)) return std::nullopt;
  }
  const SampleCounts counts = counts_of(targets, options.negatives);
  model.weights = trainer.weights();
  model.weights.dense[DinLayout(options.shape).out_bias] +=
      static_cast<float>(prior_shift(counts, options.negatives));
  if (is_measured)
    scale_output(model.weights,
                 model.epochs[static_cast<std::size_t>(model.best_epoch) - 1].scaling);
  model.played = counts.played;
  model.skipped = counts.skipped;
  model.drawn = counts.drawn;
  model.samples = trainer.samples();
  return model;
}

}  // namespace model
