#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::Recalled;
using support::run_recall;
using support::TinyLibrary;

namespace {

constexpr char kName[] = "recall.saved_artists";

/// Ann has tracks 0 1 2, Bob 3, Cid 4; Ann and Bob are saved. Ann's tracks were played 3 times.
TinyLibrary two_saved_artists() {
  TinyLibrary library;
  for (int i = 0; i < 3; ++i) library.add({.title = "a", .artists = {"Ann"}});
  library.add({.title = "b", .artists = {"Bob"}});
  library.add({.title = "c", .artists = {"Cid"}});
  library.save_artist("Ann");
  library.save_artist("Bob");
  for (int i = 0; i < 3; ++i) library.listen(0, 5 + i);
  return library;
}

/// Share of seeds 0..1999 whose first candidate is by Ann.
double share_of_ann(const TinyLibrary& library, const std::string& weight) {
  int ann = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    ann += run_recall(kName, {{"weight", weight}}, library, {seed}).tracks.at(0).track <= 2;
  }
  return ann / 2000.0;
}

}  // namespace

TEST_CASE("recall.saved_artists gives every track of the saved artists once, with the reason",
          "[recall]") {
  const TinyLibrary library = two_saved_artists();
  const Recalled found = run_recall(kName, {}, library);
  std::vector<std::int32_t> numbers = found.numbers();
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == std::vector<std::int32_t>{0, 1, 2, 3});
  for (const auto& track : found.tracks) {
    CHECK(track.score == 1.0f);
    CHECK(track.explanation == (track.track == 3 ? "BASE: you saved Bob" : "BASE: you saved Ann"));
  }
  CHECK(found.notices.empty());
}

TEST_CASE("recall.saved_artists draws artists uniformly, or by their plays", "[recall]") {
  const TinyLibrary library = two_saved_artists();
  // 5 standard deviations of 2000 draws: 5 * sqrt(0.25 / 2000) = 0.056
  CHECK(share_of_ann(library, "uniform") == Approx(0.5).margin(0.056));
  CHECK(share_of_ann(library, "plays") == Approx(4.0 / 5).margin(0.045));  // (3 + 1) : (0 + 1)
  for (const auto& track : run_recall(kName, {{"weight", "plays"}}, library).tracks) {
    CHECK(track.score == Approx(track.track == 3 ? 0.25f : 1.0f));
  }
}

TEST_CASE("recall.saved_artists draws each track of an artist equally often", "[recall]") {
  const TinyLibrary library = two_saved_artists();
  std::map<std::int32_t, int> first;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const auto& track : run_recall(kName, {}, library, {seed}).tracks) {
      if (track.track > 2) continue;
      ++first[track.track];
      break;
    }
  }
  for (int track = 0; track < 3; ++track) {
    CHECK(first[track] / 2000.0 == Approx(1.0 / 3).margin(0.053));
  }
}

TEST_CASE("recall.saved_artists without saved artists takes those played to the end, and says so",
          "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}});
  library.add({.artists = {"Bob"}});
  for (int i = 0; i < 3; ++i) library.listen(0, 2 + i);
  for (int i = 0; i < 2; ++i) library.listen(1, 2 + i);

  const Recalled found = run_recall(kName, {}, library);
  REQUIRE(found.numbers() == std::vector<std::int32_t>{0});
  CHECK(found.tracks[0].explanation ==
        "BASE: you played a track of Ann to the end 3 times or more");
  REQUIRE(found.notices.size() == 1);
  CHECK(found.notices[0] ==
        "no artist is saved: 1 artist of tracks played to the end at least 3 times stands in");
  CHECK(run_recall(kName, {{"implicit", 2.0}}, library).tracks.size() == 2);

  const Recalled none = run_recall(kName, {{"implicit", 4.0}}, library);
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK(none.message == "no artist is saved, and no track was played to the end at least 4 times");
}

TEST_CASE("recall.saved_artists stops at limit and can leave out what the user has", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}, .song = 7});
  library.add({.title = "Song (Live)", .artists = {"Ann"}, .song = 7});
  library.add({.artists = {"Ann"}});
  library.save_artist("Ann");
  library.own(0);
  CHECK(run_recall(kName, {{"limit", 2.0}}, library).tracks.size() == 2);
  CHECK(run_recall(kName, {{"only_new", true}}, library).numbers() == std::vector<std::int32_t>{2});
}

TEST_CASE("a track of two saved artists comes once", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Ann", "Bob"}});
  library.save_artist("Ann");
  library.save_artist("Bob");
  CHECK(run_recall(kName, {}, library).numbers() == std::vector<std::int32_t>{0});
}
