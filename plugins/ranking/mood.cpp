// ranking.mood: how well a track's energy and valence fit the wanted ones, 0..1.
//
// mood = exp(-d^2 / (2 * width^2)), d the distance of (energy, valence) from the target: 1 at the
// target, 0.61 one width away, 0.14 two. Missing where energy or valence is: where most tracks have
// none of their own, say pl.ranking.mood { energy_from = "energy_or_artist", ... }.
#include "playlist/plugin.hpp"

#include <cmath>

#include "elements.hpp"

namespace {

class Mood final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param{"energy", 0.5, 0, 1, "wanted energy, 0 calm .. 1 wild"}.tunable(),
      playlist::Param{"valence", 0.5, 0, 1, "wanted valence, 0 sad .. 1 happy"}.tunable(),
      playlist::Param{"width", 0.25, 0.01, 10, "distance at which the fit falls to 0.61"}.tunable(),
      playlist::Param::column("energy_from", "energy", "the column with a track's energy, 0..1"),
      playlist::Param::column("valence_from", "valence", "the column with a track's valence, 0..1"),
  };
  static constexpr playlist::Field kOutputs[] = {{"mood", PLAYLIST_F32, "fit, 0..1"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;

  explicit Mood(const playlist::Args& args)
      : energy_(static_cast<float>(args.number("energy"))),
        valence_(static_cast<float>(args.number("valence"))),
        sharpness_(static_cast<float>(0.5 / (args.number("width") * args.number("width")))),
        energy_from_(args.column("energy_from")),
        valence_from_(args.column("valence_from")) {}

  void rank(playlist::RankingCall& call) const {
    const playlist::Column energy = call.in(energy_from_), valence = call.in(valence_from_);
    const auto mood = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const auto x = static_cast<float>(energy.number(row)) - energy_;
      const auto y = static_cast<float>(valence.number(row)) - valence_;
      mood[row] = std::exp(-(x * x + y * y) * sharpness_);  // NaN stays NaN
    }
  }

 private:
  float energy_, valence_, sharpness_;
  std::size_t energy_from_, valence_from_;
};

}  // namespace

constinit const playlist::Element kMood = playlist::element<Mood>(
    "ranking.mood", "How well each track fits a wanted energy and valence.");
