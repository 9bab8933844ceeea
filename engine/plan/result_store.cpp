#include "plan/result_store.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/error.hpp"

namespace engine {
namespace {

constexpr std::size_t kSlots = 2048, kPage = 4096;

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

}  // namespace

struct ResultStore::Slot {
  std::atomic<std::uint32_t> is_there{0};
  std::uint64_t generation = 0, last_run = 0;
  ResultKey key;
  std::size_t offset = 0, length = 0;  // from the mapping's start
};

struct ResultStore::Header {
  std::atomic<std::uint32_t> writer{0};
  std::uint64_t run = 1, generation = 0;
  Slot slots[kSlots];
};

ResultKey ResultKey::of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

ResultStore::ResultStore(std::size_t bytes) : length_(whole_pages(sizeof(Header) + bytes)) {
  void* memory = MAP_FAILED;
  const int file = ::memfd_create("playlist-results", MFD_CLOEXEC);
  if (file >= 0 && ::ftruncate(file, static_cast<off_t>(length_)) == 0)
    memory = ::mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
  const int error = errno;
  if (file >= 0) ::close(file);
  if (memory == MAP_FAILED) {
    throw Error(Exit::kLimits, "no memory to keep results in",
                {"", "", std::strerror(error), "lower watch.cache_megabytes"});
  }
  header_ = new (memory) Header;
}

ResultStore::~ResultStore() {
  ::munmap(header_, length_);
}

std::span<ResultStore::Slot> ResultStore::slots() const {
  return header_->slots;
}

void ResultStore::begin_run() {
  ++header_->run;
}

std::optional<BlobRef> ResultStore::find(const ResultKey& key) {
  for (std::uint32_t k = 0; k < kSlots; ++k) {
    Slot& slot = header_->slots[k];
    if (slot.is_there.load(std::memory_order_acquire) == 0 || !(slot.key == key)) continue;
    slot.last_run = header_->run;
    return BlobRef{k, slot.generation};
  }
  return std::nullopt;
}

std::optional<std::span<const std::byte>> ResultStore::find_again(const BlobRef& ref) {
  if (ref.slot >= kSlots) return std::nullopt;
  Slot& slot = header_->slots[ref.slot];
  if (slot.is_there.load(std::memory_order_acquire) == 0 || slot.generation != ref.generation)
    return std::nullopt;
  slot.last_run = header_->run;
  return std::span(reinterpret_cast<const std::byte*>(header_) + slot.offset, slot.length);
}

std::optional<BlobRef> ResultStore::put(const ResultKey& key, std::span<const std::byte> bytes) {
  if (const std::optional<BlobRef> known = find(key)) return known;
  const auto is_free = [](const Slot& slot) { return slot.is_there.load() == 0; };
  auto free = std::find_if(slots().begin(), slots().end(), is_free);
  std::optional<std::size_t> offset;
  while (free == slots().end() || !(offset = room_for(bytes.size()))) {
    if (!drop_oldest()) return std::nullopt;
    free = std::find_if(slots().begin(), slots().end(), is_free);
  }
  if (!bytes.empty())
    std::memcpy(reinterpret_cast<std::byte*>(header_) + *offset, bytes.data(), bytes.size());
  free->generation = ++header_->generation;
  free->last_run = header_->run;
  free->key = key;
  free->offset = *offset;
  free->length = bytes.size();
  free->is_there.store(1, std::memory_order_release);
  return BlobRef{static_cast<std::uint32_t>(free - slots().begin()), free->generation};
}

/// The first gap between blobs, by whole pages.
std::optional<std::size_t> ResultStore::room_for(std::size_t bytes) const {
  std::vector<std::pair<std::size_t, std::size_t>> taken;
  for (const Slot& slot : slots()) {
    if (slot.is_there.load() != 0) taken.emplace_back(slot.offset, slot.offset + slot.length);
  }
  std::sort(taken.begin(), taken.end());
  std::size_t at = whole_pages(sizeof(Header));
  for (const auto& [begin, end] : taken) {
    if (begin >= at + bytes) break;
    at = std::max(at, whole_pages(end));
  }
  if (at + bytes > length_) return std::nullopt;
  return at;
}

/// False when everything there belongs to the run under way.
bool ResultStore::drop_oldest() {
  Slot* oldest = nullptr;
  for (Slot& slot : slots()) {
    if (slot.is_there.load() == 0 || slot.last_run == header_->run) continue;
    if (oldest == nullptr || slot.last_run < oldest->last_run) oldest = &slot;
  }
  if (oldest == nullptr) return false;
  oldest->is_there.store(0, std::memory_order_release);
  return true;
}

void ResultStore::clear() {
  for (Slot& slot : slots()) slot.is_there.store(0, std::memory_order_release);
}

void ResultStore::let_write(std::uint32_t worker) {
  header_->writer.store(worker, std::memory_order_release);
}

bool ResultStore::may_write(std::uint32_t worker) const {
  return header_->writer.load(std::memory_order_acquire) == worker;
}

ResultStore::Usage ResultStore::usage() const {
  Usage usage;
  usage.capacity = length_ - whole_pages(sizeof(Header));
  for (const Slot& slot : slots()) {
    if (slot.is_there.load() == 0) continue;
    ++usage.blobs;
    usage.bytes += slot.length;
  }
  return usage;
}

}  // namespace engine
