// One element of every kind that shows what the host gave it and what it made of the answer.
#include "playlist/plugin.hpp"

#include <numeric>
#include <string>
#include <vector>

namespace {

class Probe final : public playlist::Recall {
 public:
  static constexpr playlist::Choices kModes{"plain", "twice",    "unknown_track",
                                            "nan",   "services", "random"};
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("mode", kModes, "plain", "what to give"),
  };
  static constexpr playlist::Field kOutputs[] = {{"count", PLAYLIST_I32, "times"},
                                                 {"share", PLAYLIST_F32, "0..1"}};
  explicit Probe(const playlist::Args& args) : mode_(args.text("mode")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    playlist::Candidates found = call.candidates();
    if (mode_ == "services") return services(call, std::move(found));
    if (mode_ == "random") {
      playlist::Random one = call.random("one"), other = call.random("other");
      for (int i = 0; i < 3; ++i) {
        found.add(i, static_cast<float>(one.below(1000)));
        found.set(0, static_cast<std::int32_t>(other.below(1000)));
      }
      return found;
    }
    const std::int32_t because = call.because("row ", 1, " of ", 2);
    found.add(2, 0.5f, because);
    found.set(0, 7);
    found.add(1, 0.25f);
    found.set(1, 0.5f);
    if (mode_ == "twice") {
      found.add(2, 9.0f);
      found.add(0, 0.125f);
      found.set(0, 3);
    }
    if (mode_ == "unknown_track") found.add(1'000'000, 1.0f);
    if (mode_ == "nan") found.add(0, playlist::kMissingF32);
    return found;
  }

 private:
  static playlist::Candidates services(playlist::RecallCall& call, playlist::Candidates found) {
    call.info(playlist::concat("now ", call.now(), ", tracks ", call.table("tracks").rows(),
                               ", model ", call.setting("model").value_or("none")));
    call.checkpoint(0.5);
    return found;
  }
  std::string mode_;
};

class EveryArgument final : public playlist::Ranking {
 public:
  static constexpr playlist::Choices kDirections{"up", "down"};
  static constexpr playlist::Param kParams[] = {
      {"limit", 200, 1, 10'000, "candidates to return"},
      {"target", 0.5, 0, 1, "wanted energy"},
      {"strict", false, "drop what has none"},
      {"label", "none", "a name"},
      playlist::Param::choice("direction", kDirections, "up", "which way"),
      playlist::Param::column("by", "energy", "column to sort by"),
      playlist::Param::tracks("seeds", "tracks to start from"),
      playlist::Param::texts("genres", "only these"),
      playlist::Param::numbers("weights", 0, 1, "one per genre"),
  };
  static constexpr playlist::Field kInputs[] = {{"energy"}, {"title", PLAYLIST_STRING}};
  static constexpr playlist::Field kOutputs[] = {{"shown", PLAYLIST_STRING, "the arguments"}};

  explicit EveryArgument(const playlist::Args& args) : by_(args.column("by")) {
    shown_ = playlist::concat(args.count("limit"), ' ', args.number("target"), ' ',
                              args.boolean("strict"), ' ', args.text("label"), ' ',
                              args.text("direction"), " column ", by_, " seeds ",
                              args.tracks("seeds").size());
    for (const std::string_view genre : args.texts("genres")) shown_ += ' ' + std::string(genre);
    for (const double weight : args.numbers("weights")) shown_ += playlist::concat(' ', weight);
  }
  void rank(playlist::RankingCall& call) const {
    const playlist::Strings titles = call.in(1).texts();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      call.out_text(0)[row] =
          call.because(shown_, " | ", titles[row], " ", call.in(by_).number(row));
    }
  }
  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    return playlist::concat("its energy is ", call.in(0).f32()[row]);
  }

 private:
  std::size_t by_;
  std::string shown_;
};

