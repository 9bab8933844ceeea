// Vectors of tracks and prompts with theirs, from files to the store, through the sources.
#include <chrono>
#include <csignal>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/import.hpp"
#include "library/merge.hpp"
#include "store/store.hpp"
#include "support/import_run.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

using engine::Error;
using engine::import::BucketCounts;
using engine::import::FileResult;
using engine::import::ImportOptions;
using engine::import::ImportResult;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kSpotify = "4uLU6hMCjMI75M1A2tKUQC",
                  kUuid = "f980fc14-e29b-481d-ad3a-5ed9b4ab6340";

/// Three tracks: 10 has a Spotify id, 11 an MBID and an ISRC, 12 nothing but its number. ann is
/// user 1.
void add_tracks(test::SmallStore& store) {
  store.change(
      "INSERT INTO tracks (track_id, title, in_catalogue) VALUES (10, 'a', 1), (11, 'b', 1), "
      "(12, 'c', 1);"
      "INSERT INTO track_ids VALUES (1, '" +
      kSpotify + "', 10, 1), (3, '" + kUuid + "', 11, 1), (2, 'GBAYE0000351', 11, 1);");
}

/// A store and a folder of files for it.
struct Bench {
  test::SmallStore store;
  TemporaryFolder folder;
  Bench() { add_tracks(store); }

  ImportOptions options(const std::string& name, const std::string& content) {
    ImportOptions options =
        test::import_options(folder.file("x"), {test::write_file(folder.file(name), content)});
    options.store_path = store.path();
    options.now = kNow;
    return options;
  }
  /// Imports one file whose every record must be accounted for.
  FileResult take(const ImportOptions& options) {
    const ImportResult result = engine::import::import_paths(options);
    REQUIRE(result.files.size() == 1);
    const FileResult& file = result.files[0];
    CHECK(file.error == "");
    CHECK(test::sum(file.buckets) == file.rows);
    if (options.is_dry_run) return file;
    const engine::Store opened = engine::Store::open(options.store_path);
    CHECK(opened.integer("SELECT ifnull(sum(last - first + 1), 0) FROM ingestion_rows r JOIN "
                         "ingestions i USING (ingestion_id) WHERE i.ingestion_id = (SELECT "
                         "max(ingestion_id) FROM ingestions)") == file.rows);
    CHECK(opened.integer("SELECT min(is_complete) FROM ingestions") == 1);
    return file;
  }
  FileResult take(const std::string& name, const std::string& content) {
    return take(options(name, content));
  }
  std::int64_t integer(const std::string& sql) const {
    return engine::Store::open(store.path()).integer(sql);
  }
  std::string vectors(const std::string& space) {
    return test::as_text(*store.as_of(kNow)->embedding(space.c_str()));
  }
};

/// "user track ts text" of every prompt, in the order in which they came.
std::string prompts_of(const std::string& path) {
  const engine::Store store = engine::Store::open(path);
  std::string text;
  auto rows = store.prepare(
      "SELECT ifnull(name, '-'), ifnull(track_id, '-'), ts, text FROM prompts "
      "LEFT JOIN users USING (user_id) ORDER BY prompt_id");
  while (rows.step()) {
    for (int column = 0; column < 4; ++column)
      text += std::string(column > 0 ? " " : "") +
              reinterpret_cast<const char*>(sqlite3_column_text(rows.handle(), column));
    text += "\n";
  }
  return text;
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

std::string many_vectors(int count) {
  std::string lines;
  for (int k = 0; k < count; ++k)
    lines += "{\"id\": 10, \"vector\": [1, " + std::to_string(k) + "]}\n";
  return lines;
}

}  // namespace

// ---- vectors of tracks --------------------------------------------------------------------------

