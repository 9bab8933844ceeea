#include "formula_reference.hpp"

#include <cmath>

namespace bench {

void arithmetic(std::int64_t rows, const float* taste, const float* mood, const float* staleness,
                float* out) {
  for (std::int64_t i = 0; i < rows; ++i) {
    out[i] = static_cast<float>(0.4 * taste[i] + 0.4 * mood[i] + 0.2 * (1.0 - staleness[i]));
  }
}

void exp_log(std::int64_t rows, const float* age, const std::int32_t* plays, const float* taste,
             float* out) {
  for (std::int64_t i = 0; i < rows; ++i) {
    out[i] =
        static_cast<float>(std::exp(-age[i] / 90.0) * std::log(1.0 + plays[i]) + 0.5 * taste[i]);
  }
}

void exp_log_branches(std::int64_t rows, const float* age, const std::int32_t* plays,
                      const float* energy, const float* taste, float* out) {
  for (std::int64_t i = 0; i < rows; ++i) {
    double score = std::exp(-age[i] / 90.0) * std::log(1.0 + plays[i]);
    if (energy[i] > 0.7) {
      score *= 1.2;
    } else if (energy[i] < 0.2) {
      score *= 0.8;
    }
    out[i] = static_cast<float>(score + 0.5 * taste[i]);
  }
}

void string_compare(std::int64_t rows, const std::int32_t* artist, std::int32_t wanted,
                    const float* taste, float* out) {
  for (std::int64_t i = 0; i < rows; ++i) {
    double score = taste[i];
    if (artist[i] == wanted) score *= 1.5;
    out[i] = static_cast<float>(score);
  }
}

void string_filter(std::int64_t rows, const std::int32_t* artist, std::int32_t wanted,
                   std::uint8_t* keep) {
  for (std::int64_t i = 0; i < rows; ++i) keep[i] = artist[i] != wanted ? 1 : 0;
}

}  // namespace bench
