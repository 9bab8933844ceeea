#include "repeats.hpp"

#include <functional>

namespace source {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32);
}

}  // namespace

std::int32_t Repeats::count(std::string_view artist, std::string_view track, std::int64_t ts,
                            std::int64_t ms_played) {
  const std::hash<std::string_view> hash_text;
  std::uint64_t hash = mix(hash_text(artist), hash_text(track));
  hash = mix(mix(hash, static_cast<std::uint64_t>(ts)), static_cast<std::uint64_t>(ms_played));
  if (2 * (used_ + 1) > slots_.size()) grow();
  Slot& slot = find(hash == 0 ? 1 : hash);
  if (slot.hash != 0) return ++slot.count;
  slot.hash = hash == 0 ? 1 : hash;
  ++used_;
  return 0;
}

Repeats::Slot& Repeats::find(std::uint64_t hash) {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].hash != 0 && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
  return slots_[at];
}

void Repeats::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.hash != 0) find(slot.hash) = slot;
  }
}

}  // namespace source
