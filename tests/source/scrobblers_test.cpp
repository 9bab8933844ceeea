// Histories that scrobblers keep: Maloja, Koito, Pano Scrobbler, multi-scrobbler.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

SourceRun read_sound(const std::string& path, const std::string& source) {
  SourceRun run = read_fixture(path);
  CHECK(run.source == source);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

}  // namespace

TEST_CASE("maloja reads scrobbles of both forms", "[source]") {
  const SourceRun run = read_sound("scrobblers/maloja_export.json", "source.maloja");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 3);
  CHECK(listens[0]["ts"] == "1767225600");
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[0]["artist"] == "Nina Falk\x1fThe Tin Sailors");
  CHECK(listens[0]["album"] == "Low Tide");
  CHECK(listens[0]["ms_played"] == "240000");
  CHECK(listens[0]["duration_ms"] == "251000");
  CHECK(listens[0]["teller"] == "client:webplayer");
  CHECK(listens[1]["title"] == "1989");  // a number in the file
  CHECK(listens[1]["ms_played"] == "");
  CHECK(listens[2]["ts"] == "1767227000");  // a text in the file
  CHECK(listens[2]["album"] == "Sal y Luz");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"now_playing", 1}, {"malformed", 1}});
}

TEST_CASE("koito reads names by their primary aliases", "[source]") {
  const SourceRun run = read_sound("scrobblers/koito_export.json", "source.koito");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1767225600");  // an hour ahead of UTC, a quarter of a second cut off
  CHECK(listens[0]["title"] == "Glass Harbour");
  CHECK(listens[0]["artist"] == "The Tin Sailors\x1fNina Falk");  // the primary one first
  CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
  CHECK(listens[0]["artist_mbid"] == "00000000-0000-4000-8000-000000000003");
  CHECK(listens[0]["album"] == "Low Tide");
  CHECK(listens[0]["duration_ms"] == "251000");
  CHECK(listens[1]["title"] == "Ceniza");
  CHECK(listens[1]["album"] == "");
  CHECK(listens[1]["duration_ms"] == "");  // 0 is not known
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"malformed", 1}});
  CHECK(run.reason("malformed") == "listened_at is no time: \"yesterday\"");
}

TEST_CASE("pano_scrobbler takes loves that were not taken back as likes", "[source]") {
  const SourceRun run = read_sound("scrobblers/pano_scrobbles.jsonl", "source.pano_scrobbler");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1767225600");
  CHECK(listens[0]["artist_credit"] == "The Tin Sailors");
  CHECK(listens[0]["device"] == "Radio");
  CHECK(listens[0]["duration_ms"] == "251000");
  CHECK(listens[1]["duration_ms"] == "");
  REQUIRE(run.of("likes").size() == 1);
  CHECK(run.of("likes")[0]["title"] == "Ceniza");
  CHECK(run.of("likes")[0]["ts"] == "1767225960");
  CHECK(run.rows->bucket_sizes() ==
        Sizes{{"other", 2}, {"now_playing", 1}, {"empty", 1}, {"malformed", 1}});
}

TEST_CASE("multi_scrobbler reads plays that were sent and those that were not", "[source]") {
  const SourceRun run = read_sound("scrobblers/multi_scrobbler.json", "source.multi_scrobbler");
  const auto listens = run.of("listens");
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1767225600");
  CHECK(listens[0]["artist"] == "The Tin Sailors\x1fNina Falk");
  CHECK(listens[0]["ms_played"] == "240500");
  CHECK(listens[0]["duration_ms"] == "251000");
  CHECK(listens[0]["isrc"] == "XXABC2600001");
  CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-000000000002");
  CHECK(listens[0]["artist_mbid"] == "00000000-0000-4000-8000-000000000003");
  CHECK(listens[0]["spotify_id"] == "0000000000000000000001");
  CHECK(listens[0]["teller"] == "Jellyfin");
  CHECK(listens[0]["device"] == "Radio");
  CHECK(listens[1]["ts"] == "1767229200");
  CHECK(listens[1]["artist"] == "Nina Falk");
  CHECK(listens[1]["teller"] == "Plex");
  CHECK(run.rows->bucket_sizes() == Sizes{{"empty", 1}, {"now_playing", 1}, {"malformed", 1}});
  for (const CollectedRow& row : run.rows->rows) {
    for (const auto& [column, value] : row.values) CHECK_THAT(value, !Catch::Contains("secret"));
  }
  // The same records a line, and inside an object.
  const std::string record =
      R"({"data":{"track":"B","artists":["A"],"playDate":"2026-01-01T00:00:00Z"},"meta":{}})";
  CHECK(read_source("x.jsonl", record + "\n" + record + "\n").of("listens").size() == 2);
  const SourceRun page =
      read_source("x.json", R"({"meta":{"page":1},"data":[)" + record + "," + record + "]}");
  CHECK(page.source == "source.multi_scrobbler");
  CHECK(page.of("listens").size() == 2);
}
