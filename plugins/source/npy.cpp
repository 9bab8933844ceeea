#include "npy.hpp"

#include "playlist/plugin.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

namespace source {
namespace {

constexpr std::size_t kMostColumns = 65'536;

/// What a header says.
struct Header {
  std::optional<std::string> descr;
  std::optional<bool> is_fortran;
  std::optional<std::vector<std::uint64_t>> shape;
};

[[noreturn]] void refuse(const std::string& why, const std::string& fix) {
  throw playlist::Error(why + "; " + fix);
}
[[noreturn]] void damaged(const std::string& why) {
  refuse(why, "save it again: numpy.save(\"vectors.npy\", vectors.astype(\"<f4\"))");
}

/// Reads the dict of a header. It knows texts, True and False, and tuples of numbers: what
/// numpy.save writes for a plain array.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  Header read() {
    Header header;
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        header.descr = descr();
      } else if (key == "fortran_order") {
        header.is_fortran = boolean();
      } else if (key == "shape") {
        header.shape = tuple();
      } else {
        damaged("its header has the unknown key '" + key + "'");
      }
      if (!take(',') && !is_next('}')) unexpected("',' or '}'");
    }
    skip_blanks();
    if (at_ != text_.size()) unexpected("its end");
    return header;
  }

 private:
  [[noreturn]] void unexpected(const std::string& wanted) const {
    damaged("its header should have " + wanted + " at byte " + std::to_string(at_));
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
      ++at_;
  }
  bool is_next(char wanted) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == wanted;
  }
  bool take(char wanted) {
    if (!is_next(wanted)) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) unexpected(std::string("'") + wanted + "'");
  }
  std::string quoted() {
    const char quote = is_next('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos || end - at_ > 256) unexpected("a short text in quotes");
    std::string text(text_.substr(at_, end - at_));
    at_ = end + 1;
    return text;
  }
  std::string descr() {
    if (is_next('[')) {
      refuse("it holds records of several fields, not plain numbers",
             "save one array of vectors, each row a track");
    }
    return quoted();
  }
  bool boolean() {
    skip_blanks();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += std::strlen(word);
      return value;
    }
    unexpected("True or False");
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> numbers;
    expect('(');
    while (!take(')')) {
      skip_blanks();
      std::uint64_t number = 0;
      const char* begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
      if (error != std::errc() || numbers.size() == 32) unexpected("a number");
      at_ += static_cast<std::size_t>(end - begin);
      numbers.push_back(number);
      if (!take(',') && !is_next(')')) unexpected("',' or ')'");
    }
    return numbers;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t k = bytes.size(); k-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[k]);
  return value;
}

/// The header's text, and the values behind it.
std::pair<std::string_view, std::string_view> parts_of(std::string_view bytes) {
  if (!bytes.starts_with(kNpyMagic))
    refuse("it does not begin with NumPy's magic word",
           "give a file of numpy.save, or vectors as JSON lines in a file named .jsonl");
  if (bytes.size() < kNpyMagic.size() + 4) damaged("it ends within its header");
  const int major = bytes[kNpyMagic.size()];
  if (major < 1 || major > 3)
    damaged("it has version " + std::to_string(major) + " of the format, known are 1, 2, 3");
  const std::size_t width = major == 1 ? 2 : 4;
  const std::size_t begin = kNpyMagic.size() + 2 + width;
  if (bytes.size() < begin) damaged("it ends within its header");
  const std::uint64_t length = little_endian(bytes.substr(kNpyMagic.size() + 2, width));
  if (length > bytes.size() - begin) damaged("it ends within its header");
  return {bytes.substr(begin, length), bytes.substr(begin + length)};
}

/// Bytes of an item.
std::size_t item_of(const std::string& descr) {
  if (descr == "<f4") return 4;
  if (descr == "<f2") return 2;
  if (descr == "<f8") return 8;
  refuse("its values are of type '" + descr + "', read are '<f2', '<f4' and '<f8'",
         "save it as numpy.save(\"vectors.npy\", vectors.astype(\"<f4\"))");
}

}  // namespace

NpyMatrix::NpyMatrix(std::string_view bytes) {
  const auto [text, values] = parts_of(bytes);
  const Header header = HeaderReader(text).read();
  if (!header.descr || !header.is_fortran || !header.shape)
    damaged("its header lacks 'descr', 'fortran_order' or 'shape'");
  item_ = item_of(*header.descr);
  if (header.shape->size() != 2)
    refuse("it has " + std::to_string(header.shape->size()) + " dimensions, vectors need two",
           "save an array of one row per track");
  // One row, or one column, lies the same in both orders.
  if (*header.is_fortran && header.shape->at(0) > 1 && header.shape->at(1) > 1)
    refuse("it is in Fortran order, column after column",
           "save it as numpy.save(\"vectors.npy\", numpy.ascontiguousarray(vectors))");
  const std::uint64_t rows = header.shape->at(0), columns = header.shape->at(1);
  if (columns == 0 || columns > kMostColumns)
    damaged("its vectors have " + std::to_string(columns) + " numbers, possible are 1 to " +
            std::to_string(kMostColumns));
  const std::uint64_t row_bytes = columns * item_;
  if (values.size() / row_bytes < rows || values.size() != rows * row_bytes)
    damaged("its header tells of " + std::to_string(rows) + " x " + std::to_string(columns) +
            " values of " + std::to_string(item_) + " bytes, and " + std::to_string(values.size()) +
            " bytes follow");
  data_ = values.data();
  rows_ = rows;
  columns_ = columns;
}

void NpyMatrix::row(std::size_t row, float* values) const {
  const char* from = data_ + row * columns_ * item_;
  if (item_ == 4) {
    std::memcpy(values, from, columns_ * item_);
    return;
  }
  for (std::size_t k = 0; k < columns_; ++k, from += item_) {
    if (item_ == 2) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, from, sizeof bits);
      values[k] = from_half(bits);
    } else {
      double value = 0;
      std::memcpy(&value, from, sizeof value);
      constexpr double kLargest = std::numeric_limits<float>::max();
      values[k] = std::abs(value) <= kLargest ? static_cast<float>(value)
                  : std::isnan(value)         ? std::numeric_limits<float>::quiet_NaN()
                                              : std::numeric_limits<float>::infinity();
    }
  }
}

float from_half(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1fu, fraction = bits & 0x3ffu;
  if (exponent == 0) {  // 0, or below the normal ones
    const float value = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -value : value;
  }
  if (exponent == 31)  // infinite, or not a number
    return std::bit_cast<float>(sign | 0x7f80'0000u | fraction << 13);
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

}  // namespace source
