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
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace playlist {

class QuantizedRows {
 public:
  static constexpr std::uint32_t kMagic = 0x31305153;  // "SQ01"
  static constexpr std::uint32_t kVersion = 1;
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
    return static_cast<std::int32_t>(
        std::min<std::size_t>(32'767, kLargestSum / kLargest / std::max<std::size_t>(1, columns)));
  }

 private:
  static constexpr std::size_t kLargest = 127, kHeader = 4 * sizeof(std::uint32_t);
  static std::size_t stride_of(std::size_t columns) { return (columns + 63) / 64 * 64; }

  static void encode_row(std::span<const float> row, float& scale, float& slack,
                         std::int8_t* codes);

  /// nullptr, or what is wrong.
  const char* open(std::string_view bytes, std::size_t rows) {
    std::uint32_t header[4];
    if (bytes.size() < kHeader) return "they are shorter than their header";
    std::memcpy(header, bytes.data(), kHeader);
    if (header[0] != kMagic || header[1] != kVersion) return "they are of another version";
    if (header[2] != rows || header[3] != columns_) return "they are of another matrix";
    if (bytes.size() != kHeader + rows * (2 * sizeof(float) + stride()))
      return "their length is not what their header says";
    scales_ = reinterpret_cast<const float*>(bytes.data() + kHeader);
    slacks_ = scales_ + rows;
    codes_ = reinterpret_cast<const std::int8_t*>(slacks_ + rows);
    return nullptr;
  }

  std::size_t columns_ = 0;
  const float *scales_ = nullptr, *slacks_ = nullptr;
  const std::int8_t* codes_ = nullptr;
  const char* problem_ = nullptr;  // last: made by reading the rest
};

inline std::string QuantizedRows::encode(std::span<const float> values, std::size_t columns) {
  const std::size_t rows = values.size() / columns, stride = stride_of(columns);
  const std::uint32_t header[] = {kMagic, kVersion, static_cast<std::uint32_t>(rows),
                                  static_cast<std::uint32_t>(columns)};
  std::string bytes(kHeader + rows * (2 * sizeof(float) + stride), '\0');
  std::memcpy(bytes.data(), header, kHeader);
  char* const scales = bytes.data() + kHeader;
  char* const slacks = scales + rows * sizeof(float);
  auto* const codes = reinterpret_cast<std::int8_t*>(slacks + rows * sizeof(float));
  for (std::size_t row = 0; row < rows; ++row) {
    float scale = 0, slack = 0;
    encode_row(values.subspan(row * columns, columns), scale, slack, codes + row * stride);
    std::memcpy(scales + row * sizeof(float), &scale, sizeof scale);
    std::memcpy(slacks + row * sizeof(float), &slack, sizeof slack);
  }
  return bytes;
}

inline void QuantizedRows::encode_row(std::span<const float> row, float& scale, float& slack,
                                      std::int8_t* codes) {
  float largest = 0;
  for (const float value : row) {
    if (std::isnan(value)) {
      scale = slack = value;
      return;
    }
    largest = std::max(largest, std::abs(value));
  }
  scale = largest / static_cast<float>(kLargest);
  double lost = 0, kept = 0;
  for (std::size_t k = 0; k < row.size(); ++k) {
    const float code = scale > 0 ? std::clamp(std::nearbyint(row[k] / scale), -127.0f, 127.0f) : 0;
    codes[k] = static_cast<std::int8_t>(code);
    const double value = static_cast<double>(scale) * code, gap = row[k] - value;
    lost += gap * gap;
    kept += value * value;
  }
  // What the query's own codes lose, half a step of each value at most; and the rounding of sums in
  // single precision, on either side.
  const auto columns = static_cast<double>(row.size());
  const double of_query = std::sqrt(columns) / 2 / query_range(row.size());
  const double of_rounding = (columns + 16) * 2.4e-7;
  slack =
      static_cast<float>(1.001 * (std::sqrt(lost) + std::sqrt(kept) * (of_query + of_rounding)));
}

}  // namespace playlist
