#include "import/embeddings.hpp"

#include <cstring>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/track_id_text.hpp"
#include "store/store.hpp"
#include "support/import_run.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

using engine::Error;
using engine::import::BucketCounts;
using engine::import::EmbeddingOptions;
using engine::import::FileResult;
using engine::import::read_track_id;
using engine::import::TrackIdText;

namespace {

const std::string kSpotify = "4uLU6hMCjMI75M1A2tKUQC",
                  kUuid = "f980fc14-e29b-481d-ad3a-5ed9b4ab6340";

/// Three tracks: 10 has a Spotify id, 11 an MBID and an ISRC, 12 nothing but its number.
void add_tracks(test::SmallStore& store) {
  store.change(
      "INSERT INTO tracks (track_id, title, in_catalogue) VALUES (10, 'a', 1), (11, 'b', 1), "
      "(12, 'c', 1);"
      "INSERT INTO track_ids VALUES (1, '" +
      kSpotify + "', 10, 1), (3, '" + kUuid + "', 11, 1), (2, 'GBAYE0000351', 11, 1);");
}

EmbeddingOptions options_for(const std::string& store, const std::string& path,
                             const std::string& ids = "", const std::string& space = "clap") {
  EmbeddingOptions options;
  options.store_path = store;
  options.path = path;
  options.ids_path = ids;
  options.space = space;
  options.now = 1'700'000'000;
  return options;
}

FileResult take(const EmbeddingOptions& options) {
  const auto result = engine::import::import_embeddings(options);
  REQUIRE(result.files.size() == 1);
  const FileResult file = result.files[0];
  CHECK(test::sum(file.buckets) == file.rows);
  const engine::Store store = engine::Store::open(options.store_path);
  CHECK(store.integer("SELECT ifnull(sum(last - first + 1), 0) FROM ingestion_rows r JOIN "
                      "ingestions i USING (ingestion_id) WHERE format = 'embeddings' AND "
                      "i.ingestion_id = (SELECT max(ingestion_id) FROM ingestions)") == file.rows);
  CHECK(store.integer("SELECT is_complete FROM ingestions ORDER BY ingestion_id DESC LIMIT 1") ==
        1);
  return file;
}

std::string npy_of(std::size_t rows, std::size_t columns, const std::vector<float>& values) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                             std::to_string(rows) + ", " + std::to_string(columns) + "), }\n";
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  return file + header +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

template <class Action>
std::string text_of_error(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.text();
  }
  return "no error";
}

}  // namespace

TEST_CASE("ids of tracks are told apart by their form", "[embeddings]") {
  using Kind = TrackIdText::Kind;
  const auto is = [](const std::string& text, Kind kind, const std::string& plain) {
    const TrackIdText id = read_track_id(text);
    CAPTURE(text);
    CHECK(id.kind == kind);
    CHECK(id.text == plain);
  };
  is(kSpotify, Kind::kSpotify, kSpotify);
  is("spotify:track:" + kSpotify, Kind::kSpotify, kSpotify);
  is("https://open.spotify.com/track/" + kSpotify + "?si=abc", Kind::kSpotify, kSpotify);
  is("https://open.spotify.com/intl-de/track/" + kSpotify, Kind::kSpotify, kSpotify);
  is("F980FC14-E29B-481D-AD3A-5ED9B4AB6340", Kind::kMbid, kUuid);
  is("https://musicbrainz.org/recording/" + kUuid, Kind::kMbid, kUuid);
  is(" gb-aye-00-00351 ", Kind::kIsrc, "GBAYE0000351");
  is("", Kind::kNone, "");
  is("spotify:album:" + kSpotify, Kind::kNone, "");
  is("-5", Kind::kNone, "");
  is("0", Kind::kNone, "");
  is("99999999999999999999", Kind::kNone, "");
  is("no id at all", Kind::kNone, "");
  CHECK(read_track_id("42").number == 42);
}

