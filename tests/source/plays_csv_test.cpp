// Tables of plays: never a catalogue, whatever else they hold.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using Sizes = std::map<std::string, int>;

namespace {

constexpr const char* kId = "0000000000000000000001";

std::vector<CollectedRow> listens_of(const SourceRun& run) {
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.of("tracks").empty());
  CHECK(run.of("likes").empty());
  return run.of("listens");
}

SourceRun read_mapped(const std::string& bytes, const std::string& columns) {
  return read_source("own.csv", bytes, columns);
}

}  // namespace

TEST_CASE("a table of plays becomes listens whatever else it holds", "[source]") {
  const std::string time = "2025-06-03 18:00:00";  // 1748973600
  const struct {
    std::string header, row;
  } tables[] = {
      {"timestamp,artist,track,album,spotify_uri,ms_played",
       "2025-06-03T18:00:00Z,A,B,C,spotify:track:" + std::string(kId) + ",250000"},
      {"played_at,artist,title,album,duration_ms", time + ",A,B,C,250000"},
      {"artist_name,track_title,entry_date,country,product_type,stream_duration_ms",
       "A,B," + time + ",SE,TRACK,250000"},
      {"Song Title,Artist,ISRC,Album Title,Listening Time,Date", "B,A,SEXX12500001,C,250," + time},
      {"id,track_name,artist,danceability,energy,valence,played_at",
       std::string(kId) + ",B,A,0.5,0.5,0.5," + time},
      {"listened_at,recording_mbid", "1748973600,00000000-0000-4000-8000-00000000000b"},
      {"ts,spotify_track_uri", "1748973600000,spotify:track:" + std::string(kId)},
      {"Track Title\tArtist\tGenre\tLast Genre\tScrobble Time", "B\tA\tpop\tpop\t" + time},
      {"title|artist|isrc|time", "B|A|SEXX12500001|" + time},
      {"mb_trackid;listened_on", "00000000-0000-4000-8000-00000000000b;" + time},
  };
  for (const auto& [header, row] : tables) {
    CAPTURE(header);
    const SourceRun run = read_source("x.csv", header + "\n" + row + "\n" + row + "\n");
    const auto listens = listens_of(run);
    REQUIRE(listens.size() == 2);
    CHECK(listens[0]["ts"] == "1748973600");
  }
}

TEST_CASE("a chart and a crawled catalogue stay tables of tracks", "[source]") {
  const std::string id = kId;
  for (const std::string& bytes :
       {"date,position,track_name,artist,streams,spotify_id\n2025-06-03,1,B,A,100," + id + "\n",
        "id,track_name,artist,danceability,energy,timestamp\n" + id +
            ",B,A,0.5,0.5,2025-06-03 18:00:00\n" + id + ",B,A,0.5,0.5,2025-06-03 18:00:00\n",
        "track_id,track_name,artists,release_date\n" + id + ",B,A,2001-01-01\n"}) {
    CAPTURE(bytes);
    const SourceRun run = read_source("x.csv", bytes);
    CHECK(run.source == "source.tracks_csv");
    CHECK(run.of("listens").empty());
  }
}

TEST_CASE("plays_csv reads Apple's play activity", "[source]") {
  const std::string header =
      "\"Album Name\",\"Artist Name\",\"End Reason Type\",\"Event End Timestamp\","
      "\"Event Start Timestamp\",\"Event Type\",\"Media Duration In Milliseconds\",\"Media Type\","
      "\"Play Duration Milliseconds\",\"Song Name\",\"UTC Offset In Seconds\"\n";
  const SourceRun run = read_source(
      "Apple Music Play Activity.csv",
      header +
          "C,A,NATURAL_END_OF_TRACK,2025-06-03T18:04:10.100Z,2025-06-03T18:00:00.100Z,PLAY_END,"
          "250000,AUDIO,250000,B,7200\n"
          "C,A,TRACK_SKIPPED_FORWARDS,2025-06-03T18:04:40Z,,PLAY_END,315000,AUDIO,30000,D,7200\n"
          "C,A,,2025-06-03T18:04:40Z,,LYRIC_DISPLAY,315000,AUDIO,,D,7200\n"
          "C,A,,2025-06-03T18:04:40Z,,PLAY_END,315000,VIDEO,,D,7200\n"
          ",,,2025-06-03T18:04:40Z,,PLAY_END,315000,AUDIO,,,7200\n");
  CHECK(run.source == "source.plays_csv");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["ts"] == "1748973600");
  CHECK(listens[0]["ms_played"] == "250000");
  CHECK(listens[0]["reason_end"] == "trackdone");
  CHECK(listens[1]["ts"] == "1748973850");  // 30 s before its end
  CHECK(listens[1]["reason_end"] == "fwdbtn");
  CHECK(run.rows->bucket_sizes() == Sizes{{"other", 1}, {"video", 1}, {"empty", 1}});
}

