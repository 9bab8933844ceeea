// recall.similar_artists: tracks, new to the user, of artists related to those of the seeds.
//
// An artist of the seeds (the first of each track) counts once per seed. Artists that count at
// least min_likes times come first: `artists` of them are drawn in proportion to their count, and
// again and again one of these, in the same proportion, gives the next of their pool. One that is
// given up makes room for the next; when there is none left, the other artists' turn comes. A pool
// is filled by drawing a related artist in proportion to their strength
// (related_artists.hpp), then a random track of theirs. Songs that the user has, the seeds and
// songs already found are never candidates. An artist without related artists, or whose refills
// bring nothing new, is given up. score = the related artist's strength, in (0, 1]. The explanation
// tells how many tracks of the seeds' artist the user liked, or else how often they were played:
// how many of them are seeds says neither.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "draws.hpp"
#include "elements.hpp"
#include "pool.hpp"
#include "related_artists.hpp"
#include "shared/seed_reasons.hpp"
#include "shared/songs.hpp"

namespace {

struct LikedArtist {
  std::int32_t artist;
  std::uint64_t likes;
};

struct DrawnTrack {
  std::int32_t track;
  float strength;
};

/// A liked artist at work: their related artists and the candidates held ready.
struct Branch {
  const LikedArtist* liked = nullptr;
  bool is_started = false;  // the rest is known
  std::vector<RelatedArtist> related = {};
  Lottery lottery{{}};
  Pool<DrawnTrack> pool = {};
  shared::SeedTexts texts = {};
};

/// How often the user liked and played each artist's tracks, counted when it is first asked for.
class Fondness {
 public:
  explicit Fondness(const playlist::RecallCall& call)
      : call_(call), artist_of_(call.table("tracks")["artist"].i32()) {}

  /// "which you liked 3 times", of tracks whose first artist it is.
  [[nodiscard]] std::string in_words(std::int32_t artist) {
    if (const std::uint64_t liked = counted(likes_, "likes", artist); liked > 0)
      return playlist::concat("which you liked ", times(liked));
    if (const std::uint64_t played = counted(plays_, "listens", artist); played > 0)
      return playlist::concat("which you played ", times(played));
    return "one of the artists it was asked to start from";
  }

 private:
  static std::string times(std::uint64_t count) {
    return count == 1 ? "once" : playlist::concat(count, " times");
  }
  [[nodiscard]] std::uint64_t counted(std::vector<std::uint64_t>& counts, const char* set,
                                      std::int32_t artist) const {
    if (counts.empty()) count(counts, call_.table(set), std::string_view(set) == "listens");
    return counts[static_cast<std::size_t>(artist)];
  }
  /// Of listens only those long enough to count.
  void count(std::vector<std::uint64_t>& counts, const playlist::Table& rows,
             bool are_listens) const {
    counts.resize(call_.table("artists").rows());
    const auto tracks = rows["track"].i32();
    const auto is_play = are_listens ? rows["is_play"].u8() : std::span<const std::uint8_t>();
    for (std::size_t k = 0; k < tracks.size(); ++k) {
      const std::int32_t artist = artist_of_[static_cast<std::size_t>(tracks[k])];
      if (artist >= 0 && (!are_listens || is_play[k] == 1))
        ++counts[static_cast<std::size_t>(artist)];
    }
  }

  const playlist::RecallCall& call_;
  std::span<const std::int32_t> artist_of_;
  std::vector<std::uint64_t> likes_, plays_;  // by artist; empty: not counted yet
};

/// Strengths as whole numbers, none 0.
std::vector<std::uint64_t> tickets(const std::vector<RelatedArtist>& related) {
  std::vector<std::uint64_t> weights;
  for (const RelatedArtist& other : related) {
    weights.push_back(1 + static_cast<std::uint64_t>(other.strength * 1e9));
  }
  return weights;
}

/// Draws candidates from liked artists until there are enough, or nothing is left.
class Discovery {
 public:
  Discovery(const playlist::RecallCall& call, RelatedArtists& related, const PoolRules& rules,
            std::size_t artists, std::size_t limit)
      : call_(call),
        related_(related),
        rules_(rules),
        artists_(artists),
        limit_(limit),
        names_(call.table("artists")["name"].texts()),
        artist_tracks_(call.lists("artist_tracks")),
        fondness_(call),
        known_(call),
        random_(call.random("artists")),
        found_(call.candidates()) {}

  shared::Songs& known() { return known_; }

  void draw(const std::vector<LikedArtist>& liked) {
    std::vector<std::uint64_t> weights;
    for (const LikedArtist& artist : liked) weights.push_back(artist.likes);
    Lottery waiting(std::move(weights));
    std::vector<Branch> branches(std::min(artists_, liked.size()));
    Lottery working(std::vector<std::uint64_t>(branches.size(), 0));
    const auto employ = [&](std::size_t at) {
      branches[at] = {};
      if (waiting.empty()) return working.remove(at);
      const std::size_t next = waiting.draw(random_);
      waiting.remove(next);
      branches[at].liked = &liked[next];
      working.set(at, liked[next].likes);
    };
    for (std::size_t at = 0; at < branches.size(); ++at) employ(at);

    for (std::size_t draws = 0; found_.size() < limit_ && !working.empty(); ++draws) {
      if (draws % 64 == 0) call_.checkpoint();  // starting a branch computes related artists
      const std::size_t at = working.draw(random_);
      Branch& branch = branches[at];
      if (!branch.is_started) start(branch);
      DrawnTrack next{};
      if (branch.pool.next(next, rules_,
                           [&](DrawnTrack& drawn) { return attempt(branch, drawn); })) {
        shared::add_candidate(found_, next.track, next.strength, branch.texts,
                              playlist::kMissingF32);
      } else {
        employ(at);
      }
    }
  }

