#include "core/sparkline.hpp"

#include <algorithm>
#include <cmath>

namespace engine {

std::string sparkline(std::span<const double> values, SparklineFrom from) {
  static constexpr const char* kMarks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (values.empty()) return "";
  const auto [least, most] = std::ranges::minmax(values);
  std::string text;
  for (const double value : values) {
    double level = 0;
    if (from == SparklineFrom::kZero)
      level = most > 0 ? std::ceil(value / most * 8) : 0;
    else
      level =
          most > least ? std::min(8.0, 1 + std::floor((value - least) / (most - least) * 8)) : 1;
    text += kMarks[static_cast<std::size_t>(level)];
  }
  return text;
}

}  // namespace engine
