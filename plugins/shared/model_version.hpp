// Which version of a model a call reads, for what is kept from one call to the next.
#pragma once

#include "playlist/call.hpp"

#include <string>
#include <string_view>

namespace shared {

/// The card of the version, which names the hash of all that it holds; "" where the engine gives no
/// hash: then nothing may be kept. Throws NoData where there is no model.
inline std::string version_of(const playlist::Call& call, const char* model) {
  const std::string_view card = call.artifact_card(model);
  return card.find("\"hash\"") == std::string_view::npos ? std::string() : std::string(card);
}

/// The hash of what the version learned; "" where the engine gives none. Throws NoData as above.
inline std::string hash_of(const playlist::Call& call, const char* model) {
  constexpr std::string_view kKey = "\"hash\":";
  const std::string_view card = call.artifact_card(model);
  const std::size_t key = card.find(kKey);
  if (key == std::string_view::npos) return {};
  const std::size_t begin = card.find('"', key + kKey.size());
  const std::size_t end = card.find('"', begin + 1);
  return end == std::string_view::npos ? std::string()
                                       : std::string(card.substr(begin + 1, end - begin - 1));
}

}  // namespace shared
