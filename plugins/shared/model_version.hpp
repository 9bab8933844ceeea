// Which version of a model a call reads, for what is kept from one call to the next.
#pragma once

#include "playlist/call.hpp"

#include <string>

namespace shared {

/// The card of the version, which names the hash of all that it holds; "" where the engine gives no
/// hash: then nothing may be kept. Throws NoData where there is no model.
inline std::string version_of(const playlist::Call& call, const char* model) {
  const std::string_view card = call.artifact_card(model);
  return card.find("\"hash\"") == std::string_view::npos ? std::string() : std::string(card);
}

}  // namespace shared
