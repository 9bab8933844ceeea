#include "spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <numbers>

#include "aubio.hpp"

namespace source {

Spectrum::Spectrum(unsigned window, unsigned hop) : window_(window), hop_(hop), weights_(window) {
  const Aubio& lib = aubio();
  in_ = lib.new_fvec(window);
  out_ = lib.new_fvec(window);
  magnitudes_ = lib.new_cvec(window);
  fft_ = lib.new_aubio_fft(window);
  if (in_ == nullptr || out_ == nullptr || magnitudes_ == nullptr || fft_ == nullptr) {
    close();
    throw std::bad_alloc();
  }
  for (std::size_t k = 0; k < window_; ++k) {
    weights_[k] = static_cast<float>(
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(k) / window));
  }
  heard_.reserve(window_);
}

Spectrum::~Spectrum() {
  close();
}

void Spectrum::close() {
  const Aubio& lib = aubio();
  if (fft_ != nullptr) lib.del_aubio_fft(fft_);
  if (magnitudes_ != nullptr) lib.del_cvec(magnitudes_);
  if (out_ != nullptr) lib.del_fvec(out_);
  if (in_ != nullptr) lib.del_fvec(in_);
}

std::size_t Spectrum::take(std::span<const float> samples) {
  const std::size_t count = std::min(samples.size(), window_ - heard_.size());
  heard_.insert(heard_.end(), samples.begin(),
                samples.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

cvec_t& Spectrum::transform() {
  for (std::size_t k = 0; k < window_; ++k) in_->data[k] = heard_[k] * weights_[k];
  aubio().aubio_fft_do_complex(fft_, in_, out_);
  // The real parts from the front, the imaginary ones of bins 1.. from the back.
  const std::size_t half = window_ / 2;
  const float* parts = out_->data;
  magnitudes_->norm[0] = std::abs(parts[0]);
  magnitudes_->norm[half] = std::abs(parts[half]);
  for (std::size_t bin = 1; bin < half; ++bin) {
    const float real = parts[bin], imaginary = parts[window_ - bin];
    magnitudes_->norm[bin] = std::sqrt(real * real + imaginary * imaginary);
  }
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(hop_));
  return *magnitudes_;
}

}  // namespace source
