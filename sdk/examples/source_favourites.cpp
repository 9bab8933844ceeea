// source.favourites: likes from a text file.
//
// Format   first line "# favourites", then ARTIST <tab> TITLE per line; empty lines are allowed
// Buckets  empty, malformed (no tab)
#include "playlist/plugin.hpp"

#include <string_view>

namespace {

constexpr std::string_view kMagic = "# favourites\n";

class Favourites final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return input.head().starts_with(kMagic) ? 100 : 0;
  }

  void read(playlist::SourceCall& call) const {
    playlist::Rows& likes = call.rows("likes");
    playlist::TextColumn& artist = likes.text("artist");
    playlist::TextColumn& title = likes.text("title");
    const std::string_view bytes = call.input().bytes();
    std::string_view rest = bytes.substr(kMagic.size());
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const std::size_t tab = line.find('\t');
      if (line.empty()) {
        call.bucket("empty");
      } else if (tab == std::string_view::npos) {
        call.malformed("no tab between artist and title");
      } else {
        likes.row();
        artist.set(line.substr(0, tab));
        title.set(line.substr(tab + 1));
      }
      call.next(bytes.size() - rest.size());
    }
    call.finish();
  }
};

constinit const playlist::Element kFavourites = playlist::element<Favourites>(
    "source.favourites", "Likes from a text file of artists and titles.");

}  // namespace

PLAYLIST_LIBRARY("org.example.favourites", "1.0.0", kFavourites);