TEST_CASE("every row of a matrix lands in one bucket, and again adds nothing", "[vectors]") {
  Bench bench;
  ImportOptions options =
      bench.options("v.npy", npy_of(6, 2, {1, 2, 3, 4, 0, 0, 5, 6, NAN, 1, 7, 8}));
  options.ids_path = test::write_file(
      bench.folder.file("ids.txt"),
      "spotify:track:" + kSpotify + "\n" + kUuid + "\r\n12\n7ouMYWpwJ422jRcDASZB7P\n12\nwhat\n");
  const FileResult first = bench.take(options);
  CHECK(first.format == "embeddings");
  CHECK(first.buckets == BucketCounts{{"new", 2}, {"malformed", 3}, {"unmatched", 1}});
  CHECK(first.examples ==
        std::vector<std::string>{"record 3: malformed: its vector is all zeros",
                                 "record 5: malformed: its vector holds a value that is not finite",
                                 "record 6: malformed: its id is of no known kind"});
  CHECK(first.notes == std::vector<std::string>{"space clap, vectors of 2"});
  CHECK(bench.vectors("clap") == "1 2\n3 4\n- -\n");
  const std::int64_t version = engine::Store::open(bench.store.path()).data_version();
  CHECK(bench.take(options).buckets ==
        BucketCounts{{"duplicate", 2}, {"malformed", 3}, {"unmatched", 1}});
  CHECK(bench.integer("SELECT count(*) FROM embeddings") == 2);
  CHECK(bench.integer("SELECT count(*) FROM ingestions") == 1);
  CHECK(engine::Store::open(bench.store.path()).data_version() == version);
}

TEST_CASE("the file of ids is a part of what a matrix says", "[vectors]") {
  Bench bench;
  ImportOptions options = bench.options("v.npy", npy_of(1, 2, {1, 2}));
  for (const char* track : {"10", "11"}) {
    options.ids_path = test::write_file(bench.folder.file("ids.txt"), track);
    CHECK(bench.take(options).buckets == BucketCounts{{"new", 1}});
  }
  CHECK(bench.vectors("clap") == "1 2\n1 2\n- -\n");
}

TEST_CASE("vectors come as JSON lines too, and take the place of others", "[vectors]") {
  Bench bench;
  ImportOptions options =
      bench.options("v.jsonl", "{\"id\": \"" + kSpotify + "\", \"embedding\": [1, 0.5]}\n" +
                                   "{\"isrc\": \"GBAYE0000351\", \"vector\": [2, 3]}\n\n" +
                                   "{\"track_id\": 12, \"vector\": [1e99, 3]}\n" +
                                   "{\"track_id\": 12, \"vector\": [1, 2, 3]}\n" +
                                   "{\"track_id\": 12, \"vector\": []}\n" +
                                   "{\"track_id\": 999, \"vector\": [1, 2]}\n" + "{\"mbid\": \"" +
                                   kUuid + "\", \"vector\": [8, 9]}");
  options.space = "mert";
  const FileResult file = bench.take(options);
  CHECK(file.buckets ==
        BucketCounts{{"new", 2}, {"updated", 1}, {"unmatched", 1}, {"malformed", 3}});
  CHECK(file.examples == std::vector<std::string>{
                             "record 3: malformed: its vector holds a value that is not finite",
                             "record 4: malformed: its vector has 3 numbers, those of the space "
                             "mert have 2",
                             "record 5: malformed: it has no vector"});
  CHECK(bench.vectors("mert") == "1 0.5\n8 9\n- -\n");
}

TEST_CASE("a track that came later gets its vector when the file is imported again", "[vectors]") {
  Bench bench;
  const auto again = [&] { return bench.take("v.jsonl", "{\"id\": 20, \"vector\": [1, 2]}\n"); };
  CHECK(again().buckets == BucketCounts{{"unmatched", 1}});
  bench.store.change("INSERT INTO tracks (track_id, title, in_catalogue) VALUES (20, 'd', 1)");
  CHECK(again().buckets == BucketCounts{{"new", 1}});
}

TEST_CASE("the vectors imported last are those that count", "[vectors]") {
  Bench bench;
  const std::string first = "{\"id\": 10, \"vector\": [1, 2]}\n",
                    second = "{\"id\": 10, \"vector\": [3, 4]}\n";
  CHECK(bench.take("1.jsonl", first).buckets == BucketCounts{{"new", 1}});
  CHECK(bench.take("2.jsonl", second).buckets == BucketCounts{{"updated", 1}});
  CHECK(bench.take("1.jsonl", first).buckets == BucketCounts{{"updated", 1}});
  CHECK(bench.vectors("clap") == "1 2\n- -\n- -\n");
  // The same within one import.
  ImportOptions options = bench.options("a.jsonl", first);
  options.paths = {options.paths[0], test::write_file(bench.folder.file("b.jsonl"), second),
                   test::write_file(bench.folder.file("c.jsonl"), first)};
  engine::import::import_paths(options);
  CHECK(bench.vectors("clap") == "1 2\n- -\n- -\n");
}

