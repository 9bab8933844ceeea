#include "rhythm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <vector>

#include "aubio.hpp"
#include "sound_stream.hpp"
#include "spectrum.hpp"

namespace source {
namespace {

constexpr unsigned kWindow = 1024, kHop = 256;
constexpr double kFrameRate = static_cast<double>(kMonoRate) / kHop;
constexpr double kBrightHertz = 2000;
constexpr double kSlowest = 45, kFastest = 220, kUsualTempo = 118, kOctaves = 0.6;
constexpr double kLongestLag = 8;  // seconds
constexpr float kAudible = 1e-4F;  // mean magnitude of a frame

/// What stands out from the half second around it, as multiples of the usual change.
std::vector<float> salience(const std::vector<float>& changes) {
  const auto count = static_cast<std::ptrdiff_t>(changes.size());
  const auto around = static_cast<std::ptrdiff_t>(kFrameRate * 0.4);
  std::vector<double> sums(changes.size() + 1, 0);
  for (std::ptrdiff_t k = 0; k < count; ++k) sums[k + 1] = sums[k] + changes[k];
  std::vector<float> salient(changes.size());
  double mean = 0;
  for (std::ptrdiff_t k = 0; k < count; ++k) {
    const std::ptrdiff_t from = std::max<std::ptrdiff_t>(0, k - around),
                         to = std::min(count, k + around + 1);
    const double usual = (sums[to] - sums[from]) / static_cast<double>(to - from);
    salient[k] = static_cast<float>(std::max(0.0, changes[k] - usual));
    mean += salient[k];
  }
  mean /= std::max<double>(1, static_cast<double>(count));
  if (mean <= 0) return salient;
  for (float& value : salient) value = static_cast<float>(std::log1p(value / mean));
  return salient;
}

/// By lag in frames, 1 at lag 0, without what all lags share.
std::vector<double> autocorrelation(const std::vector<float>& values, std::size_t lags) {
  double mean = 0;
  for (const float value : values) mean += value;
  mean /= static_cast<double>(values.size());
  std::vector<float> centred(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    centred[k] = values[k] - static_cast<float>(mean);
  }
  std::vector<double> correlation(lags, 0);
  for (std::size_t lag = 0; lag < lags; ++lag) {
    double sum = 0;
    for (std::size_t k = lag; k < centred.size(); ++k) sum += centred[k] * centred[k - lag];
    correlation[lag] = sum / static_cast<double>(centred.size() - lag);
  }
  const double whole = correlation[0];
  for (double& value : correlation) value = whole > 0 ? value / whole : 0;
  return correlation;
}

/// Between two lags; the lags beside count too, as beats are not kept to the hundredth second.
double at(const std::vector<double>& correlation, double lag) {
  const auto low = static_cast<std::size_t>(lag);
  if (low + 1 >= correlation.size()) return 0;
  const double share = lag - static_cast<double>(low);
  return correlation[low] * (1 - share) + correlation[low + 1] * share;
}

double usualness(double tempo) {
  const double octaves = std::log2(tempo / kUsualTempo) / kOctaves;
  return std::exp(-octaves * octaves / 2);
}

/// The peak near a lag, between the frames.
double peak_near(const std::vector<double>& correlation, double lag, double reach) {
  const auto from = static_cast<std::size_t>(std::max(1.0, std::floor(lag - reach)));
  const auto to =
      std::min(correlation.size() - 2, static_cast<std::size_t>(std::ceil(lag + reach)));
  std::size_t best = from;
  for (std::size_t k = from; k <= to; ++k) {
    if (correlation[k] > correlation[best]) best = k;
  }
  const double left = correlation[best - 1], middle = correlation[best],
               right = correlation[best + 1];
  const double bend = left - 2 * middle + right;
  const double shift = bend < 0 ? std::clamp((left - right) / (2 * bend), -0.5, 0.5) : 0;
  return static_cast<double>(best) + shift;
}

}  // namespace

struct Rhythm::State {
  const Aubio& lib = aubio();
  Spectrum spectrum{kWindow, kHop};
  fvec_t* out = lib.new_fvec(1);
  aubio_spectral_whitening_t* whitening =
      lib.new_aubio_spectral_whitening(kWindow, kHop, kMonoRate);
  aubio_specdesc_t* flux = lib.new_aubio_specdesc("specflux", kWindow);
  std::vector<float> changes;
  double bright = 0;
  std::size_t audible = 0;

