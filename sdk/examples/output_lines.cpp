// output.lines: a text file, ARTIST <tab> TITLE per line, as source.favourites reads it.
#include "playlist/plugin.hpp"

namespace {

class Lines final : public playlist::Output {
 public:
  void write(playlist::OutputCall& call) const {
    const playlist::Table tracks = call.tracks();
    const playlist::Strings artist = tracks["artist_name"].texts(), title = tracks["title"].texts();
    call.write("# favourites\n");
    for (std::size_t row = 0; row < tracks.rows(); ++row) {
      call.write(playlist::concat(artist[row], '\t', title[row], '\n'));
    }
  }
};

constinit const playlist::Element kLines =
    playlist::element<Lines>("output.lines", "Artists and titles, a line each.");

}  // namespace

PLAYLIST_LIBRARY("org.example.lines", "1.0.0", kLines);
