// What users asked for and what describes tracks, as files hold it.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_prompts(const std::string& bytes) {
  SourceRun run = read_with("source.prompts", "p", bytes);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

/// Of a record whose time is this; "none" when it has none, "malformed" for one that cannot be.
std::string time_of(const std::string& text) {
  const SourceRun run = read_prompts("{\"text\": \"x\", \"time\": \"" + text + "\"}\n");
  const auto rows = run.of("prompts");
  return rows.empty() ? "malformed" : rows[0]["ts"].empty() ? "none" : rows[0]["ts"];
}

}  // namespace

TEST_CASE("times of prompts are dates that can be read in one way, or Unix", "[source]") {
  CHECK(time_of("1700000000") == "1700000000");
  CHECK(time_of("1700000000.75") == "1700000000");
  CHECK(time_of("1700000000123") == "1700000000");
  CHECK(time_of("2023-11-14") == "1699920000");
  CHECK(time_of("2023-11-14T22:13:20Z") == "1700000000");
  CHECK(time_of(" 2023-11-14 22:13:20.5 ") == "1700000000");
  CHECK(time_of("2023-11-14T23:13:20+01:00") == "1700000000");
  CHECK(time_of("2023-11-14T17:43-0430") == "1699999980");
  CHECK(time_of("14 Nov 2023") == "1699920000");
  CHECK(time_of("") == "none");
  for (const char* text :
       {"soon", "2023-13-01", "2023-02-29", "2023-11-14T24:00", "2023-11-14T10", "-5", "0",
        "9999999999999999", "nan", "2023-11-14T10:00+16:00", "2023-11-14x", "03/10/2017"}) {
    CAPTURE(text);
    CHECK(time_of(text) == "malformed");
  }
}

TEST_CASE("a table of prompts is read however it is separated and quoted", "[source]") {
  const SourceRun run = read_prompts(
      "\xef\xbb\xbf\"Prompt\";Created At;Vector\r\n"
      "\"late \"\"night\"\"; jazz\n  by the sea\";2023-11-14;\"[0.5, -1e-1]\"\r\n"
      "\r\n"
      "calm;;1 2\n"
      "short\n"
      ";;\n"
      "one;2;3;4\n"
      "\"never closed;;\n"
      "after it;;\n");
  const auto rows = run.of("prompts");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0]["text"] == "late \"night\"; jazz\n  by the sea");
  CHECK(rows[0]["ts"] == "1699920000");
  CHECK(rows[0]["space"] == "clap");
  CHECK(rows[0].vector == std::vector<float>{0.5f, -0.1f});
  CHECK(rows[1].vector == std::vector<float>{1, 2});
  CHECK(rows[2]["text"] == "short");
  CHECK(rows[2].vector.empty());
  CHECK(rows[3]["text"] == "after it");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"malformed", 2}});
  CHECK(run.reason("malformed", 0) == "4 fields where there should be 3");
  CHECK(run.reason("malformed", 1) == "a quote is not closed");
}

TEST_CASE("records of prompts that say nothing sound are told apart", "[source]") {
  const auto problem = [](const std::string& line) {
    return read_prompts("{\"text\":\"x\"}\n" + line).reason("malformed");
  };
  CHECK(problem("{\"text\": \"  late \\n night\"}") == "(none)");
  CHECK(problem("{\"user\": \"ann\", \"text\": null}") == "(none)");  // the import's to say
  CHECK(problem("{\"text\": [1]}") == "its text is no text");
  CHECK(problem("{\"text\": 5}") == "its text is no text");
  CHECK(problem("{\"text\": \"a\", \"user\": {}}") == "its user is no text");
  CHECK(problem("{\"text\": \"a\", \"time\": \"soon\"}") ==
        "its time cannot be read, or is not between 1970 and 2100");
  CHECK(problem("{\"text\": \"a\", \"vector\": 5}") == "its vector is no list of numbers");
  CHECK(problem("{\"text\": \"a\", \"vector\": [1, \"2\"]}") ==
        "its vector holds what is no number");
  CHECK(problem("{\"text\": \"a\", \"track\": \"what is this\"}") ==
        "its track is no id of a known kind");
  CHECK(problem("{\"text\": \"a\"") == "byte 12: the file ends inside a record");
  CHECK(problem("{\"text\": \"a\"} {}") == "more text behind the record");
}

TEST_CASE("a line of prompts that is too long costs itself only", "[source]") {
  std::string lines = "{\"text\": \"first\"}\n{\"text\": \"calm\", \"vector\": [0";
  while (lines.size() < std::size_t{5} << 20) lines += ",[0]";
  const SourceRun run = read_prompts(lines + "]}\n{\"text\": \"last\"}\n");
  CHECK(run.of("prompts").size() == 2);
  CHECK(run.reason("malformed") == "longer than 4 MiB");
}

TEST_CASE("fields of prompts go by their letters, the best name first", "[source]") {
  const auto rows = read_prompts(
                        "{\"Prompt\": \"calm\", \"userName\": \"ann\", \"track_id\": 12, "
                        "\"created_at\": 1600000000, \"extra\": {\"a\": 1}}\n"
                        "{\"caption\": \"no\", \"text\": \"yes\", \"user\": null, \"id\": 17}\n")
                        .of("prompts");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].values ==
        std::map<std::string, std::string>{
            {"text", "calm"}, {"user", "ann"}, {"track_id", "12"}, {"ts", "1600000000"}});
  // An "id" is perhaps the prompt's own.
  CHECK(rows[1].values == std::map<std::string, std::string>{{"text", "yes"}});
}

TEST_CASE("files of prompts are known by their content, strangers' texts are not", "[source]") {
  const auto source = [](const std::string& bytes) { return read_source("x", bytes).source; };
  CHECK(source("{\"text\": \"calm\"}\n") == "source.prompts");
  CHECK(source("{\"id\": 1, \"prompt\": \"calm\", \"user\": \"ann\", \"ts\": 17}\n") ==
        "source.prompts");
  CHECK(source("text\ncalm\n") == "source.prompts");
  CHECK(source("id;caption;spotify_id;timestamp\n1;calm;;\n") == "source.prompts");
  // Posts, lyrics and the like have fields of their own.
  CHECK(source("{\"text\": \"calm\", \"likes\": 3}\n") == "");
  CHECK(source("{\"text\": \"calm\", \"user\": {\"name\": \"ann\"}}\n") == "");
  CHECK(source("artist,song,link,text\na,b,c,d\n") != "source.prompts");
  CHECK(source("title,text\na,b\n") != "source.prompts");
  CHECK(source("[{\"text\": \"calm\"}]") == "");
}

TEST_CASE("files that are none of prompts are refused, with what to do", "[source]") {
  CHECK_THAT(read_with("source.prompts", "p.csv", "title,artist\na,b\n").error,
             Catch::Contains("this is no file of prompts") && Catch::Contains("title, artist"));
  CHECK_THAT(read_with("source.prompts", "p.json", "[{\"text\": \"a\"}]").error,
             Catch::Contains("one JSON object a line"));
}
