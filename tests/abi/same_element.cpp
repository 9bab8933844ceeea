// Offers ranking.bad, as bad.so does.
#include "playlist/plugin.hpp"

namespace {

class Same final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kOutputs[] = {{"same"}};
  void rank(playlist::RankingCall& call) const {
    for (float& value : call.out_f32(0)) value = 1;
  }
};
constinit const playlist::Element kSame = playlist::element<Same>("ranking.bad", "The same name.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.same-element", "1.0.0", kSame);
