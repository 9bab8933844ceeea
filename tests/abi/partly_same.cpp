// Offers ranking.bad, as bad.so does, and filtering.own, which nobody else does.
#include "playlist/plugin.hpp"

namespace {

class Same final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kOutputs[] = {{"same"}};
  void rank(playlist::RankingCall& call) const {
    for (float& value : call.out_f32(0)) value = 1;
  }
};
class Own final : public playlist::Filtering {
 public:
  void filter(playlist::FilteringCall&) const {}
};
constinit const playlist::Element kSame = playlist::element<Same>("ranking.bad", "The same name.");
constinit const playlist::Element kOwn = playlist::element<Own>("filtering.own", "Keeps all.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.partly-same", "1.0.0", kSame, kOwn);
