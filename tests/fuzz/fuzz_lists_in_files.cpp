// Lists as M3U, PLS and JSPF; what they name is handed over as a reference that can be read.
#include <cstdlib>

#include "fuzzed_source.hpp"
#include "list_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of({"source.m3u", "source.pls", "source.jspf"}, data, size);
  const std::string_view place(reinterpret_cast<const char*>(data), size);
  for (const bool is_uri : {false, true}) {
    source::Track track;
    source::put_place(place, is_uri, track);
    for (const char c : track.file)
      if (c <= ' ' || c > '~') std::abort();
  }
  return 0;
}
