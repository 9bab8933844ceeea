#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::candidates_of;
using support::Filtered;
using support::run_filter;
using support::TinyLibrary;
using support::TrackSetArgument;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();
constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();

TinyLibrary five_tracks() {
  TinyLibrary library;
  for (const char* artist : {"A", "B", "C", "D", "E"}) library.add({.artists = {artist}});
  return library;
}

Filtered filter(const std::string& name, const engine::Arguments& arguments,
                const TinyLibrary& library, const Numbers& tracks) {
  return run_filter(name, arguments, library, candidates_of(tracks));
}

}  // namespace

TEST_CASE("filtering.heard drops what was ever played, and tells how long ago", "[filtering]") {
  TinyLibrary library;
  for (int i = 0; i < 9; ++i) library.add({.artists = {"A"}});
  library.listen(1, 0.5);
  library.listen(2, 1.5);
  library.listen(3, 13.9);
  library.listen(4, 14);
  library.listen(5, 63);
  library.listen(6, 800);
  library.listen(6, 900);
  library.listen(7, 2, /*is_play=*/false);
  const Filtered heard = filter("filtering.heard", {}, library, {8, 7, 6, 5, 4, 3, 2, 1, 0});
  CHECK(heard.kept == Numbers{8, 7, 0});
  CHECK(heard.reasons == std::map<std::int32_t, std::string>{{1, "heard today"},
                                                             {2, "heard yesterday"},
                                                             {3, "heard 13 days ago"},
                                                             {4, "heard 2 weeks ago"},
                                                             {5, "heard 2 months ago"},
                                                             {6, "heard 2 years ago"}});
}

TEST_CASE("filtering.heard counts plays of the last days only", "[filtering]") {
  TinyLibrary library = five_tracks();
  library.listen(0, 29.9);
  library.listen(1, 30.1);
  library.listen(2, 5);
  library.listen(2, 6);
  library.listen(3, 5);
  library.listen(3, 40);
  CHECK(filter("filtering.heard", {{"days", 30.0}}, library, {0, 1, 2, 3, 4}).kept ==
        Numbers{1, 4});
  const Filtered twice =
      filter("filtering.heard", {{"days", 30.0}, {"min_plays", 2.0}}, library, {0, 1, 2, 3, 4});
  CHECK(twice.kept == Numbers{0, 1, 3, 4});
  CHECK(twice.reasons.at(2) == "heard at least 2 times in the last 30 days");
  CHECK(filter("filtering.heard", {{"min_plays", 2.0}}, library, {2, 3, 4}).reasons.at(3) ==
        "heard at least 2 times");
}

TEST_CASE("filtering.tired lets rest what was played so often within so many days", "[filtering]") {
  TinyLibrary library;
  for (int i = 0; i < 6; ++i) library.add({.artists = {"A"}});
  // 0: three plays within 30 days, the last of them 20 days ago; 1: over 31 days; 2: two plays
  for (const double days_ago : {49.5, 30.0, 20.0}) library.listen(0, days_ago);
  for (const double days_ago : {51.5, 30.0, 20.0}) library.listen(1, days_ago);
  for (const double days_ago : {21.0, 20.0}) library.listen(2, days_ago);
  // 3: tired long ago; 4: tired then, and a single play since; 5: three listens too short to count
  for (const double days_ago : {103.0, 102.0, 101.0}) library.listen(3, days_ago);
  for (const double days_ago : {93.0, 92.0, 91.0, 20.0}) library.listen(4, days_ago);
  for (const double days_ago : {22.0, 21.0, 20.0}) library.listen(5, days_ago, /*is_play=*/false);
  const Filtered rested = filter("filtering.tired", {{"plays", 3.0}}, library, {5, 4, 3, 2, 1, 0});
  CHECK(rested.kept == Numbers{5, 4, 3, 2, 1});
  CHECK(rested.reasons.at(0) ==
        "played 3 times within 30 days, last 2 weeks ago: it rests for 40 more days");
  CHECK(
      filter("filtering.tired", {{"plays", 3.0}, {"rest_days", 100.0}}, library, {4, 3, 0}).kept ==
      Numbers{3});
  CHECK(filter("filtering.tired", {{"plays", 3.0}, {"rest_days", 19.0}}, library, {0}).kept ==
        Numbers{0});
  CHECK(filter("filtering.tired", {{"plays", 3.0}, {"within_days", 40.0}}, library, {1, 0})
            .kept.empty());
}