TEST_CASE("every row of a matrix lands in one bucket, and again adds nothing", "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const std::string vectors =
      test::write_file(folder.file("v.npy"), npy_of(6, 2, {1, 2, 3, 4, 0, 0, 5, 6, NAN, 1, 7, 8}));
  const std::string ids =
      test::write_file(folder.file("ids.txt"), "spotify:track:" + kSpotify + "\n" + kUuid +
                                                   "\r\n12\n7ouMYWpwJ422jRcDASZB7P\n12\nwhat\n");
  const EmbeddingOptions options = options_for(store.path(), vectors, ids);
  const FileResult first = take(options);
  CHECK(first.rows == 6);
  CHECK(first.buckets == BucketCounts{{"new", 2}, {"malformed", 3}, {"unmatched", 1}});
  CHECK(first.examples ==
        std::vector<std::string>{"record 3: malformed: its vector is all zeros",
                                 "record 5: malformed: its vector holds a value that is not finite",
                                 "record 6: malformed: its id is of no known kind"});
  const auto tables = store.as_of(1'700'000'000);
  CHECK(test::as_text(*tables->embedding("clap")) == "1 2\n3 4\n- -\n");
  CHECK(take(options).buckets ==
        BucketCounts{{"duplicate", 2}, {"malformed", 3}, {"unmatched", 1}});
  const engine::Store opened = engine::Store::open(store.path());
  CHECK(opened.integer("SELECT count(*) FROM embeddings") == 2);
  CHECK(opened.integer("SELECT count(*) FROM ingestions") == 1);
}

TEST_CASE("vectors come as JSON lines too, and take the place of others", "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const std::string lines = test::write_file(
      folder.file("v.jsonl"), "{\"id\": \"" + kSpotify + "\", \"embedding\": [1, 0.5]}\n" +
                                  "{\"isrc\": \"GBAYE0000351\", \"vector\": [2, 3]}\n\n" +
                                  "{\"track_id\": 12, \"vector\": [1e999, 3]}\n" +
                                  "{\"track_id\": 12, \"vector\": [1e99, 3]}\n" +
                                  "{\"track_id\": 12, \"vector\": [1, 2, 3]}\n" +
                                  "{\"track_id\": 12, \"vector\": [1, \"2\"]}\n" +
                                  "{\"track_id\": 12}\n[1, 2]\n{\"vector\": [1, 2]}\n" +
                                  "{\"track_id\": 999, \"vector\": [1, 2]}\n" + "{\"mbid\": \"" +
                                  kUuid + "\", \"vector\": [8, 9]}");
  const FileResult file = take(options_for(store.path(), lines, "", "mert"));
  CHECK(
      file.buckets ==
      BucketCounts{{"new", 2}, {"replaced", 1}, {"empty", 1}, {"unmatched", 1}, {"malformed", 7}});
  CHECK(test::as_text(*store.as_of(1'700'000'000)->embedding("mert")) == "1 0.5\n8 9\n- -\n");
}

TEST_CASE("a track that came later gets its vector when the file is imported again",
          "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const EmbeddingOptions options = options_for(
      store.path(), test::write_file(folder.file("v.jsonl"), "{\"id\": 20, \"vector\": [1, 2]}\n"));
  CHECK(take(options).buckets == BucketCounts{{"unmatched", 1}});
  store.change("INSERT INTO tracks (track_id, title, in_catalogue) VALUES (20, 'd', 1)");
  CHECK(take(options).buckets == BucketCounts{{"new", 1}});
}

TEST_CASE("vectors are seen with their track, which a listen at a later time brings",
          "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  store.change(
      "INSERT INTO tracks (track_id, title) VALUES (30, 'later');"
      "INSERT INTO listens VALUES (1, 5000, 30, 100000, 0, NULL, 1);");
  const TemporaryFolder folder;
  take(options_for(store.path(), test::write_file(folder.file("v.jsonl"),
                                                  "{\"id\": 30, \"vector\": [1, 2]}\n"
                                                  "{\"id\": 10, \"vector\": [3, 4]}\n")));
  CHECK(test::as_text(*store.as_of(4999)->embedding("clap")) == "3 4\n- -\n- -\n");
  CHECK(test::as_text(*store.as_of(6000)->embedding("clap")) == "3 4\n- -\n- -\n1 2\n");
}

TEST_CASE("embeddings that do not fit are refused, with what to do", "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const std::string vectors = test::write_file(folder.file("v.npy"), npy_of(2, 2, {1, 2, 3, 4}));
  const std::string ids = test::write_file(folder.file("ids.txt"), "10\n");
  const auto refusal = [&](const EmbeddingOptions& options) {
    return text_of_error([&] { engine::import::import_embeddings(options); });
  };
  CHECK_THAT(refusal(options_for(store.path(), vectors, ids)),
             Catch::Contains("it has 1 lines") && Catch::Contains("has 2 rows"));
  CHECK_THAT(refusal(options_for(store.path(), vectors)), Catch::Contains("add --ids FILE"));
  CHECK_THAT(refusal(options_for(store.path(), vectors, ids, "audio")),
             Catch::Contains("made from the audio features"));
  CHECK_THAT(refusal(options_for(store.path(), vectors, ids, "No Space")),
             Catch::Contains("cannot be the name of a space"));
  CHECK_THAT(refusal(options_for(store.path(), folder.file("none.npy"), ids)),
             Catch::Contains("none.npy"));
  CHECK_THAT(refusal(options_for(store.path(), ids, ids)), Catch::Contains("leave --ids away"));
  const engine::Store opened = engine::Store::open(store.path());
  CHECK(opened.integer("SELECT count(*) FROM embeddings") == 0);
  CHECK(opened.integer("SELECT count(*) FROM ingestions") == 0);
}

TEST_CASE("all vectors of a space have one length", "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const auto file = [&](const std::string& vector) {
    return test::write_file(folder.file("v.jsonl"), "{\"id\": 10, \"vector\": " + vector + "}\n");
  };
  CHECK(take(options_for(store.path(), file("[1, 2]"))).buckets == BucketCounts{{"new", 1}});
  const FileResult other = take(options_for(store.path(), file("[1, 2, 3]")));
  CHECK(other.buckets == BucketCounts{{"malformed", 1}});
  CHECK(other.examples == std::vector<std::string>{
                              "record 1: malformed: its vector has 3 numbers, those of the space "
                              "clap have 2"});
  CHECK(take(options_for(store.path(), file("[1, 2, 3]"), "", "mert")).buckets ==
        BucketCounts{{"new", 1}});
}

