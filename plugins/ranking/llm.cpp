// ranking.llm: asks a language model which of the first candidates fit a wish best.
//
// Shown     the wish, and of the first `of` candidates that may be told title, artist and tags, with
//           numbers: their place among those that are shown. It answers with `pick` of these
//           numbers, and with nothing else: it can choose, and cannot add.
// Column    llm, the place in the new order, from 1 (first) down to above 0: those that it picked,
//           in its order, then the others as they stood. So :score(function(t) return t.llm end)
//           puts the new order into effect.
// Fallback  Where no model is connected for purpose ranking, or its answer is not just that (numbers
//           that were not shown, the same twice, too few, prose, none in time), llm keeps the order
//           as it was, and a notice of the run says why.
// Same      The answer is kept in the library: the same candidates and the same wish get the same
//           order, as of then and later. As of long ago nothing is asked anew.
#include "playlist/complete.hpp"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "elements.hpp"

namespace {

constexpr std::size_t kLongestTags = 100, kLongestName = 120;

/// At most so many bytes, of whole characters.
std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most));
}

class LanguageModelRanking final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"wish", "", "what they are to fit: \"rainy sunday, no vocals\"; \"\": each other"},
      {"of", 30, 2, 200, "candidates that it is shown, from the first"},
      {"pick", 10, 1, 100, "of them that it picks"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"llm", PLAYLIST_F32, "place in the new order, 1 the first, never missing"}};

  explicit LanguageModelRanking(const playlist::Args& args)
      : wish_(args.text("wish")), of_(args.count("of")), pick_(args.count("pick")) {}

  void rank(playlist::RankingCall& call) const {
    call.checkpoint();
    const std::vector<std::size_t> first = picks(call);
    const auto place = call.out_f32(0);
    std::vector<bool> is_picked(call.rows());
    std::size_t next = 0;
    const auto put = [&](std::size_t row) {
      place[row] = 1 - static_cast<float>(next++) / static_cast<float>(call.rows());
    };
    for (const std::size_t row : first) {
      is_picked[row] = true;
      put(row);
    }
    for (std::size_t row = 0; row < call.rows(); ++row)
      if (!is_picked[row]) put(row);
  }

 private:
  /// Rows, the best first; none where the order stays.
  [[nodiscard]] std::vector<std::size_t> picks(const playlist::RankingCall& call) const {
    const playlist::Completer completer(call);
    const std::vector<std::size_t> shown = shown_rows(call, completer);
    if (call.rows() < 2) return {};
    playlist::Completion answer;
    if (shown.size() >= 2) answer = completer.ask(question_of(call, shown));
    if (!answer.is_given) {
      call.warning(playlist::concat(
          "the candidates keep their order: ",
          answer.why.empty() ? "no language model is asked for rankings here (engine help llm)"
                             : answer.why));
      return {};
    }
    call.info(playlist::concat("the first ", answer.picks.size(), " are picked by ", answer.model));
    std::vector<std::size_t> rows;
    for (const std::uint32_t pick : answer.picks) rows.push_back(shown[pick]);
    return rows;
  }

  [[nodiscard]] std::vector<std::size_t> shown_rows(const playlist::RankingCall& call,
                                                    const playlist::Completer& completer) const {
    const auto track = call.track();
    std::vector<std::size_t> shown;
    for (std::size_t row = 0; row < std::min(of_, call.rows()); ++row)
      if (completer.may_tell(track[row])) shown.push_back(row);
    return shown;
  }

  [[nodiscard]] playlist::Question question_of(const playlist::RankingCall& call,
                                               const std::vector<std::size_t>& shown) const {
    playlist::Question question;
    question.form = PLAYLIST_ANSWER_NUMBERS;
    question.purpose = "ranking";
    question.instruction =
        wish_.empty() ? "Pick those of the songs that go best with each other, by what you know of "
                        "them, of their artists and of their tags."
                      : "Pick those of the songs that fit the wish best, by what you know of them, "
                        "of their artists and of their tags.";
    if (!wish_.empty()) question.facts = {{"wish", wish_}};
    question.choices = songs(call, shown);
    question.least = question.most = std::min(pick_, shown.size());
    return question;
  }

  static std::vector<std::string> songs(const playlist::RankingCall& call,
                                        const std::vector<std::size_t>& shown) {
    const playlist::Table tracks = call.table("tracks");
    const auto title = tracks["title"].texts(), artist = tracks["artist_name"].texts();
    const auto tags = call.table("track_genres")["tags"].texts();
    const auto track = call.track();
    std::vector<std::string> told;
    for (const std::size_t row : shown) {
      const auto number = static_cast<std::size_t>(track[row]);
      const std::string known = shortened(tags[number], kLongestTags);
      told.push_back(playlist::concat(shortened(title[number], kLongestName), " by ",
                                      shortened(artist[number], kLongestName),
                                      known.empty() ? "" : " (" + known + ")"));
    }
    return told;
  }

  std::string wish_;
  std::size_t of_, pick_;
};

}  // namespace

constinit const playlist::Element kLlm = playlist::element<LanguageModelRanking>(
    "ranking.llm", "Asks a language model which of the first candidates fit a wish best.");
