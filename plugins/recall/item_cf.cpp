// recall.item_cf: tracks that the people who play the seeds play too.
//
//   score(c) = sum over seeds s of weight(s) similar(s, c)
//            + artists * sum over the seeds' artists a of weight(a) similar(a, artist(c)) share(c)
//
// over the `k_per_seed` nearest neighbours of each seed in model.item_cf (Sarwar, Karypis, Konstan,
// Riedl: Item-based Collaborative Filtering Recommendation Algorithms, WWW 2001, section 3.2.1).
// weight is the seed's score where it has one, else 1. The second line hands similarities of
// artists down to their tracks, share(c) of them by how popular the track is among its artist's,
// for histories in which few tracks are shared. Seeds are never candidates. The explanation names
// the seed that gave most.
#include "playlist/model_rows.hpp"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "elements.hpp"

namespace {

constexpr const char* kModel = "model.item_cf";

/// A dense row of sums and which seed gave each most.
class Sums {
 public:
  explicit Sums(std::size_t size) : sums_(size), most_(size), giver_(size, -1) {}

  void add(std::int32_t at, float value, std::int32_t giver) {
    const auto k = static_cast<std::size_t>(at);
    if (sums_[k] == 0) touched_.push_back(at);
    sums_[k] += value;
    if (value > most_[k]) {
      most_[k] = value;
      giver_[k] = giver;
    }
  }
  [[nodiscard]] float sum(std::int32_t at) const { return sums_[static_cast<std::size_t>(at)]; }
  [[nodiscard]] std::int32_t giver(std::int32_t at) const {
    return giver_[static_cast<std::size_t>(at)];
  }
  /// Ascending.
  [[nodiscard]] std::vector<std::int32_t> touched() const {
    std::vector<std::int32_t> sorted = touched_;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

 private:
  std::vector<float> sums_, most_;
  std::vector<std::int32_t> giver_, touched_;
};

/// Adds weight * similarity for the `k` nearest neighbours of one row.
template <typename Take>
void nearest_neighbours(const playlist::Lists& similar, std::int32_t row, std::size_t k,
                        const Take& take) {
  const auto neighbours = similar[row];
  const auto values = similar.weights(row);
  std::vector<std::size_t> order(neighbours.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::size_t count = std::min(k, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return values[a] != values[b] ? values[a] > values[b] : a < b;
                    });
  for (std::size_t i = 0; i < count; ++i) take(neighbours[order[i]], values[order[i]]);
}

class ItemCf final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks to start from, e.g. user.likes").required(),
      {"k_per_seed", 20, 1, 10'000, "nearest neighbours taken of each seed"},
      {"artists", 0.25, 0, 1, "weight of similar artists' tracks; 0: tracks only"},
      {"per_artist", 5, 1, 1'000, "tracks taken of a similar artist"},
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };

  explicit ItemCf(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        k_per_seed_(args.count("k_per_seed")),
        artists_(static_cast<float>(args.number("artists"))),
        per_artist_(args.count("per_artist")),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const playlist::Table tracks = call.table("tracks");
    Sums sums(tracks.rows());
    add_tracks(call, tracks, sums);
    if (artists_ > 0) add_artists(call, tracks, sums);
    return best(call, tracks, sums);
  }

 private:
  [[nodiscard]] std::span<const std::int32_t> seeds() const { return seeds_.track(); }
  [[nodiscard]] float weight(std::size_t seed) const {
    const float score = seeds_.score()[seed];
    return score > 0 ? score : 1;  // NaN too
  }

  void add_tracks(playlist::RecallCall& call, const playlist::Table& tracks, Sums& sums) const {
    const playlist::ModelRows rows(tracks["id"].i64(),
                                   call.artifact_table(kModel, "tracks")["id"].i64());
    const playlist::Lists similar = call.artifact_lists(kModel, "similar");
    for (std::size_t seed = 0; seed < seeds().size(); ++seed) {
      if (seed % 256 == 0) call.checkpoint();
      const std::int32_t row = rows.row(seeds()[seed]);
      if (row < 0) continue;
      nearest_neighbours(similar, row, k_per_seed_, [&](std::int32_t neighbour, float value) {
        const std::int32_t track = rows.number(neighbour);
        if (track >= 0) sums.add(track, weight(seed) * value, static_cast<std::int32_t>(seed));
      });
    }
  }

