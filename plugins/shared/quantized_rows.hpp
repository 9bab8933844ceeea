// The rows of a matrix at a quarter of their size, as bytes of an artifact: each value in 8 bits of
// its row's scale, and how far that lies off, so that a search reads little and still finds the
// best rows exactly, looking at the whole values of the few that may be among them.
//
//   row = scale * codes + what is lost,   codes -127 .. 127,   scale = largest value / 127
//
// A query is coded too, in as many of 16 bits as add up without overflow: |code| <= query_range().
// The product of the codes, times both scales, is off from the product of the vectors by at most
// the query's length times the row's slack (Cauchy-Schwarz), which is kept per row.
//
// Bytes    4 numbers u32: magic, version, rows, columns; then
//            f32 rows    scales, NaN for a row that holds a NaN
//            f32 rows    slacks
//            i8  rows x stride()   codes, each row filled up with 0 to a multiple of 64
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shared {

class QuantizedRows {
 public:
  static constexpr std::uint32_t kMagic = 0x31305153;  // "SQ01"
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::size_t kLargestCode = 127;
  /// Fewer rows are as soon read as they are.
  static constexpr std::size_t kFewestRows = 16'384;

  /// Of `values`, row-major with `columns` > 0 of them a row; finite, or NaN.
  static std::string encode(std::span<const float> values, std::size_t columns);

  /// None.
  QuantizedRows() = default;
  /// A view of bytes that start at a multiple of 4. When they are not those of so many rows and
  /// columns, is_sound() is false and problem() says why.
  QuantizedRows(std::string_view bytes, std::size_t rows, std::size_t columns)
      : columns_(columns), problem_(open(bytes, rows)) {}

  [[nodiscard]] bool is_sound() const { return problem_ == nullptr; }
  [[nodiscard]] const char* problem() const { return problem_; }
  [[nodiscard]] bool empty() const { return codes_ == nullptr; }

  [[nodiscard]] std::size_t stride() const { return stride_of(columns_); }
  [[nodiscard]] const std::int8_t* codes(std::size_t row) const { return codes_ + row * stride(); }
  [[nodiscard]] const float* scales(std::size_t row) const { return scales_ + row; }
  [[nodiscard]] const float* slacks(std::size_t row) const { return slacks_ + row; }

  /// The largest code of a query of so many values.
  static std::int32_t query_range(std::size_t columns) {
    constexpr std::size_t kLargestSum = 2'147'483'647;
    return static_cast<std::int32_t>(std::min<std::size_t>(
        32'767, kLargestSum / kLargestCode / std::max<std::size_t>(1, columns)));
  }

 private:
  static constexpr std::size_t kHeader = 4 * sizeof(std::uint32_t);
  static std::size_t stride_of(std::size_t columns) { return (columns + 63) / 64 * 64; }

  /// nullptr, or what is wrong.
  const char* open(std::string_view bytes, std::size_t rows);

  std::size_t columns_ = 0;
  const float *scales_ = nullptr, *slacks_ = nullptr;
  const std::int8_t* codes_ = nullptr;
  const char* problem_ = nullptr;  // last: made by reading the rest
};

}  // namespace shared