class Odd final : public playlist::Filtering {
 public:
  void filter(playlist::FilteringCall& call) const {
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (call.track()[row] % 2 != 0)
        call.drop(row, call.because("track ", call.track()[row], " is odd"));
    }
  }
};

class Order final : public playlist::Ordering {
 public:
  static constexpr playlist::Choices kModes{"backwards", "half", "twice", "outside", "too_many"};
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("mode", kModes, "backwards", "what to give"),
  };
  explicit Order(const playlist::Args& args) : mode_(args.text("mode")) {}
  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    std::vector<std::int32_t> rows(call.rows());
    std::iota(rows.rbegin(), rows.rend(), 0);
    if (mode_ == "half") rows.resize(rows.size() / 2);
    if (mode_ == "twice") rows[0] = rows[1];
    if (mode_ == "outside") rows[0] = static_cast<std::int32_t>(rows.size());
    if (mode_ == "too_many") rows.push_back(0);
    return rows;
  }

 private:
  std::string mode_;
};

/// Titles, each behind `prefix`; with `of` the recipe's column "mark" behind them.
class Lines final : public playlist::Output {
 public:
  static constexpr playlist::Param kParams[] = {{"prefix", "", "before every title"},
                                                {"times", 1.0, 1, 3, "how often it stands there"},
                                                {"with_mark", false, "the column mark too"}};
  explicit Lines(const playlist::Args& args)
      : prefix_(args.text("prefix")),
        times_(static_cast<int>(args.number("times"))),
        with_mark_(args.boolean("with_mark")) {}

  void write(playlist::OutputCall& call) const {
    call.write(playlist::concat(call.title(), " at ", call.created(), "\n"));
    const auto titles = call.tracks()["title"].texts();
    for (std::size_t row = 0; row < titles.size(); ++row) {
      for (int k = 0; k < times_; ++k) call.write(prefix_);
      call.write(titles[row]);
      if (with_mark_) call.write(playlist::concat(" ", call.tracks()["mark"].number(row)));
      call.write("\n");
    }
  }

 private:
  std::string prefix_;
  int times_;
  bool with_mark_;
};

class NoFinish final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    if (input.head().starts_with("throw")) throw playlist::Error("it cannot look");
    return input.head().starts_with("probe") ? 250 : 0;
  }
  void read(playlist::SourceCall& call) const {
    if (call.input().bytes() == "probe: not mine")
      throw playlist::Unsupported("not mine after all");
  }
};

class Pair final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {{"low", 0.0, 0, 1, "lowest"},
                                                {"high", 1.0, 0, 1, "highest"}};
  explicit Pair(const playlist::Args& args) {
    if (args.number("low") > args.number("high")) throw playlist::BadParam("low is above high");
    if (args.number("low") == 1) throw playlist::NoData("nothing is that high");
  }
  void filter(playlist::FilteringCall&) const {}
};

constinit const playlist::Element kProbe =
    playlist::element<Probe>("recall.probe", "Three tracks.\nAnd more on the second line.");
constinit const playlist::Element kEveryArgument =
    playlist::element<EveryArgument>("ranking.every_argument", "Shows its arguments.");
constinit const playlist::Element kOdd =
    playlist::element<Odd>("filtering.odd", "Drops odd tracks.");
constinit const playlist::Element kOrder =
    playlist::element<Order>("ordering.probe", "Turns around.");
constinit const playlist::Element kLines = playlist::element<Lines>("output.probe", "Titles.");
constinit const playlist::Element kNoFinish =
    playlist::element<NoFinish>("source.probe", "Forgets to finish.");
constinit const playlist::Element kPair = playlist::element<Pair>("filtering.pair", "Two numbers.");

}  // namespace

PLAYLIST_LIBRARY_BY("org.playlist-engine.test.probe", "1.2.3", "the tests", "MIT", kProbe,
                    kEveryArgument, kOdd, kOrder, kLines, kNoFinish, kPair);