  void add_artists(playlist::RecallCall& call, const playlist::Table& tracks, Sums& sums) const {
    const auto artist_of = tracks["artist"].i32();
    const playlist::Table artists = call.table("artists");
    const playlist::ModelRows rows(artists["id"].i64(),
                                   call.artifact_table(kModel, "artists")["id"].i64());
    const playlist::Lists similar = call.artifact_lists(kModel, "similar_artists");
    Sums of_artist(artists.rows());
    for (std::size_t seed = 0; seed < seeds().size(); ++seed) {
      const std::int32_t artist = artist_of[static_cast<std::size_t>(seeds()[seed])];
      const std::int32_t row = artist < 0 ? -1 : rows.row(artist);
      if (row < 0) continue;
      nearest_neighbours(similar, row, k_per_seed_, [&](std::int32_t neighbour, float value) {
        const std::int32_t number = rows.number(neighbour);
        if (number >= 0)
          of_artist.add(number, weight(seed) * value, static_cast<std::int32_t>(seed));
      });
    }
    call.checkpoint();
    hand_down(call, tracks, of_artist, sums);
  }

  /// An artist's most popular tracks get its score, the first all of it, the k-th 1 / k.
  void hand_down(playlist::RecallCall& call, const playlist::Table& tracks, const Sums& of_artist,
                 Sums& sums) const {
    const auto popularity = tracks["popularity"].f32();
    const playlist::Lists tracks_of = call.lists("artist_tracks");
    for (const std::int32_t artist : of_artist.touched()) {
      std::vector<std::int32_t> theirs(tracks_of[artist].begin(), tracks_of[artist].end());
      const std::size_t count = std::min(per_artist_, theirs.size());
      const auto known = [&](std::int32_t track) {
        const float value = popularity[static_cast<std::size_t>(track)];
        return std::isnan(value) ? -1.0f : value;
      };
      std::partial_sort(theirs.begin(), theirs.begin() + static_cast<std::ptrdiff_t>(count),
                        theirs.end(), [&](std::int32_t a, std::int32_t b) {
                          return known(a) != known(b) ? known(a) > known(b) : a < b;
                        });
      for (std::size_t k = 0; k < count; ++k) {
        sums.add(theirs[k], artists_ * of_artist.sum(artist) / static_cast<float>(k + 1),
                 of_artist.giver(artist));
      }
    }
  }

  playlist::Candidates best(playlist::RecallCall& call, const playlist::Table& tracks,
                            const Sums& sums) const {
    std::vector<bool> is_seed(tracks.rows());
    for (const std::int32_t seed : seeds()) is_seed[static_cast<std::size_t>(seed)] = true;
    std::vector<std::int32_t> found = sums.touched();
    std::erase_if(found, [&](std::int32_t t) { return is_seed[static_cast<std::size_t>(t)]; });
    const std::size_t count = std::min(limit_, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count),
                      found.end(), [&](std::int32_t a, std::int32_t b) {
                        return sums.sum(a) != sums.sum(b) ? sums.sum(a) > sums.sum(b) : a < b;
                      });
    playlist::Candidates candidates = call.candidates();
    candidates.reserve(count);
    std::vector<std::int32_t> texts(seeds().size(), playlist::kMissingText);
    for (std::size_t k = 0; k < count; ++k) {
      const auto giver = static_cast<std::size_t>(sums.giver(found[k]));
      if (texts[giver] == playlist::kMissingText) texts[giver] = explanation(call, tracks, giver);
      candidates.add(found[k], sums.sum(found[k]), texts[giver]);
    }
    return candidates;
  }

  std::int32_t explanation(playlist::RecallCall& call, const playlist::Table& tracks,
                           std::size_t seed) const {
    const auto track = static_cast<std::size_t>(seeds()[seed]);
    return call.because("ITEM-CF: people who play \"", tracks["title"].texts()[track], "\" by ",
                        tracks["artist_name"].texts()[track], " play it too");
  }

  playlist::Tracks seeds_;
  std::size_t k_per_seed_;
  float artists_;
  std::size_t per_artist_, limit_;
};

}  // namespace

constinit const playlist::Element kItemCf = playlist::element<ItemCf>(
    "recall.item_cf", "Tracks that the people who play the seeds play too; needs model.item_cf.");
