#include "page/png.hpp"

#include <stdexcept>
#include <string_view>
#include <zlib.h>

namespace engine {
namespace {

void put_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((number >> shift) & 0xff);
}

void put_chunk(std::string& file, std::string_view type, std::string_view data) {
  put_number(file, static_cast<std::uint32_t>(data.size()));
  const std::string checked = std::string(type) + std::string(data);
  file += checked;
  put_number(file,
             static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                                              static_cast<uInt>(checked.size()))));
}

std::string header_of(const PalettedPicture& picture) {
  std::string header;
  put_number(header, static_cast<std::uint32_t>(picture.width));
  put_number(header, static_cast<std::uint32_t>(picture.height));
  constexpr char kEightBits = 8, kPaletted = 3;
  return header + std::string({kEightBits, kPaletted, 0, 0, 0});
}

std::string packed_points(const PalettedPicture& picture) {
  std::string rows;
  rows.reserve((picture.width + 1) * picture.height);
  for (std::size_t row = 0; row < picture.height; ++row) {
    rows += '\0';  // as it is, without a filter
    rows.append(reinterpret_cast<const char*>(picture.points.data() + row * picture.width),
                picture.width);
  }
  std::string packed(compressBound(static_cast<uLong>(rows.size())), '\0');
  auto size = static_cast<uLongf>(packed.size());
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()),
                Z_DEFAULT_COMPRESSION) != Z_OK)
    throw std::runtime_error("zlib cannot pack a picture");
  packed.resize(size);
  return packed;
}

}  // namespace

std::string png_bytes(const PalettedPicture& picture) {
  std::string palette;
  for (const Colour& colour : picture.palette)
    palette += {static_cast<char>(colour.red), static_cast<char>(colour.green),
                static_cast<char>(colour.blue)};
  std::string file = "\x89PNG\r\n\x1a\n";
  put_chunk(file, "IHDR", header_of(picture));
  put_chunk(file, "PLTE", palette);
  put_chunk(file, "IDAT", packed_points(picture));
  put_chunk(file, "IEND", "");
  return file;
}

}  // namespace engine
