#include "page/png.hpp"

#include <zlib.h>

#include <catch2/catch.hpp>

namespace {

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t k = 0; k < 4; ++k)
    number = number << 8 | static_cast<std::uint8_t>(bytes[at + k]);
  return number;
}

struct Chunk {
  std::string type, data;
};

std::vector<Chunk> chunks_of(const std::string& file) {
  std::vector<Chunk> chunks;
  for (std::size_t at = 8; at < file.size();) {
    const std::uint32_t length = number_at(file, at);
    const std::string checked = file.substr(at + 4, 4 + length);
    CHECK(number_at(file, at + 8 + length) == crc32(0,
                                                    reinterpret_cast<const Bytef*>(checked.data()),
                                                    static_cast<uInt>(checked.size())));
    chunks.push_back({checked.substr(0, 4), checked.substr(4)});
    at += 12 + length;
  }
  return chunks;
}

}  // namespace

TEST_CASE("a picture is a sound PNG file of its points", "[page]") {
  engine::PalettedPicture picture(3, 2, {{255, 255, 255}, {10, 20, 30}});
  picture.put(1, 0, 1);
  picture.put(2, 1, 1);
  picture.put(3, 0, 1);  // outside
  picture.put(-1, -1, 1);
  const std::string file = engine::png_bytes(picture);
  CHECK(file.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  const std::vector<Chunk> chunks = chunks_of(file);
  REQUIRE(chunks.size() == 4);
  CHECK(chunks[0].type == "IHDR");
  CHECK(number_at(chunks[0].data, 0) == 3);
  CHECK(number_at(chunks[0].data, 4) == 2);
  CHECK(chunks[0].data.substr(8) == std::string({8, 3, 0, 0, 0}));
  CHECK(chunks[1].type == "PLTE");
  CHECK(chunks[1].data == "\xff\xff\xff\x0a\x14\x1e");
  CHECK(chunks[2].type == "IDAT");
  std::string points(8, 'x');
  auto size = static_cast<uLongf>(points.size());
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(points.data()), &size,
                     reinterpret_cast<const Bytef*>(chunks[2].data.data()),
                     static_cast<uLong>(chunks[2].data.size())) == Z_OK);
  CHECK(points == std::string({0, 0, 1, 0, 0, 0, 0, 1}));
  CHECK(chunks[3].type == "IEND");
}
