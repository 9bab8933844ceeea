// recall.artist_cf: tracks by artists that the user never came across and whose listeners are those of
// the artists they play.
//
//   score(c) = audience(artist(c)) / (1 + log(1 + rank of c among the artist's tracks))
//
// by model.discovery: audience is the cosine over people of log(1 + plays), added up over the
// user's artists by how lately they were played, 1 for the best (shared/discovery_signals.hpp;
// Sarwar et al., WWW 2001, with artists for items). The explanation names the artist of the user's
// that gives most of it, whose listeners the two share.
#include "playlist/plugin.hpp"

#include "discoveries.hpp"
#include "elements.hpp"

namespace {

class ArtistCf final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"per_artist", 5, 1, 1'000, "tracks taken of an artist, those of most listeners"},
      {"limit", 1'000, 1, 1'000'000, "candidates to return"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit ArtistCf(const playlist::Args& args)
      : per_artist_(args.count("per_artist")), limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const discovery::DiscoveryModel model(call);
    const shared::CoListening& all = model.all();
    const auto found = shared::audience_tracks(all, model.listener(), model.audiences(),
                                               model.unheard(), per_artist_, limit_);
    call.checkpoint();
    std::vector<std::int32_t> artists;
    std::vector<std::int32_t> place(all.artists(), -1);
    for (const shared::ScoredTrackRow& one : found) {
      const std::int32_t artist = all.artist[static_cast<std::size_t>(one.track)];
      std::int32_t& at = place[static_cast<std::size_t>(artist)];
      if (at >= 0) continue;
      at = static_cast<std::int32_t>(artists.size());
      artists.push_back(artist);
    }
    const std::vector<shared::Giver> givers =
        shared::audience_givers(all, model.listener(), model.people(), artists);
    std::vector<shared::SeedTexts> texts;
    for (const shared::Giver& giver : givers) texts.push_back(texts_of(call, model, giver));
    playlist::Candidates candidates = call.candidates();
    for (const shared::ScoredTrackRow& one : found) {
      const auto artist = static_cast<std::size_t>(all.artist[static_cast<std::size_t>(one.track)]);
      const auto at = static_cast<std::size_t>(place[artist]);
      shared::add_candidate(candidates, model.track_number(one.track), one.score, texts[at],
                            givers[at].row < 0 ? playlist::kMissingF32 : givers[at].share);
    }
    return candidates;
  }

 private:
  static shared::SeedTexts texts_of(playlist::RecallCall& call,
                                    const discovery::DiscoveryModel& model,
                                    const shared::Giver& giver) {
    if (giver.row < 0)
      return {call.text("ARTIST-CF: people who play your artists play this one too"),
              playlist::kMissingText};
    const std::string_view name = discovery::artist_name(call, model, giver.row);
    return {call.because("ARTIST-CF: people who play ", name, ", as you do, play this artist too"),
            call.text(name)};
  }

  std::size_t per_artist_, limit_;
};

}  // namespace

constinit const playlist::Element kArtistCf = playlist::element<ArtistCf>(
    "recall.artist_cf",
    "Tracks by artists new to you, whose listeners your artists share; needs model.discovery.");