TEST_CASE("filtering.heard by song counts other versions", "[filtering]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 1});
  library.listen(0, 3);
  CHECK(filter("filtering.heard", {}, library, {0, 1}).kept == Numbers{1});
  CHECK(filter("filtering.heard", {{"by", "song"}}, library, {0, 1}).kept.empty());
  CHECK(filter("filtering.heard", {{"by", "song"}, {"days", 2.0}}, library, {0, 1}).kept ==
        Numbers{0, 1});
}

TEST_CASE("filtering.banned drops banned tracks and what banned artists are on",
          "[filtering][banned]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 1});           // another version
  library.add({.artists = {"Noise"}, .song = 2});       // by a banned artist
  library.add({.artists = {"B", "Noise"}, .song = 3});  // who is a guest here
  library.add({.artists = {"C"}, .song = 2});           // their song by somebody else
  library.add({.artists = {}, .song = 4});
  const Numbers all = {0, 1, 2, 3, 4, 5};
  library.ban(0);
  library.ban_artist("Noise");
  TinyLibrary without_bans;
  without_bans.add({.artists = {"A"}});
  CHECK(filter("filtering.banned", {}, without_bans, {0}).kept == Numbers{0});
  const Filtered kept = filter("filtering.banned", {}, library, all);
  CHECK(kept.kept == Numbers{4, 5});
  CHECK(kept.reasons == std::map<std::int32_t, std::string>{{0, "you banned it"},
                                                            {1, "you banned another version of it"},
                                                            {2, "you banned Noise"},
                                                            {3, "you banned Noise"}});
  CHECK(filter("filtering.banned", {{"by", std::string("track")}}, library, all).kept ==
        Numbers{1, 4, 5});
  CHECK(filter("filtering.banned", {{"guests", std::string("keep")}}, library, all).kept ==
        Numbers{3, 4, 5});
}

TEST_CASE("filtering.allowed drops what is banned, rejected or put off, and says which",
          "[filtering][feedback]") {
  TinyLibrary nothing_said;
  nothing_said.add({.artists = {"A"}});
  CHECK(filter("filtering.allowed", {}, nothing_said, {0}).kept == Numbers{0});
  TinyLibrary library;
  for (int song = 1; song <= 6; ++song) library.add({.artists = {"A"}, .song = song});
  library.add({.artists = {"Noise"}, .song = 7});
  const Numbers all = {0, 1, 2, 3, 4, 5, 6};
  library.ban(0);
  library.reject({.track = 0});
  library.reject({.track = 1, .reason = "overplayed"});
  library.reject({.track = 2, .verdict = "later"});
  library.reject({.track = 3, .list = "weekly"});
  library.reject({.track = 4, .verdict = "ban"});
  library.reject({.track = 6, .artist = "Noise"});
  const Filtered kept = filter("filtering.allowed", {}, library, all);
  CHECK(kept.kept == Numbers{5});
  CHECK(kept.reasons == std::map<std::int32_t, std::string>{{0, "you banned it"},
                                                            {1, "you rejected it (overplayed)"},
                                                            {2, "you put it off"},
                                                            {3, "you rejected it for this list"},
                                                            {4, "you banned it for a time"},
                                                            {6, "you rejected Noise"}});
}

TEST_CASE("filtering.not_in drops the set's tracks, songs or artists", "[filtering]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 1});  // another version
  library.add({.artists = {"A"}, .song = 2});  // another song of the artist
  library.add({.artists = {"B"}, .song = 3});
  library.add({.artists = {}, .song = 4});
  library.own(0);
  const TrackSetArgument owned({0}), other({3, 4});
  const Numbers all{0, 1, 2, 3, 4};

  const Filtered by_song = filter("filtering.not_in", {{"1", owned.argument()}}, library, all);
  CHECK(by_song.kept == Numbers{2, 3, 4});
  CHECK(by_song.reasons.at(0) == "already in your library");
  CHECK(by_song.reasons.at(1) == "another version is already in your library");

  CHECK(filter("filtering.not_in", {{"tracks", owned.argument()}, {"by", "track"}}, library, all)
            .kept == Numbers{1, 2, 3, 4});
  const Filtered by_artist =
      filter("filtering.not_in", {{"1", owned.argument()}, {"by", "artist"}}, library, all);
  CHECK(by_artist.kept == Numbers{3, 4});
  CHECK(by_artist.reasons.at(2) == "by an artist who is already in your library");

  const Filtered given =
      filter("filtering.not_in", {{"1", other.argument()}, {"by", "artist"}}, library, all);
  CHECK(given.kept == Numbers{0, 1, 2});  // track 4 has no artist, but is itself in the set
  CHECK(given.reasons.at(3) == "already in the given tracks");
  CHECK_THROWS_WITH(filter("filtering.not_in", {}, library, all),
                    Catch::Contains("filtering.not_in") && Catch::Contains("tracks"));
}

