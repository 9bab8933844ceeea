// filtering.per_artist: keeps the first `max` candidates of each artist, in the order they come.
//
// By the first artist of a track. Candidates without an artist are all kept.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <vector>

#include "elements.hpp"

namespace {

class PerArtist final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      {"max", 3, 1, 1'000'000, "at most this many of one artist"},
  };
  static constexpr playlist::Field kInputs[] = {
      {"artist", PLAYLIST_I32, "number of the first artist"}};

  explicit PerArtist(const playlist::Args& args) : max_(args.count("max")) {}

  void filter(playlist::FilteringCall& call) const {
    const auto artist = call.in(0).i32();
    std::vector<std::uint32_t> counts(call.table("artists").rows());
    const std::int32_t reason = call.because("more than ", max_, " of this artist");
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (artist[row] < 0) continue;
      if (++counts[static_cast<std::size_t>(artist[row])] > max_) call.drop(row, reason);
    }
  }

 private:
  std::size_t max_;
};

}  // namespace

constinit const playlist::Element kPerArtist = playlist::element<PerArtist>(
    "filtering.per_artist", "Keeps the first candidates of each artist.");
