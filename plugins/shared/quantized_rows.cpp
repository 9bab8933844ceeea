#include "quantized_rows.hpp"

#include <cmath>
#include <cstring>

namespace shared {
namespace {

void encode_row(std::span<const float> row, float& scale, float& slack, std::int8_t* codes) {
  float largest = 0;
  for (const float value : row) {
    if (std::isnan(value)) {
      scale = slack = value;
      return;
    }
    largest = std::max(largest, std::abs(value));
  }
  scale = largest / static_cast<float>(QuantizedRows::kLargestCode);
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
  const double of_query = std::sqrt(columns) / 2 / QuantizedRows::query_range(row.size());
  const double of_rounding = (columns + 16) * 2.4e-7;
  slack =
      static_cast<float>(1.001 * (std::sqrt(lost) + std::sqrt(kept) * (of_query + of_rounding)));
}

}  // namespace

std::string QuantizedRows::encode(std::span<const float> values, std::size_t columns) {
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

const char* QuantizedRows::open(std::string_view bytes, std::size_t rows) {
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

}  // namespace shared
