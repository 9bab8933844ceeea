// Dates as files write them: one reading for a whole file, and clocks that are the listener's own.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

/// A history with these dates, one row each.
std::string history(const std::vector<std::string>& dates) {
  std::string bytes = "artist;album;track;date\n";
  for (const std::string& date : dates) bytes += "A;B;C;" + date + "\n";
  return bytes;
}

std::vector<std::string> times(const SourceRun& run) {
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  std::vector<std::string> found;
  for (const CollectedRow& row : run.of("listens")) found.push_back(row["ts"]);
  return found;
}

using Times = std::vector<std::string>;
// 2017-10-03 21:47 and 2017-10-25 08:02, UTC.
const Times kThirdAndTwentyFifth = {"1507067220", "1508918520"};
constexpr const char* kThird = "1507067220";
constexpr const char* kTenthOfMarch = "1489182420";  // 2017-03-10 21:47

}  // namespace

TEST_CASE("one date above twelve gives all dates of a file their order", "[source][dates]") {
  CHECK(times(read_source("x.csv", history({"03/10/2017 21:47", "25/10/2017 08:02"}))) ==
        kThirdAndTwentyFifth);
  CHECK(times(read_source("x.csv", history({"10/03/2017 21:47", "10/25/2017 08:02"}))) ==
        kThirdAndTwentyFifth);
  for (const char mark : {'.', '-', '/'}) {
    std::string first = "3/10/2017 21:47", second = "25/10/2017 08:02";
    for (std::string* text : {&first, &second}) {
      for (char& c : *text) c = c == '/' ? mark : c;
    }
    CAPTURE(mark);
    CHECK(times(read_source("x.csv", history({first, second}))) == kThirdAndTwentyFifth);
  }
  // The proof may be the last of many rows, behind what recognition sees.
  std::vector<std::string> many(20'000, "03/10/2017 21:47");
  many.emplace_back("25/10/2017 08:02");
  const SourceRun run = read_source("x.csv", history(many));
  CHECK(times(run).front() == kThird);
  CHECK(run.rows->notices.empty());
}

TEST_CASE("a file whose dates prove no order says which one was chosen", "[source][dates]") {
  const SourceRun slashes = read_source("x.csv", history({"03/10/2017 21:47", "05/05/2017 1:00"}));
  CHECK(times(slashes)[0] == kTenthOfMarch);
  REQUIRE(slashes.rows->notices.size() == 1);
  CHECK(slashes.rows->notices[0] ==
        "nothing in this file proves how dates such as \"03/10/2017 21:47\" are written: they are "
        "read month-first; if that is wrong, import it again with --dates day-first");
  const SourceRun dots = read_source("x.csv", history({"03.10.2017 21:47"}));
  CHECK(times(dots) == Times{kThird});
  REQUIRE(dots.rows->notices.size() == 1);
  CHECK_THAT(dots.rows->notices[0],
             Catch::Contains("read day-first") && Catch::Contains("--dates month-first"));
  // 5 May is 5 May in both orders.
  CHECK(read_source("x.csv", history({"05/05/2017 21:47"})).rows->notices.empty());
}

TEST_CASE("the option --dates overrules what a file seems to say", "[source][dates]") {
  const std::string open = history({"03/10/2017 21:47"});
  const SourceRun day = read_source_set("x.csv", open, {{"dates", "day-first"}});
  CHECK(times(day) == Times{kThird});
  CHECK(day.rows->notices.empty());
  CHECK(times(read_source_set("x.csv", open, {{"dates", "month-first"}})) == Times{kTenthOfMarch});
  const SourceRun wrong =
      read_source_set("x.csv", history({"25/10/2017 08:02"}), {{"dates", "month-first"}});
  CHECK(wrong.reason("malformed") == "no date, read month-first: \"25/10/2017 08:02\"");
}

TEST_CASE("a date against the order of its file is malformed and says so", "[source][dates]") {
  const SourceRun run =
      read_source("x.csv", history({"25/10/2017 08:02", "26/10/2017 08:02", "10/25/2017 08:02"}));
  CHECK(times(run).size() == 2);
  CHECK(run.reason("malformed") ==
        "no date, read day-first as the file's others are: \"10/25/2017 08:02\"");
}

TEST_CASE("dates come in the forms that tools write", "[source][dates]") {
  for (const char* text :
       {"2017-10-03 21:47", "2017/10/03 21:47", "2017.10.03 21:47", "20171003T214700Z",
        "3 Oct 2017 21:47", "03-Oct-17 21:47", "Oct 3 2017 21:47", "October 3, 2017 at 09:47PM",
        "October 3rd, 2017 21:47", "Tue, 03 Oct 2017 21:47:00 +0000",
        "Tue Oct 03 2017 23:47:00 GMT+0200 (Central European Summer Time)",
        "2017-10-03T21:47:00.000Z[UTC]", "2017-10-03T17:47:00-04:00", "3.10.2017 21.47",
        "03/10/2017 09:47:00 pm", "1507067220", "1507067220000", "1507067220000000"}) {
    CAPTURE(text);
    const std::string bytes = history({text, "25.10.2017 08:02"});
    CHECK(times(read_source_set("x.csv", bytes, {{"dates", "day-first"}}))[0] == kThird);
  }
  for (const char* text : {"2017-10-32 21:47", "2017-13-03 21:47", "29/02/2017 21:47", "yesterday",
                           "2017-10-03 24:47", "2017-10-03 21:47 EST", "Okt 3 2017 21:47"}) {
    CAPTURE(text);
    CHECK(read_source("x.csv", history({"2017-10-03 21:47", text})).rows->bucket_sizes() ==
          Sizes{{"malformed", 1}});
  }
}

TEST_CASE("two-digit years stand where the numbers change least", "[source][dates]") {
  CHECK(times(read_source("x.csv", history({"03/10/17 21:47", "25/10/17 08:02"}))) ==
        kThirdAndTwentyFifth);
  CHECK(times(read_source("x.csv", history({"10/3/17 21:47", "10/25/17 08:02"}))) ==
        kThirdAndTwentyFifth);
  const SourceRun dots = read_source("x.csv", history({"3.10.17 21:47", "25.10.17 8:02"}));
  CHECK(times(dots) == kThirdAndTwentyFifth);
  CHECK(dots.rows->notices.empty());
  const SourceRun year = read_source("x.csv", history({"17-10-03 21:47", "17-10-25 08:02"}));
  CHECK(times(year) == kThirdAndTwentyFifth);
  REQUIRE(year.rows->notices.size() == 1);  // 17 October 2003 is a day as well
  CHECK_THAT(year.rows->notices[0],
             Catch::Contains("read year-first") && Catch::EndsWith("again with --dates day-first"));
}

TEST_CASE("an Added At that cannot be read is told with its number and an example",
          "[source][dates]") {
  const std::string header = "Track URI,Track Name,Artist Name(s),Added At\n";
  const std::string row = "spotify:track:0000000000000000000001,C,A,";
  const SourceRun run = read_source(
      "liked_songs.csv", header + row + "03/10/2017 21:47\n" + row + "25/10/2017 08:02\n" + row +
                             "in autumn\n" + row + "1970-01-01T00:00:00Z\n" + row + "\n");
  CHECK(run.source == "source.exportify");
  const auto likes = run.of("likes");
  REQUIRE(likes.size() == 5);
  CHECK(likes[0]["ts"] == kThird);
  CHECK(likes[2]["ts"] == "");
  CHECK(run.rows->notices ==
        std::vector<std::string>{"2 of \"Added At\" are no date from 2000 on and left out, such as "
                                 "\"in autumn\""});
}

TEST_CASE("dates of likes and playlists in JSON that cannot be read are told", "[source][dates]") {
  const SourceRun likes = read_source(
      "feedback.jsonl",
      R"({"recording_msid": "m", "recording_mbid": "00000000-0000-4000-8000-00000000000b",)"
      R"( "score": 1, "created": 17})");
  REQUIRE(likes.of("likes").size() == 1);
  CHECK(likes.rows->notices ==
        std::vector<std::string>{
            "1 of \"created\" is no date from 2000 on and left out, such as \"17\""});
  const SourceRun lists = read_source(
      "Playlist1.json",
      R"({"playlists": [{"name": "x", "lastModifiedDate": "2025-06-03", "items": [{"track":)"
      R"( {"trackName": "B", "artistName": "A"}, "addedDate": "soon"}]}]})");
  REQUIRE(lists.of("playlist_tracks").size() == 1);
  REQUIRE(lists.rows->notices.size() == 1);
  CHECK_THAT(lists.rows->notices[0], Catch::EndsWith("such as \"soon\""));
}

TEST_CASE("a player's log is read by its owner's clock in summer and in winter",
          "[source][dates]") {
  const std::string log =
      "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\n"
      "A\tB\tC\t1\t250\tL\t1751400000\t\n"   // 2025-07-01 20:00 on the clock
      "A\tB\tC\t1\t250\tL\t1766599200\t\n";  // 2025-12-24 18:00
  // Berlin: summer time from 2025-03-30 01:00 to 2025-10-26 01:00, UTC.
  const std::map<std::string, std::string> berlin = {
      {"timezone", "Europe/Berlin 1729990800:3600 1743296400:7200 1761440400:3600"}};
  const SourceRun run = read_source_set(".scrobbler.log", log, berlin);
  CHECK(times(run) == Times{"1751392800", "1766595600"});  // 18:00 and 17:00
  CHECK(run.rows->notices.empty());

  const auto at = [&](const std::string& shown) {
    return times(read_source_set(
        ".scrobbler.log", "#AUDIOSCROBBLER/1.1\nA\tB\tC\t1\t250\tL\t" + shown + "\t\n", berlin))[0];
  };
  CHECK(at("1761445800") == "1761438600");  // 26 October 02:30 exists twice: the first, 00:30 UTC
  CHECK(at("1743301800") == "1743298200");  // 30 March 02:30 does not exist: 01:30 UTC
  CHECK(at("1743305400") == "1743298200");  // which that day is called 03:30

  const SourceRun utc = read_source_set(
      ".scrobbler.log", "#AUDIOSCROBBLER/1.1\n#TZ/UTC\nA\tB\tC\t1\t250\tL\t1751400000\t\n", berlin);
  CHECK(times(utc) == Times{"1751400000"});
}

TEST_CASE("a player's log of an unknown zone is read as UTC with the remedy", "[source][dates]") {
  const SourceRun run = read_source(".scrobbler.log",
                                    "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\n"
                                    "A\tB\tC\t1\t250\tL\t1751400000\t\n");
  CHECK(times(run) == Times{"1751400000"});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::Contains("engine library timezone ZONE"));
}
