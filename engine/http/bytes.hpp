// Numbers and texts one behind the other, host byte order: for messages between processes of one
// machine and its cache files.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace engine::http {

class ByteWriter {
 public:
  template <class Number>
  void number(Number value) {
    static_assert(std::is_arithmetic_v<Number>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint64_t>(value.size()));
    bytes_.append(value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Throws std::invalid_argument where the bytes are at an end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>);
    Number value;
    std::memcpy(&value, some(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view text() { return some(number<std::uint64_t>()); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::string_view some(std::uint64_t length) {
    if (length > rest_.size()) throw std::invalid_argument("the bytes of a message are cut off");
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  std::string_view rest_;
};

}  // namespace engine::http
