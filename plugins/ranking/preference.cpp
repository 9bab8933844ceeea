// ranking.preference: how gladly the user hears each track, 0..1: by what model.taste learned of
// them where that serves, else by rules of thumb.
//
// Rules   0.5, and 0.25 in their best playlist, 0.15 liked, 0.1 for each step of a rating above 3,
//         0.05 log(1 + plays) up to 0.15, less 0.2 where more than half of the listens that tell are
//         skips; kept in 0..1 (shared/preference.hpp). Which of the user's playlists is the best they
//         say themselves
// Learned `chance` of what the model was learned of, by the user's past as of now
//         (shared/taste_signals.hpp), also of tracks they never heard, which have an artist and a
//         vector. `preference` holds its odds against the user's average: p (1 - b) / (p (1 - b) +
//         (1 - p) b), 0.5 where p is b, so that it means the same whatever was learned: a track above
//         0.5 is one of the better ones
//
// What is banned is 0 either way. The run says which of the two it went by. Unlike ranking.taste both
// go by what the user did with the very track, not by its artist and genres alone.
#include "shared/preference.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "elements.hpp"
#include "learned_taste.hpp"
#include "shared/counted.hpp"
#include "shared/taste_moment.hpp"
#include "shared/taste_signals.hpp"

namespace {

using ranking::LearnedTaste;

/// What the rules of thumb go by.
class Rules {
 public:
  Rules(const playlist::Call& call, std::span<const shared::Verdict> verdicts)
      : said_(call.table("tracks").rows()) {
    for (const shared::Verdict& verdict : verdicts)
      said_[static_cast<std::size_t>(verdict.track)].take(verdict);
    const playlist::Table statistics = call.table("track_statistics");
    plays_ = statistics["plays"].i32();
    skip_rate_ = statistics["skip_rate"].f32();
  }

  [[nodiscard]] shared::PreferenceSignals of(std::int32_t track) const {
    const auto at = static_cast<std::size_t>(track);
    const shared::SaidOfTrack& said = said_[at];
    return {said.in_best_playlist,
            said.is_liked,
            said.is_banned,
            said.rating > 0 ? std::optional(double{said.rating}) : std::nullopt,
            plays_[at],
            std::isnan(skip_rate_[at]) ? 0 : double{skip_rate_[at]}};
  }

 private:
  std::vector<shared::SaidOfTrack> said_;  // by track
  std::span<const std::int32_t> plays_;
  std::span<const float> skip_rate_;
};

/// What was learned, and the user's past as of now, by which it judges.
class Learned {
 public:
  Learned(const playlist::RankingCall& call, const LearnedTaste& taste,
          std::span<const shared::Verdict> verdicts)
      : taste_(taste),
        places_(call, taste.space()),
        past_(shared::TasteHistory(call), verdicts, places_, call.now(),
              [&call] { call.checkpoint(); }),
        row_(past_.columns()) {}

  [[nodiscard]] double chance(std::int32_t track) { return taste_.chance(features(track)); }
  [[nodiscard]] std::string because(std::int32_t track) { return taste_.because(features(track)); }
  [[nodiscard]] bool is_banned(std::int32_t track) const { return past_.is_banned(track); }

 private:
  std::span<const float> features(std::int32_t track) {
    past_.features(track, row_);
    return row_;
  }

  const LearnedTaste& taste_;
  shared::TastePlaces places_;
  shared::TasteMoment past_;
  std::vector<float> row_;
};

std::string date_of(std::int64_t ts) {
  const std::time_t time = ts;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

std::string two_digits(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

class Preference final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"best_playlist", "",
       "name of the user's playlist of what they like best; \"\": the one that model.taste was "
       "trained with"},
      {"learned", true, "by model.taste where that serves the user; false: by rules of thumb"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"preference", PLAYLIST_F32,
       "how gladly the user hears it, 0..1; 0.5: nothing is known, or as gladly as the average"},
      {"chance", PLAYLIST_F32, "of what model.taste foretells, 0..1; missing where it does not"},
  };

  explicit Preference(const playlist::Args& args)
      : best_playlist_(args.text("best_playlist")), may_be_learned_(args.boolean("learned")) {}