TEST_CASE("vectors are seen with their track, which a listen at a later time brings", "[vectors]") {
  Bench bench;
  bench.store.change(
      "INSERT INTO tracks (track_id, title) VALUES (30, 'later');"
      "INSERT INTO listens VALUES (1, 5000, 30, 100000, 0, NULL, 1);");
  bench.take("v.jsonl",
             "{\"id\": 30, \"vector\": [1, 2]}\n"
             "{\"id\": 10, \"vector\": [3, 4]}\n");
  CHECK(test::as_text(*bench.store.as_of(4999)->embedding("clap")) == "3 4\n- -\n- -\n");
  CHECK(test::as_text(*bench.store.as_of(6000)->embedding("clap")) == "3 4\n- -\n- -\n1 2\n");
}

TEST_CASE("a catalogue and the vectors of its tracks may come at once", "[vectors]") {
  Bench bench;
  ImportOptions options =
      bench.options("1.csv", "track_id,track_name,artists,duration_ms,energy\n" +
                                 std::string(21, '0') + "7,Song,Artist,200000,0.5\n");
  options.paths.push_back(
      test::write_file(bench.folder.file("2.jsonl"),
                       "{\"id\": \"" + std::string(21, '0') + "7\", \"embedding\": [1, 2]}\n"));
  const ImportResult result = engine::import::import_paths(options);
  CHECK(result.is_good());
  CHECK(result.buckets() == BucketCounts{{"new", 2}});
}

TEST_CASE("embeddings that do not fit are refused, with what to do", "[vectors]") {
  Bench bench;
  const auto refusal = [](const ImportOptions& options) {
    std::string text;
    const std::string thrown = text_of_error([&] {
      const ImportResult result = engine::import::import_paths(options);
      CHECK_FALSE(result.is_good());
      text = import_text(result);
    });
    return text.empty() ? thrown : text;
  };
  ImportOptions options = bench.options("v.npy", npy_of(2, 2, {1, 2, 3, 4}));
  CHECK_THAT(refusal(options),
             Catch::Contains("a matrix of numpy.save") && Catch::Contains("--ids FILE"));
  options.source = "embeddings";
  CHECK_THAT(refusal(options), Catch::Contains("add --ids FILE"));
  options.ids_path = bench.folder.file("none.txt");
  CHECK_THAT(refusal(options), Catch::Contains("none.txt"));
  options.ids_path = test::write_file(bench.folder.file("ids.txt"), "10\n");
  CHECK_THAT(refusal(options),
             Catch::Contains("ids.txt has 1 lines") && Catch::Contains("has 2 rows"));
  for (const auto& [space, why] :
       {std::pair{"audio", "made from the audio features"}, {"No Space", "cannot be the name"}}) {
    options.space = space;
    CHECK_THAT(refusal(options), Catch::Contains(why));
  }
  CHECK(bench.integer("SELECT count(*) FROM embeddings") == 0);
  CHECK(bench.integer("SELECT count(*) FROM ingestions") == 0);
}

TEST_CASE("all vectors of a space have one length", "[vectors]") {
  Bench bench;
  const std::string two = "{\"id\": 10, \"vector\": [1, 2]}\n",
                    three = "{\"id\": 10, \"vector\": [1, 2, 3]}\n";
  CHECK(bench.take("v.jsonl", two).buckets == BucketCounts{{"new", 1}});
  const FileResult other = bench.take("w.jsonl", three);
  CHECK(other.buckets == BucketCounts{{"malformed", 1}});
  CHECK(other.examples == std::vector<std::string>{
                              "record 1: malformed: its vector has 3 numbers, those of the space "
                              "clap have 2"});
  ImportOptions mert = bench.options("w.jsonl", three);
  mert.space = "mert";
  CHECK(bench.take(mert).buckets == BucketCounts{{"new", 1}});
}

