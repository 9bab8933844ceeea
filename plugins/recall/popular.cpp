// recall.popular: the catalogue's most popular tracks.
//
// By popularity (0..100, a track without one comes after all others), then by how many users play
// the first artist, then by track number. score = popularity / 100, 0 without one.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "elements.hpp"

namespace {

class Popular final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"limit", 200, 1, 1'000'000, "candidates to return"},
  };

  explicit Popular(const playlist::Args& args) : limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    std::vector<Ranked> ranked = all(call);
    const std::size_t count = std::min(limit_, ranked.size());
    std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                      ranked.end(), is_before);
    call.checkpoint();
    const std::int32_t rated = call.text("POPULAR: one of the catalogue's most popular tracks");
    const std::int32_t played = call.text("POPULAR: by an artist whom many users play");
    const std::int32_t unknown = call.text("POPULAR: a track of unknown popularity");
    playlist::Candidates found = call.candidates();
    found.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Ranked& track = ranked[i];
      const bool is_rated = track.popularity >= 0;
      found.add(track.number, is_rated ? track.popularity / 100 : 0,
                is_rated          ? rated
                : track.users > 0 ? played
                                  : unknown);
    }
    return found;
  }

 private:
  struct Ranked {
    float popularity;  // -1 unknown
    std::uint32_t users;
    std::int32_t number;
  };

  static bool is_before(const Ranked& a, const Ranked& b) {
    if (a.popularity != b.popularity) return a.popularity > b.popularity;
    return a.users != b.users ? a.users > b.users : a.number < b.number;
  }

  static std::vector<Ranked> all(const playlist::RecallCall& call) {
    const playlist::Table tracks = call.table("tracks");
    const auto popularity = tracks["popularity"].f32();
    const auto artist = tracks["artist"].i32();
    const playlist::Lists users = call.lists("artist_users");
    std::vector<Ranked> ranked(tracks.rows());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      if (i % 16'384 == 0) call.checkpoint();
      ranked[i] = {std::isnan(popularity[i]) ? -1 : popularity[i],
                   static_cast<std::uint32_t>(users[artist[i]].size()),
                   static_cast<std::int32_t>(i)};
    }
    return ranked;
  }

  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kPopular = playlist::element<Popular>(
    "recall.popular", "The catalogue's most popular tracks, most popular first.");
