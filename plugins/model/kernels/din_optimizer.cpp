#include "din_optimizer.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace model {
namespace {

constexpr float kMomentum = 0.99f;       // of Dice's moving averages, as in the paper's program
constexpr std::int64_t kBlockRows = 64;  // embeddings in a block of work

}  // namespace

// ---- the rows of a table in a batch
// --------------------------------------------------------------

DinOptimizer::Table::Table(std::size_t rows, std::size_t dim)
    : first(rows * dim), second(rows * dim), steps(rows), slot(rows, -1), decay(rows) {}

void DinOptimizer::Table::begin() {
  for (const std::int32_t row : touched) slot[static_cast<std::size_t>(row)] = -1;
  touched.clear();
  ends.clear();
}

void DinOptimizer::Table::count(std::int32_t row) {
  std::int32_t& at = slot[static_cast<std::size_t>(row)];
  if (at < 0) {
    at = static_cast<std::int32_t>(touched.size());
    touched.push_back(row);
    ends.push_back(0);
  }
  ++ends[static_cast<std::size_t>(at)];
}

/// From counts to places: add() moves each end to where it belongs.
void DinOptimizer::Table::place() {
  std::size_t sum = 0;
  for (std::size_t& end : ends) {
    const std::size_t size = end;
    end = sum;
    sum += size;
  }
  sources.resize(sum);
}

void DinOptimizer::Table::add(std::int32_t row, const float* source) {
  sources[ends[static_cast<std::size_t>(slot[static_cast<std::size_t>(row)])]++] = source;
}

std::span<const float* const> DinOptimizer::Table::sources_of(std::size_t touched_at) const {
  const std::size_t begin = touched_at == 0 ? 0 : ends[touched_at - 1];
  return std::span(sources).subspan(begin, ends[touched_at] - begin);
}

// ---- steps
// ---------------------------------------------------------------------------------------

DinOptimizer::DinOptimizer(DinWeights& weights, const DinCatalogue& catalogue,
                           std::span<const std::int64_t> plays, double learning_rate,
                           double regularization)
    : weights_(weights),
      catalogue_(catalogue),
      steps_(din_steps()),
      dim_(static_cast<std::size_t>(weights.shape.dim)),
      learning_rate_(learning_rate),
      dense_(weights.dense.size(), learning_rate),
      dense_sum_(weights.dense.size()),
      tracks_(weights.tracks.size() / dim_, dim_),
      artists_(weights.artists.size() / dim_, dim_) {
  std::vector<std::int64_t> artist_plays(artists_.decay.size());
  const auto decay = [&](std::int64_t count) {
    return static_cast<float>(regularization /
                              static_cast<double>(std::max<std::int64_t>(1, count)));
  };
  for (std::size_t track = 0; track < plays.size(); ++track) {
    tracks_.decay[track] = decay(plays[track]);
    if (catalogue.artist[track] >= 0)
      artist_plays[static_cast<std::size_t>(catalogue.artist[track])] += plays[track];
  }
  for (std::size_t artist = 0; artist < artist_plays.size(); ++artist)
    artists_.decay[artist] = decay(artist_plays[artist]);
}

void DinOptimizer::step(std::span<const Part> parts, std::size_t samples, int threads) {
  if (samples == 0) return;
  scale_ = 1 / static_cast<float>(samples);
  gather_tracks(parts);
  step_tracks(threads);
  gather_artists();
  step_artists(threads);
  step_dense(parts);
  if (weights_.shape.is_dice) move_moments(parts);
}

void DinOptimizer::gather_tracks(std::span<const Part> parts) {
  tracks_.begin();
  for (const Part& part : parts) {
    for (const std::int32_t track : part.items) tracks_.count(track);
  }
  tracks_.place();
  for (const Part& part : parts) {
    const float* row = part.gradient->rows.data();
    for (const std::int32_t track : part.items) tracks_.add(track, row), row += dim_;
  }
}