TEST_CASE("a table of plays may tell how they began", "[source]") {
  const SourceRun run = read_source(
      "spotify_history.csv",
      "spotify_track_uri,ts,ms_played,track_name,artist_name,album_name,reason_start,reason_end,"
      "shuffle,skipped,platform\n"
      "0000000000000000000001,2025-06-03 18:04:10,250000,C,A,B,clickrow,trackdone,FALSE,FALSE,web\n"
      "0000000000000000000002,2025-06-03 18:08:10,2000,D,A,B,trackdone,fwdbtn,TRUE,TRUE,\n");
  CHECK(run.source == "source.plays_csv");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["reason_start"] == "clickrow");
  CHECK(listens[0]["shuffle"] == "0");
  CHECK(listens[0]["device"] == "web");
  CHECK(listens[1]["device"] == "");
  CHECK(listens[1]["reason_start"] == "trackdone");
  CHECK(listens[1]["reason_end"] == "fwdbtn");
  CHECK(listens[1]["shuffle"] == "1");
}

TEST_CASE("the plays of several users are not taken for one person's", "[source]") {
  const SourceRun run = read_source("x.csv",
                                    "user_id,timestamp,artist,track_name,spotify_id\n"
                                    "u1,2025-06-03 18:00:00,A,B,\nu2,2025-06-03 18:00:00,A,B,\n");
  CHECK(run.of("listens").empty());
  CHECK_THAT(run.error, Catch::Contains("several users (\"u1\", \"u2\")"));
}

TEST_CASE("a date and a time of day in columns of their own belong together", "[source]") {
  for (const char* bytes : {"Date,Time,Artist,Title\n2025-06-03,18:00,A,B\n",
                            "Date,Time,Artist,Title,ISRC\n03.06.2025,6:00 PM,A,B,SEXX12500001\n"}) {
    CAPTURE(bytes);
    const auto listens = listens_of(read_source("x.csv", bytes));
    REQUIRE(listens.size() == 1);
    CHECK(listens[0]["ts"] == "1748973600");
    CHECK(listens[0]["precision"] == "60");
  }
}

TEST_CASE("when a track was added is not when it was played", "[source]") {
  const SourceRun run = read_source(
      "x.csv",
      "Title,Artist,Date Added,Genre,Last Played\nB,A,2025-06-03,pop,2025-06-03 18:00:00\n");
  CHECK(run.source == "source.tracks_csv");
  CHECK(run.of("listens").empty());
}

TEST_CASE("the number of a track is never its title", "[source]") {
  const SourceRun run =
      read_source("x.csv", "track,title,artist,date\n7,B,A,2025-06-03 18:00:00\n");
  REQUIRE(listens_of(run).size() == 1);
  CHECK(run.of("listens")[0]["title"] == "B");
}

TEST_CASE("the option --columns with a time makes plays of any table", "[source]") {
  const std::string bytes = "When,Song,By,Heard\n2025-06-03 18:00:00,B,A,250\n";
  const SourceRun run = read_mapped(bytes, "time=When,title=Song,artist=By,ms_played=Heard");
  CHECK(run.source == "source.plays_csv");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 1);
  CHECK(listens[0]["ts"] == "1748973600");
  CHECK(listens[0]["ms_played"] == "250000");
  CHECK(run.rows->notices ==
        std::vector<std::string>{"column \"heard\" is read in seconds, as 1 of 1 lengths in it are "
                                 "below 7200"});
  const SourceRun end = read_mapped("When,Song,By,Heard ms\n2025-06-03 18:04:10,B,A,250000\n",
                                    "end_time=When,title=Song,artist=By,ms_played=Heard ms");
  CHECK(listens_of(end)[0]["ts"] == "1748973600");
  const SourceRun local = read_mapped(bytes, "local_time=When,title=Song,artist=By");
  REQUIRE(local.rows->notices.size() == 1);
  CHECK_THAT(local.rows->notices[0], Catch::Contains("engine library timezone ZONE"));
}

