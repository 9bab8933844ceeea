// ordering.artist_spacing: at least `gap` tracks of others between two tracks of one artist.
//
// Keeps the order it gets as far as it can: at each place the first track that keeps the gap and
// does not make it impossible further on. Where one artist has too many tracks for the gap, the
// largest possible gap is kept everywhere, the wanted one where that costs nothing, and the run
// says so. By the first artist of a track; a track without an artist is in nobody's way.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <vector>

#include "dense_artists.hpp"
#include "elements.hpp"
#include "shared/counted.hpp"
#include "spacing.hpp"

namespace {

class ArtistSpacing final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"gap", 3, 0, 100, "tracks between two of the same artist, where possible"},
  };
  static constexpr playlist::Field kInputs[] = {
      {"artist", PLAYLIST_I32, "number of the first artist"}};

  explicit ArtistSpacing(const playlist::Args& args) : gap_(args.count("gap")) {}

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    call.checkpoint();
    const std::vector<std::int32_t> artist = dense_artists(call, call.in(0).i32());
    const std::size_t distance = possible_distance(artist, gap_ + 1);
    if (distance < gap_ + 1) {
      call.info(playlist::concat("a gap of ", gap_, " is not possible, one artist has too many of ",
                                 "the ", shared::counted(artist.size(), "track"), "; the gap is ",
                                 distance - 1));
    }
    return space_artists(artist, gap_ + 1);
  }

 private:
  std::size_t gap_;
};

}  // namespace

constinit const playlist::Element kArtistSpacing = playlist::element<ArtistSpacing>(
    "ordering.artist_spacing", "Keeps tracks of the same artist apart.");
