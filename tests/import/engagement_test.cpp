#include <catch2/catch.hpp>

#include "support/import_run.hpp"
#include "support/small_store.hpp"
#include "support/source_run.hpp"

using engine::import::BucketCounts;
using test::DirectImport;

namespace {

std::string stored(const std::string& path) {
  const engine::Store store = engine::Store::open(path);
  std::string text;
  auto rows = store.prepare(
      "SELECT title, plays, likes, comments, skip_rate, completion, e.ts FROM engagement e "
      "JOIN tracks USING (track_id) ORDER BY title");
  for (rows.start(); rows.step();) {
    for (int column = 0; column < 7; ++column)
      text += std::string(column > 0 ? " " : "") +
              (rows.is_null(column) ? "-"
                                    : std::string(reinterpret_cast<const char*>(
                                          sqlite3_column_text(rows.handle(), column))));
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("what everybody did with a track is kept, the latest word on each number",
          "[engagement]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    DirectImport import(path, "ann", 1000);
    const auto file =
        import.file("tracks_csv", "h1", "engagement",
                    {{{"title", "One"}, {"artist", "A"}, {"plays", "10"}},
                     {{"title", "Two"}, {"artist", "A"}, {"likes", "3"}, {"skip_rate", "0.25"}},
                     {{"plays", "10"}}});
    CHECK(file.buckets == BucketCounts{{"new", 2}, {"unmatched", 1}});
  }
  CHECK(stored(path) == "One 10.0 - - - - 1000\nTwo - 3.0 - 0.25 - 1000\n");
  {
    DirectImport import(path, "ann", 2000);
    const auto file =
        import.file("tracks_csv", "h2", "engagement",
                    {{{"title", "One"}, {"artist", "A"}, {"plays", "10"}},
                     {{"title", "Two"}, {"artist", "A"}, {"likes", "4"}, {"comments", "1"}}});
    CHECK(file.buckets == BucketCounts{{"duplicate", 1}, {"updated", 1}});
  }
  CHECK(stored(path) == "One 10.0 - - - - 1000\nTwo - 4.0 1.0 0.25 - 2000\n");
}

TEST_CASE("a table of ids and counts is imported as engagement", "[engagement]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  const std::string csv = test::write_file(folder.file("counts.csv"),
                                           "isrc,streams,upvotes,comment_count,skip_rate\n"
                                           "GBAYE0000351,1000,20,3,0.5\n"
                                           "GBAYE0000352,5,,,1.5\n"
                                           "GBAYE0000353,,,,\n"
                                           "GBAYE0000354,many,,,\n");
  const auto result = engine::import::import_paths(test::import_options(path, {csv}));
  REQUIRE(result.files.size() == 1);
  CHECK(result.files[0].format == "tracks_csv");
  CHECK(result.files[0].buckets == BucketCounts{{"new", 3}, {"malformed", 1}});
  const engine::Store store = engine::Store::open(path);
  CHECK(store.integer("SELECT count(*) FROM engagement") == 2);
  CHECK(store.integer("SELECT plays FROM engagement JOIN track_ids USING (track_id) "
                      "WHERE id = 'GBAYE0000351'") == 1000);
  CHECK(store.integer("SELECT likes FROM engagement JOIN track_ids USING (track_id) "
                      "WHERE id = 'GBAYE0000351'") == 20);
  // A share of 1.5 cannot be: left out, the rest stays.
  CHECK(store.integer("SELECT count(*) FROM engagement WHERE plays = 5 AND skip_rate IS NULL") ==
        1);
}
