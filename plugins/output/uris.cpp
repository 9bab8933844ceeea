// output.uris: one spotify:track:ID per line, nothing else; pasting them into the desktop client
// adds the tracks. Tracks without a Spotify id are left out, and the run says how many.
#include "playlist/plugin.hpp"

#include <string>

#include "elements.hpp"
#include "rows.hpp"

namespace {

class Uris final : public playlist::Output {
 public:
  static void write(playlist::OutputCall& call) {
    const PlaylistRows rows(call);
    std::size_t left_out = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (row % 1024 == 0) call.checkpoint();
      const std::string uri = rows.spotify_uri(row);
      if (uri.empty()) {
        ++left_out;
      } else {
        call.write(uri + "\n");
      }
    }
    if (left_out > 0) {
      call.warning(playlist::concat(left_out, " of ", rows.size(),
                                    " tracks have no Spotify id and are left out"));
    }
  }
};

}  // namespace

constinit const playlist::Element kUris =
    playlist::element<Uris>("output.uris", "Spotify URIs, one per line.");
