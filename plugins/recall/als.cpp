// recall.als: tracks that a factor model expects the user to play, folded in from the seeds.
//
//   score(c) = x y(c) + artists * max(0, x' y'(artist(c))) share(c)
//
// x are the user's factors, solved for from the seeds against the tracks' factors of model.als
// (kernels/fold_in.hpp), so nothing is retrained for a user; x' are those against the artists',
// whose share is handed down to their most popular tracks, 1 to the first, 1 / k to the k-th, for
// histories in which few tracks are shared. A seed's score is its weight: below 0 a dislike (a
// skip), 0 leaves it out, none is 1. All tracks are scored; the best `limit` and the tracks of the
// best `limit` artists compete, those above 0 are candidates, seeds are not. The explanation names
// the seed that gives most of the score.
#include "playlist/model_rows.hpp"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "elements.hpp"
#include "kernels/exact_search.hpp"
#include "kernels/fold_in.hpp"

namespace {

constexpr const char* kModel = "model.als";

/// The user among tracks, or among artists.
struct Side {
  playlist::ModelRows rows;
  recall::RowMatrix factors;
  std::vector<std::int32_t> seeds;  // those that the model knows: places in the set of seeds
  recall::FoldedUser user;

  [[nodiscard]] const float* row(std::int32_t at) const {
    return factors.data + static_cast<std::size_t>(at) * factors.dim;
  }
  [[nodiscard]] float score(std::int32_t at) const {
    const float* values = row(at);
    float sum = 0;
    for (std::size_t k = 0; k < factors.dim; ++k) sum += values[k] * user.factors()[k];
    return sum;
  }
};

struct Found {
  std::int32_t track;
  std::int32_t track_row = -1, artist_row = -1;  // -1: not known, no share of it
  float share = 0;
  float score = 0;
};

class AlsRecall final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks to start from, e.g. user.likes").required(),
      {"artists", 0.25, 0, 1, "weight of fitting artists' tracks; 0: tracks only"},
      {"per_artist", 5, 1, 1'000, "tracks taken of a fitting artist"},
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };

  explicit AlsRecall(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        artists_(static_cast<float>(args.number("artists"))),
        per_artist_(args.count("per_artist")),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const playlist::Table tracks = call.table("tracks");
    const auto artist_of = tracks["artist"].i32();
    const Side by_track = fold_in(call, "track", [](std::int32_t track) { return track; });
    call.checkpoint();
    std::optional<Side> by_artist;
    if (artists_ > 0 && call.artifact_table(kModel, "artists").rows() > 0) {
      by_artist.emplace(fold_in(call, "artist", [&](std::int32_t track) {
        return artist_of[static_cast<std::size_t>(track)];
      }));
    }
    std::vector<Found> found = best_tracks(call, by_track);
    if (by_artist) add_artists(call, tracks, by_track, *by_artist, found);
    keep_best(found);
    return explained(call, tracks, by_track, by_artist, found);
  }

 private:
  [[nodiscard]] float weight(std::size_t seed) const {
    const float score = seeds_.score()[seed];
    return std::isnan(score) ? 1 : score;
  }

  /// `name` is "track" or "artist"; number_of(track) its number in that table, < 0 where it has
  /// none.
  template <typename NumberOf>
  [[nodiscard]] Side fold_in(playlist::RecallCall& call, const std::string& name,
                             const NumberOf& number_of) const {
    const std::string table = name + "s";
    const auto ids = call.artifact_table(kModel, table.c_str())["id"].i64();
    const playlist::Matrix factors = call.artifact_matrix(kModel, (name + "_factors").c_str());
    const playlist::Matrix gram = call.artifact_matrix(kModel, (name + "_gram").c_str());
    if (factors.rows() != ids.size() || gram.rows() != factors.columns() ||
        gram.columns() != factors.columns()) {
      throw playlist::Error(playlist::concat(kModel, " has ", factors.rows(), " ", name,
                                             "_factors for ", ids.size(), " ", table, " and a ",
                                             gram.rows(), " x ", gram.columns(), " ", name,
                                             "_gram; train it again: engine train als"));
    }
    const playlist::Table training = call.artifact_table(kModel, "training");
    const recall::FactorModel model{{factors.data(), factors.rows(), factors.columns()},
                                    gram.data(),
                                    training["regularization"].number(0),
                                    training["unobserved_weight"].number(0),
                                    training["frequency_scaling"].number(0)};
    const playlist::ModelRows rows(call.table(table.c_str())["id"].i64(), ids);
    std::vector<std::int32_t> known;
    std::vector<recall::WeightedRow> weighted;
    for (std::size_t seed = 0; seed < seeds_.size(); ++seed) {
      const std::int32_t number = number_of(seeds_.track()[seed]);
      const std::int32_t row = number < 0 || weight(seed) == 0 ? -1 : rows.row(number);
      if (row < 0) continue;
      known.push_back(static_cast<std::int32_t>(seed));
      weighted.push_back({row, weight(seed)});
    }
    return {rows, model.factors, known, recall::FoldedUser(model, weighted)};
  }

  /// The best by the tracks' factors that are no seeds, as many as are wanted where there are.
  [[nodiscard]] std::vector<Found> best_tracks(playlist::RecallCall& call,
                                               const Side& by_track) const {
    const std::vector<std::int32_t> seeds = sorted_seeds();
    std::vector<Found> found;
    // Seeds, and tracks that this load does not know, are among the rows: more of them are asked
    // for until enough are left.
    for (std::size_t count = limit_ + seeds.size();; count *= 2) {
      call.checkpoint();
      const auto rows = recall::top_rows(by_track.factors, by_track.user.factors(), count);
      found.clear();
      for (const recall::ScoredRow& one : rows) {
        if (!(one.score > 0) || found.size() == limit_) break;
        const std::int32_t track = by_track.rows.number(one.row);
        if (track >= 0 && !std::binary_search(seeds.begin(), seeds.end(), track))
          found.push_back({track, one.row, -1, 0, one.score});
      }
      const bool is_all = rows.size() < count || !(rows.back().score > 0);
      if (found.size() == limit_ || is_all) return found;
    }
  }

