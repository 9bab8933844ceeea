// Lyrics in any bytes: what is kept is bounded, and in lines.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lyrics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto require = [](bool is_right) {
    if (!is_right) std::abort();
  };
  const source::Lyrics lyrics = source::read_lyrics({reinterpret_cast<const char*>(data), size});
  require(lyrics.text.size() <= source::kMostLyrics);
  require(lyrics.text.empty() || lyrics.text.back() == '\n');
  require(!lyrics.is_instrumental || lyrics.text.empty());
  require(lyrics.text.find('\r') == std::string::npos);
  return 0;
}
