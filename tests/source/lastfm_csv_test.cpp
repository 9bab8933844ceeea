#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

std::vector<CollectedRow> listens_of(const SourceRun& run) {
  CHECK(run.source == "source.lastfm_csv");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run.of("listens");
}

}  // namespace

TEST_CASE("lastfm_csv reads artist, album, track, date without a header", "[source]") {
  const SourceRun run = read_fixture("lastfm/no_header.csv");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["title"] == "Ceniza, y \"Sal\"");
  CHECK(listens[0]["album"] == "Cuatro");
  CHECK(listens[0]["ts"] == "1616432100");  // 22 Mar 2021, 16:55
  CHECK(listens[0]["precision"] == "60");
  CHECK(listens[1]["ts"] == "1616431860");  // the same day without the comma, 16:51
  CHECK(run.rows->bucket_sizes() == Sizes{{"now_playing", 1}, {"empty", 1}, {"malformed", 1}});
  CHECK(run.reason("malformed") == "no time from 2000 on: \"01 Jan 1970 00:00\"");
}

TEST_CASE("lastfm_csv reads Unix seconds and MusicBrainz ids", "[source]") {
  const SourceRun run = read_fixture("lastfm/uts_mbid.csv");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1771761015");
  CHECK(listens[0]["precision"] == "");
  CHECK(listens[0]["title"] == "Glass\nHarbour");
  CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-00000000000b");
  CHECK(listens[0]["artist_mbid"] == "00000000-0000-4000-8000-00000000000a");
  CHECK(listens[1]["mbid"] == "");  // not-an-mbid
  CHECK(run.rows->bucket_sizes() == Sizes{{"now_playing", 1}, {"malformed", 1}});
  CHECK(run.reason("malformed") == "3 fields where there should be 8");
}

TEST_CASE("lastfm_csv takes R's unquoted NA as no value and a quoted one as a name", "[source]") {
  const SourceRun run = read_fixture("lastfm/r_style.csv");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1586754091");  // 2020-04-13 05:01:31
  CHECK(listens[1]["artist_credit"] == "NA");
  CHECK(listens[1]["title"] == "NA");
  CHECK(listens[1]["album"] == "");
  CHECK(run.rows->bucket_sizes() == Sizes{{"now_playing", 1}, {"empty", 1}});
}

TEST_CASE("lastfm_csv reads lastfmstats.com's milliseconds", "[source]") {
  const auto listens = listens_of(read_fixture("lastfm/lastfmstats.csv"));
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1616431860");
  CHECK(listens[0]["artist_credit"] == "The Tin Sailors");  // behind the byte order mark
  CHECK(listens[0]["album"] == "Low Tide; Deluxe");
}

TEST_CASE("lastfm_csv reads date and time in two columns", "[source]") {
  const auto listens = listens_of(read_fixture("lastfm/backup_cli.csv"));
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1617273773");  // 2021-04-01 10:42:53
  CHECK(listens[0]["artist_credit"] == "The Tin Sailors");
  CHECK(listens[1]["title"] == "Ceniza, y Sal");
}

TEST_CASE("lastfm_csv reads a Rockbox log", "[source]") {
  const SourceRun run = read_fixture("lastfm/.scrobbler.log");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["title"] == "Glass \"Harbour\"");
  CHECK(listens[0]["mbid"] == "00000000-0000-4000-8000-00000000000b");
  CHECK(listens[1]["ts"] == "1616431200");  // a record without the id at its end
  CHECK(run.rows->bucket_sizes() == Sizes{{"skipped", 1}});
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::Contains("time zone"));
}
