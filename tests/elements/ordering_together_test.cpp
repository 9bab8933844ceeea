// ordering.keep_together: what it learns from which listens, what it does with it, and what is
// written down.
#include <algorithm>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <tuple>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "plugin/call.hpp"
#include "plugin/input_files.hpp"
#include "support/element_run.hpp"
#include "support/temporary_folder.hpp"

using support::candidates_of;
using support::Ordered;
using support::run_order;
using support::TinyLibrary;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr double kMinute = 1.0 / (24 * 60);

/// Tracks 0 to 4 are one album, "A" to "E"; 5 to 9 another, "F" to "J"; then as many of no album.
class Heard {
 public:
  static constexpr std::int32_t kOthers = 10;

  explicit Heard(std::int32_t others = 60) {
    for (int k = 0; k < 10; ++k)
      library_.add({.title = std::string(1, static_cast<char>('A' + k)),
                    .artists = {k < 5 ? "Queen" : "Pink Floyd"},
                    .album = k < 5 ? "First" : "Second"});
    for (int k = 0; k < others; ++k)
      library_.add({.title = "other " + std::to_string(k), .artists = {"Other"}, .album = ""});
  }

  /// So many sessions in which these come one after the other.
  void play(const Numbers& tracks, int times = 1) {
    for (; times > 0; --times)
      session([&](std::int32_t t, double d) { library_.listen_in(false, t, d); }, tracks);
  }
  void play_shuffled(const Numbers& tracks, int times) {
    for (; times > 0; --times)
      session([&](std::int32_t t, double d) { library_.listen_in(true, t, d); }, tracks);
  }
  void play_somehow(const Numbers& tracks, int times) {
    for (; times > 0; --times)
      session([&](std::int32_t t, double d) { library_.listen(t, d); }, tracks);
  }
  /// So many times something that comes after something, none of the albums.
  void play_others(int transitions) {
    Numbers tracks(static_cast<std::size_t>(transitions) + 1);
    for (std::size_t k = 0; k < tracks.size(); ++k)
      tracks[k] = kOthers + static_cast<std::int32_t>(k % 60);
    play(tracks);
  }
  TinyLibrary& library() { return library_; }
  [[nodiscard]] const TinyLibrary& library() const { return library_; }

  Ordered order(const Numbers& tracks, const engine::Arguments& arguments = {}) const {
    return run_order("ordering.keep_together", arguments, library_, candidates_of(tracks));
  }
  /// The titles of the list.
  std::string titles(const Numbers& tracks, const engine::Arguments& arguments = {}) const {
    std::string text;
    for (const std::int32_t row : order(tracks, arguments).rows)
      text += library_.track(tracks[static_cast<std::size_t>(row)]).title;
    return text;
  }

 private:
  template <typename Listen>
  void session(const Listen& listen, const Numbers& tracks) {
    days_ago_ -= 1;
    for (std::size_t k = 0; k < tracks.size(); ++k)
      listen(tracks[k], days_ago_ - 4 * kMinute * static_cast<double>(k));
  }

  TinyLibrary library_;
  double days_ago_ = 2000;
};

/// The tracks "G", "A", "F" and "B" kept together by the runs of a file.
class RunsFile {
 public:
  Ordered order(const std::string& bytes, const std::function<bool()>& is_cancelled = {}) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    const engine::Element& element =
        support::elements().require("ordering.keep_together", "test.lua:1");
    engine::InputFiles files;
    Ordered result;
    engine::CallContext context;
    context.tables = &heard_.library();
    context.now = TinyLibrary::kNow;
    context.is_cancelled = is_cancelled;
    engine::ElementInstance instance(
        element,
        engine::check_arguments(*element.description, {{"file", path_}}, "test.lua:1",
                                {&files, element.plugin->path}),
        context);
    const engine::Candidates candidates = candidates_of(kTracks);
    result.status = instance.order(engine::TableView(candidates).table(), {}, result.rows).status;
    return result;
  }
  std::string titles(const std::string& bytes) const {
    std::string text;
    for (const std::int32_t row : order(bytes).rows)
      text += heard_.library().track(kTracks[static_cast<std::size_t>(row)]).title;
    return text;
  }
  /// What is said of a mistake of the recipe.
  std::string refused(const std::string& bytes) const {
    try {
      order(bytes);
    } catch (const engine::Error& error) {
      CHECK(error.exit() == engine::Exit::kRecipe);
      return error.what();
    }
    return "it was taken";
  }

 private:
  static inline const Numbers kTracks{6, 0, 5, 1};  // "G", "A", "F", "B"
  TemporaryFolder folder_;
  std::string path_ = folder_.file("runs.txt");
  Heard heard_;
};

