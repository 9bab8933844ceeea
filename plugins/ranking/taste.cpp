// ranking.taste: how close a track is to what the user plays and likes, 0..1.
//
//   evidence(t) = plays of t by the user + like_plays if t is liked
//   E(a), E(g)  = evidence of all tracks of artist a, of genre g
//   A(t) = log(1 + E(first artist of t)) / log(1 + largest E of an artist)
//   G(t) = mean over the genres g of t of log(1 + E(g)) / log(1 + largest E of a genre)
//   taste(t) = artist_weight * A(t) + (1 - artist_weight) * G(t)
//
// Logarithms, because plays of artists spread over four powers of ten and the second favourite is
// still a favourite. A track's genres are its tags, or, without any, those of its first artist; a
// track without genres has taste = A(t), one without an artist G(t), one without either 0. A user
// without plays and likes: 0 for all, and the run says so.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "elements.hpp"

namespace {

/// log(1 + evidence), scaled so that the largest is 1.
void scale(std::vector<double>& evidence) {
  double largest = 0;
  for (const double value : evidence) largest = std::max(largest, value);
  if (largest == 0) return;
  const double unit = 1 / std::log1p(largest);
  for (double& value : evidence) value = std::log1p(value) * unit;
}

class Taste final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param{"artist_weight", 0.6, 0, 1, "artist against genres; 1: artist only"}
          .tunable(),
      playlist::Param{"like_plays", 3.0, 0, 1'000, "a like counts as this many plays"}.tunable(),
  };
  static constexpr playlist::Field kOutputs[] = {
      {"taste", PLAYLIST_F32, "0 nothing in common .. 1 favourite artist and genres"}};

  explicit Taste(const playlist::Args& args)
      : artist_weight_(args.number("artist_weight")), like_plays_(args.number("like_plays")) {}

  void rank(playlist::RankingCall& call) const {
    const Catalogue catalogue(call);
    const Shares shares = shares_of(call, catalogue);
    if (!shares.has_evidence) call.info("no plays and no likes yet: taste is 0 for every track");
    const auto taste = call.out_f32(0);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      taste[row] = static_cast<float>(taste_of(track[row], catalogue, shares));
    }
  }

 private:
  struct Catalogue {
    playlist::Table tracks;
    std::span<const std::int32_t> artist;
    playlist::Lists track_tags, artist_tags;
    std::size_t artists, tags;

    explicit Catalogue(const playlist::Call& call)
        : tracks(call.table("tracks")),
          artist(tracks["artist"].i32()),
          track_tags(call.lists("track_tags")),
          artist_tags(call.lists("artist_tags")),
          artists(call.table("artists").rows()),
          tags(call.table("tags").rows()) {}

    [[nodiscard]] std::span<const std::int32_t> genres(std::int32_t track) const {
      const auto own = track_tags[track];
      return own.empty() ? artist_tags[artist[static_cast<std::size_t>(track)]] : own;
    }
  };
  struct Shares {
    std::vector<double> artist, genre;
    bool has_evidence = false;
  };

  [[nodiscard]] Shares shares_of(const playlist::RankingCall& call,
                                 const Catalogue& catalogue) const {
    const auto plays = call.table("track_statistics")["plays"].i32();
    std::vector<double> evidence(plays.begin(), plays.end());
    for (const std::int32_t track : call.table("likes")["track"].i32()) {
      evidence[static_cast<std::size_t>(track)] += like_plays_;
    }
    Shares shares;
    shares.artist.resize(catalogue.artists);
    shares.genre.resize(catalogue.tags);
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      if (i % 65'536 == 0) call.checkpoint();
      if (!(evidence[i] > 0)) continue;
      shares.has_evidence = true;
      const std::int32_t artist = catalogue.artist[i];
      if (artist >= 0) shares.artist[static_cast<std::size_t>(artist)] += evidence[i];
      for (const std::int32_t tag : catalogue.genres(static_cast<std::int32_t>(i))) {
        shares.genre[static_cast<std::size_t>(tag)] += evidence[i];
      }
    }
    scale(shares.artist);
    scale(shares.genre);
    return shares;
  }

  [[nodiscard]] double taste_of(std::int32_t track, const Catalogue& catalogue,
                                const Shares& shares) const {
    const std::int32_t artist = catalogue.artist[static_cast<std::size_t>(track)];
    const double by_artist = artist >= 0 ? shares.artist[static_cast<std::size_t>(artist)] : 0;
    const auto genres = catalogue.genres(track);
    if (genres.empty()) return by_artist;
    double by_genre = 0;
    for (const std::int32_t tag : genres) by_genre += shares.genre[static_cast<std::size_t>(tag)];
    by_genre /= static_cast<double>(genres.size());
    if (artist < 0) return by_genre;
    return artist_weight_ * by_artist + (1 - artist_weight_) * by_genre;
  }

  double artist_weight_, like_plays_;
};

}  // namespace

constinit const playlist::Element kTaste = playlist::element<Taste>(
    "ranking.taste", "How close each track is to what the user plays and likes.");
