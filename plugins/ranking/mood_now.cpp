// ranking.mood_now: how well a track fits the mood of now, 0..1: what the user said of it
// (engine mood), else what was played last.
//
//   mood m = sum over the last plays p_0, p_1 ... (p_0 the latest) of decay^i v(p_i), over the sum
//            of decay^i of those that have a place
//   mood_now(t) = (1 + cos(m, v(t))) / 2
//
// Of a mood that is to be like a track m is v of that track; of one in words mood_now is how the
// track fits them (shared/prompt_match.hpp), and the moods that a language model took them for when
// they were said.
//
// v is a track's place in a space of how tracks sound (shared/sound_space.hpp). 0.5, which says
// nothing for or against, for a track that lies nowhere, and for all where nothing was played.
#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elements.hpp"
#include "shared/prompt_match.hpp"
#include "shared/sound_space.hpp"

namespace {

constexpr float kNeutral = 0.5F;
constexpr const char* kPromptSpace = "clap";  // as ranking.prompt's own defaults
constexpr float kPromptMoods = 0.5F;

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
      {"mood_now", PLAYLIST_F32, "fit to the mood of now, 0..1; 0.5 not known"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;

  explicit MoodNow(const playlist::Args& args)
      : window_(args.count("window")), decay_(args.number("decay")), space_(args.text("space")) {}

  void rank(playlist::RankingCall& call) const {
    const auto fit = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) fit[row] = kNeutral;
    const std::optional<Said> said = said_mood(call);
    if (said && said->track < 0 && fit_words(call, *said)) return;
    if (said && said->track >= 0) {
      fit_places(call, {said->track}, "the track of the mood (engine mood) is none that");
    } else {
      fit_places(call, last_plays(call), "nothing that was played last");
    }
  }

 private:
  /// What the user said that lists are to fit.
  struct Said {
    std::int32_t track;  // < 0: in words
    std::string words, moods;
  };

  /// The newest that holds.
  static std::optional<Said> said_mood(const playlist::Call& call) {
    const playlist::Table feedback = call.table("feedback");
    const playlist::Strings verdict = feedback["verdict"].texts();
    const playlist::Strings words = feedback["name"].texts();
    const playlist::Strings moods = feedback["reason"].texts();
    const auto track = feedback["track"].i32();
    for (std::size_t row = feedback.rows(); row-- > 0;)
      if (verdict[row] == "mood")
        return Said{track[row], std::string(words[row]), std::string(moods[row])};
    return std::nullopt;
  }

  /// False where the words cannot be compared with tracks, which the run is told.
  static bool fit_words(playlist::RankingCall& call, const Said& said) {
    const std::string& words = said.words;
    try {
      const shared::PromptCatalogue catalogue(call, kPromptSpace);
      const shared::PromptMatch match(catalogue, words, kPromptMoods, said.moods);
      const auto fit = call.out_f32(0);
      const auto track = call.track();
      for (std::size_t row = 0; row < call.rows(); ++row) {
        if (row % 16'384 == 0) call.checkpoint();
        fit[row] = match.score(track[row]);
      }
      call.info(playlist::concat("mood_now is how a track fits \"", words, "\" (engine mood",
                                 said.moods.empty() ? "" : ": " + said.moods, ")"));
      return true;
    } catch (const playlist::NoData& missing) {
      call.info(playlist::concat("the mood \"", words,
                                 "\" says nothing here, so that mood_now goes "
                                 "by what was played last: ",
                                 missing.what()));
      return false;
    }
  }

  /// By the mean place of these, the first counting most.
  void fit_places(playlist::RankingCall& call, const std::vector<std::int32_t>& plays,
                  std::string_view what) const {
    if (plays.empty()) {
      call.info("nothing was played yet: mood_now is 0.5 for every track");
      return;
    }
    const shared::SoundSpace space = shared::SoundSpace::open(call, space_);
    const std::vector<float> mood = shared::decayed_mean(space, plays, decay_);
    if (mood.empty()) {
      call.info(playlist::concat(what, " has a place in the space ", space.name(),
                                 ": mood_now is 0.5 for every track"));
      return;
    }
    const auto fit = call.out_f32(0);
    const auto track = call.track();
    std::vector<float> place(space.dim());
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      if (space.place_of(track[row], place)) fit[row] = shared::mood_fit(mood, place);
    }
  }

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
    "ranking.mood_now",
    "How well each track fits the mood of now: what the user said, else what was played last.");
