// ordering.waves: loud, quiet, loud, quiet: the highest and the lowest energy in turn.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace {

class Waves final : public playlist::Ordering {
 public:
  static constexpr playlist::Field kInputs[] = {{"energy", PLAYLIST_F32, "0..1"}};

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    const auto energy = call.in(0).f32();
    const auto level = [&](std::int32_t row) {
      const float value = energy[static_cast<std::size_t>(row)];
      return playlist::is_missing(value) ? 0.5f : value;
    };
    std::vector<std::int32_t> by_energy(call.rows());
    std::iota(by_energy.begin(), by_energy.end(), 0);
    std::stable_sort(by_energy.begin(), by_energy.end(),
                     [&](std::int32_t a, std::int32_t b) { return level(a) > level(b); });
    std::vector<std::int32_t> waves;
    for (std::size_t low = by_energy.size(), high = 0; high < low;) {
      waves.push_back(by_energy[high++]);
      if (high < low) waves.push_back(by_energy[--low]);
    }
    return waves;
  }
};

constinit const playlist::Element kWaves =
    playlist::element<Waves>("ordering.waves", "Loud and quiet tracks in turn.");

}  // namespace

PLAYLIST_LIBRARY("org.example.waves", "1.0.0", kWaves);
