// ranking.mood_now: how well a track fits what was played last, 0..1.
//
//   mood m = sum over the last plays p_0, p_1 ... (p_0 the latest) of decay^i v(p_i), over the sum
//            of decay^i of those that have a place
//   mood_now(t) = (1 + cos(m, v(t))) / 2
//
// v is a track's place in a space of how tracks sound (shared/sound_space.hpp). 0.5, which says
// nothing for or against, for a track that lies nowhere, and for all where nothing was played.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "elements.hpp"
#include "shared/sound_space.hpp"

namespace {

constexpr float kNeutral = 0.5F;

class MoodNow final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"window", 20, 1, 10'000, "plays that make the mood, the latest"},
      playlist::Param{"decay", 0.85, 0, 1, "what each earlier play counts of the one after it"}
          .tunable(),
      {"space", "",
       "where tracks lie by their sound: embedding, audio, another of model.content's, features; "
       "without one the first of embedding, audio and features that is there"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"mood_now", PLAYLIST_F32, "fit to what was played last, 0..1; 0.5 not known"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;

  explicit MoodNow(const playlist::Args& args)
      : window_(args.count("window")), decay_(args.number("decay")), space_(args.text("space")) {}

  void rank(playlist::RankingCall& call) const {
    const auto fit = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) fit[row] = kNeutral;
    const std::vector<std::int32_t> plays = last_plays(call);
    if (plays.empty()) {
      call.info("nothing was played yet: mood_now is 0.5 for every track");
      return;
    }
    const shared::SoundSpace space = shared::SoundSpace::open(call, space_);
    const std::vector<float> mood = shared::decayed_mean(space, plays, decay_);
    if (mood.empty()) {
      call.info(playlist::concat("none of the last ", plays.size(),
                                 " plays has a place in the space ", space.name(),
                                 ": mood_now is 0.5 for every track"));
      return;
    }
    const auto track = call.track();
    std::vector<float> place(space.dim());
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (space.place_of(track[row], place)) fit[row] = shared::mood_fit(mood, place);
    }
  }

 private:
  /// The latest first.
  [[nodiscard]] std::vector<std::int32_t> last_plays(const playlist::Call& call) const {
    const playlist::Table listens = call.table("listens");
    const auto track = listens["track"].i32();
    const auto is_play = listens["is_play"].u8();
    std::vector<std::int32_t> plays;
    for (std::size_t row = listens.rows(); row-- > 0 && plays.size() < window_;)
      if (is_play[row] == 1) plays.push_back(track[row]);
    return plays;
  }

  std::size_t window_;
  double decay_;
  std::string space_;
};

}  // namespace

constinit const playlist::Element kMoodNow = playlist::element<MoodNow>(
    "ranking.mood_now", "How well each track fits the mood of what was played last.");