engine::ArgumentList texts(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

TEST_CASE("songs that belong together are not torn apart (clementine#3293, quodlibet#703)",
          "[ordering][together]") {
  Heard heard;
  heard.play({0, 1}, 6);
  heard.play_others(200);
  const Ordered kept = heard.order({1, 5, 6, 0, 7});
  CHECK(kept.rows == Numbers{1, 2, 3, 0, 4});
  CHECK(heard.titles({1, 5, 6, 0, 7}) == "FGABH");
  REQUIRE(kept.notices.size() == 1);
  CHECK(kept.notices[0] == "kept together: \"A\", then \"B\" (next 6 of 6 times)");
  // It is the order that counts: what comes first follows nothing.
  CHECK(heard.titles({0, 1, 5}) == "ABF");
  CHECK(heard.titles({5, 0, 6}) == "FAG");  // no track is added
}

TEST_CASE("pairs make runs, and all others keep their order", "[ordering][together]") {
  Heard heard;
  heard.play({0, 1, 2, 3}, 5);
  heard.play_others(400);
  CHECK(heard.titles({3, 8, 1, 2, 9, 0, 7}) == "IJABCDH");
  CHECK(
      heard.order({0, 1, 2, 3, 5}, {{"runs", texts({"D > F"})}}).notices.at(0) ==
      "kept together: \"A\", then \"B\" (next 5 of 5 times), then \"C\" (next 5 of 5 times), then "
      "\"D\" (next 5 of 5 times) and 1 more after it");
  CHECK(heard.titles({3, 8, 1, 9, 0, 7}) == "DIJABH");  // C, which led to D, is not there
}

TEST_CASE("a pair counts from the fifth time on, and above ten times chance",
          "[ordering][together]") {
  SECTION("four times are too few") {
    Heard heard;
    heard.play({0, 1}, 4);
    heard.play_others(200);
    CHECK(heard.titles({1, 0}) == "BA");
    CHECK(heard.titles({1, 0}, {{"times", 4.0}}) == "AB");
  }
  SECTION("never in nine is a chance of a tenth: a certain follower has ten times that") {
    Heard heard;
    heard.play({0, 1}, 5);
    heard.play_others(9);
    CHECK(heard.titles({1, 0}) == "BA");
    heard = Heard();
    heard.play({0, 1}, 5);
    heard.play_others(10);
    CHECK(heard.titles({1, 0}) == "AB");
  }
  SECTION("a follower of one time in four has a quarter of that") {
    // 4 and 1 of 199 and 1 are 0.025, and 0.25 is no more than ten times that.
    for (const auto& [others, lift, titles] :
         {std::tuple(195, 10.0, "BA"), {195, 9.0, "AB"}, {196, 10.0, "AB"}}) {
      Heard heard;
      heard.play({0, 1}, 5);
      heard.play({0, 60}, 15);
      heard.play({10, 1}, 4);
      heard.play_others(others);
      CHECK(heard.titles({1, 0}, {{"lift", lift}}) == titles);
    }
  }
  SECTION("what often comes after anything is not together with one of them") {
    Heard heard;
    heard.play({0, 1}, 20);
    heard.play({10, 1}, 300);
    heard.play_others(600);
    CHECK(heard.titles({1, 0}) == "BA");
  }
  SECTION("what came after it from another album is none of the others") {
    Heard heard;
    const std::int32_t single =
        heard.library().add({.title = "B", .artists = {"Queen"}, .album = "Single", .song = 500});
    const std::int32_t of_album =
        heard.library().add({.title = "B", .artists = {"Queen"}, .album = "First", .song = 500});
    heard.play({0, of_album}, 10);
    heard.play({0, single}, 10);
    heard.play_others(30);  // half the time, and never in thirty: 0.5 against 1 of 31
    CHECK(heard.titles({of_album, 0}) == "AB");
  }
}

TEST_CASE("an album in order is kept together where nothing else was played in order",
          "[ordering][together]") {
  Heard heard;
  heard.play({0, 1, 2, 3, 4}, 50);
  heard.play_shuffled({10, 11, 12, 13, 14, 15}, 10);
  CHECK(heard.titles({3, 10, 1, 4, 0, 2}) == "other 0ABCDE");
  // As often in any order, its songs are not.
  Heard unordered;
  std::mt19937 random(5);
  Numbers album{0, 1, 2, 3, 4};
  for (int k = 0; k < 50; ++k) {
    std::shuffle(album.begin(), album.end(), random);
    unordered.play(album);
  }
  CHECK(unordered.titles({3, 1, 4, 0, 2}) == "DBEAC");
}

TEST_CASE("where nothing is learned it says how many pairs there were and what they lack",
          "[ordering][together]") {
  const auto heard = [](int times) {
    Heard heard;
    heard.play({0, 1}, times);
    heard.play({1, 2}, 3);
    return heard;
  };
  const std::string begin =
      "nothing was heard together often enough: of 2 pairs of one album in this list, each heard "
      "in order once at least, ";
  using Texts = std::vector<std::string>;
  CHECK(heard(4).order({1, 0, 2}).notices == Texts{begin + "none came 5 times (the most: 4)"});
  CHECK(heard(6).order({1, 0, 2}).notices ==
        Texts{begin +
              "1 came 5 times, but none more than 10 times as often as after other songs (the "
              "most: 4)"});
  CHECK(heard(6).order({1, 5}).notices.empty());  // the pairs are of songs that are not here
}

TEST_CASE("what came in shuffled order says nothing of what belongs together",
          "[ordering][together]") {
  Heard heard;
  heard.play_others(200);
  SECTION("shuffled") {
    heard.play_shuffled({0, 1}, 20);
  }
  SECTION("not known") {
    heard.play_somehow({0, 1}, 20);
  }
  SECTION("of two albums, or none") {
    heard.play({0, 5}, 20);
    heard.play({10, 11}, 20);
  }
  SECTION("not in one session") {
    for (int k = 0; k < 20; ++k) {
      heard.play({0});
      heard.play({1});
    }
  }
  SECTION("the same song again") {
    heard.play({0, 0}, 20);
  }
  CHECK(heard.titles({5, 1, 0}) == "FBA");
  CHECK(heard.order({11, 10}).rows == Numbers{0, 1});
  CHECK(heard.order({5, 1, 0}).notices.empty());
}

TEST_CASE("where it is never known whether shuffle was on, it says so", "[ordering][together]") {
  Heard heard;
  heard.play_somehow({0, 1}, 20);
  const Ordered kept = heard.order({1, 0});
  CHECK(kept.rows == Numbers{0, 1});
  REQUIRE(kept.notices.size() == 1);
  CHECK_THAT(kept.notices[0], Catch::Contains("shuffle off"));
  CHECK(heard.order({1, 0}, {{"runs", texts({"A > B"})}}).notices.size() == 1);
}

TEST_CASE("of two claims to a follower the stronger counts, and a circle is cut at its weakest",
          "[ordering][together]") {
  SECTION("A to C four times in five, B to C always") {
    Heard heard;
    heard.play({0, 2}, 8);
    heard.play({0, 3}, 2);
    heard.play({1, 2}, 6);
    heard.play_others(400);
    CHECK(heard.titles({0, 8, 2, 1}) == "AIBC");
  }
  SECTION("A to B to C always, C to A half the time") {
    Heard heard;
    heard.play({0, 1, 2}, 6);
    heard.play({2, 0}, 6);
    heard.play({2, 8}, 6);
    heard.play_others(400);
    CHECK(heard.titles({2, 9, 1, 0}) == "JABC");
  }
}

TEST_CASE("links make runs as a search of all of them does", "[ordering][together]") {
  std::mt19937 random(3);
  const Heard heard;
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 1 + random() % 10;
    Numbers follower(rows, -1);
    std::vector<std::string> written;
    for (std::size_t k = random() % 16; k > 0; --k) {
      const std::size_t a = random() % rows, b = random() % rows;
      written.push_back({static_cast<char>('A' + a), ' ', '>', ' ', static_cast<char>('A' + b)});
      const auto next = static_cast<std::int32_t>(b);
      bool is_free = follower[a] < 0 && std::count(follower.begin(), follower.end(), next) == 0;
      for (std::int32_t at = next; at >= 0; at = follower[static_cast<std::size_t>(at)])
        is_free = is_free && at != static_cast<std::int32_t>(a);  // it would close a circle
      if (is_free) follower[a] = next;
    }
    Numbers wanted;
    for (std::size_t row = 0; row < rows; ++row) {
      if (std::count(follower.begin(), follower.end(), static_cast<std::int32_t>(row)) > 0)
        continue;
      for (auto at = static_cast<std::int32_t>(row); at >= 0;
           at = follower[static_cast<std::size_t>(at)])
        wanted.push_back(at);
    }
    Numbers tracks(rows);
    std::iota(tracks.begin(), tracks.end(), 0);
    CHECK(heard.order(tracks, {{"runs", texts(written)}}).rows == wanted);
  }
}

