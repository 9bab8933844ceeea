#include "data/dictionary.hpp"

#include <functional>

namespace engine {
namespace {

std::uint32_t hash_of(std::string_view text) {
  const std::uint64_t hash = std::hash<std::string_view>{}(text);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

Dictionary::Dictionary(const playlist_dict& texts)
    : bytes_(texts.bytes, texts.offsets[texts.count]),
      offsets_(texts.offsets, texts.offsets + texts.count + 1) {}

std::int32_t Dictionary::append(std::string_view text) {
  const auto made = static_cast<std::int32_t>(count());
  bytes_.append(text);
  offsets_.push_back(bytes_.size());
  return made;
}

std::int32_t Dictionary::code(std::string_view text) {
  prepare_slots();
  const std::uint32_t hash = hash_of(text);
  for (std::size_t slot = hash & (slots_.size() - 1); slots_[slot] >= 0;
       slot = (slot + 1) & (slots_.size() - 1)) {
    const std::int32_t known = slots_[slot];
    if (hashes_[static_cast<std::size_t>(known)] == hash && this->text(known) == text) return known;
  }
  const std::int32_t made = append(text);
  hashes_.push_back(hash);
  put_into_slots(made);
  return made;
}

void Dictionary::prepare_slots() {
  const std::size_t in_slots = hashes_.size();
  for (std::size_t k = in_slots; k < count(); ++k)
    hashes_.push_back(hash_of(text(static_cast<std::int32_t>(k))));
  std::size_t size = slots_.empty() ? 1024 : slots_.size();
  while ((count() + 1) * 2 > size) size *= 4;
  const bool has_grown = size != slots_.size();
  if (has_grown) slots_.assign(size, -1);
  for (std::size_t k = has_grown ? 0 : in_slots; k < count(); ++k)
    put_into_slots(static_cast<std::int32_t>(k));
}

void Dictionary::put_into_slots(std::int32_t code) {
  std::size_t slot = hashes_[static_cast<std::size_t>(code)] & (slots_.size() - 1);
  while (slots_[slot] >= 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = code;
}

}  // namespace engine
