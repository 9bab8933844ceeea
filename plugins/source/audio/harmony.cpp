#include "harmony.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "sound_stream.hpp"
#include "spectrum.hpp"

namespace source {
namespace {

constexpr unsigned kWindow = 16'384, kHop = 4'096;
constexpr double kLowHertz = 60, kHighHertz = 2'000;
constexpr double kBinHertz = static_cast<double>(kMonoRate) / kWindow;
constexpr int kSteps = 10;  // of a semitone, in which pitches are counted
constexpr int kFine = 12 * kSteps;
constexpr int kHarmonics = 5;
constexpr double kHarmonicDecay = 0.6;

using Chroma = std::array<double, 12>;

// Krumhansl's and Kessler's profiles, from the tonic up.
constexpr Chroma kMajor = {6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
constexpr Chroma kMinor = {6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17};

double correlation(const Chroma& chroma, const Chroma& profile, int tonic) {
  double mean_a = 0, mean_b = 0;
  for (int k = 0; k < 12; ++k) mean_a += chroma[k] / 12, mean_b += profile[k] / 12;
  double ab = 0, aa = 0, bb = 0;
  for (int k = 0; k < 12; ++k) {
    const double a = chroma[(k + tonic) % 12] - mean_a, b = profile[k] - mean_b;
    ab += a * b;
    aa += a * a;
    bb += b * b;
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// Deviation of the pitch classes over their mean: noise has them all alike.
double unevenness(const Chroma& chroma) {
  double mean = 0, squares = 0;
  for (const double value : chroma) mean += value / 12;
  for (const double value : chroma) squares += (value - mean) * (value - mean) / 12;
  return mean > 0 ? std::sqrt(squares) / mean : 0;
}

}  // namespace

struct Harmony::State {
  Spectrum spectrum{kWindow, kHop};
  std::array<double, kFine> fine{};  // how much sounds at each tenth of a semitone, 0 at C
  std::size_t windows = 0;           // in which something sounds

  void put(double hertz, double weight) {
    const double semitones = 12 * std::log2(hertz / 261.6255653) + 120;  // above a low C
    const auto step = static_cast<int>(std::lround(semitones * kSteps));
    fine[static_cast<std::size_t>(((step % kFine) + kFine) % kFine)] += weight;
  }

  void take(const float* norm) {
    const auto low = static_cast<unsigned>(kLowHertz / kBinHertz),
               high = static_cast<unsigned>(kHighHertz / kBinHertz);
    float loudest = 0;
    for (unsigned bin = low; bin < high; ++bin) loudest = std::max(loudest, norm[bin]);
    if (!(loudest > 1e-3F)) return;
    double sum = 0;
    const std::array<double, kFine> before = fine;
    fine.fill(0);
    for (unsigned bin = low; bin < high; ++bin) {
      if (norm[bin] < loudest * 0.003F || norm[bin] <= norm[bin - 1] || norm[bin] < norm[bin + 1] ||
          norm[bin] < 2 * local_floor(norm, bin)) {
        continue;
      }
      const double left = std::log(norm[bin - 1] + 1e-12), middle = std::log(norm[bin] + 1e-12),
                   right = std::log(norm[bin + 1] + 1e-12);
      const double bend = left - 2 * middle + right;
      const double shift = bend < 0 ? std::clamp((left - right) / (2 * bend), -0.5, 0.5) : 0;
      const double hertz = (bin + shift) * kBinHertz;
      double weight = std::sqrt(norm[bin] / loudest);
      for (int harmonic = 1; harmonic <= kHarmonics && hertz / harmonic > kLowHertz / 2;
           ++harmonic) {
        put(hertz / harmonic, weight);
        sum += weight;
        weight *= kHarmonicDecay;
      }
    }
    for (int k = 0; k < kFine; ++k) {
      fine[k] = before[k] + (sum > 0 ? fine[k] / sum : 0);
    }
    ++windows;
  }

  /// Mean of the bins some way off: of noise a peak stands out less than twice.
  static float local_floor(const float* norm, unsigned bin) {
    float sum = 0;
    int count = 0;
    for (int away = 4; away <= 12; ++away) {
      sum += norm[bin + static_cast<unsigned>(away)];
      ++count;
      if (bin > static_cast<unsigned>(away))
        sum += norm[bin - static_cast<unsigned>(away)], ++count;
    }
    return sum / static_cast<float>(count);
  }

  /// How many tenths of a semitone above concert pitch: the circular mean.
  [[nodiscard]] double tuning() const {
    double x = 0, y = 0;
    for (int k = 0; k < kFine; ++k) {
      const double angle = 2 * std::numbers::pi * (k % kSteps) / kSteps;
      x += fine[k] * std::cos(angle);
      y += fine[k] * std::sin(angle);
    }
    return std::atan2(y, x) * kSteps / (2 * std::numbers::pi);
  }

  [[nodiscard]] Chroma chroma() const {
    const double out_of_tune = tuning();
    Chroma sum{};
    for (int k = 0; k < kFine; ++k) {
      for (int pitch = 0; pitch < 12; ++pitch) {
        double away = k - out_of_tune - pitch * kSteps;
        away -= kFine * std::round(away / kFine);
        if (std::abs(away) >= kSteps * 0.7) continue;
        const double near = std::cos(away / (kSteps * 0.7) * std::numbers::pi / 2);
        sum[static_cast<std::size_t>(pitch)] += fine[k] * near * near;
      }
    }
    return sum;
  }
};

Harmony::Harmony() : state_(std::make_unique<State>()) {}
Harmony::~Harmony() = default;

void Harmony::add(std::span<const float> mono) {
  state_->spectrum.add(mono, [&](cvec_t& magnitudes) { state_->take(magnitudes.norm); });
}

std::optional<HeardKey> Harmony::key() const {
  if (state_->windows == 0) return std::nullopt;
  const Chroma chroma = state_->chroma();
  constexpr double kLeastUneven = 0.25;  // of white noise less than 0.2, of music 0.5 and more
  if (unevenness(chroma) < kLeastUneven) return std::nullopt;
  HeardKey best;
  double most = 0;
  for (int tonic = 0; tonic < 12; ++tonic) {
    for (const bool is_major : {true, false}) {
      const double fit = correlation(chroma, is_major ? kMajor : kMinor, tonic);
      if (fit > most) most = fit, best = {tonic, is_major};
    }
  }
  constexpr double kLeastFit = 0.3;
  return most >= kLeastFit ? std::optional(best) : std::nullopt;
}

}  // namespace source