TEST_CASE("every version of a song belongs where the song does, that of the album first",
          "[ordering][together]") {
  Heard heard;
  const std::int32_t live =
      heard.library().add({.title = "b", .artists = {"Queen"}, .album = "Live", .song = 500});
  const std::int32_t studio =
      heard.library().add({.title = "B", .artists = {"Queen"}, .album = "First", .song = 500});
  heard.play({0, studio}, 6);
  heard.play_others(300);
  CHECK(heard.titles({live, 5, 0}) == "FAb");
  CHECK(heard.titles({live, 5, studio, 0}) == "bFAB");
}

TEST_CASE("what is written down belongs together, and goes before what was learned",
          "[ordering][together]") {
  Heard heard;
  heard.play({0, 1}, 9);
  heard.play_others(300);
  CHECK(heard.titles({9, 1, 0}, {{"runs", texts({"queen - a > Pink Floyd - J"})}}) == "BAJ");
  CHECK(heard.titles({9, 5, 1}, {{"runs", texts({"B > J > F"})}}) == "BJF");
  // By another artist, it is another song.
  const Ordered unknown = heard.order({9, 0}, {{"runs", texts({"A > Queen - J"})}});
  CHECK(unknown.rows == Numbers{0, 1});
  REQUIRE(unknown.notices.size() == 1);
  CHECK(unknown.notices[0] == "no track is called \"Queen - J\"");
  for (const char* wrong : {"A", "", "A >", " > A", "A >  > B"})
    CHECK_THROWS_WITH(heard.order({0}, {{"runs", texts({wrong})}}),
                      Catch::Contains("ARTIST - TITLE > ARTIST - TITLE"));
}

