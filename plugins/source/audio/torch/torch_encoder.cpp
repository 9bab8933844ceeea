#include "torch_encoder.h"

#include <ATen/Parallel.h>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <torch/script.h>

#define EXPORTED __attribute__((visibility("default")))

struct torch_encoder {
  torch::jit::Module module;
  torch_encoder_facts facts;
};

namespace {

constexpr int kUsualRate = 48'000, kLeastRate = 8'000, kMostRate = 192'000;
constexpr double kUsualSeconds = 10, kLeastSeconds = 0.1, kMostSeconds = 60;

/// Its first line: what follows is a trace of libtorch's own code.
void tell(const std::exception& error, char* problem, size_t room) {
  const std::string what = error.what();
  std::snprintf(problem, room, "%s", what.substr(0, what.find('\n')).c_str());
}

torch_encoder_facts facts_of(const torch::jit::Module& module) {
  torch_encoder_facts facts{kUsualRate, kUsualSeconds, 0};
  if (!module.find_method("encode_sound"))
    throw std::runtime_error("it has no method encode_sound(samples)");
  facts.has_text = module.find_method("encode_text") ? 1 : 0;
  if (module.hasattr("sample_rate"))
    facts.sample_rate = static_cast<int>(module.attr("sample_rate").toInt());
  if (module.hasattr("seconds")) facts.seconds = module.attr("seconds").toScalar().toDouble();
  if (facts.sample_rate < kLeastRate || facts.sample_rate > kMostRate)
    throw std::runtime_error("its sample_rate is " + std::to_string(facts.sample_rate) +
                             ", not 8000 to 192000");
  if (!(facts.seconds >= kLeastSeconds && facts.seconds <= kMostSeconds))
    throw std::runtime_error("its seconds are " + std::to_string(facts.seconds) +
                             ", not 0.1 to 60");
  return facts;
}

/// The length of the vectors, `rows` of them.
int64_t copy_vectors(const torch::jit::IValue& answer, int64_t rows, float* out, int64_t most) {
  if (!answer.isTensor()) throw std::runtime_error("its answer is no tensor");
  const at::Tensor vectors =
      answer.toTensor().to(torch::kCPU, torch::kFloat32).reshape({rows, -1}).contiguous();
  const int64_t length = vectors.size(1);
  if (length < 1 || rows * length > most)
    throw std::runtime_error("its vectors have " + std::to_string(length) + " numbers");
  std::memcpy(out, vectors.data_ptr<float>(), static_cast<size_t>(rows * length) * sizeof(float));
  return length;
}

/// The sums of several threads end in another order each time.
void use_one_processor() {
  static const bool kIsSet = [] {
    at::set_num_threads(1);
    return true;
  }();
  static_cast<void>(kIsSet);
}

}  // namespace

EXPORTED torch_encoder* torch_encoder_open(const char* path, char* problem, size_t room) {
  try {
    use_one_processor();
    torch::jit::Module module = torch::jit::load(path, torch::kCPU);
    module.eval();
    const torch_encoder_facts facts = facts_of(module);
    return new torch_encoder{std::move(module), facts};
  } catch (const std::exception& error) {
    tell(error, problem, room);
    return nullptr;
  }
}

EXPORTED void torch_encoder_close(torch_encoder* encoder) {
  delete encoder;
}

EXPORTED torch_encoder_facts torch_encoder_tell(const torch_encoder* encoder) {
  return encoder->facts;
}

EXPORTED int64_t torch_encode_sound(torch_encoder* encoder, const float* samples, int64_t windows,
                                    int64_t length, float* out, int64_t most, char* problem,
                                    size_t room) {
  try {
    const c10::InferenceMode no_gradients;
    const at::Tensor input =
        torch::from_blob(const_cast<float*>(samples), {windows, length}, torch::kFloat32).clone();
    return copy_vectors(encoder->module.run_method("encode_sound", input), windows, out, most);
  } catch (const std::exception& error) {
    tell(error, problem, room);
    return -1;
  }
}

EXPORTED int64_t torch_encode_text(torch_encoder* encoder, const char* text, float* out,
                                   int64_t most, char* problem, size_t room) {
  try {
    const c10::InferenceMode no_gradients;
    return copy_vectors(encoder->module.run_method("encode_text", std::string(text)), 1, out, most);
  } catch (const std::exception& error) {
    tell(error, problem, room);
    return -1;
  }
}
