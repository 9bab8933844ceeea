#include "sound_space.hpp"

#include <algorithm>
#include <cmath>

#include "sound_columns.hpp"

namespace shared {
namespace {

/// Of those that are known; a deviation of 0 where all are alike, or none is known.
std::pair<float, float> mean_and_deviation(const playlist::Call& call,
                                           std::span<const float> values) {
  double sum = 0, squares = 0, known = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k % 65'536 == 0) call.checkpoint();
    if (!std::isfinite(values[k])) continue;
    sum += values[k];
    squares += static_cast<double>(values[k]) * values[k];
    ++known;
  }
  if (known == 0) return {0.0F, 0.0F};
  const double mean = sum / known, variance = squares / known - mean * mean;
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(std::max(0.0, variance)))};
}

}  // namespace

SoundSpace SoundSpace::open(const playlist::Call& call, const std::string& name) {
  const auto learned = [&](const char* model, const std::string& vectors, const std::string& tracks,
                           const std::string& called) {
    SoundSpace space;
    space.name_ = called;
    space.learned_.emplace(
        Learned{call.artifact_matrix(model, vectors.c_str()),
                {call, "tracks", call.artifact_table(model, tracks.c_str())["id"].i64(), model}});
    space.dim_ = space.learned_->vectors.columns();
    return space;
  };
  const auto content = [&](const std::string& called) {
    return learned("model.content", "vectors." + called, "tracks." + called, called);
  };
  if (name == "embedding") return learned("model.embedding", "vectors", "tracks", name);
  if (!name.empty() && name != "features") return content(name);
  if (name.empty()) {
    for (const char* first : {"embedding", "audio"}) {
      try {
        return open(call, first);
      } catch (const playlist::NoData&) {
        // the next
      }
    }
  }
  SoundSpace space;
  space.name_ = "features";
  const playlist::Table tracks = call.table("tracks");
  for (const char* column : kSoundColumns) {
    if (!tracks.has(column)) continue;
    const auto values = tracks[column].f32();
    const auto [mean, deviation] = mean_and_deviation(call, values);
    if (deviation > 0) space.features_.push_back({values, mean, deviation});
  }
  space.dim_ = space.features_.size();
  return space;
}

bool SoundSpace::place_of(std::int32_t track, std::span<float> place) const {
  std::fill(place.begin(), place.end(), 0.0F);
  if (learned_) {
    const std::int32_t row = learned_->rows.row(track);
    if (row < 0) return false;
    const float* vector = learned_->vectors.data() + static_cast<std::size_t>(row) * dim_;
    std::copy(vector, vector + dim_, place.begin());
    return true;
  }
  bool is_known = false;
  for (std::size_t k = 0; k < features_.size(); ++k) {
    const Feature& feature = features_[k];
    const float value = feature.values[static_cast<std::size_t>(track)];
    if (!std::isfinite(value)) continue;
    is_known = true;
    place[k] =
        std::clamp((value - feature.mean) / feature.deviation, -kMostDeviations, kMostDeviations);
  }
  return is_known;
}

std::vector<float> decayed_mean(const SoundSpace& space, std::span<const std::int32_t> tracks,
                                double decay) {
  std::vector<double> sum(space.dim());
  std::vector<float> place(space.dim());
  double weights = 0, weight = 1;
  for (const std::int32_t track : tracks) {
    if (space.place_of(track, place)) {
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += weight * place[k];
      weights += weight;
    }
    weight *= decay;
  }
  if (weights == 0) return {};
  std::vector<float> mean;
  for (const double value : sum) mean.push_back(static_cast<float>(value / weights));
  return mean;
}

float mood_fit(std::span<const float> mood, std::span<const float> place) {
  double product = 0, mood_square = 0, place_square = 0;
  for (std::size_t k = 0; k < mood.size(); ++k) {
    product += static_cast<double>(mood[k]) * place[k];
    mood_square += static_cast<double>(mood[k]) * mood[k];
    place_square += static_cast<double>(place[k]) * place[k];
  }
  if (mood_square == 0 || place_square == 0) return 0.5F;
  const double cosine = product / std::sqrt(mood_square * place_square);
  return static_cast<float>((std::clamp(cosine, -1.0, 1.0) + 1) / 2);
}

}  // namespace shared
