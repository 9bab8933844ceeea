// The sound of a music file, decoded by FFmpeg's libraries.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace source {

/// What is heard for a moment: the same samples as they are, and as analyses of pitch and rhythm
/// take them.
struct SoundBlock {
  std::span<const float> samples;  // interleaved, at SoundStream's rate and channels
  std::span<const float> mono;     // the mean of the channels, at another rate
};

inline constexpr int kMonoRate = 22'050;

/// Only the demuxers of music are used, and nothing but these bytes is read. Samples are finite and
/// within -16..16, whatever the file holds.
class SoundStream {
 public:
  /// Throws std::runtime_error where FFmpeg's libraries are missing.
  static void load();

  /// `bytes` outlive it. Throws playlist::Error when there is no sound that can be decoded.
  explicit SoundStream(std::string_view bytes, int mono_rate = kMonoRate);
  ~SoundStream();
  SoundStream(const SoundStream&) = delete;
  SoundStream& operator=(const SoundStream&) = delete;

  [[nodiscard]] int channels() const;
  [[nodiscard]] int rate() const;
  /// Where it is in the bytes, 0..1.
  [[nodiscard]] double fraction() const;

  /// The next moment, valid until the call after; false at the end. Parts that are damaged are
  /// passed over.
  bool next(SoundBlock& block);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace source
