// Encoders that people brought: each makes the vectors of a space from sound and from texts
// (import/encoders.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine {

struct Encoder {
  std::string space;
  std::string path;  // absolute
  std::string hash;  // of its bytes (core/hash.hpp)
};

/// By space.
std::vector<Encoder> list_encoders(const Store& store);
/// Nothing where the space has none.
std::optional<Encoder> find_encoder(const Store& store, const std::string& space);

}  // namespace engine