TEST_CASE("options of vectors that say nothing of a file are told", "[vectors]") {
  Bench bench;
  ImportOptions options = bench.options("likes.csv", "title,artist,isrc\nA,B,GBAYE0000351\n");
  options.space = "mert";
  options.ids_path = test::write_file(bench.folder.file("ids.txt"), "10\n");
  const std::vector<std::string> notes = bench.take(options).notes;
  for (const char* option : {"--ids", "--space"}) {
    const std::string note = std::string(option) + " says nothing of this file and is not used";
    CHECK(std::count(notes.begin(), notes.end(), note) == 1);
  }
}

TEST_CASE("a reading that is stopped keeps the vectors before it, and is gone on with",
          "[vectors]") {
  Bench bench;
  ImportOptions options = bench.options("v.jsonl", many_vectors(400'000));
  options.limits.wall_seconds = 0.6;
  const ImportResult cut = engine::import::import_paths(options);
  REQUIRE(cut.files.size() <= 1);
  CHECK_FALSE(cut.is_good());
  CHECK(bench.integer("SELECT count(*) FROM ingestions WHERE is_complete") == 0);
  CHECK(engine::Store::open(bench.store.path()).check().empty());
  options.limits = engine::import::kImportLimits;
  CHECK(bench.take(options).rows == 400'000);
}

TEST_CASE("an import of vectors that was killed and repeated gives the same", "[vectors][kill]") {
  Bench bench;
  const ImportOptions options = bench.options("v.jsonl", many_vectors(150'000));
  std::mt19937 random(7);
  int killed = 0;
  for (int round = 0; round < 6; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        engine::import::import_paths(options);
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 600));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    CHECK(engine::Store::open(bench.store.path()).check().empty());
  }
  CHECK(killed > 0);
  CHECK(bench.take(options).rows == 150'000);
  CHECK(bench.vectors("clap") == "1 149999\n- -\n- -\n");
  CHECK(bench.integer("SELECT count(*) FROM ingestions") == 1);
}

TEST_CASE("a dry run of vectors and prompts writes nothing", "[vectors]") {
  Bench bench;
  for (const auto& [name, content] : {std::pair{"v.jsonl", "{\"id\": 10, \"vector\": [1, 2]}\n"},
                                      {"p.csv", "text,user\na,new\n"}}) {
    ImportOptions options = bench.options(name, content);
    options.is_dry_run = true;
    CHECK(bench.take(options).buckets == BucketCounts{{"new", 1}});
  }
  CHECK(bench.integer("SELECT count(*) FROM embeddings") == 0);
  CHECK(prompts_of(bench.store.path()).empty());
  CHECK(bench.integer("SELECT count(*) FROM users") == 1);
}

// ---- prompts ------------------------------------------------------------------------------------

TEST_CASE("every prompt lands in one bucket, and again adds nothing", "[prompts]") {
  Bench bench;
  const std::string lines =
      "{\"text\": \"dusty late night jazz\", \"user\": \"ann\", \"ts\": 1600000000}\n"
      "{\"text\": \" a slow\\n piano\\u0007\", \"track\": \"spotify:track:" +
      kSpotify +
      "\"}\n"
      "{\"text\": \"made from it\", \"user\": \"bob\", \"track\": \"GBAYE0000351\", \"time\": "
      "\"2020-09-13T12:26:40Z\"}\n"
      "\n"
      "{\"text\": \"whose\", \"user\": null}\n"
      "{\"text\": \"dusty late night jazz\", \"user\": \"ann\", \"ts\": 1600000000}\n"
      "{\"text\": \"dusty late night jazz\", \"user\": \"ann\", \"ts\": 1600000001}\n"
      "{\"text\": \"of nobody's track\", \"track\": \"7ouMYWpwJ422jRcDASZB7P\"}\n"
      "{\"text\": \"of no track\", \"track\": \"what is this\"}\n"
      "{\"text\": \" \\t\"}\n{\"text\": \"" +
      std::string(20'000, 'a') + "\"}\n";
  const FileResult first = bench.take("p.jsonl", lines);
  CHECK(first.format == "prompts");
  CHECK(first.buckets ==
        BucketCounts{{"new", 5}, {"duplicate", 1}, {"unmatched", 1}, {"malformed", 3}});
  CHECK(first.user == "ann");  // the only user there was
  CHECK(first.examples ==
        std::vector<std::string>{"record 8: malformed: its track is no id of a known kind",
                                 "record 9: malformed: it has no text",
                                 "record 10: malformed: its text is longer than 16384 bytes"});
  const std::string expected =
      "ann - 1600000000 dusty late night jazz\n"
      "- 10 1700000000 a slow piano\n"
      "bob 11 1600000000 made from it\n"
      "ann - 1700000000 whose\n"
      "ann - 1600000001 dusty late night jazz\n";
  CHECK(prompts_of(bench.store.path()) == expected);
  // A later import of it leaves those without a time where they were.
  const std::int64_t version = engine::Store::open(bench.store.path()).data_version();
  ImportOptions later = bench.options("p.jsonl", lines);
  later.now = kNow + 1000;
  CHECK(bench.take(later).buckets ==
        BucketCounts{{"duplicate", 6}, {"unmatched", 1}, {"malformed", 3}});
  CHECK(prompts_of(bench.store.path()) == expected);
  CHECK(engine::Store::open(bench.store.path()).data_version() == version);
  CHECK(bench.integer("SELECT count(*) FROM ingestions") == 1);
}

TEST_CASE("the user told is whose a prompt is that names nobody", "[prompts]") {
  Bench bench;
  ImportOptions options = bench.options("p.csv",
                                        "text,track,user\n"
                                        "calm,10,\n"
                                        "loud,,\n"
                                        "fast,,eve\n");
  options.user = "dan";
  CHECK(bench.take(options).user == "dan");
  CHECK(prompts_of(bench.store.path()) ==
        "dan 10 1700000000 calm\n"
        "dan - 1700000000 loud\n"
        "eve - 1700000000 fast\n");
  // Nobody is meant where there are several; nothing of the file is in then.
  bench.store.change(
      "INSERT INTO ingestions (user_id, path, hash, format, started_at) VALUES "
      "(1, 'p', 'h', 'f', 0)");
  CHECK_THAT(text_of_error([&] {
               engine::import::import_paths(
                   bench.options("q.csv", "text,track\nnew caption,10\nwhose,\n"));
             }),
             Catch::Contains("for whom?") && Catch::Contains("--user NAME"));
  CHECK_THAT(prompts_of(bench.store.path()), !Catch::Contains("new caption"));
}

TEST_CASE("captions are nobody's, whoever is in the store", "[prompts]") {
  Bench bench;
  const FileResult file = bench.take("p.csv", "text,track\ncalm,10\nloud,11\n");
  CHECK(file.user == "");
  CHECK(prompts_of(bench.store.path()) ==
        "- 10 1700000000 calm\n"
        "- 11 1700000000 loud\n");
}

TEST_CASE("prompts of an empty store are of the user me", "[prompts]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  ImportOptions options =
      test::import_options(path, {test::write_file(folder.file("p.csv"), "text\ncalm\n")});
  options.now = kNow;
  CHECK(engine::import::import_paths(options).user == "me");
  CHECK(prompts_of(path) == "me - 1700000000 calm\n");
}

TEST_CASE("vectors of prompts lie in the space of the tracks", "[prompts]") {
  Bench bench;
  const std::string calm = "{\"text\": \"calm\", \"ts\": 5, \"vector\": [1, 0]}\n";
  const FileResult first = bench.take("p.jsonl", calm + "{\"text\": \"loud\", \"ts\": 6}\n");
  CHECK(first.buckets == BucketCounts{{"new", 2}});
  CHECK(first.notes == std::vector<std::string>{"space clap, vectors of 2"});
  CHECK(bench.take("p.jsonl", calm + "{\"text\": \"loud\", \"ts\": 6, \"vector\": [0, 1]}\n")
            .buckets == BucketCounts{{"duplicate", 1}, {"updated", 1}});
  const FileResult other = bench.take("p.jsonl",
                                      "{\"text\": \"calm\", \"ts\": 5, \"vector\": [1, 0, 2]}\n"
                                      "{\"text\": \"calm\", \"ts\": 5, \"vector\": [2, 0]}\n");
  CHECK(other.buckets == BucketCounts{{"malformed", 1}, {"updated", 1}});
  CHECK(other.examples == std::vector<std::string>{
                              "record 1: malformed: its vector has 3 numbers, those of the space "
                              "clap have 2"});
  // The tracks' vectors must fit those of the prompts, too.
  CHECK(bench.take("v.jsonl", "{\"id\": 10, \"vector\": [1, 2, 3]}\n").buckets ==
        BucketCounts{{"malformed", 1}});
  // Another space is of another length; the first one stays.
  ImportOptions mert =
      bench.options("p.jsonl", "{\"text\": \"calm\", \"ts\": 5, \"vector\": [1, 0, 2]}\n");
  mert.space = "mert";
  CHECK(bench.take(mert).buckets == BucketCounts{{"updated", 1}});
  CHECK(bench.integer("SELECT count(*) FROM prompt_vectors WHERE space = 'clap'") == 2);
}

TEST_CASE("a file that is said to be one of prompts is read as one", "[prompts]") {
  Bench bench;
  const std::string lines = "{\"text\": \"calm\", \"mood\": \"x\"}\n";  // has a field of its own
  const ImportResult unknown = engine::import::import_paths(bench.options("p.jsonl", lines));
  CHECK(unknown.unrecognised.size() == 1);
  ImportOptions options = bench.options("p.jsonl", lines);
  options.source = "prompts";
  CHECK(bench.take(options).buckets == BucketCounts{{"new", 1}});
  options = bench.options("t.csv", "title,artist\na,b\n");
  options.source = "prompts";
  const ImportResult wrong = engine::import::import_paths(options);
  CHECK_FALSE(wrong.is_good());
  CHECK_THAT(import_text(wrong),
             Catch::Contains("this is no file of prompts") && Catch::Contains("title, artist"));
}

TEST_CASE("prompts are read in a worker under limits", "[prompts]") {
  Bench bench;
  std::string lines;
  for (int k = 0; k < 400'000; ++k) lines += "{\"text\": \"prompt " + std::to_string(k) + "\"}\n";
  ImportOptions options = bench.options("p.jsonl", lines);
  options.limits.wall_seconds = 0.05;
  const ImportResult result = engine::import::import_paths(options);
  CHECK_FALSE(result.is_good());
  CHECK_THAT(import_text(result), Catch::Contains("stopped"));
}

TEST_CASE("prompts and their vectors move with a merge and come back", "[prompts][merge]") {
  Bench bench;
  bench.take("p.jsonl", "{\"text\": \"calm\", \"ts\": 5, \"track\": 11, \"vector\": [1, 0]}\n");
  engine::Store opened = engine::Store::open(bench.store.path());
  const std::int64_t merge = engine::library::merge_tracks(opened, 10, 11, kNow);
  CHECK(opened.integer("SELECT track_id FROM prompts") == 10);
  engine::library::unmerge_tracks(opened, merge);
  CHECK(opened.integer("SELECT track_id FROM prompts") == 11);
  CHECK(opened.integer("SELECT count(*) FROM prompt_vectors JOIN prompts USING (prompt_id)") == 1);
  CHECK(opened.check().empty());
}

TEST_CASE("an import of prompts that was killed and repeated gives the same", "[prompts][kill]") {
  const TemporaryFolder folder;
  std::string lines;
  for (int k = 0; k < 60'000; ++k)
    lines += "{\"text\": \"prompt " + std::to_string(k) + "\", \"user\": \"user " +
             std::to_string(k % 50) + "\", \"vector\": [1, " + std::to_string(k) + "]}\n";
  const std::string many = test::write_file(folder.file("many.jsonl"), lines);
  const auto options = [&](const std::string& store) {
    ImportOptions made = test::import_options(folder.file(store), {many});
    made.now = kNow;
    return made;
  };
  CHECK(engine::import::import_paths(options("whole.db")).rows() == 60'000);
  int killed = 0;
  for (int round = 0; round < 5; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        engine::import::import_paths(options("killed.db"));
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + 60 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) break;  // it was done by then
    ++killed;
  }
  CHECK(killed > 0);
  const ImportResult again = engine::import::import_paths(options("killed.db"));
  CHECK(again.is_good());
  CHECK(engine::Store::open(folder.file("killed.db"))
            .integer("SELECT count(*) FROM prompts JOIN prompt_vectors USING (prompt_id)") ==
        60'000);
  CHECK(prompts_of(folder.file("killed.db")) == prompts_of(folder.file("whole.db")));
}
