// recall.session_neighbours: tracks that are played in one session with what the user played
// lately.
//
//   score(c) = sum over c's sessions of (known part of the session) / (number of sessions + 5)
//
// by model.discovery, 1 for the best: a session's known part is the weight of the user's tracks in
// it, log(1 + plays, each exp(-age / 28 days)), divided by how many tracks it has (Ludewig,
// Jannach: Evaluation of Session-based Recommendation Algorithms, UMUAI 2018). The five are
// sessions that a track is taken to have been in without any of them, as one session proves little.
// The explanation names the track that gives most.
#include "playlist/plugin.hpp"

#include <unordered_map>

#include "discoveries.hpp"
#include "elements.hpp"

namespace {

class SessionNeighbours final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"limit", 1'000, 1, 1'000'000, "candidates to return"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit SessionNeighbours(const playlist::Args& args) : limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const discovery::DiscoveryModel model(call);
    const auto found =
        shared::neighbour_tracks(model.all(), model.session_tracks(), model.unheard(), limit_);
    call.checkpoint();
    const auto givers = shared::session_givers(model.all(), model.listener(), found);
    playlist::Candidates candidates = call.candidates();
    std::unordered_map<std::int32_t, shared::SeedTexts> texts;  // by giver
    for (std::size_t k = 0; k < found.size(); ++k) {
      shared::SeedTexts& told = texts[givers[k].row];
      if (!told.is_made()) told = texts_of(call, model, givers[k]);
      shared::add_candidate(candidates, model.track_number(found[k].track), found[k].score, told,
                            givers[k].share);
    }
    return candidates;
  }

 private:
  static shared::SeedTexts texts_of(playlist::RecallCall& call,
                                    const discovery::DiscoveryModel& model,
                                    const shared::Giver& giver) {
    if (giver.row < 0 || model.track_number(giver.row) < 0)
      return {call.text("SESSION: played in one session with what you played lately"),
              playlist::kMissingText};
    const std::string name = discovery::named_row(call, model, giver.row);
    return {call.because("SESSION: people play it in one session with ", name,
                         ", which you played lately"),
            call.text(name)};
  }

  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kSessionNeighbours = playlist::element<SessionNeighbours>(
    "recall.session_neighbours",
    "Tracks played in one session with what you played lately; needs model.discovery.");