  void rank(playlist::RankingCall& call) {
    judge_ = std::make_unique<Judge>(call, best_playlist_, may_be_learned_);
    call.info(what_it_goes_by());
    if (!best_playlist_.empty() && !judge_->has_best_playlist)
      call.info(playlist::concat("you have no playlist named \"", best_playlist_,
                                 "\": nothing is preferred for being in it"));
    const auto preference = call.out_f32(0), chance = call.out_f32(1);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 8'192 == 0) call.checkpoint();
      chance[row] = playlist::kMissingF32;
      if (judge_->rules) {
        preference[row] =
            static_cast<float>(shared::heuristic_preference(judge_->rules->of(track[row])));
        continue;
      }
      const double foretold = judge_->learned->chance(track[row]);
      chance[row] = static_cast<float>(foretold);
      preference[row] = judge_->learned->is_banned(track[row])
                            ? 0
                            : static_cast<float>(judge_->taste->preference(foretold));
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) {
    if (!judge_) judge_ = std::make_unique<Judge>(call, best_playlist_, may_be_learned_);
    const std::int32_t track = call.track()[row];
    const bool is_banned =
        judge_->rules ? judge_->rules->of(track).is_banned : judge_->learned->is_banned(track);
    if (is_banned) return "you banned it";
    const std::string begin =
        playlist::concat("preference ", two_digits(double{call.out_f32(0)[row]}), ": ");
    return begin + (judge_->rules ? by_rules(judge_->rules->of(track))
                                  : by_learning(double{call.out_f32(1)[row]}, track));
  }

 private:
  /// What all candidates are judged by, one of the two; kept for the explanations.
  struct Judge {
    std::optional<LearnedTaste> taste;
    bool has_best_playlist = false;
    std::optional<Rules> rules;
    std::unique_ptr<Learned> learned;

    Judge(const playlist::RankingCall& call, const std::string& best_playlist, bool may_be_learned)
        : taste(may_be_learned ? learned_of(call) : std::nullopt) {
      const std::vector<shared::Verdict> verdicts = shared::verdicts_of(
          call, best_playlist.empty() && taste ? taste->words().best_playlist : best_playlist);
      has_best_playlist = std::ranges::any_of(verdicts, [](const shared::Verdict& verdict) {
        return verdict.kind == shared::Verdict::Kind::kBestPlaylist;
      });
      if (taste && taste->is_better()) {
        learned = std::make_unique<Learned>(call, *taste, verdicts);
      } else {
        rules.emplace(call, verdicts);
      }
    }

    static std::optional<LearnedTaste> learned_of(const playlist::Call& call) {
      try {
        return LearnedTaste(call);
      } catch (const playlist::NoData&) {
        return std::nullopt;  // what_it_goes_by() tells
      }
    }
  };

  [[nodiscard]] std::string what_it_goes_by() const {
    constexpr const char* kRules = "preference goes by rules of thumb";
    if (!may_be_learned_) return kRules;
    if (!judge_->taste)
      return playlist::concat(
          kRules, ": there is no model.taste of yours that can be used; see: engine train taste");
    const LearnedTaste::Words& words = judge_->taste->words();
    if (judge_->rules)
      return playlist::concat(kRules, ": model.taste as of ", date_of(words.as_of),
                              " found nothing that is shown to serve you better");
    return playlist::concat("preference goes by model.taste as of ", date_of(words.as_of), ": its ",
                            words.rung, " rung, learned of ", learned_of(words));
  }

  static std::string learned_of(const LearnedTaste::Words& words) {
    if (words.target == "accepted") return "what you let play when shuffle brought it";
    if (words.target == "preference") return "all that you said and did";
    return playlist::concat("what you played again within ", shared::counted(words.days, "day"));
  }

  std::string by_learning(double chance, std::int32_t track) {
    const LearnedTaste::Words& words = judge_->taste->words();
    const std::string percent = playlist::concat(std::lround(100 * chance), " %");
    const std::string reasons = judge_->learned->because(track);
    const std::string what =
        words.target == "accepted" ? "you let it play with an estimated chance of " + percent
        : words.target == "preference"
            ? "you are estimated to like it by " + percent
            : playlist::concat("you play it again within ", shared::counted(words.days, "day"),
                               " with an estimated chance of ", percent);
    return what + (reasons.empty() ? "" : playlist::concat(" (", reasons, ")"));
  }

  static std::string by_rules(const shared::PreferenceSignals& signals) {
    const shared::PreferenceParts parts = shared::preference_parts(signals);
    return playlist::concat("0.5", part(parts.best_playlist, "in your best playlist"),
                            part(parts.liked, "you liked it"), part(parts.rating, "your rating"),
                            part(parts.plays, shared::counted(signals.plays, "play")),
                            part(parts.skips, "you skip it more often than not"));
  }
  /// ", +0.15 you liked it"; "" of 0.
  static std::string part(double value, const std::string& why) {
    if (value == 0) return "";
    return playlist::concat(", ", value < 0 ? "-" : "+", two_digits(std::abs(value)), " ", why);
  }

  std::string best_playlist_;
  bool may_be_learned_;
  std::unique_ptr<Judge> judge_;
};

}  // namespace

constinit const playlist::Element kPreference = playlist::element<Preference>(
    "ranking.preference",
    "How gladly the user hears each track: as model.taste learned, or by rules of thumb.");
