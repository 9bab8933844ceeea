// A picture of few colours as a PNG file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace engine {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// Every point is the number of a colour.
struct PalettedPicture {
  std::size_t width, height;
  std::vector<Colour> palette;       // 1 .. 256
  std::vector<std::uint8_t> points;  // width * height, rows from above

  PalettedPicture(std::size_t columns, std::size_t rows, std::vector<Colour> colours)
      : width(columns), height(rows), palette(std::move(colours)), points(columns * rows) {}
  /// Outside of the picture nothing happens.
  void put(std::int64_t x, std::int64_t y, std::uint8_t colour) {
    if (x < 0 || y < 0 || x >= static_cast<std::int64_t>(width) ||
        y >= static_cast<std::int64_t>(height))
      return;
    points[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)] = colour;
  }
};

/// The file's bytes (PNG, third edition: W3C 2025; colour type 3).
std::string png_bytes(const PalettedPicture& picture);

}  // namespace engine
