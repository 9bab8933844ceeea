// ranking.tempo_step: how far a track's tempo is from that of the track before it.
//
// tempo_step(row) = |tempo(row) - tempo(row - 1)| in BPM; missing for the first row and where either
// is not known. It goes by the order the list has when it runs, so it stands behind the ordering, and
// says so: PLAYLIST_ORDERWISE keeps the column from steps that change the list.
#include "playlist/plugin.hpp"

#include <cmath>

namespace {

class TempoStep final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kInputs[] = {{"tempo", PLAYLIST_F32, "BPM"}};
  static constexpr playlist::Field kOutputs[] = {
      {"tempo_step", PLAYLIST_F32, "BPM from the track before"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ORDERWISE;

  void rank(playlist::RankingCall& call) const {
    const auto tempo = call.in(0).f32();
    const auto step = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 10'000 == 0) call.checkpoint();
      step[row] = row == 0 ? playlist::kMissingF32 : std::abs(tempo[row] - tempo[row - 1]);
    }
  }
};

constinit const playlist::Element kTempoStep = playlist::element<TempoStep>(
    "ranking.tempo_step", "How far a track's tempo is from that of the track before it.");

}  // namespace

PLAYLIST_LIBRARY("org.example.tempo-step", "1.0.0", kTempoStep);