  [[nodiscard]] std::vector<std::int32_t> sorted_seeds() const {
    std::vector<std::int32_t> seeds(seeds_.track().begin(), seeds_.track().end());
    std::sort(seeds.begin(), seeds.end());
    return seeds;
  }

  /// Adds the best artists' share to their most popular tracks, which join what was found.
  void add_artists(playlist::RecallCall& call, const playlist::Table& tracks, const Side& by_track,
                   const Side& by_artist, std::vector<Found>& found) const {
    const std::vector<std::int32_t> seeds = sorted_seeds();
    const auto popularity = tracks["popularity"].f32();
    const playlist::Lists tracks_of = call.lists("artist_tracks");
    std::unordered_map<std::int32_t, std::size_t> places;
    for (std::size_t k = 0; k < found.size(); ++k) places[found[k].track] = k;
    call.checkpoint();
    for (const recall::ScoredRow& one :
         recall::top_rows(by_artist.factors, by_artist.user.factors(), limit_)) {
      if (!(one.score > 0)) break;
      const std::vector<std::int32_t> theirs =
          most_popular(tracks_of[by_artist.rows.number(one.row)], popularity);
      for (std::size_t k = 0; k < theirs.size(); ++k) {
        if (std::binary_search(seeds.begin(), seeds.end(), theirs[k])) continue;
        const auto [place, is_new] = places.try_emplace(theirs[k], found.size());
        if (is_new) found.push_back(with_score(by_track, theirs[k]));
        Found& track = found[place->second];
        // A track of several artists has the share of the best of them.
        if (track.artist_row >= 0) continue;
        track.artist_row = one.row;
        track.share = artists_ / static_cast<float>(k + 1);
        track.score += track.share * one.score;
      }
    }
  }

  [[nodiscard]] static Found with_score(const Side& by_track, std::int32_t track) {
    const std::int32_t row = by_track.rows.row(track);
    return {track, row, -1, 0, row < 0 ? 0 : by_track.score(row)};
  }

  [[nodiscard]] std::vector<std::int32_t> most_popular(std::span<const std::int32_t> tracks,
                                                       std::span<const float> popularity) const {
    std::vector<std::int32_t> best(tracks.begin(), tracks.end());
    const std::size_t count = std::min(per_artist_, best.size());
    const auto known = [&](std::int32_t track) {
      const float value = popularity[static_cast<std::size_t>(track)];
      return std::isnan(value) ? -1.0f : value;
    };
    std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), best.end(),
                      [&](std::int32_t a, std::int32_t b) {
                        return known(a) != known(b) ? known(a) > known(b) : a < b;
                      });
    best.resize(count);
    return best;
  }

  void keep_best(std::vector<Found>& found) const {
    std::erase_if(found, [](const Found& one) { return !(one.score > 0); });
    const std::size_t count = std::min(limit_, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count),
                      found.end(), [](const Found& a, const Found& b) {
                        return a.score != b.score ? a.score > b.score : a.track < b.track;
                      });
    found.resize(count);
  }

  [[nodiscard]] playlist::Candidates explained(playlist::RecallCall& call,
                                               const playlist::Table& tracks, const Side& by_track,
                                               const std::optional<Side>& by_artist,
                                               const std::vector<Found>& found) const {
    playlist::Candidates candidates = call.candidates();
    candidates.reserve(found.size());
    std::vector<std::int32_t> texts(seeds_.size(), playlist::kMissingText);
    std::vector<float> gifts(seeds_.size());
    for (const Found& one : found) {
      std::fill(gifts.begin(), gifts.end(), 0.0f);
      if (one.track_row >= 0) add_gifts(by_track, one.track_row, 1, gifts);
      if (one.artist_row >= 0) add_gifts(*by_artist, one.artist_row, one.share, gifts);
      const auto giver =
          static_cast<std::size_t>(std::max_element(gifts.begin(), gifts.end()) - gifts.begin());
      if (texts[giver] == playlist::kMissingText) texts[giver] = explanation(call, tracks, giver);
      candidates.add(one.track, one.score, texts[giver]);
    }
    return candidates;
  }

  /// What every seed gives to the score of one row, added to its place in `gifts`.
  static void add_gifts(const Side& side, std::int32_t row, float scale,
                        std::vector<float>& gifts) {
    std::vector<float> of_known(side.seeds.size());
    side.user.add_gifts(side.row(row), scale, of_known);
    for (std::size_t k = 0; k < of_known.size(); ++k)
      gifts[static_cast<std::size_t>(side.seeds[k])] += of_known[k];
  }

  std::int32_t explanation(playlist::RecallCall& call, const playlist::Table& tracks,
                           std::size_t seed) const {
    const auto track = static_cast<std::size_t>(seeds_.track()[seed]);
    return call.because("ALS: people whose taste is like yours play it, most of all for \"",
                        tracks["title"].texts()[track], "\" by ",
                        tracks["artist_name"].texts()[track]);
  }

  playlist::Tracks seeds_;
  float artists_;
  std::size_t per_artist_, limit_;
};

}  // namespace

constinit const playlist::Element kAls = playlist::element<AlsRecall>(
    "recall.als", "Tracks that a factor model expects the user to play; needs model.als.");
