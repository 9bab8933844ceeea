// Whether what a service tells is what it told the last time.
#pragma once

#include <cstdint>
#include <string>

namespace source {

/// FNV-1a of texts, each with its end; for a source's state.
class Digest {
 public:
  void add(const std::string& text) {
    for (const char c : text + '\x1f')
      hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  [[nodiscard]] std::string text() const { return std::to_string(hash_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace source
