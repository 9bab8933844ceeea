// A matrix in NumPy's file format: what `numpy.save` writes.
//
//   "\x93NUMPY", version (two bytes: 1 0, 2 0 or 3 0), length of the header (u16, u32 from version
//   2 on), the header (a Python dict: 'descr', 'fortran_order', 'shape'), the values
//
// Read are little-endian float16, float32 and float64, row after row, two dimensions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace source {

/// What every such file begins with.
constexpr std::string_view kNpyMagic = "\x93NUMPY";

/// A view of the bytes it was read from.
class NpyMatrix {
 public:
  /// Throws playlist::Error that says what was found where another thing was expected, and what to
  /// do.
  explicit NpyMatrix(std::string_view bytes);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// Writes columns() values; those of float64 that float32 cannot hold become infinite.
  void row(std::size_t row, float* values) const;
  /// Bytes of a row.
  [[nodiscard]] std::size_t row_bytes() const { return columns_ * item_; }

 private:
  const char* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0, item_ = 0;  // bytes an item
};

/// The value of an IEEE 754 half.
float from_half(std::uint16_t bits);

}  // namespace source
