// recall.saved_artists: again and again a random saved artist, then a random track of theirs.
//
// weight    uniform: every artist is equally likely; plays: in proportion to plays + 1, so that an
//           artist never played yet has a chance, too
// order     the order of the draws; an artist leaves the draw when all their tracks are out
// score     the artist's weight divided by the largest weight, in (0, 1]
// implicit  a user whose exports hold no saved artist: the artists of tracks played to the end at
//           least this many times stand in, and the run says so
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "draws.hpp"
#include "elements.hpp"
#include "shared/counted.hpp"
#include "shared/songs.hpp"

namespace {

constexpr playlist::Choices kWeights{"uniform", "plays"};

class SavedArtists final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("weight", kWeights, "uniform", "how the artist is drawn"),
      {"implicit", 3, 1, 1'000,
       "without any saved artist: plays to the end of one track that make its artist count"},
      {"only_new", false, "leave out songs that the user has"},
      {"limit", 10'000, 1, 1'000'000, "candidates to return"},
  };

  explicit SavedArtists(const playlist::Args& args)
      : is_by_plays_(args.text("weight") == "plays"),
        implicit_(args.integer("implicit")),
        is_only_new_(args.boolean("only_new")),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const std::vector<Artist> artists = artists_to_draw(call);
    std::vector<std::uint64_t> weights;
    std::uint64_t largest = 1;
    for (const Artist& artist : artists) {
      weights.push_back(artist.weight);
      largest = std::max(largest, artist.weight);
    }
    return draw_tracks(call, artists, Lottery(std::move(weights)), static_cast<float>(largest));
  }

 private:
  struct Artist {
    std::int32_t number;
    std::uint64_t weight;
    bool is_implicit;
  };

  [[nodiscard]] std::vector<Artist> artists_to_draw(const playlist::RecallCall& call) const {
    playlist::Table saved = call.table("saved_artists");
    if (saved.rows() == 0) {
      const std::string name = playlist::concat("implicit_saved_artists:", implicit_);
      saved = call.table(name.c_str());
      if (saved.rows() == 0) {
        throw playlist::NoData(playlist::concat("no artist is saved, and no track was played to ",
                                                "the end at least ",
                                                shared::counted(implicit_, "time")));
      }
      call.info(playlist::concat("no artist is saved: ", shared::counted(saved.rows(), "artist"),
                                 " of tracks played to the end at least ",
                                 shared::counted(implicit_, "time"),
                                 saved.rows() == 1 ? " stands in" : " stand in"));
    }
    const auto number = saved["artist"].i32();
    const auto plays = saved["plays"].i32();
    const auto is_implicit = saved["is_implicit"].u8();
    std::vector<Artist> artists;
    artists.reserve(saved.rows());
    for (std::size_t row = 0; row < saved.rows(); ++row) {
      const auto weight = static_cast<std::uint64_t>(std::max(plays[row], 0)) + 1;
      artists.push_back({number[row], is_by_plays_ ? weight : 1, is_implicit[row] == 1});
    }
    return artists;
  }

  [[nodiscard]] playlist::Candidates draw_tracks(const playlist::RecallCall& call,
                                                 const std::vector<Artist>& artists,
                                                 Lottery lottery, float largest) const {
    const playlist::Lists artist_tracks = call.lists("artist_tracks");
    const playlist::Strings names = call.table("artists")["name"].texts();
    shared::Songs owned(call);
    if (is_only_new_) owned.add_all(call.table("library")["track"].i32());
    std::vector<std::uint8_t> is_drawn(call.table("tracks").rows());
    std::vector<Urn> urns;
    urns.reserve(artists.size());
    for (const Artist& artist : artists) urns.emplace_back(artist_tracks[artist.number]);
    std::vector<std::int32_t> explanations(artists.size(), playlist::kMissingText);

    playlist::Random random = call.random("draws");
    playlist::Candidates found = call.candidates();
    for (std::size_t draws = 0; found.size() < limit_ && !lottery.empty(); ++draws) {
      if (draws % 4096 == 0) call.checkpoint();
      const std::size_t at = lottery.draw(random);
      if (urns[at].empty()) {
        lottery.remove(at);
        continue;
      }
      const std::int32_t track = urns[at].draw(random);
      if (std::exchange(is_drawn[static_cast<std::size_t>(track)], 1)) continue;
      if (is_only_new_ && !owned.add(track)) continue;
      if (explanations[at] < 0) {
        explanations[at] =
            explain(call, names[static_cast<std::size_t>(artists[at].number)], artists[at]);
      }
      found.add(track, static_cast<float>(artists[at].weight) / largest, explanations[at]);
    }
    return found;
  }

  /// A track may be by several artists: the one that was drawn is named.
  [[nodiscard]] std::int32_t explain(const playlist::RecallCall& call, std::string_view name,
                                     const Artist& artist) const {
    if (!artist.is_implicit) return call.because("BASE: you saved ", name);
    return call.because("BASE: you played a track of ", name, " to the end ",
                        implicit_ == 1 ? "once" : playlist::concat(implicit_, " times"),
                        " or more");
  }

  bool is_by_plays_;
  std::int64_t implicit_;
  bool is_only_new_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kSavedArtists = playlist::element<SavedArtists>(
    "recall.saved_artists", "Random tracks of the artists the user saved.");
