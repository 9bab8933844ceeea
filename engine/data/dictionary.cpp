#include "data/dictionary.hpp"

#include <functional>

namespace engine {
namespace {

std::uint32_t hash_of(std::string_view text) {
  const std::uint64_t hash = std::hash<std::string_view>{}(text);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

std::int32_t Dictionary::append(std::string_view text) {
  const auto made = static_cast<std::int32_t>(count());
  bytes_.append(text);
  offsets_.push_back(bytes_.size());
  return made;
}

std::int32_t Dictionary::code(std::string_view text) {
  if (used_ * 2 >= slots_.size()) grow();
  const std::uint32_t hash = hash_of(text);
  std::size_t slot = hash & (slots_.size() - 1);
  for (; slots_[slot] >= 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const std::int32_t known = slots_[slot];
    if (hashes_[static_cast<std::size_t>(known)] == hash && this->text(known) == text) return known;
  }
  const std::int32_t made = append(text);
  hashes_.resize(count());
  hashes_.back() = hash;
  slots_[slot] = made;
  ++used_;
  return made;
}

void Dictionary::grow() {
  const std::size_t size = slots_.empty() ? 1024 : slots_.size() * 4;
  std::vector<std::int32_t> old(size, -1);
  old.swap(slots_);
  for (const std::int32_t known : old) {
    if (known < 0) continue;
    std::size_t slot = hashes_[static_cast<std::size_t>(known)] & (size - 1);
    while (slots_[slot] >= 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = known;
  }
}

}  // namespace engine
