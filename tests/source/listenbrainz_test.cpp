#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

TEST_CASE("listenbrainz reads listens line by line", "[source]") {
  const SourceRun run = read_fixture("listenbrainz/listens/2026/1.jsonl");
  REQUIRE(run.source == "source.listenbrainz");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1767225600");  // .5 is cut off
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-000000000002");  // the matched one
  CHECK(listens[0]["artist_mbid"] == "00000000-0000-4000-8000-000000000003");
  CHECK(listens[0]["isrc"] == "XXABC2600001");
  CHECK(listens[0]["spotify_id"] == "0000000000000000000001");
  CHECK(listens[0]["ms_played"] == "181000");
  CHECK(listens[1]["mbid"] == "00000000-0000-4000-8000-000000000005");  // the client's
  CHECK(listens[1]["album"] == "");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"malformed", 2}});
  CHECK(run.reason("malformed", 1) == "byte 62: the file ends inside a text");
}

TEST_CASE("listenbrainz takes feedback as likes and bans", "[source]") {
  const SourceRun run = read_fixture("listenbrainz/feedback.jsonl");
  REQUIRE(run.source == "source.listenbrainz");
  CHECK(run.rows->problem() == "");
  REQUIRE(run.of("likes").size() == 1);
  CHECK(run.of("likes")[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
  CHECK(run.of("likes")[0]["ts"] == "1767225650");
  REQUIRE(run.of("banned").size() == 1);
  CHECK(run.of("banned")[0]["mbid"] == "00000000-0000-4000-8000-000000000005");
  CHECK(run.of("banned")[0]["ts"] == "1767225651");
  CHECK(run.rows->bucket_sizes() == Sizes{{"no_opinion", 1}, {"empty", 1}});
  CHECK(run.whole_lists() == "likes, banned of listenbrainz");
  // A page of the API, say, is not all of it; listens tell nothing of likes.
  const std::string liked = R"({"recording_msid":null,"recording_mbid":)"
                            R"("00000000-0000-4000-8000-000000000002","score":1,"created":1})";
  CHECK(read_source("page.json", "[" + liked + "]").whole_lists() == "");
  CHECK(read_source("page.json", "[" + liked + "]").of("likes").size() == 1);
  CHECK(read_fixture("listenbrainz/user.json").whole_lists() == "");
}

TEST_CASE("listenbrainz counts the rest of the export", "[source]") {
  CHECK(read_fixture("listenbrainz/pinned_recording.jsonl").rows->bucket_sizes() ==
        Sizes{{"pinned", 1}});
  CHECK(read_fixture("listenbrainz/user.json").rows->bucket_sizes() == Sizes{{"account", 1}});
}

TEST_CASE("listenbrainz reads a JSON list too", "[source]") {
  const std::string line = R"({"listened_at":1767225900,"track_metadata":{"artist_name":"A",)"
                           R"("track_name":"B","additional_info":{"tags":["x"],"y":1}}})";
  const SourceRun run =
      read_source("listens.json", "[" + line + ",\n{\"listened_at\":},\n" + line + "]");
  REQUIRE(run.source == "source.listenbrainz");
  CHECK(run.rows->problem() == "");
  CHECK(run.of("listens").size() == 2);
  CHECK(run.rows->bucket_sizes() == Sizes{{"malformed", 1}});
}

TEST_CASE("listenbrainz reads lists and the answers of the service", "[source]") {
  const std::string listen =
      R"({"listened_at": 1748973619, "track_metadata": {"artist_name": "A", "track_name": "B",)"
      R"( "additional_info": {"artist_mbids": ["x", "y"]}}})";
  const std::string playing = R"({"track_metadata": {"artist_name": "A", "track_name": "B"}})";
  for (const std::string& bytes :
       {"[" + listen + ", " + listen + "]",
        R"({"payload": {"count": 2, "listens": [)" + listen + ", " + listen +
            R"(], "user_id": "x"}})",
        "{\n \"listens\": [\n" + listen + ",\n" + listen + "\n ]\n}\n",
        R"({"listen_type": "import", "payload": [)" + listen + "," + listen + "]}",
        listen + "\n" + listen + "\n"}) {
    CAPTURE(bytes);
    const SourceRun run = read_source("export.json", bytes);
    CHECK(run.source == "source.listenbrainz");
    CHECK(run.error == "");
    CHECK(run.rows->problem() == "");
    CHECK(run.rows->total == 2);
    CHECK(run.rows->notices.empty());
    REQUIRE(run.of("listens").size() == 2);
    CHECK(run.of("listens")[1]["ts"] == "1748973619");
  }
  const SourceRun mixed = read_source("x.json", R"({"payload": {"listens": [)" + playing + "," +
                                                    listen + ", 7, " + listen.substr(0, 60));
  CHECK(mixed.rows->problem() == "");
  CHECK(mixed.of("listens").size() == 1);
  CHECK(mixed.rows->bucket_sizes() ==
        std::map<std::string, int>{{"now_playing", 1}, {"malformed", 2}});
  const SourceRun feedback = read_source(
      "x.json", R"({"feedback": [{"recording_msid": "m", "recording_mbid": )"
                R"("00000000-0000-4000-8000-00000000000b", "score": 1, "created": 1748973619}]})");
  CHECK(feedback.of("likes").size() == 1);
}
