#include "encoder_file.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "shared/system_library.hpp"
#include "torch/torch_encoder.h"

namespace source {
namespace {

constexpr std::size_t kMostWindows = 8;
constexpr std::size_t kLongestVector = 65'536;

/// Found where this plugin was built or installed.
struct TorchEncoder : shared::SystemLibrary {
  TorchEncoder() : SystemLibrary("libplaylist_torch.so") {}
  PLAYLIST_SYSTEM_FUNCTION(torch_encoder_open);
  PLAYLIST_SYSTEM_FUNCTION(torch_encoder_close);
  PLAYLIST_SYSTEM_FUNCTION(torch_encoder_tell);
  PLAYLIST_SYSTEM_FUNCTION(torch_encode_sound);
  PLAYLIST_SYSTEM_FUNCTION(torch_encode_text);
};

const TorchEncoder& torch() {
  try {
    static const TorchEncoder kTorch;
    return kTorch;
  } catch (const std::runtime_error& error) {
    throw playlist::Error(playlist::concat(
        "encoders need libtorch, with which this engine was not built, or which is not here (",
        error.what(),
        "); install playlist-engine-torch, or libtorch-dev and build the engine again"));
  }
}

double length_of(std::span<const float> vector) {
  double sum = 0;
  for (const float value : vector) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

/// Adds the vector's direction.
void add_direction(std::span<const float> vector, std::vector<double>& sum) {
  const double length = length_of(vector);
  if (!std::isfinite(length) || length == 0)
    throw playlist::Error("the encoder's vector is all zeros, or not finite");
  sum.resize(vector.size());
  for (std::size_t k = 0; k < vector.size(); ++k) sum[k] += vector[k] / length;
}

std::vector<float> unit_vector(const std::vector<double>& sum) {
  double squares = 0;
  for (const double value : sum) squares += value * value;
  if (squares == 0) throw playlist::Error("the encoder's vectors of its parts cancel each other");
  std::vector<float> unit(sum.size());
  for (std::size_t k = 0; k < sum.size(); ++k)
    unit[k] = static_cast<float>(sum[k] / std::sqrt(squares));
  return unit;
}

}  // namespace

struct EncoderFile::State {
  torch_encoder* encoder;
  torch_encoder_facts facts;
};

EncoderFile::EncoderFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

EncoderFile::~EncoderFile() {
  torch().torch_encoder_close(state_->encoder);
}

std::shared_ptr<const EncoderFile> EncoderFile::open(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const EncoderFile>> opened;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const EncoderFile>& file = opened[path];
  if (file) return file;
  char problem[512] = "";
  torch_encoder* encoder = torch().torch_encoder_open(path.c_str(), problem, sizeof problem);
  if (encoder == nullptr)
    throw playlist::Error(playlist::concat(path, " is no encoder: ", problem));
  file.reset(new EncoderFile(
      std::make_unique<State>(State{encoder, torch().torch_encoder_tell(encoder)})));
  return file;
}

int EncoderFile::sample_rate() const {
  return state_->facts.sample_rate;
}
std::size_t EncoderFile::window() const {
  return static_cast<std::size_t>(state_->facts.seconds * state_->facts.sample_rate);
}
bool EncoderFile::takes_text() const {
  return state_->facts.has_text != 0;
}

std::vector<float> evenly_laid_windows(std::span<const float> samples, std::size_t window) {
  std::vector<float> laid;
  if (samples.size() < window) {
    laid.resize(window);
    for (std::size_t k = 0; k < window; ++k) laid[k] = samples[k % samples.size()];
    return laid;
  }
  const std::size_t windows = std::min(kMostWindows, samples.size() / window);
  const std::size_t free = samples.size() - windows * window;
  for (std::size_t k = 0; k < windows; ++k) {
    // As much before the first and behind the last as half of what lies between two.
    const std::size_t begin = k * window + (2 * k + 1) * free / (2 * windows);
    const auto part = samples.subspan(begin, window);
    laid.insert(laid.end(), part.begin(), part.end());
  }
  return laid;
}

std::vector<float> EncoderFile::vector_of_sound(std::span<const float> samples) const {
  const std::vector<float> laid = evenly_laid_windows(samples, window());
  const std::size_t windows = laid.size() / window();
  std::vector<float> vectors(windows * kLongestVector);
  char problem[512] = "";
  const std::int64_t length = torch().torch_encode_sound(
      state_->encoder, laid.data(), static_cast<std::int64_t>(windows),
      static_cast<std::int64_t>(window()), vectors.data(),
      static_cast<std::int64_t>(vectors.size()), problem, sizeof problem);
  if (length < 1) throw playlist::Error(playlist::concat("encode_sound failed: ", problem));
  std::vector<double> sum;
  for (std::size_t k = 0; k < windows; ++k)
    add_direction(std::span(vectors).subspan(k * static_cast<std::size_t>(length),
                                             static_cast<std::size_t>(length)),
                  sum);
  return unit_vector(sum);
}

std::vector<float> EncoderFile::vector_of_text(const std::string& text) const {
  if (!takes_text())
    throw playlist::Error("the encoder has no method encode_text(text): it knows sound only");
  std::vector<float> vector(kLongestVector);
  char problem[512] = "";
  const std::int64_t length =
      torch().torch_encode_text(state_->encoder, text.c_str(), vector.data(),
                                static_cast<std::int64_t>(vector.size()), problem, sizeof problem);
  if (length < 1) throw playlist::Error(playlist::concat("encode_text failed: ", problem));
  std::vector<double> sum;
  add_direction(std::span(vector).first(static_cast<std::size_t>(length)), sum);
  return unit_vector(sum);
}

}  // namespace source
