#include "loudness.hpp"

#include <cmath>
#include <ebur128.h>
#include <new>

#include "shared/system_library.hpp"

namespace source {
namespace {

struct Ebur128 : shared::SystemLibrary {
  Ebur128() : SystemLibrary("libebur128.so.1") {}
  PLAYLIST_SYSTEM_FUNCTION(ebur128_add_frames_float);
  PLAYLIST_SYSTEM_FUNCTION(ebur128_destroy);
  PLAYLIST_SYSTEM_FUNCTION(ebur128_init);
  PLAYLIST_SYSTEM_FUNCTION(ebur128_loudness_global);
  PLAYLIST_SYSTEM_FUNCTION(ebur128_set_channel);
};
const Ebur128& ebur128() {
  static const Ebur128 kEbur128;
  return kEbur128;
}

}  // namespace

struct Loudness::State {
  int channels;
  ebur128_state* meter;

  State(int channel_count, int rate)
      : channels(channel_count),
        meter(ebur128().ebur128_init(static_cast<unsigned>(channel_count),
                                     static_cast<unsigned long>(rate), EBUR128_MODE_I)) {
    if (meter == nullptr) throw std::bad_alloc();
    if (channels == 1) ebur128().ebur128_set_channel(meter, 0, EBUR128_DUAL_MONO);
  }
  ~State() { ebur128().ebur128_destroy(&meter); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

void Loudness::load() {
  ebur128();
}

Loudness::Loudness(int channels, int rate) : state_(std::make_unique<State>(channels, rate)) {}
Loudness::~Loudness() = default;

void Loudness::add(std::span<const float> samples) {
  const std::size_t frames = samples.size() / static_cast<std::size_t>(state_->channels);
  if (frames == 0) return;
  if (ebur128().ebur128_add_frames_float(state_->meter, samples.data(), frames) !=
      EBUR128_SUCCESS) {
    throw std::bad_alloc();
  }
}

std::optional<double> Loudness::lufs() const {
  constexpr double kSilence = -70;
  double loudness = -HUGE_VAL;
  if (ebur128().ebur128_loudness_global(state_->meter, &loudness) != EBUR128_SUCCESS) {
    return std::nullopt;
  }
  return loudness > kSilence ? std::optional(loudness) : std::nullopt;
}

}  // namespace source
