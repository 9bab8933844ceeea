// ranking.preference: how gladly the user hears each track, 0..1, by rules of thumb.
//
// 0.5, and 0.25 in their best playlist, 0.15 liked, 0.1 for each step of a rating above 3,
// 0.05 log(1 + plays) up to 0.15, less 0.2 where more than half of the listens that tell are skips;
// kept in 0..1, and 0 for what is banned (shared/preference.hpp). Which of the user's playlists is
// the best they say themselves. Unlike ranking.taste it goes by what they did with the very track,
// not by its artist and genres.
#include "shared/preference.hpp"

#include "playlist/plugin.hpp"

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "elements.hpp"
#include "shared/taste_signals.hpp"

namespace {

class Preference final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"best_playlist", "", "name of the user's playlist of what they like best; \"\": none"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"preference", PLAYLIST_F32, "how gladly the user hears it, 0..1; 0.5: nothing is known"},
  };

  explicit Preference(const playlist::Args& args) : best_playlist_(args.text("best_playlist")) {}

  void rank(playlist::RankingCall& call) {
    rules_ = std::make_unique<Rules>(call, best_playlist_);
    if (!best_playlist_.empty() && !rules_->has_best_playlist)
      call.info(playlist::concat("you have no playlist named \"", best_playlist_,
                                 "\": nothing is preferred for being in it"));
    const auto preference = call.out_f32(0);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      preference[row] = static_cast<float>(shared::heuristic_preference(rules_->of(track[row])));
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) {
    if (!rules_) rules_ = std::make_unique<Rules>(call, best_playlist_);
    const shared::PreferenceSignals signals = rules_->of(call.track()[row]);
    if (signals.is_banned) return "you banned it";
    const shared::PreferenceParts parts = shared::preference_parts(signals);
    return playlist::concat(
        "preference ", two_digits(call.out_f32(0)[row]), ": 0.5",
        part(parts.best_playlist, "in your best playlist"), part(parts.liked, "you liked it"),
        part(parts.rating, "your rating"),
        part(parts.plays, playlist::concat(signals.plays, signals.plays == 1 ? " play" : " plays")),
        part(parts.skips, "you skip it more often than not"));
  }

 private:
  /// What the rules go by, of every track; kept for the explanations.
  struct Rules {
    std::span<const std::int32_t> plays;
    std::span<const float> skip_rate;
    std::vector<shared::PreferenceSignals> said;  // by track
    bool has_best_playlist = false;

    Rules(const playlist::Call& call, const std::string& best_playlist)
        : said(call.table("tracks").rows()) {
      const playlist::Table statistics = call.table("track_statistics");
      plays = statistics["plays"].i32();
      skip_rate = statistics["skip_rate"].f32();
      for (const shared::Verdict& verdict : shared::verdicts_of(call, best_playlist)) {
        take(verdict, said[static_cast<std::size_t>(verdict.track)]);
        has_best_playlist |= verdict.kind == shared::Verdict::Kind::kBestPlaylist;
      }
    }

    [[nodiscard]] shared::PreferenceSignals of(std::int32_t track) const {
      const auto at = static_cast<std::size_t>(track);
      shared::PreferenceSignals signals = said[at];
      signals.plays = plays[at];
      if (!std::isnan(skip_rate[at])) signals.skip_rate = double{skip_rate[at]};
      return signals;
    }

    static void take(const shared::Verdict& verdict, shared::PreferenceSignals& signals) {
      using Kind = shared::Verdict::Kind;
      if (verdict.kind == Kind::kBestPlaylist) signals.in_best_playlist = true;
      if (verdict.kind == Kind::kLiked) signals.is_liked = true;
      if (verdict.kind == Kind::kBanned) signals.is_banned = true;
      if (verdict.kind == Kind::kRated) signals.rating = double{verdict.rating};
    }
  };

  static std::string two_digits(double value) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
  }
  /// ", +0.15 you liked it"; "" of 0.
  static std::string part(double value, const std::string& why) {
    if (value == 0) return "";
    return playlist::concat(", ", value < 0 ? "-" : "+", two_digits(std::abs(value)), " ", why);
  }

  std::string best_playlist_;
  std::unique_ptr<Rules> rules_;
};

}  // namespace

constinit const playlist::Element kPreference = playlist::element<Preference>(
    "ranking.preference", "How gladly the user hears each track, by what they did with it.");
