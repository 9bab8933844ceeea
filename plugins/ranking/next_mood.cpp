// ranking.next_mood: how probable it is that what you hear next has the mood of each track.
//
//   next_mood(t) = P(mood of t | what you heard)
//
// By the way that model.next_mood serves, of your listens up to now: what was heard since its training
// counts too. While a session goes on it is the mood after the last listen of it; else, and before it
// has three listens, that of a session's first track. A track belongs to the mood whose centroid is
// nearest to its sound, or to its artist's; where neither is known next_mood is what tracks that you
// hear have on the average.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "elements.hpp"
#include "shared/counted.hpp"
#include "shared/mood_history.hpp"
#include "shared/moods.hpp"
#include "shared/moods_ahead.hpp"

namespace {

using shared::kNextMoodModel;

/// What the model says of now.
struct MoodsAhead {
  shared::Moods moods;
  std::vector<float> chances;  // of the moods
  bool goes_on = false;        // the session
  double usual = 0;            // chance of the mood of a track that is heard, on the average

  explicit MoodsAhead(const playlist::RankingCall& call, const shared::MoodSounds& sounds)
      : moods(call.artifact_table(kNextMoodModel, "moods")) {
    const std::vector<std::int32_t> of_track = moods.centroids.of_tracks(sounds);
    const shared::MoodListens listens(call.table("listens"), call.table("sessions"),
                                      call.table("tracks"), of_track);
    const auto windows = call.table("mood_windows")["listen"].i32();
    goes_on = !windows.empty() && windows.back() < 0;
    chances = shared::moods_ahead({.experts = call.artifact_table(kNextMoodModel, "experts"),
                                   .factors = call.artifact_table(kNextMoodModel, "factors"),
                                   .serves = call.artifact_bytes(kNextMoodModel, "words")},
                                  moods.ids.size(), listens, goes_on, call.now());
    const auto share = call.artifact_table(kNextMoodModel, "heard")["share"].f32();
    if (share.size() != chances.size())
      throw playlist::Error(playlist::concat(kNextMoodModel,
                                             " is damaged: \"heard\" has not a row for each mood",
                                             "; train it again with: engine train next_mood"));
    for (std::size_t mood = 0; mood < chances.size(); ++mood)
      usual += double{share[mood]} * double{chances[mood]};
  }
};

class NextMoodRanking final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"optional", false,
       "where model.next_mood is not trained, leave the columns empty without a notice"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"next_mood", PLAYLIST_F32, "chance that what you hear next has its mood, 0..1"},
      {"mood_id", PLAYLIST_I32, "the number of its mood (model.moods); missing: not known"},
      {"mood_label", PLAYLIST_STRING, "what that mood is called"},
  };

  explicit NextMoodRanking(const playlist::Args& args) : is_optional_(args.boolean("optional")) {}

  void rank(playlist::RankingCall& call) {
    if (is_optional_ && !may_look_ahead(call)) return leave_empty(call);
    look_ahead(call);
    std::vector<std::int32_t> labels;
    for (const std::string& label : ahead_->moods.labels) labels.push_back(call.text(label));
    const auto chance = call.out_f32(0);
    const auto id = call.out_i32(1), label = call.out_text(2);
    const auto track = call.track();
    std::int64_t unknown = 0;
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const std::int32_t mood = mood_of(track[row]);
      unknown += mood < 0;
      chance[row] = static_cast<float>(
          mood < 0 ? ahead_->usual : double{ahead_->chances[static_cast<std::size_t>(mood)]});
      id[row] =
          mood < 0 ? playlist::kMissingI32 : ahead_->moods.ids[static_cast<std::size_t>(mood)];
      label[row] = mood < 0 ? playlist::kMissingText : labels[static_cast<std::size_t>(mood)];
    }
    tell(call, unknown);
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) {
    if (!ahead_ && !may_look_ahead(call)) return "";
    const std::int32_t mood = mood_of(call.track()[row]);
    if (mood < 0) return "its mood is not known";
    const auto at = static_cast<std::size_t>(mood);
    return playlist::concat(ahead_->moods.labels[at],
                            ": what you hear next is that with a chance of ",
                            std::lround(100 * double{ahead_->chances[at]}), " %");
  }

 private:
  static void leave_empty(playlist::RankingCall& call) {
    std::ranges::fill(call.out_f32(0), playlist::kMissingF32);
    std::ranges::fill(call.out_i32(1), playlist::kMissingI32);
    std::ranges::fill(call.out_text(2), playlist::kMissingText);
  }

  /// Of a list that was ranked by another instance, in another process say.
  bool may_look_ahead(const playlist::RankingCall& call) {
    try {
      look_ahead(call);
      return true;
    } catch (const playlist::NoData&) {
      return false;  // nor was it ranked
    }
  }
  void look_ahead(const playlist::RankingCall& call) {
    sounds_ = shared::mood_sounds(call.table("tracks"), call.lists("artist_tracks"));
    ahead_.emplace(call, sounds_);
  }

  [[nodiscard]] std::int32_t mood_of(std::int32_t track) const {
    const auto at = static_cast<std::size_t>(track);
    return sounds_.is_known(at) ? ahead_->moods.centroids.nearest(sounds_.of(at)) : shared::kNoMood;
  }

  void tell(playlist::RankingCall& call, std::int64_t unknown) const {
    const auto best = static_cast<std::size_t>(std::ranges::max_element(ahead_->chances) -
                                               ahead_->chances.begin());
    call.info(playlist::concat(
        ahead_->goes_on ? "after what you hear the mood to come is most likely \""
                        : "a session that begins now most likely begins with \"",
        ahead_->moods.labels[best], "\" (", std::lround(100 * double{ahead_->chances[best]}), " %)",
        unknown == 0 ? ""
                     : playlist::concat("; of ", shared::counted(unknown, "candidate"),
                                        " the mood is not known")));
  }

  bool is_optional_;
  shared::MoodSounds sounds_;
  std::optional<MoodsAhead> ahead_;
};

}  // namespace

constinit const playlist::Element kNextMood = playlist::element<NextMoodRanking>(
    "ranking.next_mood", "How probable it is that what you hear next has each track's mood.");
