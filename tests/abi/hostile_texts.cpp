// Elements whose texts are no UTF-8 and hold what a terminal obeys, and whose numbers are infinite.
// tests/cli/texts_test.cpp loads them.
#include "playlist/plugin.hpp"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kText =
    "a\xff\x1b]0;owned\x07\xc2\x9b"
    "31m";
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr playlist::Choices kWays{"none", "score", "column", "log", "fail"};
constexpr playlist::Field kOutputs[] = {{"odd", PLAYLIST_F32, "1, or infinity"}};

template <class Call>
void complain(Call& call, std::string_view how) {
  if (how == "log") call.info(std::string(kText));
  if (how == "fail") throw playlist::Error(std::string(kText));
}

class TextRecall final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("how", kWays, "none", "what goes wrong"),
  };
  explicit TextRecall(const playlist::Args& args) : how_(args.text("how")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    complain(call, how_);
    playlist::ScoreBoard scores(call.table("tracks").rows());
    for (std::int32_t track = 0; track < 5; ++track)
      scores.add(track, how_ == "score" ? kInfinity : 1.0f, call.because(kText));
    return scores.top(5, call.candidates());
  }

 private:
  std::string how_;
};

class TextRanking final : public playlist::Ranking {
 public:
  static constexpr auto& kOutputs = ::kOutputs;
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("how", kWays, "none", "what goes wrong"),
  };
  explicit TextRanking(const playlist::Args& args) : how_(args.text("how")) {}

  void rank(playlist::RankingCall& call) const {
    complain(call, how_);
    for (float& value : call.out_f32(0)) value = how_ == "column" ? -kInfinity : 1;
  }

 private:
  std::string how_;
};

/// Files that begin with "HOSTILE": two likes and a bucket.
class TextSource final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return input.head().starts_with("HOSTILE\n") ? 100 : 0;
  }
  void read(playlist::SourceCall& call) const {
    playlist::Rows& likes = call.rows("likes");
    playlist::TextColumn& artist = likes.text("artist");
    playlist::TextColumn& title = likes.text("title");
    likes.row(0);
    artist.set("B\xe9la");
    title.set(kText);
    likes.row(1);
    artist.set("Björk");
    title.set("Jóga");
    call.bucket(2, "malformed", std::string(kText));
    call.finish(3);
  }
};

constinit const playlist::Element kRecall =
    playlist::element<TextRecall>("recall.hostile_texts", "Help with \x1b]0;owned\x07 and \xff.");
constinit const playlist::Element kRanking =
    playlist::element<TextRanking>("ranking.hostile_texts", "Odd texts and numbers.");
constinit const playlist::Element kSource =
    playlist::element<TextSource>("source.hostile_texts", "Rows that are no UTF-8.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.hostile-texts", "1.0.0", kRecall, kRanking, kSource);
