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

#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elements.hpp"
#include "learned_taste.hpp"
#include "shared/counted.hpp"
#include "shared/taste_signals.hpp"

namespace {

using ranking::LearnedTaste;

/// What the user said of the tracks of a library.
class Said {
 public:
  Said(std::vector<shared::Verdict> verdicts, std::size_t tracks)
      : verdicts_(std::move(verdicts)), signals_(tracks) {
    for (const shared::Verdict& verdict : verdicts_) {
      take(verdict, signals_[static_cast<std::size_t>(verdict.track)]);
      has_best_playlist_ |= verdict.kind == shared::Verdict::Kind::kBestPlaylist;
    }
  }

  [[nodiscard]] const std::vector<shared::Verdict>& verdicts() const { return verdicts_; }
  [[nodiscard]] bool has_best_playlist() const { return has_best_playlist_; }
  [[nodiscard]] const shared::PreferenceSignals& of(std::int32_t track) const {
    return signals_[static_cast<std::size_t>(track)];
  }

 private:
  static void take(const shared::Verdict& verdict, shared::PreferenceSignals& signals) {
    using Kind = shared::Verdict::Kind;
    if (verdict.kind == Kind::kBestPlaylist) signals.in_best_playlist = true;
    if (verdict.kind == Kind::kLiked) signals.is_liked = true;
    if (verdict.kind == Kind::kBanned) signals.is_banned = true;
    if (verdict.kind == Kind::kRated) signals.rating = double{verdict.rating};
  }

  std::vector<shared::Verdict> verdicts_;
  std::vector<shared::PreferenceSignals> signals_;  // by track
  bool has_best_playlist_ = false;
};

/// What the rules of thumb go by.
class Rules {
 public:
  Rules(const playlist::Call& call, const Said& said) : said_(said) {
    const playlist::Table statistics = call.table("track_statistics");
    plays_ = statistics["plays"].i32();
    skip_rate_ = statistics["skip_rate"].f32();
  }

  [[nodiscard]] shared::PreferenceSignals of(std::int32_t track) const {
    const auto at = static_cast<std::size_t>(track);
    shared::PreferenceSignals signals = said_.of(track);
    signals.plays = plays_[at];
    if (!std::isnan(skip_rate_[at])) signals.skip_rate = double{skip_rate_[at]};
    return signals;
  }

 private:
  const Said& said_;
  std::span<const std::int32_t> plays_;
  std::span<const float> skip_rate_;
};

/// The user's past as of now, for what was learned.
class Past {
 public:
  Past(const playlist::RankingCall& call, const LearnedTaste& learned, const Said& said)
      : vectors_(shared::taste_vectors(call, learned.space(),
                                       {call.track(), call.table("listens")["track"].i32()})),
        past_(call.table("tracks")["artist"].i32(), call.table("artists").rows(), vectors_),
        row_(past_.columns()) {
    past_.only_at(call.now());
    for (const shared::Verdict& verdict : said.verdicts()) past_.say(verdict);
    shared::each_taste_listen(call,
                              [this](const shared::TasteListen& listen) { past_.hear(listen); });
  }

  /// Valid until the next one.
  std::span<const float> features(std::int32_t track) {
    past_.features(track, row_);
    return row_;
  }

 private:
  shared::TrackVectors vectors_;
  shared::TastePast past_;
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
    if (!best_playlist_.empty() && !judge_->said.has_best_playlist())
      call.info(playlist::concat("you have no playlist named \"", best_playlist_,
                                 "\": nothing is preferred for being in it"));
    const auto preference = call.out_f32(0), chance = call.out_f32(1);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 8'192 == 0) call.checkpoint();
      chance[row] = playlist::kMissingF32;
      if (!judge_->past) {
        preference[row] =
            static_cast<float>(shared::heuristic_preference(judge_->rules.of(track[row])));
        continue;
      }
      const double foretold = judge_->learned->chance(judge_->past->features(track[row]));
      chance[row] = static_cast<float>(foretold);
      preference[row] = judge_->said.of(track[row]).is_banned
                            ? 0
                            : static_cast<float>(judge_->learned->preference(foretold));
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) {
    if (!judge_) judge_ = std::make_unique<Judge>(call, best_playlist_, may_be_learned_);
    const std::int32_t track = call.track()[row];
    if (judge_->said.of(track).is_banned) return "you banned it";
    const std::string begin =
        playlist::concat("preference ", two_digits(double{call.out_f32(0)[row]}), ": ");
    return begin + (judge_->past ? by_learning(double{call.out_f32(1)[row]}, track)
                                 : by_rules(judge_->rules.of(track)));
  }

 private:
  /// What all candidates are judged by; kept for the explanations.
  struct Judge {
    std::optional<LearnedTaste> learned;
    Said said;
    Rules rules;
    std::unique_ptr<Past> past;  // where what was learned serves

    Judge(const playlist::RankingCall& call, const std::string& best_playlist, bool may_be_learned)
        : learned(may_be_learned ? learned_of(call) : std::nullopt),
          said(shared::verdicts_of(call, best_playlist.empty() && learned
                                             ? learned->words().best_playlist
                                             : best_playlist),
               call.table("tracks").rows()),
          rules(call, said) {
      if (learned && learned->is_better()) past = std::make_unique<Past>(call, *learned, said);
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
    if (!judge_->learned)
      return playlist::concat(
          kRules, ": there is no model.taste of yours that can be used; see: engine train taste");
    const LearnedTaste::Words& words = judge_->learned->words();
    if (!judge_->past)
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
    const LearnedTaste::Words& words = judge_->learned->words();
    const std::string percent = playlist::concat(std::lround(100 * chance), " %");
    const std::string reasons = judge_->learned->because(judge_->past->features(track));
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
