// recall.popular: the catalogue's most popular tracks.
//
// By popularity (0..100, a track without one comes after all others), then by how many users play
// the first artist, then in an order that says nothing: a low track number would tell that somebody
// imported early plays it, be it later. score = popularity / 100, 0 without one. With min_users
// only tracks of which something says that they are popular: those with a popularity, and those
// whose artist so many users play. The explanation gives the number that placed the track.
#include "playlist/plugin.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "elements.hpp"
#include "shared/counted.hpp"

namespace {

class Popular final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"limit", 200, 1, 1'000'000, "candidates to return"},
      {"min_users", 0, 0, 1'000'000,
       "without a popularity: only tracks whose artist so many users play"},
  };

  explicit Popular(const playlist::Args& args)
      : limit_(args.count("limit")), min_users_(args.count("min_users")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    std::vector<Ranked> ranked = all(call);
    std::erase_if(ranked, [this](const Ranked& track) {
      return track.popularity < 0 && track.users < min_users_;
    });
    if (ranked.empty() && min_users_ > 0) {
      throw playlist::NoData(
          playlist::concat("no track has a popularity, and no artist is played by ",
                           shared::counted(min_users_, "user")));
    }
    const std::size_t count = std::min(limit_, ranked.size());
    std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                      ranked.end(), is_before);
    call.checkpoint();
    playlist::Candidates found = call.candidates();
    found.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Ranked& track = ranked[i];
      found.add(track.number, track.popularity >= 0 ? track.popularity / 100 : 0,
                call.text(reason(track)));
    }
    return found;
  }

 private:
  struct Ranked {
    float popularity;  // -1 unknown
    std::uint32_t users;
    std::int32_t number;
    std::uint64_t tie;  // lower ones first
  };

  static bool is_before(const Ranked& a, const Ranked& b) {
    if (a.popularity != b.popularity) return a.popularity > b.popularity;
    return a.users != b.users ? a.users > b.users : a.tie < b.tie;
  }

  static std::string reason(const Ranked& track) {
    if (track.popularity >= 0)
      return playlist::concat("POPULAR: popularity ", std::lround(track.popularity), " of 100");
    if (track.users == 0) return "POPULAR: a track of unknown popularity";
    if (track.users == 1) return "POPULAR: by an artist whom one user here plays";
    return playlist::concat("POPULAR: by an artist whom ", track.users, " users here play");
  }

  static std::vector<Ranked> all(const playlist::RecallCall& call) {
    const playlist::Table tracks = call.table("tracks");
    const auto popularity = tracks["popularity"].f32();
    const auto artist = tracks["artist"].i32();
    const auto id = tracks["id"].i64();
    const playlist::Lists users = call.lists("artist_users");
    std::vector<Ranked> ranked(tracks.rows());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      if (i % 16'384 == 0) call.checkpoint();
      auto state = static_cast<std::uint64_t>(id[i]);
      ranked[i] = {std::isnan(popularity[i]) ? -1 : popularity[i],
                   static_cast<std::uint32_t>(users[artist[i]].size()),
                   static_cast<std::int32_t>(i), playlist::splitmix64(state)};
    }
    return ranked;
  }

  std::size_t limit_, min_users_;
};

}  // namespace

constinit const playlist::Element kPopular = playlist::element<Popular>(
    "recall.popular", "The catalogue's most popular tracks, most popular first.");
