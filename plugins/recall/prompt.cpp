// recall.prompt: tracks that fit a text, "dusty late night jazz", or what the user asked for last.
//
// score(c) of shared/prompt_match.hpp, in 0..1: the words of the text among titles, artists, tags
// and captions, by model.prompt, and what its mood words ask of the sound; or, where the text
// and the track have vectors in the space, their angle. Tracks that score nothing are no
// candidates.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "elements.hpp"
#include "shared/prompt_match.hpp"

namespace {

class Prompt final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      shared::PromptWish::kText,
      shared::PromptWish::kMoods,
      shared::PromptWish::kPrompts,
      shared::PromptWish::kSpace,
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };

  explicit Prompt(const playlist::Args& args) : wish_(args), limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const shared::WishMatch match(call, wish_);
    const std::size_t tracks = call.table("tracks").rows();
    std::vector<float> scores(tracks);
    std::vector<std::int32_t> found;
    for (std::size_t k = 0; k < tracks; ++k) {
      if (k % 16'384 == 0) call.checkpoint();
      scores[k] = match.score(static_cast<std::int32_t>(k));
      if (scores[k] > 0) found.push_back(static_cast<std::int32_t>(k));
    }
    const auto score = [&](std::int32_t track) { return scores[static_cast<std::size_t>(track)]; };
    const std::size_t count = std::min(limit_, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count),
                      found.end(), [&](std::int32_t a, std::int32_t b) {
                        return score(a) != score(b) ? score(a) > score(b) : a < b;
                      });
    playlist::Candidates candidates = call.candidates();
    candidates.reserve(count);
    for (std::size_t k = 0; k < count; ++k)
      candidates.add(found[k], score(found[k]), call.because("PROMPT: ", match.because(found[k])));
    return candidates;
  }

 private:
  shared::PromptWish wish_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kPrompt = playlist::element<Prompt>(
    "recall.prompt",
    "Tracks that fit a text, or what the user asked for last, by names, tags, captions and sound; "
    "needs model.prompt.");
