// Memory that outlives the workers of a watcher: blobs by key, in one shared mapping of fixed size.
//
// The watcher makes the store; every worker that it forks sees the same bytes at the same address
// and reads them where they lie. A blob is written first and appears by one atomic store, so that
// a worker that dies while it writes leaves nothing behind. When the memory is full, blobs that no
// recent run has used make room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace engine {

/// 128 bits of a hash; equal keys mean equal contents.
struct ResultKey {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const ResultKey&, const ResultKey&) = default;
  static ResultKey of(std::string_view bytes);
};

/// Where a blob lies. It is gone when find_again() says so.
struct BlobRef {
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
};

/// Threads: one per process. Processes: any number read; one at a time begins a run and writes.
class ResultStore {
 public:
  /// Throws Error(kLimits) when the system gives no memory.
  explicit ResultStore(std::size_t bytes);
  ~ResultStore();
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;

  /// A new run: what it finds or puts is kept until the next one begins.
  void begin_run();
  /// The blob, 64-byte aligned; nullopt when there is none. Found blobs stay while the run lasts.
  [[nodiscard]] std::optional<BlobRef> find(const ResultKey& key);
  [[nodiscard]] std::optional<std::span<const std::byte>> find_again(const BlobRef& ref);
  /// Copies `bytes` into the store. nullopt when no room can be made.
  std::optional<BlobRef> put(const ResultKey& key, std::span<const std::byte> bytes);
  /// Drops everything. Only between runs.
  void clear();

  /// Two workers must not write at once. The watcher names the only one that may, once the others
  /// are dead; a worker asks before it writes.
  void let_write(std::uint32_t worker);
  [[nodiscard]] bool may_write(std::uint32_t worker) const;

  struct Usage {
    std::size_t blobs = 0, bytes = 0, capacity = 0;
  };
  [[nodiscard]] Usage usage() const;

 private:
  struct Header;
  struct Slot;
  [[nodiscard]] std::span<Slot> slots() const;
  [[nodiscard]] std::optional<std::size_t> room_for(std::size_t bytes) const;
  bool drop_oldest();
  Header* header_ = nullptr;
  std::size_t length_ = 0;
};

}  // namespace engine
