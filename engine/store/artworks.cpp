#include "store/artworks.hpp"

#include <algorithm>

namespace engine {

bool is_artwork_address(std::string_view address) {
  constexpr std::size_t kLongest = 2000;
  return address.starts_with("https://") && address.size() <= kLongest &&
         std::ranges::all_of(address, [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<std::string> artwork_address(const Store& store, std::int64_t track_id) {
  Statement select = store.prepare("SELECT address FROM artworks WHERE track_id = ?1");
  select.start(track_id);
  if (!select.step()) return std::nullopt;
  return std::string(select.text(0));
}

}  // namespace engine