TEST_CASE("filtering.in_set keeps the set's tracks, songs or artists", "[filtering]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 2});
  library.add({.artists = {"B"}, .song = 3});
  library.like(0);
  library.own(3);  // so that the likes are not the whole library
  const TrackSetArgument likes({0}), empty({});
  const Numbers all{3, 2, 1, 0};
  const Filtered by_song = filter("filtering.in_set", {{"1", likes.argument()}}, library, all);
  CHECK(by_song.kept == Numbers{1, 0});
  CHECK(by_song.reasons.at(2) == "not in your likes");
  CHECK(filter("filtering.in_set", {{"1", likes.argument()}, {"by", "track"}}, library, all).kept ==
        Numbers{0});
  const Filtered by_artist =
      filter("filtering.in_set", {{"1", likes.argument()}, {"by", "artist"}}, library, all);
  CHECK(by_artist.kept == Numbers{2, 1, 0});
  CHECK(by_artist.reasons.at(3) == "by an artist who is not in your likes");
  const Filtered none = filter("filtering.in_set", {{"1", empty.argument()}}, library, all);
  CHECK(none.kept.empty());
  CHECK(none.reasons.at(0) == "not in the given tracks");
}

TEST_CASE("filtering.served drops what earlier runs served in the last days", "[filtering]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 1});
  library.add({.artists = {"A"}, .song = 2});
  library.add({.artists = {"A"}, .song = 3});
  library.serve(0, 7);
  library.serve(2, 27.9);
  library.serve(3, 28.1);
  const Numbers all{0, 1, 2, 3};
  const Filtered served = filter("filtering.served", {}, library, all);
  CHECK(served.kept == Numbers{3});
  CHECK(served.reasons ==
        std::map<std::int32_t, std::string>{{0, "served 7 days ago"},
                                            {1, "served 7 days ago"},  // another version of track 0
                                            {2, "served 3 weeks ago"}});
  CHECK(filter("filtering.served", {{"by", "track"}}, library, all).kept == Numbers{1, 3});
  CHECK(filter("filtering.served", {{"days", 7.0}}, library, all).kept == Numbers{2, 3});
  CHECK(filter("filtering.served", {{"days", 0.0}}, library, all).kept == all);
}

TEST_CASE("filtering.per_artist keeps the first of each artist", "[filtering]") {
  TinyLibrary library;
  for (const char* artist : {"A", "A", "B", "A", "B", "B"}) library.add({.artists = {artist}});
  library.add({.artists = {}});
  library.add({.artists = {}});
  const Filtered two =
      filter("filtering.per_artist", {{"max", 2.0}}, library, {3, 1, 0, 2, 4, 5, 6, 7});
  CHECK(two.kept == Numbers{3, 1, 2, 4, 6, 7});
  CHECK(two.reasons == std::map<std::int32_t, std::string>{{0, "more than 2 of this artist"},
                                                           {5, "more than 2 of this artist"}});
  CHECK(filter("filtering.per_artist", {{"max", 1.0}}, library, {6, 7, 0, 1}).kept ==
        Numbers{6, 7, 0});
}

TEST_CASE("filtering.duration keeps lengths between its bounds, both included", "[filtering]") {
  TinyLibrary library;
  for (const std::int32_t ms : {29'999, 30'000, 600'000, 600'001, kNoInt}) {
    library.add({.artists = {"A"}, .duration_ms = ms});
  }
  const engine::Arguments bounds{{"min_seconds", 30.0}, {"max_seconds", 600.0}};
  const Filtered kept = filter("filtering.duration", bounds, library, {0, 1, 2, 3, 4});
  CHECK(kept.kept == Numbers{1, 2, 4});
  CHECK(kept.reasons.at(0) == "shorter than 30 seconds");
  CHECK(kept.reasons.at(3) == "longer than 600 seconds");
  CHECK(kept.notices ==
        std::vector<std::string>{"duration_ms is not known for 1 of 5 candidates: kept"});

  engine::Arguments dropping = bounds;
  dropping.emplace_back("missing", "drop");
  const Filtered dropped = filter("filtering.duration", dropping, library, {0, 1, 2, 3, 4});
  CHECK(dropped.kept == Numbers{1, 2});
  CHECK(dropped.reasons.at(4) == "duration_ms is not known");
  CHECK(filter("filtering.duration", {{"min_seconds", 30.0}}, library, {0, 3}).kept == Numbers{3});
  CHECK_THROWS_WITH(
      filter("filtering.duration", {{"min_seconds", 9.0}, {"max_seconds", 3.0}}, library, {0}),
      Catch::Contains("filtering.duration") && Catch::Contains("min_seconds 9 is above"));
}

