// recall.als: tracks that a factor model expects the user to play, folded in from the seeds.
//
//   score(c) = x y(c) + artists * max(0, x' y'(artist(c))) share(c)
//
// x are the user's factors, solved for from the seeds against the tracks' factors of model.als
// (kernels/fold_in.hpp), so nothing is retrained for a user; x' are those against the artists',
// whose share is handed down to their most popular tracks, 1 to the first, 1 / k to the k-th, for
// histories in which few tracks are shared. A seed's score is its weight: below 0 a dislike (a
// skip), 0 leaves it out, none is 1. All tracks are scored; the best `limit` and the tracks of the
// best `limit` artists compete, those above 0 are candidates, seeds are not.
//
// The explanation names the seed that gives most of the score among those that other people play
// together with the candidate, or whose artist they play together with its artist, by whichever of
// the two sides the seed gives more. A candidate without such a seed is left out: its score is what
// the factors happen to leave over between tracks that nobody plays both of. A model trained before
// it kept its listeners cannot tell, and the explanation then claims no people. With only_shared =
// false none is left out, as where rankings of all tracks are compared, and no people are claimed.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elements.hpp"
#include "kernels/fold_in.hpp"
#include "popular_tracks.hpp"
#include "row_codes.hpp"
#include "shared/exact_search.hpp"
#include "shared/gathered_products.hpp"
#include "shared/model_rows.hpp"
#include "shared/seed_reasons.hpp"
#include "shared_listeners.hpp"

namespace {

constexpr const char* kAlsModel = "model.als";

/// The user among tracks, or among artists.
struct Side {
  shared::ModelRows rows;
  shared::RowMatrix factors;
  recall::FoldedUser user;
  std::vector<std::int32_t> seed_rows;  // of each seed, -1 for one left out
  recall::SharedListeners listeners;

