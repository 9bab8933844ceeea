// recall.fresh: songs that came up lately, by the artists the user plays.
//
// Those of recall.familiar, with its score, that anybody in the store played for the first time in
// the last `days` days: what a release is cannot be told from listens, but this is when one shows.
#include "playlist/plugin.hpp"

#include "discoveries.hpp"
#include "elements.hpp"

namespace {

class Fresh final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"days", 90, 1, 3'650, "days since anybody played it first"},
      {"limit", 300, 1, 1'000'000, "candidates to return"},
  };

  explicit Fresh(const playlist::Args& args)
      : days_(args.integer("days")), limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const discovery::DiscoveryModel model(call);
    playlist::Candidates candidates = call.candidates();
    for (const shared::ScoredTrackRow& one :
         shared::fresh_tracks(model.all(), model.listener(), model.unheard(), days_, limit_)) {
      const auto at = static_cast<std::size_t>(one.track);
      const std::int64_t days = (call.now() - model.all().first_played[at]) / 86'400;
      candidates.add(
          model.track_number(one.track), one.score,
          call.because("FRESH: by ", discovery::artist_name(call, model, model.all().artist[at]),
                       ", whom you play; nobody here played it before ",
                       days < 1 ? std::string("today")
                                : playlist::concat(days, days == 1 ? " day" : " days", " ago")));
    }
    return candidates;
  }

 private:
  std::int64_t days_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kFresh = playlist::element<Fresh>(
    "recall.fresh", "Songs that came up lately, by the artists you play; needs model.discovery.");
