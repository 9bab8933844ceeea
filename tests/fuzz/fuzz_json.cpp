// The JSON sources, and the reader against nlohmann::json: what that accepts, ours must accept too.
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "fuzzed_source.hpp"
#include "json.hpp"

namespace {

/// Nesting of brackets, an upper bound of the depth of the value.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  for (const char c : text) {
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of(
      {"source.spotify_extended", "source.spotify_account", "source.spotify_library",
       "source.spotify_playlists", "source.listenbrainz", "source.mpd", "source.benchmark",
       "source.maloja", "source.koito", "source.pano_scrobbler", "source.multi_scrobbler",
       "source.youtube_history", "source.apple_library", "source.jspf"},
      data, size);
  const source::PaddedText text({reinterpret_cast<const char*>(data), size});
  source::JsonReader reader(text.view());
  source::JsonValue value;
  const bool is_ours =
      reader.value(value) && reader.peek() == '\0' && reader.position() == reader.end();
  // It steps over a byte order mark and takes NUL for the end of the text.
  const bool is_other = text.view().substr(0, 3) == "\xef\xbb\xbf" ||
                        text.view().find('\0') != std::string_view::npos;
  if (!is_ours && !is_other && depth_of(text.view()) < 60 && nlohmann::json::accept(text.view())) {
    std::abort();
  }
  return 0;
}
