// make_encoder FILE [sound-only|two|broken]: a tiny encoder of TorchScript, whose space has bright sound
// and the word "bright" in one direction and dark sound in the other, for tests.
#include <string>
#include <torch/script.h>

namespace {

constexpr const char* kEncodeSound = R"(
def encode_sound(self, samples):
    level = samples.abs().mean(dim=1)
    change = (samples[:, 1:] - samples[:, :-1]).abs().mean(dim=1)
    bright = change / (level + 1e-9)
    return torch.stack([bright, 0.2 * torch.ones_like(bright), torch.zeros_like(bright)], dim=1)
)";
constexpr const char* kEncodeOther = R"(
def encode_sound(self, samples):
    return torch.ones([samples.size(0), 2])
)";
constexpr const char* kBreak = R"(
def encode_sound(self, samples):
    return samples.reshape([7, 7919])
)";
constexpr const char* kEncodeText = R"(
def encode_text(self, text: str):
    if "bright" in text:
        return torch.tensor([1.0, 0.0, 0.0])
    return torch.tensor([0.02, 0.2, 0.0])
)";

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::string kind = count > 2 ? arguments[2] : "";
  torch::jit::Module module("Encoder");
  module.register_attribute("sample_rate", c10::IntType::get(), 16'000);
  module.register_attribute("seconds", c10::FloatType::get(), 0.5);
  module.define(kind == "two" ? kEncodeOther : kind == "broken" ? kBreak : kEncodeSound);
  if (kind.empty()) module.define(kEncodeText);
  module.save(arguments[1]);
}
