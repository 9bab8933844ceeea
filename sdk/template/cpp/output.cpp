// output.@NAME@: a text file, ARTIST <tab> TITLE per line.
#include "playlist/plugin.hpp"

namespace {

class @CLASS@ final : public playlist::Output {
 public:
  void write(playlist::OutputCall& call) const {
    const playlist::Table tracks = call.tracks();
    const playlist::Strings artist = tracks["artist_name"].texts(), title = tracks["title"].texts();
    call.write("# @NAME@\n");
    for (std::size_t row = 0; row < tracks.rows(); ++row) {
      if (row % 1'000 == 0) call.checkpoint();
      call.write(playlist::concat(artist[row], '\t', title[row], '\n'));
    }
  }
};

constinit const playlist::Element k@CLASS@ =
    playlist::element<@CLASS@>("output.@NAME@", "Artists and titles, a line each.");

}  // namespace

PLAYLIST_LIBRARY("org.example.@NAME@", "1.0.0", k@CLASS@);
