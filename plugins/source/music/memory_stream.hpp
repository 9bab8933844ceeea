// The bytes of a file, as TagLib reads them; nothing is ever written.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <taglib/tiostream.h>

namespace source {

class MemoryStream final : public TagLib::IOStream {
 public:
  /// `name` is looked at for its ending only; "" leaves the format to the content. Both outlive it.
  MemoryStream(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  [[nodiscard]] TagLib::FileName name() const override { return name_.c_str(); }
  TagLib::ByteVector readBlock(unsigned long length) override {
    const std::size_t count = std::min<std::size_t>(length, bytes_.size() - at_);
    const TagLib::ByteVector block(bytes_.data() + at_, static_cast<unsigned>(count));
    at_ += count;
    return block;
  }
  void writeBlock(const TagLib::ByteVector&) override {}
  void insert(const TagLib::ByteVector&, unsigned long, unsigned long) override {}
  void removeBlock(unsigned long, unsigned long) override {}
  void truncate(long) override {}
  [[nodiscard]] bool readOnly() const override { return true; }
  [[nodiscard]] bool isOpen() const override { return true; }
  void seek(long offset, Position from) override {
    const auto size = static_cast<long>(bytes_.size());
    const long base = from == Beginning ? 0 : from == Current ? static_cast<long>(at_) : size;
    at_ = static_cast<std::size_t>(std::clamp(base + std::clamp(offset, -size, size), 0L, size));
  }
  [[nodiscard]] long tell() const override { return static_cast<long>(at_); }
  long length() override { return static_cast<long>(bytes_.size()); }

 private:
  std::string_view bytes_;
  std::string name_;
  std::size_t at_ = 0;
};

}  // namespace source
