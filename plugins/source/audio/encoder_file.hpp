// An encoder that the person brings, sound and text to vectors of one space: a file of TorchScript
// (torch/torch_encoder.h says what must be in it).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace source {

/// Threads: any.
class EncoderFile {
 public:
  /// The file as it is held open by this process: read once for all that ask. Throws
  /// playlist::Error that names the file, or says what is missing.
  static std::shared_ptr<const EncoderFile> open(const std::string& path);
  ~EncoderFile();
  EncoderFile(const EncoderFile&) = delete;
  EncoderFile& operator=(const EncoderFile&) = delete;

  [[nodiscard]] int sample_rate() const;
  /// How many samples it takes at once.
  [[nodiscard]] std::size_t window() const;
  [[nodiscard]] bool takes_text() const;

  /// Of `samples`, at sample_rate() and not empty: the mean of the unit vectors of at most eight
  /// windows that lie evenly over it, made a unit vector. Sound shorter than a window is repeated.
  /// Throws playlist::Error.
  [[nodiscard]] std::vector<float> vector_of_sound(std::span<const float> samples) const;
  /// A unit vector. Throws playlist::Error.
  [[nodiscard]] std::vector<float> vector_of_text(const std::string& text) const;

 private:
  struct State;
  explicit EncoderFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Windows of `window` samples one behind the other, as vector_of_sound() has them encoded.
std::vector<float> evenly_laid_windows(std::span<const float> samples, std::size_t window);

}  // namespace source
