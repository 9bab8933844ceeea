// recall.item_cf: tracks that the people who play the seeds play too.
//
//   score(c) = sum over seeds s of weight(s) similar(s, c)
//            + artists * sum over the seeds' artists a of weight(a) similar(a, artist(c)) share(c)
//
// over the `k_per_seed` nearest neighbours of each seed in model.item_cf (Sarwar, Karypis, Konstan,
// Riedl: Item-based Collaborative Filtering Recommendation Algorithms, WWW 2001, section 3.2.1).
// weight is the seed's score, 1 for a seed without one: a seed below 0 is disliked and takes off
// what it would have added, one of 0 is left out. The second line hands similarities of artists
// down to their tracks, for histories in which few tracks are shared: to the most popular tracks of
// the kArtists artists of the highest sums, the k-th of an artist getting share 1 / k. Seeds, of
// whatever weight, are never candidates, nor is what comes to no more than 0. The explanation names
// the seed that gave most; that its neighbours are similar at all means that somebody played both,
// and where both are the user's own, that somebody else did: what the user alone plays both of
// counts for nothing. A model trained before it kept its listeners cannot tell.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "elements.hpp"
#include "popular_tracks.hpp"
#include "shared/model_rows.hpp"
#include "shared/seed_reasons.hpp"
#include "shared_listeners.hpp"

namespace {

constexpr const char* kItemModel = "model.item_cf";

/// What a sum came to, and which seed gave it most.
struct Sum {
  std::int32_t of = -1;  // -1: an empty place
  float sum = 0, most = 0;
  std::int32_t giver = -1;
  bool is_by_artist = false;
};

/// Sums by number: a hash table, as a call adds up a few hundred or thousand of all the tracks.
class Sums {
 public:
  /// Room for so many additions.
  explicit Sums(std::size_t additions) {
    std::size_t size = 64;
    while (size < 2 * additions) size *= 2;
    places_.resize(size);
  }

  void add(std::int32_t of, float value, std::int32_t giver, bool is_by_artist = false) {
    Sum& place = place_of(of);
    place.of = of;
    place.sum += value;
    if (value > place.most) {
      place.most = value;
      place.giver = giver;
      place.is_by_artist = is_by_artist;
    }
  }
  /// Those above 0, highest first, equal ones by number; at most `count`.
  template <typename Keep>
  [[nodiscard]] std::vector<Sum> best(std::size_t count, const Keep& keep) const {
    std::vector<Sum> best;
    for (const Sum& place : places_) {
      if (place.of >= 0 && place.sum > 0 && keep(place.of)) best.push_back(place);
    }
    count = std::min(count, best.size());
    const auto end = best.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(best.begin(), end, best.end(), [](const Sum& a, const Sum& b) {
      return a.sum != b.sum ? a.sum > b.sum : a.of < b.of;
    });
    best.resize(count);
    return best;
  }

 private:
  Sum& place_of(std::int32_t of) {
    std::size_t at = (static_cast<std::uint32_t>(of) * 0x9E3779B9u) & (places_.size() - 1);
    while (places_[at].of >= 0 && places_[at].of != of) at = (at + 1) & (places_.size() - 1);
    return places_[at];
  }
  std::vector<Sum> places_;
};

/// The neighbours in the model of what was asked for: tracks, or artists.
class Links {
 public:
  /// `asked` are numbers of this load, -1 for none; is_own(number): the user plays it.
  template <typename IsOwn>
  Links(shared::ModelRows rows, const playlist::Lists& similar, recall::SharedListeners listeners,
        const std::vector<std::int32_t>& asked, const IsOwn& is_own)
      : rows_(std::move(rows)), similar_(similar), listeners_(std::move(listeners)) {
    for (const std::int32_t number : asked) {
      row_of_.push_back(number < 0 ? -1 : rows_.row(number));
      is_own_.push_back(number >= 0 && is_own(number));
    }
  }