TEST_CASE("a reading that is stopped keeps the vectors before it, and is gone on with",
          "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  std::string lines;
  for (int k = 0; k < 400'000; ++k)
    lines += "{\"id\": 10, \"vector\": [1, " + std::to_string(k) + "]}\n";
  EmbeddingOptions options =
      options_for(store.path(), test::write_file(folder.file("v.jsonl"), lines));
  options.limits.wall_seconds = 0.2;
  CHECK_THAT(text_of_error([&] { engine::import::import_embeddings(options); }),
             Catch::Contains("stopped") && Catch::Contains("v.jsonl"));
  {
    const engine::Store opened = engine::Store::open(store.path());
    CHECK(opened.integer("SELECT count(*) FROM ingestions WHERE is_complete") == 0);
    CHECK(opened.integer("SELECT count(*) FROM ingestions WHERE records_done % 4096 <> 0") == 0);
    CHECK(opened.check().empty());
  }
  options.limits = engine::import::kImportLimits;
  CHECK(take(options).rows == 400'000);
}

TEST_CASE("a dry run of embeddings writes nothing", "[embeddings]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  EmbeddingOptions options = options_for(
      store.path(), test::write_file(folder.file("v.jsonl"), "{\"id\": 10, \"vector\": [1, 2]}\n"));
  options.is_dry_run = true;
  const auto result = engine::import::import_embeddings(options);
  CHECK(result.files.at(0).buckets == BucketCounts{{"new", 1}});
  CHECK(engine::Store::open(store.path()).integer("SELECT count(*) FROM embeddings") == 0);
}
