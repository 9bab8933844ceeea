// ranking.@NAME@: how near a track's energy is to a wanted one.
//
// @NAME@ = 1 - |energy - target|, in 0..1; missing where the energy is missing.
#include "playlist/plugin.hpp"

#include <cmath>

namespace {

class @CLASS@ final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param("target", 0.5, 0, 1, "wanted energy, 0 calm .. 1 wild").tunable(),
  };
  static constexpr playlist::Field kInputs[] = {{"energy", PLAYLIST_F32, "0..1"}};
  static constexpr playlist::Field kOutputs[] = {{"@NAME@", PLAYLIST_F32, "fit, 0..1"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;  // row i depends on row i only

  explicit @CLASS@(const playlist::Args& args)
      : target_(static_cast<float>(args.number("target"))) {}

  void rank(playlist::RankingCall& call) const {
    const auto energy = call.in(0).f32();
    const auto fit = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 10'000 == 0) call.checkpoint();
      fit[row] = 1 - std::abs(energy[row] - target_);  // missing is NaN, and stays so
    }
  }

 private:
  float target_;
};

constinit const playlist::Element k@CLASS@ = playlist::element<@CLASS@>(
    "ranking.@NAME@", "How near a track's energy is to a wanted one.");

}  // namespace

PLAYLIST_LIBRARY("org.example.@NAME@", "1.0.0", k@CLASS@);