  /// Rows of the model, best first; none for what it does not know.
  [[nodiscard]] std::span<const std::int32_t> neighbours(std::size_t of, std::size_t most) const {
    if (row_of_[of] < 0) return {};
    const auto all = similar_[row_of_[of]];
    return all.first(std::min(most, all.size()));
  }
  [[nodiscard]] std::span<const float> similarities(std::size_t of) const {
    if (row_of_[of] < 0) return {};
    return similar_.weights(row_of_[of]);
  }
  /// Somebody else than the user plays both what was asked for and its neighbour.
  [[nodiscard]] bool is_told_by_others(std::size_t of, std::int32_t neighbour,
                                       bool is_neighbour_own) const {
    return !is_own_[of] || !is_neighbour_own || !listeners_.is_known() ||
           listeners_.are_shared(row_of_[of], neighbour, 2);
  }
  /// -1: this load does not know it.
  [[nodiscard]] std::int32_t number(std::int32_t neighbour) const {
    return rows_.number(neighbour);
  }
  /// Of all neighbours.
  [[nodiscard]] std::size_t count(std::size_t most) const {
    std::size_t sum = 0;
    for (std::size_t of = 0; of < row_of_.size(); ++of) sum += neighbours(of, most).size();
    return sum;
  }

 private:
  shared::ModelRows rows_;
  playlist::Lists similar_;
  recall::SharedListeners listeners_;
  std::vector<std::int32_t> row_of_;
  std::vector<bool> is_own_;
};

class ItemCf final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks to start from, e.g. user.likes").required(),
      {"k_per_seed", 20, 1, 10'000, "nearest neighbours taken of each seed"},
      {"artists", 0.25, 0, 1, "weight of similar artists' tracks; 0: tracks only"},
      {"per_artist", 5, 1, 1'000, "tracks taken of a similar artist"},
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit ItemCf(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        k_per_seed_(args.count("k_per_seed")),
        artists_(static_cast<float>(args.number("artists"))),
        per_artist_(args.count("per_artist")),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const playlist::Table tracks = call.table("tracks");
    const recall::OwnMusic own(call);
    const Links links = track_links(call, own);
    const std::size_t of_artists = artists_ > 0 ? kArtists * per_artist_ : 0;
    Sums sums(std::min(links.count(k_per_seed_) + of_artists, tracks.rows()));
    add_neighbours(
        call, links, [&](std::int32_t track) { return own.has_track(track); }, sums);
    if (artists_ > 0) add_artists(call, tracks, own, sums);
    return best(call, tracks, sums);
  }

 private:
  static constexpr std::size_t kArtists = 100;

  [[nodiscard]] std::span<const std::int32_t> seeds() const { return seeds_.track(); }
  [[nodiscard]] float weight(std::size_t seed) const {
    const float score = seeds_.score()[seed];
    return std::isnan(score) ? 1 : score;
  }

  /// number(seed) of each seed, -1 for those that are left out.
  template <typename Number>
  [[nodiscard]] std::vector<std::int32_t> rows_to_ask(const Number& number) const {
    std::vector<std::int32_t> numbers(seeds().size(), -1);
    for (std::size_t seed = 0; seed < numbers.size(); ++seed) {
      if (weight(seed) != 0) numbers[seed] = number(seed);
    }
    return numbers;
  }

  template <typename IsOwn>
  void add_neighbours(playlist::RecallCall& call, const Links& links, const IsOwn& is_own,
                      Sums& sums) const {
    for (std::size_t seed = 0; seed < seeds().size(); ++seed) {
      if (seed % 256 == 0) call.checkpoint();
      const auto neighbours = links.neighbours(seed, k_per_seed_);
      const auto similarities = links.similarities(seed);
      for (std::size_t k = 0; k < neighbours.size(); ++k) {
        const std::int32_t number = links.number(neighbours[k]);
        if (number >= 0 && links.is_told_by_others(seed, neighbours[k], is_own(number)))
          sums.add(number, weight(seed) * similarities[k], static_cast<std::int32_t>(seed));
      }
    }
  }

  [[nodiscard]] Links track_links(playlist::RecallCall& call, const recall::OwnMusic& own) const {
    return {{call, "tracks", call.artifact_table(kItemModel, "tracks")["id"].i64()},
            call.artifact_lists(kItemModel, "similar"),
            {call, kItemModel, "track_listeners"},
            rows_to_ask([&](std::size_t seed) { return seeds()[seed]; }),
            [&](std::int32_t track) { return own.has_track(track); }};
  }

  void add_artists(playlist::RecallCall& call, const playlist::Table& tracks,
                   const recall::OwnMusic& own, Sums& sums) const {
    const auto artist_of = tracks["artist"].i32();
    const auto is_own = [&](std::int32_t artist) { return own.has_artist(artist); };
    const Links links({call, "artists", call.artifact_table(kItemModel, "artists")["id"].i64()},
                      call.artifact_lists(kItemModel, "similar_artists"),
                      {call, kItemModel, "artist_listeners"}, rows_to_ask([&](std::size_t seed) {
                        return std::max(-1, artist_of[static_cast<std::size_t>(seeds()[seed])]);
                      }),
                      is_own);
    Sums of_artist(links.count(k_per_seed_));
    add_neighbours(call, links, is_own, of_artist);
    const auto any = [](std::int32_t) { return true; };
    for (const Sum& artist : of_artist.best(kArtists, any)) hand_down(call, tracks, artist, sums);
  }

  /// An artist's most popular tracks get its sum, the first all of it, the k-th 1 / k.
  void hand_down(playlist::RecallCall& call, const playlist::Table& tracks, const Sum& artist,
                 Sums& sums) const {
    std::vector<std::int32_t> theirs;
    recall::most_popular(call.lists("artist_tracks")[artist.of], tracks["popularity"].f32(),
                         per_artist_, theirs);
    for (std::size_t k = 0; k < theirs.size(); ++k)
      sums.add(theirs[k], artists_ * artist.sum / static_cast<float>(k + 1), artist.giver, true);
  }

  playlist::Candidates best(playlist::RecallCall& call, const playlist::Table& tracks,
                            const Sums& sums) const {
    std::vector<std::int32_t> ordered(seeds().begin(), seeds().end());
    std::sort(ordered.begin(), ordered.end());
    const std::vector<Sum> found = sums.best(limit_, [&](std::int32_t track) {
      return !std::binary_search(ordered.begin(), ordered.end(), track);
    });
    playlist::Candidates candidates = call.candidates();
    candidates.reserve(found.size());
    std::vector<shared::SeedTexts> texts(2 * seeds().size());
    for (const Sum& sum : found) {
      const auto giver = static_cast<std::size_t>(sum.giver);
      shared::SeedTexts& told = texts[2 * giver + (sum.is_by_artist ? 1 : 0)];
      if (!told.is_made()) told = texts_of(call, tracks, giver, sum.is_by_artist);
      shared::add_candidate(candidates, sum.of, sum.sum, told,
                            // An artist is handed what all seeds together give to it.
                            sum.is_by_artist ? playlist::kMissingF32 : sum.most / sum.sum);
    }
    return candidates;
  }

  [[nodiscard]] shared::SeedTexts texts_of(playlist::RecallCall& call,
                                           const playlist::Table& tracks, std::size_t seed,
                                           bool is_by_artist) const {
    const std::int32_t track = seeds()[seed];
    if (is_by_artist) {
      const auto artist = tracks["artist_name"].texts()[static_cast<std::size_t>(track)];
      return {call.because("ITEM-CF: people who play ", artist, " play this artist too"),
              call.text(artist)};
    }
    const std::string seed_name = shared::named_track(tracks, track);
    return {call.because("ITEM-CF: people who play ", seed_name, " play it too"),
            call.text(seed_name)};
  }

  playlist::Tracks seeds_;
  std::size_t k_per_seed_;
  float artists_;
  std::size_t per_artist_, limit_;
};

}  // namespace

constinit const playlist::Element kItemCf = playlist::element<ItemCf>(
    "recall.item_cf", "Tracks that the people who play the seeds play too; needs model.item_cf.");
