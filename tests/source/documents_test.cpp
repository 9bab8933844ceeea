// Documents of XML: the library of iTunes, and workbooks.
#include <random>

#include <catch2/catch.hpp>

#include "support/packed_files.hpp"
#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

const CollectedMember& member_of(const SourceRun& run, const std::string& path) {
  for (const CollectedMember& member : run.rows->members) {
    if (member.path == path) return member;
  }
  throw std::runtime_error("no member " + path);
}

/// A workbook of one sheet with these rows, as XML, and these parts beside it.
std::string one_sheet(const std::string& rows,
                      const std::vector<std::pair<std::string, std::string>>& more = {}) {
  std::vector<std::pair<std::string, std::string>> files = {
      {"[Content_Types].xml", "<Types/>"},
      {"xl/workbook.xml",
       "<workbook xmlns:r='r'><workbookPr date1904='1'/><sheets><sheet name='A/B' r:id='x'/>"
       "</sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id='x' Target='worksheets/s.xml'/></Relationships>"},
      {"xl/worksheets/s.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}};
  files.insert(files.end(), more.begin(), more.end());
  return pack_zip(files);
}

}  // namespace

TEST_CASE("itunes reads tracks, stars, last plays and playlists", "[source][documents]") {
  const SourceRun run = read_fixture("documents/iTunes Library.xml");
  REQUIRE(run.source == "source.itunes");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  const auto tracks = run.of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["title"] == "Glass Harbour & Light");
  CHECK(tracks[0]["artist_credit"] == "The Tin Sailors");
  CHECK(tracks[0]["album"] == "Low Tide");
  CHECK(tracks[0]["duration_ms"] == "251300");
  CHECK(tracks[0]["year"] == "2019");
  CHECK(tracks[0]["tempo"] == "118");
  CHECK(tracks[0]["tags"] == "Folk");
  CHECK(tracks[1]["artist_credit"] == "Nina Falk");
  REQUIRE(run.of("likes").size() == 1);
  CHECK(run.of("likes")[0]["title"] == "Glass Harbour & Light");
  REQUIRE(run.of("banned").size() == 1);
  REQUIRE(run.of("ratings").size() == 1);  // the other is reckoned by the program
  CHECK(run.of("ratings")[0]["rating"] == "4.5");
  REQUIRE(run.of("listens").size() == 1);
  CHECK(run.of("listens")[0]["ts"] == "1767225851");
  CHECK(run.of("listens")[0]["stamp"] == "2");
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0]["playlist"] == "Evenings");
  CHECK(run.of("playlists")[0]["playlist_id"] == "itunes:AB12");
  const auto items = run.of("playlist_tracks");
  REQUIRE(items.size() == 2);
  CHECK(items[0]["title"] == "Ceniza");
  CHECK(items[1]["position"] == "1");
  // Of the library's own list and the smart one all four, and their two records; the podcast.
  CHECK(run.rows->bucket_sizes() ==
        Sizes{{"podcast", 1}, {"video", 1}, {"empty", 1}, {"other", 6}});
  CHECK(run.rows->total == 5 + 3 + 6);
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("14 plays are only counted there"));
  for (const CollectedRow& row : run.rows->rows) {
    for (const auto& [column, value] : row.values) CHECK_THAT(value, !Catch::Contains("someone"));
  }
}

TEST_CASE("itunes keeps what came before a file breaks off", "[source][documents]") {
  const std::string bytes = fixture("documents/iTunes Library.xml");
  const SourceRun run = read_source("Library.xml", bytes.substr(0, bytes.find("<key>104</key>")));
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.of("tracks").size() == 2);
  CHECK(run.rows->total == 3);
  REQUIRE(run.rows->notices.size() == 2);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("it breaks off at byte "));
}

TEST_CASE("entities that a document declares are not read", "[source][documents]") {
  std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string("<!ENTITY ") + c + " \"";
    for (int k = 0; k < 10; ++k) bomb += "&" + before + ";";
    bomb += "\">";
  }
  bomb +=
      "]><plist><dict><key>Tracks</key><dict><key>1</key><dict><key>Name</key><string>&j;"
      "</string></dict></dict></dict></plist>";
  const SourceRun run = read_source("Library.xml", bomb);
  CHECK(run.source == "source.itunes");
  CHECK_THAT(run.error, Catch::Contains("it declares entities, which no export does"));
  const std::string file =
      "<!DOCTYPE plist [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><plist><dict>"
      "<key>Tracks</key><dict/></dict></plist>";
  CHECK_THAT(read_source("Library.xml", file).error, Catch::Contains("declares entities"));
}

TEST_CASE("workbook hands over every sheet as a table", "[source][documents]") {
  const SourceRun run = read_source("deezer-data_1.xlsx", pack_workbook("documents/deezer"));
  REQUIRE(run.source == "source.workbook");
  CHECK(run.error == "");
  CHECK(run.rows->notices.empty());
  REQUIRE(run.rows->members.size() == 7);
  CHECK(run.rows->members[0].path == "1_creationData.csv");  // in the workbook's order
  CHECK(run.rows->members[5].path == "10_listeningHistory.csv");
  CHECK(member_of(run, "4_favoriteArtist.csv").bytes ==
        "\"Artist\"\n\"Nina Falk\"\n\"The Tin Sailors\"\n");
  CHECK(member_of(run, "5_favoriteAlbum.csv").bytes ==
        "\"Album Title\",\"Artist\"\n\"Low Tide\",\"The Tin Sailors\"\n\"\",\"Nina Falk\"\n");
  CHECK_THAT(member_of(run, "10_listeningHistory.csv").bytes,
             Catch::EndsWith("\"180\",\"mobile\",\"Phone\",\"2026-01-01 00:05:00\"\n"));
}