TEST_CASE("the option --columns knows ids and paths and lengths by the names that tools use",
          "[source]") {
  const SourceRun ids = read_mapped("Key,Secs\n00000000-0000-4000-8000-00000000000b,3:45\n",
                                    "mb_trackid=Key,length=Secs");
  REQUIRE(ids.of("tracks").size() == 1);
  CHECK(ids.of("tracks")[0]["mbid"] == "00000000-0000-4000-8000-00000000000b");
  CHECK(ids.of("tracks")[0]["duration_ms"] == "225000");

  const SourceRun paths = read_mapped(
      "Where\n/music/The Tin Sailors/Low Tide/03 - Glass Harbour.flac\n"
      "C:\\music\\Nina - Ceniza.mp3\n",
      "path=Where");
  const auto tracks = paths.of("tracks");
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0]["artist"] == "The Tin Sailors");
  CHECK(tracks[0]["album"] == "Low Tide");
  CHECK(tracks[0]["title"] == "Glass Harbour");
  CHECK(tracks[1]["artist"] == "Nina");
  CHECK(tracks[1]["title"] == "Ceniza");

  // The name decides where it says the unit; where it does not, the values do.
  const auto length = [](const std::string& header, const std::string& cell) {
    const SourceRun run = read_mapped("Song,By," + header + "\nB,A," + cell + "\n",
                                      "title=Song,artist=By,duration_ms=" + header);
    return run.of("tracks")[0]["duration_ms"];
  };
  CHECK(length("Length", "250") == "250000");
  CHECK(length("Length", "250000") == "250000");
  CHECK(length("Length ms", "250") == "250");
  CHECK(length("Length (seconds)", "9000") == "9000000");
}

TEST_CASE("the option --columns says what was probably meant", "[source]") {
  const std::string bytes = "Song,Band,When\nB,A,2025-06-03\n";
  CHECK_THAT(
      read_mapped(bytes, "titel=Song,artist=Band").error,
      Catch::Contains("there is no field \"titel\"") && Catch::Contains("did you mean \"title\"?"));
  CHECK_THAT(read_mapped(bytes, "title=Song,artist=Bnad").error,
             Catch::Contains("did you mean \"band\"?"));
  CHECK_THAT(read_mapped(bytes, "title=Song,artist=Band,time=Wen").error,
             Catch::Contains("did you mean \"when\"?"));
  CHECK_THAT(read_mapped(bytes, "title=Song,title=Band").error,
             Catch::Contains("the field \"title\" is given twice"));
}

TEST_CASE("the separator is decided once for the whole file", "[source]") {
  // Commas in every title, semicolons between the fields, and a header of one comma.
  const SourceRun run = read_source("x.csv",
                                    "sep=;\r\nartist;track, as sung;title;date\r\n"
                                    "A, B, C;1;Ceniza, y Sal, y Luz;2025-06-03 18:00:00\r\n"
                                    "\"A; B\";2;\"x;y\";2025-06-03 18:00:00\r\n");
  const auto listens = listens_of(run);
  REQUIRE(listens.size() == 2);
  CHECK(listens[0]["artist_credit"] == "A, B, C");
  CHECK(listens[1]["title"] == "x;y");
}

TEST_CASE("TuneMyMusic's lists become the person's likes and playlists", "[source]") {
  const SourceRun run =
      read_source("My Spotify Library.csv",
                  "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\n"
                  "B,A,C,Favorite Songs,Favorite,SEXX12500001,0000000000000000000001\n"
                  "D,A,C,Road trip,Playlist,SEXX12500003,0000000000000000000002\n"
                  "E,F,G,Road trip,Playlist,SEXX12500002,0000000000000000000003\n"
                  ",F,G,,Album,,\n,F,,,Artist,,\n,,,,Radio,,\n");
  CHECK(run.source == "source.tunemymusic");
  CHECK(run.rows->problem() == "");
  CHECK(run.of("likes").size() == 1);
  REQUIRE(run.of("playlists").size() == 1);
  CHECK(run.of("playlists")[0].values.count("owner") == 0);  // the person's own
  REQUIRE(run.of("playlist_tracks").size() == 2);
  CHECK(run.of("playlist_tracks")[1]["position"] == "1");
  CHECK(run.of("saved_albums").size() == 1);
  CHECK(run.of("saved_artists").size() == 1);
  CHECK(run.rows->bucket_sizes() == Sizes{{"other", 1}});
}
