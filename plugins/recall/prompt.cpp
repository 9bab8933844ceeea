// recall.prompt: tracks that fit a text, "dusty late night jazz".
//
// score(c) of sdk/playlist/prompt_match.hpp, in 0..1: the words of the text among titles, artists
// and tags, by model.prompt, and what its mood words ask of the sound. Tracks that score nothing
// are no candidates.
#include "playlist/plugin.hpp"
#include "playlist/prompt_match.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "elements.hpp"

namespace {

class Prompt final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"text", "", "what the tracks should be like, in words"},
      {"moods", 0.5, 0, 1, "how much mood words ask of the sound, against words in names and tags"},
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };

  explicit Prompt(const playlist::Args& args)
      : text_(args.text("text")),
        moods_(static_cast<float>(args.number("moods"))),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const playlist::PromptMatch match(call, text_, moods_);
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
      candidates.add(found[k], score(found[k]), explanation(call, match, found[k]));
    return candidates;
  }

 private:
  std::int32_t explanation(playlist::RecallCall& call, const playlist::PromptMatch& match,
                           std::int32_t track) const {
    const std::string why = match.because(track);
    return call.because("PROMPT: fits \"", text_, "\"", why.empty() ? "" : " by ", why);
  }

  std::string text_;
  float moods_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kPrompt = playlist::element<Prompt>(
    "recall.prompt", "Tracks that fit a text, by names, tags and sound; needs model.prompt.");
