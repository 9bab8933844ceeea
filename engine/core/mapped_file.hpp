// A whole file in memory without reading it in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace engine {

/// So many zero bytes at least follow the bytes of every input, as playlist_input promises.
inline constexpr std::size_t kZerosBehind = 64;

/// Throws Error(kInput) when the file cannot be opened or mapped.
class MappedFile {
 public:
  enum class Reading { kAll, kParts };  // how much of it will be looked at
  explicit MappedFile(const std::string& path, Reading reading = Reading::kAll);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] const std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0, mapped_ = 0;
};

}  // namespace engine