  playlist::Candidates found() { return std::move(found_); }
  [[nodiscard]] bool has_related() const { return has_related_; }

 private:
  void start(Branch& branch) {
    const LikedArtist& liked = *branch.liked;
    branch.is_started = true;
    branch.related = related_.of(liked.artist);
    branch.lottery = Lottery(tickets(branch.related));
    if (!branch.related.empty()) has_related_ = true;
    const auto name = names_[static_cast<std::size_t>(liked.artist)];
    branch.texts = {
        call_.because("ARTIST-BASED: similar to ", name, ", ", fondness_.in_words(liked.artist)),
        call_.text(name)};
  }

  /// One try: false when there is no track left, or the user knows the one drawn.
  bool attempt(Branch& branch, DrawnTrack& drawn) {
    while (!branch.lottery.empty()) {
      const std::size_t at = branch.lottery.draw(random_);
      Urn& urn = urn_of(branch.related[at].artist);
      if (urn.empty()) {
        branch.lottery.remove(at);
        continue;
      }
      drawn = {urn.draw(random_), static_cast<float>(branch.related[at].strength)};
      return known_.add(drawn.track);
    }
    return false;
  }

  Urn& urn_of(std::int32_t artist) {
    const auto place = urns_.find(artist);
    if (place != urns_.end()) return place->second;
    return urns_.emplace(artist, Urn(artist_tracks_[artist])).first->second;
  }

  const playlist::RecallCall& call_;
  RelatedArtists& related_;
  PoolRules rules_;
  std::size_t artists_, limit_;
  playlist::Strings names_;
  playlist::Lists artist_tracks_;
  Fondness fondness_;
  shared::Songs known_;
  playlist::Random random_;
  playlist::Candidates found_;
  std::unordered_map<std::int32_t, Urn> urns_;  // looked up, never walked
  bool has_related_ = false;
};

class SimilarArtists final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks whose artists to start from").required(),
      {"min_likes", 2, 1, 1'000'000, "artists of at least this many seeds come first"},
      {"artists", 50, 1, 1'000'000, "artists of the seeds worked on at a time"},
      {"related", 20, 1, 1'000, "related artists of each artist"},
      {"pool", 20, 1, 100'000, "candidates held ready for each artist"},
      {"refill_below", 3, 1, 100'000, "fill an artist's pool when fewer are left"},
      {"max_failed_refills", 3, 1, 1'000, "give an artist up after this many refills in vain"},
      {"limit", 2'000, 1, 1'000'000, "candidates to return"},
      playlist::Param{"listeners", 0.5, 0, 1, "weight of users who play both artists"}.tunable(),
      playlist::Param{"playlists", 0.3, 0, 1, "weight of playlists that hold both"}.tunable(),
      playlist::Param{"tags", 0.2, 0, 1, "weight of tags in common"}.tunable(),
  };

  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit SimilarArtists(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        min_likes_(args.count("min_likes")),
        artists_(args.count("artists")),
        related_(args.count("related")),
        rules_{args.count("pool"), args.count("refill_below"), args.count("max_failed_refills")},
        limit_(args.count("limit")),
        weights_{args.number("listeners"), args.number("playlists"), args.number("tags")} {
    if (weights_.listeners + weights_.playlists + weights_.tags <= 0) {
      throw playlist::BadParam("listeners, playlists and tags are all 0; one must be above");
    }
  }

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds to take artists from");
    const std::vector<LikedArtist> liked = liked_artists(call);
    const auto is_first = [&](const LikedArtist& artist) { return artist.likes >= min_likes_; };
    const auto rest = std::find_if_not(liked.begin(), liked.end(), is_first);

    RelatedArtists related(call, weights_, related_);
    Discovery discovery(call, related, rules_, artists_, limit_);
    discovery.known().add_all(call.table("library")["track"].i32());
    discovery.known().add_all(seeds_.track());
    discovery.draw({liked.begin(), rest});
    discovery.draw({rest, liked.end()});
    if (!discovery.has_related()) {
      throw playlist::NoData(liked.size() == 1
                                 ? std::string("the artist of the seeds has no related artist")
                                 : playlist::concat("none of the ", liked.size(),
                                                    " artists of the seeds has a related artist"));
    }
    return discovery.found();
  }

 private:
  /// Most likes first, ties by artist number.
  [[nodiscard]] std::vector<LikedArtist> liked_artists(const playlist::RecallCall& call) const {
    const auto artist_of = call.table("tracks")["artist"].i32();
    std::vector<std::uint64_t> likes(call.table("artists").rows());
    for (const std::int32_t seed : seeds_.track()) {
      const std::int32_t artist = artist_of[static_cast<std::size_t>(seed)];
      if (artist >= 0) ++likes[static_cast<std::size_t>(artist)];
    }
    std::vector<LikedArtist> liked;
    for (std::size_t artist = 0; artist < likes.size(); ++artist) {
      if (likes[artist] > 0) liked.push_back({static_cast<std::int32_t>(artist), likes[artist]});
    }
    std::stable_sort(liked.begin(), liked.end(),
                     [](const LikedArtist& a, const LikedArtist& b) { return a.likes > b.likes; });
    return liked;
  }

  playlist::Tracks seeds_;
  std::uint64_t min_likes_;
  std::size_t artists_, related_;
  PoolRules rules_;
  std::size_t limit_;
  SignalWeights weights_;
};

}  // namespace

constinit const playlist::Element kSimilarArtists = playlist::element<SimilarArtists>(
    "recall.similar_artists", "Tracks, new to the user, of artists related to those of the seeds.");
