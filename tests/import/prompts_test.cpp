#include "import/prompts.hpp"

#include <chrono>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/embeddings.hpp"
#include "import/prompt_records.hpp"
#include "import/separated_text.hpp"
#include "library/merge.hpp"
#include "store/store.hpp"
#include "support/import_run.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

using engine::Error;
using engine::import::BucketCounts;
using engine::import::FileResult;
using engine::import::PromptOptions;
using engine::import::PromptRecord;
using engine::import::read_prompt_time;
using engine::import::read_prompts;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kSpotify = "4uLU6hMCjMI75M1A2tKUQC";

/// Two tracks, 10 with a Spotify id and 11 with an ISRC; ann is user 1.
void add_tracks(test::SmallStore& store) {
  store.change(
      "INSERT INTO tracks (track_id, title, in_catalogue) VALUES (10, 'a', 1), (11, 'b', 1);"
      "INSERT INTO track_ids VALUES (1, '" +
      kSpotify + "', 10, 1), (2, 'GBAYE0000351', 11, 1);");
}

PromptOptions options_for(const std::string& store, const std::string& path,
                          const std::string& user = "", std::int64_t now = kNow) {
  PromptOptions options;
  options.store_path = store;
  options.path = path;
  options.user = user;
  options.now = now;
  return options;
}

FileResult take(const PromptOptions& options) {
  const auto result = engine::import::import_prompts(options);
  REQUIRE(result.files.size() == 1);
  const FileResult file = result.files[0];
  CHECK(test::sum(file.buckets) == file.rows);
  const engine::Store store = engine::Store::open(options.store_path);
  CHECK(store.integer("SELECT ifnull(sum(last - first + 1), 0) FROM ingestion_rows WHERE "
                      "ingestion_id = (SELECT max(ingestion_id) FROM ingestions)") == file.rows);
  CHECK(store.integer("SELECT is_complete AND format = 'prompts' FROM ingestions "
                      "ORDER BY ingestion_id DESC LIMIT 1") == 1);
  return file;
}

