// The key of a track: which pitch classes sound, against what major and minor keys are made of.
//
// Chroma   peaks of a long spectrum between kLowHertz and kHighHertz, each to its pitch class by how
//          near it is; also to that of which it may be the 2nd to 6th harmonic, less each time. How
//          far the whole is out of tune is found first and taken off
// Key      the one of 24 whose profile the chroma correlates with best (Pearson)
// Papers   Gómez: Tonal description of music audio signals, PhD thesis UPF 2006, chapter 3;
//          Krumhansl: Cognitive foundations of musical pitch, 1990; Temperley: What's key for key?,
//          Music Perception 17 (1), 1999
#pragma once

#include <memory>
#include <optional>
#include <span>

namespace source {

struct HeardKey {
  int pitch = 0;  // 0 C .. 11 B
  bool is_major = true;
};

class Harmony {
 public:
  Harmony();
  ~Harmony();
  Harmony(const Harmony&) = delete;
  Harmony& operator=(const Harmony&) = delete;

  void add(std::span<const float> mono);  // at kMonoRate
  /// Nothing where no pitch sounds, as of drums and speech, or for less than a window (0.74 s).
  [[nodiscard]] std::optional<HeardKey> key() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace source
