// Memory between pages that nobody may touch: what `engine plugins check` hands to a plugin, so
// that the first byte read or written where it must not be ends the call and is told by its name.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// One block. It ends as near to the page behind it as its alignment of 64 bytes lets it; the bytes
/// around it up to the pages' edges hold a pattern. Made writable; read_only() takes that away.
class GuardedBlock {
 public:
  /// `name` as an author knows it: "its input \"energy\"".
  GuardedBlock(std::string name, std::size_t length);
  ~GuardedBlock();
  GuardedBlock(const GuardedBlock&) = delete;
  GuardedBlock& operator=(const GuardedBlock&) = delete;

  [[nodiscard]] void* data() const { return data_; }
  [[nodiscard]] std::size_t length() const { return length_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// From now on a write ends the process.
  void read_only();
  /// "it wrote 4 bytes behind its output \"mood\"", or "" when the pattern around it is whole.
  [[nodiscard]] std::string damage() const;
  /// What touching `address` means, "" when it is neither in this block nor in a page around it.
  [[nodiscard]] std::string_view meaning(const void* address, bool is_write) const;

 private:
  std::string name_, before_, behind_, inside_;  // what touching it there means, made beforehand
  std::size_t length_, pages_;                   // bytes of the block, of its writable pages
  unsigned char *start_, *data_;                 // of the writable pages, of the block
  bool is_read_only_ = false;
};

/// While it lives, a segmentation fault in a guarded block calls `tell` with what it means, within
/// the signal handler, and then ends the process as the fault would have. One at a time.
class FaultReport {
 public:
  explicit FaultReport(std::function<void(std::string_view)> tell);
  ~FaultReport();
  FaultReport(const FaultReport&) = delete;
  FaultReport& operator=(const FaultReport&) = delete;
};

}  // namespace engine