/// "user track ts text" of every prompt, in the order in which they came.
std::string stored(const std::string& path) {
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

std::vector<PromptRecord> records_of(const std::string& bytes) {
  std::vector<PromptRecord> found;
  const auto records = read_prompts(bytes, "p");
  for (PromptRecord record; records->next(record); record = {}) found.push_back(record);
  return found;
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

TEST_CASE("times of prompts are ISO 8601 or Unix", "[prompts]") {
  CHECK(read_prompt_time("1700000000") == 1'700'000'000);
  CHECK(read_prompt_time("1700000000.75") == 1'700'000'000);
  CHECK(read_prompt_time("1700000000123") == 1'700'000'000);
  CHECK(read_prompt_time("2023-11-14") == 1'699'920'000);
  CHECK(read_prompt_time("2023-11-14T22:13:20Z") == 1'700'000'000);
  CHECK(read_prompt_time(" 2023-11-14 22:13:20.5 ") == 1'700'000'000);
  CHECK(read_prompt_time("2023-11-14T23:13:20+01:00") == 1'700'000'000);
  CHECK(read_prompt_time("2023-11-14T17:43-0430") == 1'699'999'980);
  for (const char* text :
       {"", "soon", "2023-13-01", "2023-02-29", "2023-11-14T24:00", "2023-11-14T10", "-5", "0",
        "9999999999999999", "nan", "2023-11-14T10:00+15:00", "2023-11-14x"}) {
    CAPTURE(text);
    CHECK(read_prompt_time(text) == std::nullopt);
  }
}

TEST_CASE("a table is read however it is separated and quoted", "[prompts]") {
  const auto rows = records_of(
      "\xef\xbb\xbf\"Prompt\";Created At;Vector\r\n"
      "\"late \"\"night\"\"; jazz\n  by the sea\";2023-11-14;\"[0.5, -1e-1]\"\r\n"
      "\r\n"
      "calm;;1 2\n"
      "one;2;3;4\n"
      "\"never closed;;\n"
      "after it;;\n");
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].text == "late \"night\"; jazz by the sea");
  CHECK(rows[0].ts == 1'699'920'000);
  CHECK(rows[0].vector == std::vector<float>{0.5f, -0.1f});
  CHECK(std::string(rows[1].bucket) == "empty");
  CHECK(rows[2].vector == std::vector<float>{1, 2});
  CHECK(rows[3].problem == "it has 4 fields, the header has 3");
  CHECK(rows[4].problem == "a quote is not closed");
  CHECK(rows[5].text == "after it");
}

TEST_CASE("records of prompts that say nothing sound are told apart", "[prompts]") {
  const auto problem = [](const std::string& line) {
    const auto found = records_of("{\"text\":\"x\"}\n" + line);
    REQUIRE(found.size() == 2);
    return found[1].problem;
  };
  CHECK(problem("{\"text\": \"  late \\n night\\u0000 \"}") == "");
  CHECK(records_of("{\"text\": \"  late \\n night\\u0000 \"}")[0].text == "late night");
  CHECK(problem("{\"text\": \" \\t\"}") == "it has no text");
  CHECK(problem("{\"user\": \"ann\"}") == "it has no text");
  CHECK(problem("{\"text\": [1]}") == "its text is no text");
  CHECK(problem("{\"text\": \"a\", \"time\": \"soon\"}") ==
        "its time cannot be read, or is not between 1970 and 2100");
  CHECK(problem("{\"text\": \"a\", \"vector\": 5}") == "its vector is no list of numbers");
  CHECK(problem("{\"text\": \"a\", \"vector\": [1, \"2\"]}") ==
        "its vector holds what is no number");
  CHECK(problem("{\"text\": \"a\", \"vector\": [0, 0]}") == "its vector is all zeros");
  CHECK(problem("{\"text\": \"a\", \"vector\": [1, 1e99]}") ==
        "its vector holds a value that is not finite");
  CHECK(problem("{\"text\": \"" + std::string(20'000, 'a') + "\"}") ==
        "its text is longer than 16384 bytes");
  CHECK(problem("{\"text\": \"a\"") == "it is no JSON object");
  CHECK(problem("{\"text\": \"\xff\"}") == "it is no JSON object");
  CHECK(records_of("text\n\xff\n")[0].problem == "its text is not UTF-8");
  CHECK(records_of("text,user,id\nx,ann,17\n")[0].track == "");  // perhaps the prompt's own number
}

TEST_CASE("every prompt lands in one bucket, and again adds nothing", "[prompts]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const std::string lines = test::write_file(
      folder.file("p.jsonl"),
      "{\"text\": \"dusty late night jazz\", \"user\": \"ann\", \"ts\": 1600000000}\n"
      "{\"text\": \"a slow piano\", \"track\": \"spotify:track:" +
          kSpotify +
          "\"}\n"
          "{\"text\": \"made from it\", \"user\": \"bob\", \"track\": \"GBAYE0000351\", \"time\": "
          "\"2020-09-13T12:26:40Z\", \"extra\": {\"a\": 1}}\n"
          "\n"
          "{\"text\": \"whose\", \"user\": null}\n"
          "{\"text\": \"dusty late night jazz\", \"user\": \"ann\", \"ts\": 1600000000}\n"
          "{\"text\": \"dusty late night jazz\", \"user\": \"ann\", \"ts\": 1600000001}\n"
          "{\"text\": \"of nobody's track\", \"track\": \"7ouMYWpwJ422jRcDASZB7P\"}\n"
          "{\"text\": \"of no track\", \"track\": \"what is this\"}\n");
  const FileResult first = take(options_for(store.path(), lines));
  CHECK(
      first.buckets ==
      BucketCounts{{"new", 5}, {"duplicate", 1}, {"empty", 1}, {"unmatched", 1}, {"malformed", 1}});
  CHECK(first.user == "ann");  // the only user there was
  CHECK(first.examples.back() == "record 9: malformed: its track is no id of a known kind");
  const std::string expected =
      "ann - 1600000000 dusty late night jazz\n"
      "- 10 1700000000 a slow piano\n"
      "bob 11 1600000000 made from it\n"
      "ann - 1700000000 whose\n"
      "ann - 1600000001 dusty late night jazz\n";
  CHECK(stored(store.path()) == expected);
  // A later import of it leaves those without a time where they were.
  const std::int64_t version = engine::Store::open(store.path()).data_version();
  CHECK(take(options_for(store.path(), lines, "", kNow + 1000)).buckets ==
        BucketCounts{{"duplicate", 6}, {"empty", 1}, {"unmatched", 1}, {"malformed", 1}});
  CHECK(stored(store.path()) == expected);
  const engine::Store opened = engine::Store::open(store.path());
  CHECK(opened.data_version() == version);
  CHECK(opened.integer("SELECT count(*) FROM ingestions") == 1);
}

TEST_CASE("the user told is whose a prompt is that names nobody", "[prompts]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const std::string table = test::write_file(folder.file("p.csv"),
                                             "text,track,user\n"
                                             "calm,10,\n"
                                             "loud,,\n"
                                             "fast,,eve\n");
  CHECK(take(options_for(store.path(), table, "dan")).user == "dan");
  CHECK(stored(store.path()) ==
        "dan 10 1700000000 calm\n"
        "dan - 1700000000 loud\n"
        "eve - 1700000000 fast\n");
  // Nobody is meant where there are several; nothing of the file is in then.
  store.change(
      "INSERT INTO ingestions (user_id, path, hash, format, started_at) VALUES "
      "(1, 'p', 'h', 'f', 0)");
  CHECK_THAT(text_of_error([&] {
               engine::import::import_prompts(options_for(
                   store.path(),
                   test::write_file(folder.file("q.csv"), "text,track\nnew caption,10\nwhose,\n")));
             }),
             Catch::Contains("for whom?") && Catch::Contains("--user NAME"));
  CHECK_THAT(stored(store.path()), !Catch::Contains("new caption"));
}

TEST_CASE("prompts of an empty store are of the user me", "[prompts]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  CHECK(take(options_for(path, test::write_file(folder.file("p.csv"), "text\ncalm\n"))).user ==
        "me");
  CHECK(stored(path) == "me - 1700000000 calm\n");
}

TEST_CASE("vectors of prompts lie in the space of the tracks", "[prompts]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  const auto file = [&](const std::string& lines) {
    return options_for(store.path(), test::write_file(folder.file("p.jsonl"), lines));
  };
  const std::string calm = "{\"text\": \"calm\", \"ts\": 5, \"vector\": [1, 0]}\n";
  FileResult first = take(file(calm + "{\"text\": \"loud\", \"ts\": 6}\n"));
  CHECK(first.buckets == BucketCounts{{"new", 2}});
  CHECK(first.notes == std::vector<std::string>{"space clap, vectors of 2"});
  CHECK(take(file(calm + "{\"text\": \"loud\", \"ts\": 6, \"vector\": [0, 1]}\n")).buckets ==
        BucketCounts{{"duplicate", 1}, {"updated", 1}});
  const FileResult other =
      take(file("{\"text\": \"calm\", \"ts\": 5, \"vector\": [1, 0, 2]}\n"
                "{\"text\": \"calm\", \"ts\": 5, \"vector\": [2, 0]}\n"));
  CHECK(other.buckets == BucketCounts{{"malformed", 1}, {"updated", 1}});
  CHECK(other.examples == std::vector<std::string>{
                              "record 1: malformed: its vector has 3 numbers, those of the space "
                              "clap have 2"});
  // The tracks' vectors must fit those of the prompts, too.
  engine::import::EmbeddingOptions tracks;
  tracks.store_path = store.path();
  tracks.path = test::write_file(folder.file("v.jsonl"), "{\"id\": 10, \"vector\": [1, 2, 3]}\n");
  tracks.now = kNow;
  CHECK(engine::import::import_embeddings(tracks).buckets() == BucketCounts{{"malformed", 1}});
  // Another space is of another length.
  PromptOptions mert = file("{\"text\": \"calm\", \"ts\": 5, \"vector\": [1, 0, 2]}\n");
  mert.space = "mert";
  CHECK(take(mert).buckets == BucketCounts{{"updated", 1}});
}

TEST_CASE("files that are none of prompts are refused, with what to do", "[prompts]") {
  test::SmallStore store;
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& content, const std::string& space = "clap") {
    PromptOptions options =
        options_for(store.path(), test::write_file(folder.file("p.csv"), content));
    options.space = space;
    return text_of_error([&] { engine::import::import_prompts(options); });
  };
  CHECK_THAT(refusal("title,artist\na,b\n"),
             Catch::Contains("this is no file of prompts") && Catch::Contains("title, artist"));
  CHECK_THAT(refusal("[{\"text\": \"a\"}]"), Catch::Contains("one JSON object a line"));
  CHECK_THAT(refusal("text\na\n", "audio"), Catch::Contains("made from the audio features"));
  CHECK_THAT(refusal("text\na\n", "No Space"), Catch::Contains("cannot be the name of a space"));
  CHECK_THAT(text_of_error([&] {
               engine::import::import_prompts(options_for(store.path(), folder.file("none")));
             }),
             Catch::Contains("none"));
  CHECK(stored(store.path()).empty());
}

TEST_CASE("a line that is too long costs itself only", "[prompts]") {
  test::SmallStore store;
  const TemporaryFolder folder;
  std::string lines = "{\"text\": \"first\"}\n{\"text\": \"calm\", \"vector\": [0";
  while (lines.size() < std::size_t{5} << 20) lines += ",[0]";
  const PromptOptions options = options_for(
      store.path(), test::write_file(folder.file("p.jsonl"), lines + "]}\n{\"text\": \"last\"}\n"));
  const FileResult file = take(options);
  CHECK(file.buckets == BucketCounts{{"malformed", 1}, {"new", 2}});
  CHECK(file.examples ==
        std::vector<std::string>{"record 2: malformed: its line is longer than 4 MiB"});
}

TEST_CASE("prompts are read in a worker under limits", "[prompts]") {
  test::SmallStore store;
  const TemporaryFolder folder;
  std::string lines;
  for (int k = 0; k < 200'000; ++k) lines += "{\"text\": \"prompt " + std::to_string(k) + "\"}\n";
  PromptOptions options =
      options_for(store.path(), test::write_file(folder.file("p.jsonl"), lines));
  options.limits.wall_seconds = 0.05;
  CHECK_THAT(text_of_error([&] { engine::import::import_prompts(options); }),
             Catch::Contains("stopped") && Catch::Contains("p.jsonl"));
  CHECK(stored(store.path()).empty());
}

TEST_CASE("a dry run of prompts writes nothing", "[prompts]") {
  test::SmallStore store;
  const TemporaryFolder folder;
  PromptOptions options =
      options_for(store.path(), test::write_file(folder.file("p.csv"), "text,user\na,new\n"));
  options.is_dry_run = true;
  const auto result = engine::import::import_prompts(options);
  CHECK(result.files.at(0).buckets == BucketCounts{{"new", 1}});
  CHECK(stored(store.path()).empty());
  CHECK(engine::Store::open(store.path()).integer("SELECT count(*) FROM users") == 1);
}

TEST_CASE("prompts and their vectors move with a merge and come back", "[prompts][merge]") {
  test::SmallStore store;
  add_tracks(store);
  const TemporaryFolder folder;
  take(options_for(
      store.path(),
      test::write_file(folder.file("p.jsonl"),
                       "{\"text\": \"calm\", \"ts\": 5, \"track\": 11, \"vector\": [1, 0]}\n")));
  engine::Store opened = engine::Store::open(store.path());
  const std::int64_t merge = engine::library::merge_tracks(opened, 10, 11, kNow);
  CHECK(opened.integer("SELECT track_id FROM prompts") == 10);
  engine::library::unmerge_tracks(opened, merge);
  CHECK(opened.integer("SELECT track_id FROM prompts") == 11);
  CHECK(opened.integer("SELECT count(*) FROM prompt_vectors JOIN prompts USING (prompt_id)") == 1);
  CHECK(opened.check().empty());
}

TEST_CASE("an import of prompts that is killed leaves the store as it was", "[prompts][kill]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  take(options_for(path, test::write_file(folder.file("first.csv"), "text\nthere before\n")));
  std::string lines;
  for (int k = 0; k < 60'000; ++k)
    lines += "{\"text\": \"prompt " + std::to_string(k) + "\", \"user\": \"user " +
             std::to_string(k % 50) + "\", \"vector\": [1, " + std::to_string(k) + "]}\n";
  const std::string many = test::write_file(folder.file("many.jsonl"), lines);
  const std::string before = test::dump(path);
  int killed = 0;
  for (int round = 0; round < 6; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        engine::import::import_prompts(options_for(path, many));
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + 30 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) break;  // it was done by then
    ++killed;
    const bool is_same = test::dump(path) == before;  // too long to print
    CHECK(is_same);
  }
  CHECK(killed > 0);
  CHECK(take(options_for(path, many)).rows == 60'000);
  CHECK(engine::Store::open(path).check().empty());
}
