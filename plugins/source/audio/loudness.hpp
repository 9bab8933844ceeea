// How loud a track is as a whole: integrated loudness of EBU R 128 (ITU-R BS.1770-4), by libebur128.
#pragma once

#include <memory>
#include <optional>
#include <span>

namespace source {

class Loudness {
 public:
  /// Throws std::runtime_error where libebur128 is missing.
  static void load();

  Loudness(int channels, int rate);
  ~Loudness();
  Loudness(const Loudness&) = delete;
  Loudness& operator=(const Loudness&) = delete;

  void add(std::span<const float> samples);  // interleaved
  /// LUFS. One channel counts as what two speakers play of it. Nothing for silence, which the gate
  /// leaves out, and for less than 0.4 s.
  [[nodiscard]] std::optional<double> lufs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace source
