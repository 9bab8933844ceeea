// Music whose tempo, key and loudness are known, because it is made here: drums, bass, chords and a
// tune over noise, by four bars of a progression; with swing, off-beats, players who are late, voices
// out of tune. Each seed is another piece.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace test {

struct SyntheticMusic {
  std::uint64_t seed = 1;
  double tempo = 120;  // beats per minute
  int key = 0;         // 0 C .. 11 B
  bool is_major = true;
  double loudness = -14;  // LUFS as two speakers play it
  double energy = 0.5;    // 0 sparse and dull .. 1 dense and bright
  double seconds = 16;
};

inline constexpr int kSyntheticRate = 22'050;

/// One channel at kSyntheticRate; above 1 where the loudness asks for it.
std::vector<float> synthesise(const SyntheticMusic& music);

/// The integrated loudness of one channel as ITU-R BS.1770-4 defines it, played by two speakers: a
/// second reckoning beside the library's.
double loudness_of(const std::vector<float>& samples, int rate);

/// A WAV file of 32-bit floating point samples, interleaved.
std::string float_wav(const std::vector<float>& samples, int rate, int channels = 1);

}  // namespace test