TEST_CASE("workbook writes cells as they are shown", "[source][documents]") {
  const std::string styles =
      "<styleSheet><numFmts><numFmt numFmtId='200' "
      "formatCode='[Red]0.0\"days\"'/></numFmts><cellXfs>"
      "<xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='200'/></cellXfs></styleSheet>";
  const SourceRun run = read_source(
      "x.xlsx",
      one_sheet(
          "<row><c r='B1' t='str'><f>A1</f><v>a \"b\"</v></c><c t='b'><v>1</v></c></row>"
          "<row/><row><c r='C3' s='1'><v>1</v></c><c s='2'><v>1.5</v></c><c t='e'><v>#N/A</v></c>"
          "<c t='s'><v>7</v></c><c t='n' s='9'><v>2</v></c></row>",
          {{"xl/styles.xml", styles}}));
  CHECK(run.error == "");
  REQUIRE(run.rows->members.size() == 1);
  CHECK(run.rows->members[0].path == "A_B.csv");
  // The calendar from 1904 begins on its first of January; a text that is not there is empty.
  CHECK(run.rows->members[0].bytes ==
        "\"\",\"a \"\"b\"\"\",\"true\"\n"
        "\"\",\"\",\"1904-01-02 00:00:00\",\"1.5\",\"\",\"\",\"2\"\n");
}

TEST_CASE("workbook keeps the rows before a damage and says what is missing",
          "[source][documents]") {
  const SourceRun run =
      read_source("x.xlsx", one_sheet("<row><c><v>1</v></c></row><row><c></row>"));
  CHECK(run.error == "");
  REQUIRE(run.rows->members.size() == 1);
  CHECK(run.rows->members[0].bytes == "\"1\"\n");
  REQUIRE(run.rows->notices.size() == 1);
  CHECK_THAT(run.rows->notices[0], Catch::StartsWith("sheet \"A/B\" is not read to its end: "));
  // Without a table of contents it is an archive like others.
  CHECK(
      read_source("x.xlsx", pack_zip({{"[Content_Types].xml", ""}, {"xl/other.xml", ""}})).source ==
      "source.archive");
  const SourceRun none = read_source("x.xlsx", one_sheet(""));
  CHECK(none.rows->notices == std::vector<std::string>{"the workbook has no rows"});
}

TEST_CASE("deezer reads its sheets by their names", "[source][documents]") {
  const SourceRun book = read_source("deezer-data_1.xlsx", pack_workbook("documents/deezer"));
  const auto read = [&](const std::string& sheet) {
    SourceRun run = read_source("deezer-data_1.xlsx/" + sheet, member_of(book, sheet).bytes);
    CHECK(run.error == "");
    CHECK(run.rows->problem() == "");
    return run;
  };
  const SourceRun songs = read("8_favoriteSong.csv");
  CHECK(songs.source == "source.deezer");
  REQUIRE(songs.of("likes").size() == 2);
  CHECK(songs.of("likes")[0]["isrc"] == "XXABC2600001");
  CHECK(songs.whole_lists() == "likes of deezer");
  CHECK(read("4_favoriteArtist.csv").of("saved_artists").size() == 2);
  const SourceRun albums = read("5_favoriteAlbum.csv");
  CHECK(albums.of("saved_albums").size() == 1);
  CHECK(albums.rows->bucket_sizes() == Sizes{{"empty", 1}});
  CHECK(read("9_dislikedTracks.csv").of("banned").size() == 1);
  const SourceRun lists = read("11_playlistCreated.csv");
  CHECK(lists.of("playlists").size() == 1);
  REQUIRE(lists.of("playlist_tracks").size() == 2);
  CHECK(lists.of("playlist_tracks")[1]["position"] == "1");
  const SourceRun account = read("1_creationData.csv");
  CHECK(account.source == "source.deezer");
  CHECK(account.rows->bucket_sizes() == Sizes{{"other", 1}});
  const SourceRun plays = read("10_listeningHistory.csv");
  CHECK(plays.source == "source.plays_csv");
  REQUIRE(plays.of("listens").size() == 2);
  CHECK(plays.of("listens")[0]["ms_played"] == "240000");
  CHECK(plays.of("listens")[1]["ts"] == "1767225900");
  for (const CollectedRow& row : plays.rows->rows) {
    for (const auto& [column, value] : row.values) CHECK(value != "192.0.2.1");
  }
}

TEST_CASE("damaged documents never break the accounting", "[source][documents]") {
  std::mt19937_64 random(20260101);
  const std::string itunes = fixture("documents/iTunes Library.xml"),
                    book = pack_workbook("documents/deezer");
  for (int round = 0; round < 300; ++round) {
    std::string broken = round % 2 == 0 ? itunes : book;
    for (std::size_t k = random() % 8 + 1; k > 0; --k) {
      broken[random() % broken.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) broken.resize(random() % broken.size());
    CAPTURE(round);
    const SourceRun run =
        read_with(round % 2 == 0 ? "source.itunes" : "source.workbook", "x", broken);
    if (run.error.empty() && round % 2 == 0) REQUIRE(run.rows->problem() == "");
  }
}