  State() {
    if (!out || !whitening || !flux) {
      close();
      throw std::bad_alloc();
    }
  }
  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void close() {
    if (flux) lib.del_aubio_specdesc(flux);
    if (whitening) lib.del_aubio_spectral_whitening(whitening);
    if (out) lib.del_fvec(out);
  }

  void take(cvec_t& magnitudes) {
    float all = 0, above = 0;
    const auto edge = static_cast<unsigned>(kBrightHertz * kWindow / kMonoRate);
    for (unsigned bin = 1; bin < magnitudes.length; ++bin) {
      all += magnitudes.norm[bin];
      if (bin >= edge) above += magnitudes.norm[bin];
    }
    if (all > kAudible * static_cast<float>(magnitudes.length)) {
      bright += above / all;
      ++audible;
    }
    lib.aubio_spectral_whitening_do(whitening, &magnitudes);
    lib.aubio_specdesc_do(flux, &magnitudes, out);
    changes.push_back(std::isfinite(out->data[0]) ? out->data[0] : 0);
  }
};

Rhythm::Rhythm() : state_(std::make_unique<State>()) {}
Rhythm::~Rhythm() = default;

void Rhythm::add(std::span<const float> mono) {
  state_->spectrum.add(mono, [&](cvec_t& magnitudes) { state_->take(magnitudes); });
}

std::optional<double> Rhythm::tempo() const {
  if (static_cast<double>(state_->changes.size()) < kLeastSeconds * kFrameRate) return std::nullopt;
  const std::vector<float> salient = salience(state_->changes);
  const std::size_t lags =
      std::min(salient.size() / 2, static_cast<std::size_t>(kLongestLag * kFrameRate));
  const std::vector<double> correlation = autocorrelation(salient, lags);
  double best_score = 0, best_lag = 0;
  for (double tempo = kSlowest; tempo <= kFastest; tempo *= 1.004) {
    const double lag = 60 * kFrameRate / tempo;
    double mean = 0, least = 1;
    for (int k = 1; k <= 4; ++k) {
      const double value = at(correlation, lag * k);
      mean += value / 4;
      least = std::min(least, value);
    }
    // Three half beats repeat as well, every other time: the least of the four tells.
    const double score = (mean + least) / 2 * usualness(tempo);
    if (score > best_score) best_score = score, best_lag = lag;
  }
  constexpr double kLeastScore = 0.05;  // of noise less than 0.04
  if (best_score < kLeastScore) return std::nullopt;
  // A beat more, and the error of a frame matters less.
  double beat = peak_near(correlation, best_lag, std::max(1.0, best_lag * 0.03));
  for (int beats = 2; beat * beats + 3 < static_cast<double>(lags) && beats <= 8; beats *= 2) {
    const double peak = peak_near(correlation, beat * beats, std::max(1.5, beat * 0.08));
    if (at(correlation, peak) > 0.3 * at(correlation, beat)) beat = peak / beats;
  }
  return 60 * kFrameRate / beat;
}

double Rhythm::onsets_per_second() const {
  const std::vector<float> salient = salience(state_->changes);
  if (salient.size() < 3) return 0;
  constexpr float kStandsOut = 1.1F;  // log(1 + 2): twice the mean of what is above the usual
  std::size_t count = 0, last = 0;
  for (std::size_t k = 1; k + 1 < salient.size(); ++k) {
    if (salient[k] < kStandsOut || salient[k] < salient[k - 1] || salient[k] <= salient[k + 1]) {
      continue;
    }
    if (count > 0 && k - last < 5) continue;  // 58 ms
    ++count;
    last = k;
  }
  return static_cast<double>(count) * kFrameRate / static_cast<double>(salient.size());
}

double Rhythm::brightness() const {
  return state_->audible == 0 ? 0 : state_->bright / static_cast<double>(state_->audible);
}

}  // namespace source
