// recall.genre: tracks of the seeds' top genres that the user does not have.
//
// The `top` genres that most seeds have (ties by name); seeds without a genre are left out. For
// every candidate a genre is drawn in proportion to its number of seeds, then the next of that
// genre's pool, which holds random tracks of the catalogue. Songs that the user has, the seeds and
// songs already found are never candidates. A genre whose refills bring nothing new is given up.
// score = the genre's share of the seeds' top genres, in (0, 1]; the explanation names that genre,
// and no other that happens to be among the top.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "draws.hpp"
#include "elements.hpp"
#include "pool.hpp"
#include "shared/genres.hpp"
#include "shared/songs.hpp"

namespace {

struct TopGenre {
  std::int32_t tag;
  std::uint64_t seeds;  // how many seeds have it
};

class GenreRecall final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks whose genres to discover from").required(),
      {"top", 5, 1, 20, "how many genres"},
      {"pool", 20, 1, 100'000, "candidates held ready for each genre"},
      {"refill_below", 3, 1, 100'000, "fill a genre's pool when fewer are left"},
      {"max_failed_refills", 3, 1, 1'000, "give a genre up after this many refills in vain"},
      {"limit", 2'000, 1, 1'000'000, "candidates to return"},
  };

  explicit GenreRecall(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        top_(args.count("top")),
        rules_{args.count("pool"), args.count("refill_below"), args.count("max_failed_refills")},
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds to take genres from");
    const shared::Genres genres(call);
    const std::vector<TopGenre> top = top_genres(genres);
    if (top.empty()) {
      throw playlist::NoData(playlist::concat("none of the ", seeds_.size(), " seeds has a genre"));
    }
    call.checkpoint();
    return draw(call, genres, top);
  }

 private:
  [[nodiscard]] std::vector<TopGenre> top_genres(const shared::Genres& genres) const {
    std::vector<std::uint64_t> counts(genres.count());
    for (const std::int32_t seed : seeds_.track()) {
      for (const std::int32_t tag : genres.of(seed)) ++counts[static_cast<std::size_t>(tag)];
    }
    std::vector<TopGenre> top;
    for (std::size_t tag = 0; tag < counts.size(); ++tag) {
      if (counts[tag] > 0) top.push_back({static_cast<std::int32_t>(tag), counts[tag]});
    }
    std::sort(top.begin(), top.end(), [&](const TopGenre& a, const TopGenre& b) {
      return a.seeds != b.seeds ? a.seeds > b.seeds : genres.name(a.tag) < genres.name(b.tag);
    });
    top.resize(std::min(top.size(), top_));
    return top;
  }

  [[nodiscard]] playlist::Candidates draw(const playlist::RecallCall& call,
                                          const shared::Genres& genres,
                                          const std::vector<TopGenre>& top) const {
    std::vector<std::int32_t> tags;
    std::vector<std::uint64_t> weights;
    std::uint64_t total = 0;
    std::vector<std::int32_t> explanations;
    for (const TopGenre& genre : top) {
      tags.push_back(genre.tag);
      weights.push_back(genre.seeds);
      total += genre.seeds;
      explanations.push_back(call.because("GENRE-BASED: discovered via ", genres.name(genre.tag)));
    }
    std::vector<Urn> urns;
    for (auto& tracks : genres.tracks_of(tags)) urns.emplace_back(std::move(tracks));

    shared::Songs known(call);
    known.add_all(call.table("library")["track"].i32());
    known.add_all(seeds_.track());
    std::vector<Pool<std::int32_t>> pools(top.size());
    Lottery lottery(std::move(weights));
    playlist::Random random = call.random("genres");
    playlist::Candidates found = call.candidates();
    while (found.size() < limit_ && !lottery.empty()) {
      if (found.size() % 4096 == 0) call.checkpoint();
      const std::size_t at = lottery.draw(random);
      std::int32_t track = 0;
      const bool is_found = pools[at].next(track, rules_, [&](std::int32_t& drawn) {
        if (urns[at].empty()) return false;
        drawn = urns[at].draw(random);
        return known.add(drawn);
      });
      if (!is_found) {
        lottery.remove(at);
        continue;
      }
      found.add(track, static_cast<float>(top[at].seeds) / static_cast<float>(total),
                explanations[at]);
    }
    return found;
  }

  playlist::Tracks seeds_;
  std::size_t top_;
  PoolRules rules_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kGenre = playlist::element<GenreRecall>(
    "recall.genre", "Tracks of the seeds' top genres that the user does not have.");