TEST_CASE("filtering.range keeps values between its bounds, whatever the column's type",
          "[filtering]") {
  TinyLibrary library;
  for (const float energy : {0.2f, 0.4f, 0.8f, 0.9f, kNoFloat}) {
    library.add({.artists = {"A"}, .year = 1960 + static_cast<int>(energy * 10), .energy = energy});
  }
  const Numbers all{0, 1, 2, 3, 4};
  const engine::Arguments bounds{{"field", "energy"}, {"min", 0.4}, {"max", 0.8}};
  const Filtered kept = filter("filtering.range", bounds, library, all);
  CHECK(kept.kept == Numbers{1, 2, 4});  // 0.4f and 0.8f are within
  CHECK(kept.reasons ==
        std::map<std::int32_t, std::string>{{0, "energy below 0.4"}, {3, "energy above 0.8"}});
  CHECK(kept.notices ==
        std::vector<std::string>{"energy is not known for 1 of 5 candidates: kept"});

  engine::Arguments dropping = bounds;
  dropping.emplace_back("missing", "drop");
  const Filtered dropped = filter("filtering.range", dropping, library, all);
  CHECK(dropped.kept == Numbers{1, 2});
  CHECK(dropped.reasons.at(4) == "energy is not known");

  CHECK(filter("filtering.range", {{"1", "year"}, {"max", 1964.0}}, library, {0, 1, 2, 3}).kept ==
        Numbers{0, 1});
  CHECK(filter("filtering.range", {{"field", "energy"}}, library, all).kept == all);
  CHECK_THROWS_WITH(filter("filtering.range", {{"field", "title"}}, library, all),
                    Catch::Contains("filtering.range") && Catch::Contains("title is text"));
  CHECK_THROWS_WITH(
      filter("filtering.range", {{"field", "energy"}, {"min", 2.0}, {"max", 1.0}}, library, all),
      Catch::Contains("filtering.range") && Catch::Contains("min 2 is above max 1"));
}

TEST_CASE("filtering.explicit drops what is marked, unless allowed", "[filtering]") {
  TinyLibrary library;
  for (const std::uint8_t mark : {0, 1, 255}) {
    library.add({.artists = {"A"}, .is_explicit = mark});
  }
  const Filtered clean = filter("filtering.explicit", {}, library, {0, 1, 2});
  CHECK(clean.kept == Numbers{0, 2});
  CHECK(clean.reasons.at(1) == "marked explicit");
  CHECK(filter("filtering.explicit", {{"allow", true}}, library, {0, 1, 2}).kept ==
        Numbers{0, 1, 2});
}

TEST_CASE("filtering.tag keeps and drops by tags, an untagged track by its artist's",
          "[filtering][tags]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .tags = {"rock"}});
  library.add({.artists = {"A"}, .tags = {"rock", "ballad"}});
  library.add({.artists = {"B"}, .tags = {"jazz"}});
  library.add({.artists = {"C"}});
  library.add({.artists = {"D"}});
  library.tag_artist("C", "rock", 2);
  library.tag_artist("C", "ballad", 0.9f);  // less than half as strong: not C's
  const Numbers all = {0, 1, 2, 3, 4};
  const Filtered rock =
      filter("filtering.tag",
             {{"any", engine::ArgumentList{std::string("Rock")}}, {"none", std::string("ballad")}},
             library, all);
  CHECK(rock.kept == Numbers{0, 3});
  CHECK(rock.reasons == std::map<std::int32_t, std::string>{{1, "has the tag ballad"},
                                                            {2, "has none of the tags Rock"},
                                                            {4, "a tag is not known"}});
  CHECK(rock.notices ==
        std::vector<std::string>{"a tag is not known for 1 of 5 candidates: dropped"});
  CHECK(filter("filtering.tag", {{"1", std::string("jazz")}, {"missing", std::string("keep")}},
               library, all)
            .kept == Numbers{2, 4});
  CHECK(filter("filtering.tag", {{"none", std::string("rock")}}, library, all).kept ==
        Numbers{2, 4});
  const Filtered mistaken = filter("filtering.tag", {{"1", std::string("rokc")}}, library, all);
  CHECK(mistaken.kept.empty());
  CHECK(mistaken.notices.front() == "no track here has the tag \"rokc\"; did you mean rock?");
}
