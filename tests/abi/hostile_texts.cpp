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

/// Two likes as a source in C hands them over, whose texts nobody repairs but the host.
void append_bare(const playlist_host* host) {
  const auto* rows = playlist::find_service<playlist_rows>(host, PLAYLIST_SERVICE_ROWS);
  const std::string artists = "B\xe9laBj\xc3\xb6rk", titles = std::string(kText) + "J\xc3\xb3ga";
  const std::uint64_t artist_ends[] = {0, 4, artists.size()},
                      title_ends[] = {0, kText.size(), titles.size()};
  const playlist_dict artist_texts{sizeof artist_texts, 2, artists.data(), artist_ends},
      title_texts{sizeof title_texts, 2, titles.data(), title_ends};
  std::int64_t records[] = {0, 1};
  std::int32_t codes[] = {0, 1};
  const playlist_column record{sizeof record, PLAYLIST_I64, "record", records, nullptr},
      artist{sizeof artist, PLAYLIST_STRING, "artist", codes, &artist_texts},
      title{sizeof title, PLAYLIST_STRING, "title", codes, &title_texts};
  const playlist_column* const columns[] = {&record, &artist, &title};
  const playlist_table table{sizeof table, 3, 2, columns};
  if (rows->append(host, "likes", &table) != PLAYLIST_OK)
    throw playlist::Error("the host refuses the rows");
}

/// Files that begin with "HOSTILE", or "HOSTILE BARE": two likes and a bucket.
class TextSource final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return input.head().starts_with("HOSTILE") ? 100 : 0;
  }
  void read(playlist::SourceCall& call) const {
    if (call.input().head().starts_with("HOSTILE BARE\n")) {
      append_bare(call.host());
    } else {
      append_repaired(call);
    }
    call.bucket(2, "malformed", std::string(kText));
    call.finish(3);
  }

 private:
  static void append_repaired(playlist::SourceCall& call) {
    playlist::Rows& likes = call.rows("likes");
    playlist::TextColumn& artist = likes.text("artist");
    playlist::TextColumn& title = likes.text("title");
    likes.row(0);
    artist.set("B\xe9la");
    title.set(kText);
    likes.row(1);
    artist.set("Björk");
    title.set("Jóga");
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
