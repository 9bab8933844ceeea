// ranking.prompt: how well each track fits a text, "dusty late night jazz", 0..1.
//
// score(c) of sdk/playlist/prompt_match.hpp: the words of the text among titles, artists and tags,
// by model.prompt, and what its mood words ask of the sound. It does not depend on which other
// tracks are candidates.
#include "playlist/plugin.hpp"
#include "playlist/prompt_match.hpp"

#include <string>

#include "elements.hpp"

namespace {

class Prompt final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"text", "", "what the tracks should be like, in words"},
      {"moods", 0.5, 0, 1, "how much mood words ask of the sound, against words in names and tags"},
  };
  static constexpr playlist::Field kOutputs[] = {{"prompt", PLAYLIST_F32, "fit, 0..1"}};

  explicit Prompt(const playlist::Args& args)
      : text_(args.text("text")), moods_(static_cast<float>(args.number("moods"))) {}

  void rank(playlist::RankingCall& call) const {
    const playlist::PromptMatch match(call, text_, moods_);
    if (!match.unknown().empty()) {
      std::string words;
      for (const std::string& word : match.unknown()) words += (words.empty() ? "" : ", ") + word;
      call.info(playlist::concat("nothing is described by: ", words));
    }
    const auto track = call.track();
    const auto prompt = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      prompt[row] = match.score(track[row]);
    }
  }

 private:
  std::string text_;
  float moods_;
};

}  // namespace

constinit const playlist::Element kPrompt = playlist::element<Prompt>(
    "ranking.prompt", "How well each track fits a text; needs model.prompt.");
