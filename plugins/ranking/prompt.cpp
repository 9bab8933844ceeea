// ranking.prompt: how well each track fits a text, "dusty late night jazz", or what the user asked
// for last, 0..1.
//
// score(c) of shared/prompt_match.hpp: the words of the text among titles, artists, tags and
// captions, by model.prompt, and what its mood words ask of the sound; or, where the text and the
// track have vectors in the space, their angle. It does not depend on which other tracks are
// candidates.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "elements.hpp"
#include "shared/prompt_match.hpp"

namespace {

class Prompt final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      shared::PromptWish::kText,
      shared::PromptWish::kMoods,
      shared::PromptWish::kPrompts,
      shared::PromptWish::kSpace,
      {"optional", false, "where nothing was asked for, leave the column empty without a notice"},
  };
  static constexpr playlist::Field kOutputs[] = {{"prompt", PLAYLIST_F32, "fit, 0..1"}};

  explicit Prompt(const playlist::Args& args)
      : wish_(args), is_optional_(args.boolean("optional")) {}

  void rank(playlist::RankingCall& call) {
    const auto prompt = call.out_f32(0);
    match_.reset();
    if (is_optional_ && shared::texts_of(call, wish_).empty()) {
      std::fill(prompt.begin(), prompt.end(), playlist::kMissingF32);
      return;
    }
    match_.emplace(call, wish_);
    if (const auto unknown = match_->unknown(); !unknown.empty()) {
      std::string words;
      for (const std::string& word : unknown) words += (words.empty() ? "" : ", ") + word;
      call.info(playlist::concat("nothing is described by: ", words));
    }
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      prompt[row] = match_->score(track[row]);
    }
  }

  /// Of what rank() compared.
  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    return match_ ? match_->because(call.track()[row]) : "";
  }

 private:
  shared::PromptWish wish_;
  bool is_optional_;
  std::optional<shared::WishMatch> match_;
};

}  // namespace

constinit const playlist::Element kPrompt = playlist::element<Prompt>(
    "ranking.prompt",
    "How well each track fits a text, or what the user asked for last; needs model.prompt.");
