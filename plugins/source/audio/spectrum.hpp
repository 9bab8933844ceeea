// The magnitudes of overlapping windows of a sound (Hann, aubio's transform). aubio's phase vocoder
// would reckon phases as well, which cost more than all else and nobody looks at here.
#pragma once

#include <aubio/aubio.h>
#include <span>
#include <vector>

namespace source {

class Spectrum {
 public:
  /// `window` is a power of two and a multiple of `hop`. Throws std::runtime_error where aubio is
  /// missing.
  Spectrum(unsigned window, unsigned hop);
  ~Spectrum();
  Spectrum(const Spectrum&) = delete;
  Spectrum& operator=(const Spectrum&) = delete;

  /// Calls use(cvec_t&) for every window that is full; its `norm` has window / 2 + 1 magnitudes.
  template <class Use>
  void add(std::span<const float> samples, Use use) {
    while (!samples.empty()) {
      samples = samples.subspan(take(samples));
      if (heard_.size() == window_) use(transform());
    }
  }

 private:
  std::size_t take(std::span<const float> samples);  // how many it took
  cvec_t& transform();                               // and makes room for the next hop
  void close();

  std::size_t window_, hop_;
  std::vector<float> weights_, heard_;
  fvec_t *in_ = nullptr, *out_ = nullptr;
  cvec_t* magnitudes_ = nullptr;
  aubio_fft_t* fft_ = nullptr;
};

}  // namespace source