TEST_CASE("what is written down and cannot be is told, the first few of each kind",
          "[ordering][together]") {
  const Heard heard;
  using Texts = std::vector<std::string>;
  const auto notices = [&](const Texts& runs) {
    Texts told = heard.order({0, 1, 2, 5}, {{"runs", texts(runs)}}).notices;
    std::erase_if(told, [](const std::string& note) { return note.starts_with("kept together"); });
    return told;
  };
  const std::string against = "left out, as what was written before says otherwise: ";
  CHECK(notices({"A > B", "A > C"}) == Texts{against + "\"A > C\""});
  CHECK(notices({"A > B", "C > B"}) == Texts{against + "\"C > B\""});
  CHECK(notices({"A > B > A"}) == Texts{against + "\"B > A\""});
  CHECK(notices({"A > B", "a > b", "A > B"}).empty());
  CHECK(notices({"A > A"}) == Texts{"no song comes after itself: \"A > A\""});
  CHECK(notices({"D > E", "A > B"}) == Texts{"not in this list: \"D\", \"E\""});
  CHECK(notices({"A > B", "A > C", "B > A", "C > B", "A > F", "F > B"}) ==
        Texts{against + "\"A > C\", \"B > A\", \"C > B\" and 2 more"});
  Texts unknown;
  for (int k = 1; k <= 10'000; ++k) unknown.push_back("Nobody " + std::to_string(k) + " > A");
  CHECK(notices(unknown) ==
        Texts{"no track is called \"Nobody 1\", \"Nobody 2\", \"Nobody 3\" and 9997 more"});
}

TEST_CASE("a text that is no run is a mistake of the recipe", "[ordering][together]") {
  const auto refused = [](const std::string& run) {
    try {
      Heard().order({0}, {{"runs", texts({run})}});
    } catch (const engine::Error& error) {
      CHECK(error.exit() == engine::Exit::kRecipe);
      return std::string(error.what());
    }
    return std::string("it was taken");
  };
  CHECK_THAT(refused("x"), Catch::StartsWith("ordering.keep_together: \"x\" does not name two"));
  CHECK_THAT(refused("A > " + std::string(1001, 'B')), Catch::Contains("more than 1000 bytes"));
}

TEST_CASE("runs of a file are read as those of the recipe", "[ordering][together]") {
  const RunsFile runs;
  SECTION("with comments, empty lines, and a mark of the byte order") {
    CHECK(runs.titles("\xef\xbb\xbf"
                      "A > F\r\n\n# B > F\n  B > G  ") == "AFBG");
  }
  SECTION("a line that is none is told by its number and not by what it says") {
    for (const char* bytes : {"A > B\n\nroot:secret:0\n", "A > B\n\nroot:secret > \n"}) {
      const std::string refused = runs.refused(bytes);
      CHECK_THAT(refused, Catch::Contains("runs.txt, line 3, does not name two songs or more"));
      CHECK_THAT(refused, !Catch::Contains("secret"));
    }
  }
  SECTION("too many are refused, in lines or in one") {
    std::string lines, line = "A";
    for (int k = 0; k < 100'000; ++k) lines += "A > F\n", line += " > F";
    CHECK(runs.titles(lines) == "GAFB");
    CHECK_THAT(runs.refused(lines + "B > G\n"),
               Catch::Contains("line 100001, is one too many: no more than 100000"));
    CHECK(runs.titles(line) == "GAFB");
    CHECK_THAT(runs.refused(line + " > F"), Catch::Contains("line 1, is one too many"));
  }
  SECTION("reading can be stopped") {
    const std::string lines(20'000, '\n');
    CHECK_THAT(runs.refused(lines + "A"), Catch::Contains("line 20001"));
    CHECK(runs.order(lines + "A", [] { return true; }).status == PLAYLIST_CANCELLED);
  }
}

TEST_CASE("what was learned is no other in another list", "[ordering][together]") {
  Heard heard;
  heard.play({0, 1, 2, 3, 4}, 7);
  heard.play({5, 6}, 7);
  heard.play_others(500);
  Numbers all(10);
  std::iota(all.begin(), all.end(), 0);
  std::mt19937 random(9);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(all.begin(), all.end(), random);
    const std::string titles = heard.titles(all);
    CHECK_THAT(titles, Catch::Contains("ABCDE") && Catch::Contains("FG"));
  }
}
