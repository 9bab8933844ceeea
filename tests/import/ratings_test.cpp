// Ratings that an export tells: rows of the log of feedback, each word once.
#include <catch2/catch.hpp>

#include "library/feedback.hpp"
#include "library/imports.hpp"
#include "store/feedback.hpp"
#include "support/import_run.hpp"

using engine::FeedbackRow;
using engine::FeedbackSubject;
using engine::Verdict;
using engine::import::BucketCounts;
using test::DirectImport;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

test::Row rated(const std::string& title, const std::string& rating, const std::string& ts = "") {
  test::Row row = {{"title", title}, {"artist", "A"}, {"rating", rating}};
  if (!ts.empty()) row.emplace_back("ts", ts);
  return row;
}

}  // namespace

TEST_CASE("ratings of tracks, albums and artists are feedback", "[import][ratings]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("library.db"));
  const auto result = import.file("rateyourmusic", "1", "ratings",
                                  {rated("One", "4.5", "1600000000"),
                                   {{"artist", "A"}, {"album", "X"}, {"rating", "3"}},
                                   {{"artist", "B"}, {"rating", "5"}},
                                   {{"artist", "B"}, {"rating", "0"}},
                                   {{"rating", "2"}}});
  CHECK(result.buckets == BucketCounts{{"new", 3}, {"unmatched", 2}});
  const auto rows = engine::feedback_of(import.store(), 1);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].subject == FeedbackSubject::kTrack);
  CHECK(rows[0].rating == 4.5);
  CHECK(rows[0].ts == 1'600'000'000);
  CHECK(rows[0].origin == "rateyourmusic");
  CHECK(rows[1].subject == FeedbackSubject::kAlbum);
  CHECK(rows[1].name == "X");
  CHECK(rows[1].ts == 0);  // not told
  CHECK(rows[2].subject == FeedbackSubject::kArtist);
  for (const FeedbackRow& row : rows) CHECK(row.verdict == Verdict::kRate);
}

TEST_CASE("a rating told again is no second word, another one is", "[import][ratings]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("library.db"), "ann", kNow);
  import.file("navidrome", "1", "ratings", {rated("One", "4"), rated("Two", "2", "1600000000")});
  const auto again =
      import.file("navidrome", "2", "ratings",
                  {rated("One", "4"), rated("Two", "1", "1500000000"), rated("One", "5")});
  CHECK(again.buckets == BucketCounts{{"duplicate", 2}, {"updated", 1}});
  // Another service's word stands beside it.
  CHECK(import.file("itunes", "3", "ratings", {rated("One", "4")}).buckets ==
        BucketCounts{{"new", 1}});
  const auto rows = engine::feedback_of(import.store(), 1);
  REQUIRE(rows.size() == 4);
  CHECK(rows[2].rating == 5);
  CHECK(rows[2].ts == kNow);  // the file gives no date
}

TEST_CASE("ratings go with the import that told them", "[import][ratings]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("library.db"), "ann", kNow);
  import.file("navidrome", "1", "ratings", {rated("One", "4")});
  import.file("itunes", "2", "ratings", {rated("One", "4")});
  import.file("navidrome", "3", "ratings", {rated("One", "5")});
  import.finish();
  engine::library::undo_imports(import.store(), {3});
  const auto rows = engine::feedback_of(import.store(), 1);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].rating == 4);
  CHECK(rows[1].origin == "itunes");
}
