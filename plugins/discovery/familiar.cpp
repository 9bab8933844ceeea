// recall.familiar: songs that the user has not heard, by the artists they play.
//
//   score(c) = log(1 + plays of the artist, each exp(-age / 60 days)) x sqrt(people who play c)
//
// by model.discovery: among the people are all in the store but the user. Equal scores come in an
// order that has nothing to do with when a track came into the store.
#include "playlist/plugin.hpp"

#include "discoveries.hpp"
#include "elements.hpp"

namespace {

class Familiar final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"limit", 1'500, 1, 1'000'000, "candidates to return"},
  };

  explicit Familiar(const playlist::Args& args) : limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const discovery::DiscoveryModel model(call);
    playlist::Candidates candidates = call.candidates();
    for (const shared::ScoredTrackRow& one :
         shared::familiar_tracks(model.all(), model.listener(), model.unheard(), limit_)) {
      const auto at = static_cast<std::size_t>(one.track);
      const std::int32_t artist = model.all().artist[at];
      candidates.add(
          model.track_number(one.track), one.score,
          call.because("FAMILIAR: you played ", discovery::artist_name(call, model, artist), " ",
                       discovery::times(model.listener().taste(artist)->plays),
                       ", but never this; ", discovery::played_by(model.all().listeners[at])));
    }
    return candidates;
  }

 private:
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kFamiliar = playlist::element<Familiar>(
    "recall.familiar",
    "Songs that you have not heard, by the artists you play; needs model.discovery.");
