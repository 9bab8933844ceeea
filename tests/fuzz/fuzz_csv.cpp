// The sources of separated text.
#include "fuzzed_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of(
      {"source.lastfm_csv", "source.exportify", "source.tracks_csv", "source.hetrec",
       "source.plays_csv", "source.tunemymusic", "source.youtube_lists", "source.apple_lists",
       "source.jellyfin_report", "source.deezer", "source.rateyourmusic", "source.soundiiz"},
      data, size);
  return 0;
}