  [[nodiscard]] const float* row(std::int32_t at) const {
    return factors.data + static_cast<std::size_t>(at) * factors.dim;
  }
};

struct ScoredTrack {
  std::int32_t track;
  std::int32_t track_row = -1;  // -1: the model does not know it
  std::int32_t artist = -1;     // among the best artists; -1: no share of any
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
      {"only_shared", true, "leave out what nobody plays together with a seed"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit AlsRecall(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        artists_(static_cast<float>(args.number("artists"))),
        per_artist_(args.count("per_artist")),
        limit_(args.count("limit")),
        is_only_shared_(args.boolean("only_shared")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const playlist::Table tracks = call.table("tracks");
    const auto artist_of = tracks["artist"].i32();
    const Side by_track = fold_in(call, "track", [](std::int32_t track) { return track; });
    call.checkpoint();
    std::optional<Side> by_artist;
    if (artists_ > 0 && call.artifact_table(kAlsModel, "artists").rows() > 0) {
      by_artist.emplace(fold_in(call, "artist", [&](std::int32_t track) {
        return artist_of[static_cast<std::size_t>(track)];
      }));
    }
    std::vector<ScoredTrack> found = best_tracks(call, by_track);
    std::vector<shared::ScoredRow> artists;
    if (by_artist) {
      artists = best_artists(*by_artist);
      call.checkpoint();
      add_artists(call, tracks, by_track, *by_artist, artists, found);
    }
    keep_best(found);
    return explained(call, tracks, by_track, by_artist, artists, found);
  }

 private:
  static constexpr std::size_t kFewestArtists = 100;

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
    const auto ids = call.artifact_table(kAlsModel, table.c_str())["id"].i64();
    const playlist::Matrix factors = call.artifact_matrix(kAlsModel, (name + "_factors").c_str());
    const playlist::Matrix gram = call.artifact_matrix(kAlsModel, (name + "_gram").c_str());
    if (factors.rows() != ids.size() || gram.rows() != factors.columns() ||
        gram.columns() != factors.columns()) {
      throw playlist::Error(playlist::concat(kAlsModel, " has ", factors.rows(), " ", name,
                                             "_factors for ", ids.size(), " ", table, " and a ",
                                             gram.rows(), " x ", gram.columns(), " ", name,
                                             "_gram; train it again: engine train als"));
    }
    const playlist::Table training = call.artifact_table(kAlsModel, "training");
    const recall::FactorModel model{
        {factors.data(), factors.rows(), factors.columns(),
         recall::row_codes(call, kAlsModel, name + "_codes", factors.rows(), factors.columns())},
        gram.data(),
        training["regularization"].number(0),
        training["unobserved_weight"].number(0),
        training["frequency_scaling"].number(0)};
    shared::ModelRows rows(call, table.c_str(), ids, kAlsModel);
    std::vector<recall::WeightedRow> weighted;
    std::vector<std::int32_t> seed_rows;
    for (std::size_t seed = 0; seed < seeds_.size(); ++seed) {
      const std::int32_t number = number_of(seeds_.track()[seed]);
      const std::int32_t row = number < 0 || weight(seed) == 0 ? -1 : rows.row(number);
      weighted.push_back({row, weight(seed)});
      seed_rows.push_back(row);
    }
    return {
        std::move(rows), model.factors, recall::FoldedUser(model, weighted), std::move(seed_rows),
        is_only_shared_ ? recall::SharedListeners(call, kAlsModel, (name + "_listeners").c_str())
                        : recall::SharedListeners()};
  }

  /// The best by the tracks' factors that are no seeds, as many as are wanted where there are.
  [[nodiscard]] std::vector<ScoredTrack> best_tracks(playlist::RecallCall& call,
                                                     const Side& by_track) const {
    const std::vector<std::int32_t> seeds = sorted_seeds();
    std::vector<ScoredTrack> found;
    // Seeds, and tracks that this load does not know, are among the rows: more of them are asked
    // for until enough are left.
    for (std::size_t count = limit_ + seeds.size();; count *= 2) {
      call.checkpoint();
      const auto rows = shared::top_rows(by_track.factors, by_track.user.factors(), count);
      found.clear();
      for (const shared::ScoredRow& one : rows) {
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

  [[nodiscard]] std::vector<shared::ScoredRow> best_artists(const Side& by_artist) const {
    std::vector<shared::ScoredRow> best =
        shared::top_rows(by_artist.factors, by_artist.user.factors(),
                         std::max(kFewestArtists, limit_ / per_artist_));
    while (!best.empty() && !(best.back().score > 0)) best.pop_back();
    return best;
  }

  /// Adds the best artists' share to their most popular tracks, which join what was found. Goes by
  /// the artists' numbers, which their tracks most often follow: by their score it would jump about
  /// in everything that it looks up.
  void add_artists(playlist::RecallCall& call, const playlist::Table& tracks, const Side& by_track,
                   const Side& by_artist, const std::vector<shared::ScoredRow>& artists,
                   std::vector<ScoredTrack>& found) const {
    constexpr std::int32_t kNowhere = -1, kSeed = -2;
    std::vector<std::int32_t> places(tracks.rows(), kNowhere);  // in `found`
    for (std::size_t k = 0; k < found.size(); ++k)
      places[static_cast<std::size_t>(found[k].track)] = static_cast<std::int32_t>(k);
    for (const std::int32_t seed : seeds_.track()) places[static_cast<std::size_t>(seed)] = kSeed;
    struct Numbered {
      std::int32_t number, artist;
    };
    std::vector<Numbered> numbered;
    for (std::size_t k = 0; k < artists.size(); ++k)
      numbered.push_back({by_artist.rows.number(artists[k].row), static_cast<std::int32_t>(k)});
    std::sort(numbered.begin(), numbered.end(),
              [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
    const auto popularity = tracks["popularity"].f32();
    const playlist::Lists tracks_of = call.lists("artist_tracks");
    const std::size_t best = found.size();
    std::vector<std::int32_t> theirs;
    for (const Numbered& one : numbered) {
      recall::most_popular(tracks_of[one.number], popularity, per_artist_, theirs);
      for (std::size_t k = 0; k < theirs.size(); ++k) {
        std::int32_t& place = places[static_cast<std::size_t>(theirs[k])];
        if (place == kSeed) continue;
        if (place == kNowhere) {
          place = static_cast<std::int32_t>(found.size());
          found.push_back({theirs[k], by_track.rows.row(theirs[k]), -1, 0, 0});
        }
        ScoredTrack& track = found[static_cast<std::size_t>(place)];
        // A track of several artists has the share of the best of them.
        if (track.artist >= 0 && track.artist < one.artist) continue;
        track.artist = one.artist;
        track.share = artists_ / static_cast<float>(k + 1);
      }
    }
    score(by_track, std::span(found).subspan(best));
    for (ScoredTrack& track : found) {
      if (track.artist >= 0)
        track.score += track.share * artists[static_cast<std::size_t>(track.artist)].score;
    }
  }

  /// By the tracks' factors.
  static void score(const Side& by_track, std::span<ScoredTrack> found) {
    std::vector<std::int32_t> rows;
    for (const ScoredTrack& one : found)
      if (one.track_row >= 0) rows.push_back(one.track_row);
    std::vector<float> scores(rows.size());
    shared::gathered_products()(by_track.user.factors().data(), by_track.factors.data,
                                by_track.factors.dim, rows.data(), rows.size(), scores.data());
    const float* next = scores.data();
    for (ScoredTrack& one : found)
      if (one.track_row >= 0) one.score = *next++;
  }

  void keep_best(std::vector<ScoredTrack>& found) const {
    const auto is_better = [](const ScoredTrack& a, const ScoredTrack& b) {
      return a.score != b.score ? a.score > b.score : a.track < b.track;
    };
    std::erase_if(found, [](const ScoredTrack& one) { return !(one.score > 0); });
    if (limit_ < found.size()) {
      std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit_),
                       found.end(), is_better);
      found.resize(limit_);
    }
    std::sort(found.begin(), found.end(), is_better);
  }

  [[nodiscard]] playlist::Candidates explained(playlist::RecallCall& call,
                                               const playlist::Table& tracks, const Side& by_track,
                                               const std::optional<Side>& by_artist,
                                               const std::vector<shared::ScoredRow>& artists,
                                               const std::vector<ScoredTrack>& found) const {
    playlist::Candidates candidates = call.candidates();
    candidates.reserve(found.size());
    std::vector<shared::SeedTexts> texts(2 * seeds_.size());
    const std::vector<Giver> givers = find_givers(call, by_track, by_artist, artists, found);
    for (std::size_t k = 0; k < found.size(); ++k) {
      const Giver& giver = givers[k];
      if (giver.seed < 0) continue;
      shared::SeedTexts& told =
          texts[2 * static_cast<std::size_t>(giver.seed) + (giver.is_by_artist ? 1 : 0)];
      if (!told.is_made()) told = texts_of(call, tracks, by_track.listeners.is_known(), giver);
      shared::add_candidate(
          candidates, found[k].track, found[k].score, told,
          // By the artist the other seeds of theirs give, too.
          giver.is_by_artist ? playlist::kMissingF32 : giver.gift / found[k].score);
    }
    return candidates;
  }

  /// The seed that an explanation names.
  struct Giver {
    std::int32_t seed = -1;     // -1: none may be named
    bool is_by_artist = false;  // more by its artist than by itself
    float gift = 0;             // what it gives to the score
  };

  /// Of each, in blocks. Tracks of one artist share what the seeds give to the artist's.
  [[nodiscard]] std::vector<Giver> find_givers(playlist::RecallCall& call, const Side& by_track,
                                               const std::optional<Side>& by_artist,
                                               const std::vector<shared::ScoredRow>& artists,
                                               const std::vector<ScoredTrack>& found) const {
    const std::size_t stride = by_track.user.gift_stride();
    std::vector<std::int32_t> gifts_at(artists.size(), -1);
    std::vector<const float*> rows;
    for (const ScoredTrack& one : found) {
      if (one.artist < 0) continue;
      std::int32_t& at = gifts_at[static_cast<std::size_t>(one.artist)];
      if (at >= 0) continue;
      at = static_cast<std::int32_t>(rows.size());
      rows.push_back(by_artist->row(artists[static_cast<std::size_t>(one.artist)].row));
    }
    const std::vector<float> of_artists =
        by_artist ? by_artist->user.gifts(rows) : std::vector<float>();
    const std::vector<float> nothing(stride);
    const recall::OwnMusic own(call);
    std::vector<Giver> givers;
    givers.reserve(found.size());
    constexpr std::size_t kBlock = 96;  // what is computed together stays in the nearest cache
    for (std::size_t begin = 0; begin < found.size(); begin += kBlock) {
      const std::span<const ScoredTrack> block =
          std::span(found).subspan(begin, std::min(kBlock, found.size() - begin));
      rows.clear();
      for (const ScoredTrack& one : block)
        if (one.track_row >= 0) rows.push_back(by_track.row(one.track_row));
      const std::vector<float> of_tracks = by_track.user.gifts(rows);
      const float* next = of_tracks.data();
      for (const ScoredTrack& one : block) {
        Gifts gifts{nothing.data(), nullptr, one.share, stride, -1};
        if (one.track_row >= 0) {
          gifts.track = next;
          next += stride;
        }
        if (one.artist >= 0) {
          const auto artist = static_cast<std::size_t>(one.artist);
          gifts.artist = of_artists.data() + static_cast<std::size_t>(gifts_at[artist]) * stride;
          gifts.artist_row = artists[artist].row;
        }
        givers.push_back(giver_of(one, gifts, by_track, by_artist, own));
      }
    }
    return givers;
  }

  /// What every seed gives to one candidate: its own, and by the artist.
  struct Gifts {
    const float* track;
    const float* artist;  // nullptr: nothing
    float share;
    std::size_t stride;
    std::int32_t artist_row;  // of the artist, in the model

    [[nodiscard]] float by_artist(std::size_t seed) const {
      return artist == nullptr ? 0 : share * artist[seed];
    }
    [[nodiscard]] float of(std::size_t seed) const { return track[seed] + by_artist(seed); }
    [[nodiscard]] bool is_by_artist(std::size_t seed) const {
      return by_artist(seed) > track[seed];
    }
  };

  /// The seed of the largest gift that may be named. That is most often the first to be looked at.
  [[nodiscard]] Giver giver_of(const ScoredTrack& one, const Gifts& gifts, const Side& by_track,
                               const std::optional<Side>& by_artist,
                               const recall::OwnMusic& own) const {
    const auto may_name = [&](std::size_t seed) {
      if (!by_track.listeners.is_known()) return true;
      if (!gifts.is_by_artist(seed)) {
        return by_track.listeners.are_shared(by_track.seed_rows[seed], one.track_row,
                                             own.least_of_track(one.track));
      }
      return by_artist->listeners.are_shared(
          by_artist->seed_rows[seed], gifts.artist_row,
          own.least_of_artist(by_artist->rows.number(gifts.artist_row)));
    };
    const auto made = [&](std::size_t seed) {
      return Giver{static_cast<std::int32_t>(seed), gifts.is_by_artist(seed), gifts.of(seed)};
    };
    const std::size_t most =
        std::min(recall::largest_gift(gifts.track, gifts.artist, gifts.share, gifts.stride),
                 seeds_.size() - 1);
    if (!(gifts.of(most) > 0)) return {};
    if (may_name(most)) return made(most);
    std::vector<std::size_t> others;
    for (std::size_t seed = 0; seed < seeds_.size(); ++seed)
      if (seed != most && gifts.of(seed) > 0) others.push_back(seed);
    std::stable_sort(others.begin(), others.end(),
                     [&](std::size_t a, std::size_t b) { return gifts.of(a) > gifts.of(b); });
    const auto named = std::find_if(others.begin(), others.end(), may_name);
    return named == others.end() ? Giver{} : made(*named);
  }

  [[nodiscard]] shared::SeedTexts texts_of(playlist::RecallCall& call,
                                           const playlist::Table& tracks, bool are_people_known,
                                           const Giver& giver) const {
    const std::int32_t track = seeds_.track()[static_cast<std::size_t>(giver.seed)];
    const std::string seed =
        giver.is_by_artist
            ? std::string(tracks["artist_name"].texts()[static_cast<std::size_t>(track)])
            : shared::named_track(tracks, track);
    const std::string claim = !are_people_known ? "ALS: near your taste in what everybody plays"
                              : giver.is_by_artist
                                  ? "ALS: people whose taste is like yours play this artist"
                                  : "ALS: people whose taste is like yours play it";
    return {call.because(claim, ", most of all for ", seed), call.text(seed)};
  }

  playlist::Tracks seeds_;
  float artists_;
  std::size_t per_artist_, limit_;
  bool is_only_shared_;
};

}  // namespace

constinit const playlist::Element kAls = playlist::element<AlsRecall>(
    "recall.als", "Tracks that a factor model expects the user to play; needs model.als.");
