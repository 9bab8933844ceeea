#include "store/encoders.hpp"

namespace engine {

std::vector<Encoder> list_encoders(const Store& store) {
  std::vector<Encoder> encoders;
  Statement select = store.prepare("SELECT space, path, hash FROM encoders ORDER BY space");
  for (select.start(); select.step();)
    encoders.push_back(
        {std::string(select.text(0)), std::string(select.text(1)), std::string(select.text(2))});
  return encoders;
}

std::optional<Encoder> find_encoder(const Store& store, const std::string& space) {
  for (const Encoder& encoder : list_encoders(store))
    if (encoder.space == space) return encoder;
  return std::nullopt;
}

}  // namespace engine
