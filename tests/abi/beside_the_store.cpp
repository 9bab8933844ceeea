// Elements that read files, that go by the order, and that take whole numbers.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace {

/// Drops titles that hold a word of a file, one word a line.
class WordList : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::file("words", "", "a file, one word a line").required(),
  };
  explicit WordList(const playlist::Args& args) : words_(args.file("words")) {}

  void filter(playlist::FilteringCall& call) const {
    const playlist::Strings titles = call.table("tracks")["title"].texts();
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 10'000 == 0) call.checkpoint();
      const std::string_view word = word_in(titles[static_cast<std::size_t>(track[row])]);
      if (!word.empty()) call.drop(row, call.because("its title has \"", word, '"'));
    }
  }

 private:
  [[nodiscard]] std::string_view word_in(std::string_view title) const {
    std::string_view rest = words_.bytes();
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      if (!word.empty() && title.find(word) != std::string_view::npos) return word;
    }
    return {};
  }
  playlist::File words_;
};

/// The same with a list that belongs to the library.
class OwnList final : public WordList {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::file("words", "own_words.txt", "a file, one word a line"),
  };
  using WordList::WordList;
};

/// How many rows after the first a row stands: true of one order only.
class Place final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kOutputs[] = {{"place", PLAYLIST_F32, "0 the first"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ORDERWISE;
  void rank(playlist::RankingCall& call) const {
    const auto place = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) place[row] = static_cast<float>(row);
    call.checkpoint();
  }
};

/// The same, and does not say so.
class UndeclaredPlace final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kOutputs[] = {{"place", PLAYLIST_F32, "0 the first"}};
  void rank(playlist::RankingCall& call) const { Place().rank(call); }
};

/// Whole numbers where an author means numbers.
class Weight final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::number("weight", 1, 0, 2, "1 as it is"),
      {"times", 2, 0, 5, "an integer that is read as a number"},
      {"reach", 1, 0, 2.5, "a number by its range"},
      playlist::Param::text("prefix", "none", "any text"),
  };
  static constexpr playlist::Field kOutputs[] = {{"weight", PLAYLIST_F32, "their product"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;
  explicit Weight(const playlist::Args& args)
      : weight_(static_cast<float>(args.number("weight") * args.number("times") *
                                   args.number("reach"))) {
    if (args.text("prefix").empty()) throw playlist::BadParam("prefix is empty");
  }
  void rank(playlist::RankingCall& call) const {
    const auto weight = call.out_f32(0);
    call.checkpoint();
    for (float& one : weight) one = weight_;
  }

 private:
  float weight_;
};

/// The first rows.
std::vector<std::int32_t> first_rows(playlist::OrderingCall& call, std::size_t count) {
  call.checkpoint();
  std::vector<std::int32_t> rows(std::min(count, call.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

class First final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {{"tracks", 10, 1, 1'000, "how many"}};
  explicit First(const playlist::Args& args) : count_(args.count("tracks")) {}
  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    return first_rows(call, count_);
  }

 private:
  std::size_t count_;
};

/// One more than it was asked for.
class OneTooMany final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {{"tracks", 10, 1, 1'000, "how many"}};
  explicit OneTooMany(const playlist::Args& args) : count_(args.count("tracks") + 1) {}
  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    return first_rows(call, count_);
  }

 private:
  std::size_t count_;
};

constinit const playlist::Element kWordList =
    playlist::element<WordList>("filtering.word_list", "Drops titles that hold a word of a file.");
constinit const playlist::Element kOwnList = playlist::element<OwnList>(
    "filtering.own_list", "Drops titles that hold a word of the library's own list.");
constinit const playlist::Element kPlace =
    playlist::element<Place>("ranking.place", "Where a row stands.");
constinit const playlist::Element kUndeclaredPlace =
    playlist::element<UndeclaredPlace>("ranking.undeclared_place", "Where a row stands.");
constinit const playlist::Element kWeight =
    playlist::element<Weight>("ranking.weight", "A number for every row.");
constinit const playlist::Element kFirst =
    playlist::element<First>("ordering.first", "The first tracks.");
constinit const playlist::Element kOneTooMany =
    playlist::element<OneTooMany>("ordering.one_too_many", "The first tracks, and one.");

}  // namespace

PLAYLIST_LIBRARY("org.example.beside-the-store", "1.0.0", kWordList, kOwnList, kPlace,
                 kUndeclaredPlace, kWeight, kFirst, kOneTooMany);