void DinOptimizer::step_tracks(int threads) {
  track_sums_.resize(tracks_.touched.size() * dim_);
  for_blocks(threads, static_cast<std::int64_t>(tracks_.touched.size()), kBlockRows,
             [&](int, std::int64_t begin, std::int64_t end) {
               for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end);
                    ++k) {
                 float* sum = track_sums_.data() + k * dim_;
                 sum_into(tracks_.sources_of(k), sum);
                 const std::int32_t track = tracks_.touched[k];
                 if (catalogue_.has_own[static_cast<std::size_t>(track)] != 0)
                   step_row(tracks_, weights_.tracks, track, sum);
               }
             });
}

void DinOptimizer::gather_artists() {
  artists_.begin();
  const auto artist_of = [&](std::int32_t track) {
    return catalogue_.artist[static_cast<std::size_t>(track)];
  };
  for (const std::int32_t track : tracks_.touched) {
    if (artist_of(track) >= 0) artists_.count(artist_of(track));
  }
  artists_.place();
  for (std::size_t k = 0; k < tracks_.touched.size(); ++k) {
    const std::int32_t artist = artist_of(tracks_.touched[k]);
    if (artist >= 0) artists_.add(artist, track_sums_.data() + k * dim_);
  }
}

void DinOptimizer::step_artists(int threads) {
  for_blocks(threads, static_cast<std::int64_t>(artists_.touched.size()), kBlockRows,
             [&](int, std::int64_t begin, std::int64_t end) {
               std::vector<float> sum(dim_);
               for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end);
                    ++k) {
                 sum_into(artists_.sources_of(k), sum.data());
                 step_row(artists_, weights_.artists, artists_.touched[k], sum.data());
               }
             });
}

void DinOptimizer::sum_into(std::span<const float* const> sources, float* sum) const {
  std::fill_n(sum, dim_, 0.0f);
  for (const float* source : sources) steps_.add_scaled(sum, 1, source, static_cast<int>(dim_));
}

void DinOptimizer::step_row(Table& table, std::vector<float>& weights, std::int32_t row,
                            const float* gradient) {
  const auto at = static_cast<std::size_t>(row);
  const AdamStep step = adam_step(learning_rate_, ++table.steps[at]);
  steps_.adam(weights.data() + at * dim_, table.first.data() + at * dim_,
              table.second.data() + at * dim_, gradient, static_cast<int>(dim_), scale_,
              table.decay[at], step.size, step.epsilon);
}

void DinOptimizer::step_dense(std::span<const Part> parts) {
  const auto size = static_cast<int>(dense_sum_.size());
  std::fill(dense_sum_.begin(), dense_sum_.end(), 0.0f);
  for (const Part& part : parts)
    steps_.add_scaled(dense_sum_.data(), 1, part.gradient->dense.data(), size);
  dense_.step(weights_.dense, dense_sum_, scale_);
}

void DinOptimizer::move_moments(std::span<const Part> parts) {
  const auto attention = static_cast<std::size_t>(weights_.shape.attention);
  for (std::size_t unit = 0; unit < weights_.moments.mean.size(); ++unit) {
    double sum = 0, squares = 0, count = 0;
    for (const Part& part : parts) {
      sum += part.gradient->sums[unit];
      squares += part.gradient->squares[unit];
      count += static_cast<double>(part.gradient->counts[unit < attention ? 0 : 1]);
    }
    if (count == 0) continue;
    const double mean = sum / count, variance = std::max(0.0, squares / count - mean * mean);
    float &old_mean = weights_.moments.mean[unit], &old_variance = weights_.moments.variance[unit];
    old_mean = kMomentum * old_mean + (1 - kMomentum) * static_cast<float>(mean);
    old_variance = kMomentum * old_variance + (1 - kMomentum) * static_cast<float>(variance);
  }
}

}  // namespace model
