// Lists as M3U, PLS, XSPF and JSPF: what they name, and by which names.
#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using namespace std::string_literals;

namespace {

const std::string kId = "0000000000000000000001", kMbid = "00000000-0000-4000-8000-000000000001";

/// "FILE|CREDIT|TITLE|ALBUM|SPOTIFY|MBID" of each entry.
std::vector<std::string> entries_of(const SourceRun& run) {
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  std::vector<std::string> entries;
  for (const CollectedRow& row : run.of("playlist_tracks")) {
    std::string entry = row["file"];
    for (const char* column : {"artist_credit", "title", "album", "spotify_id", "mbid"})
      entry += "|" + row[column];
    entries.push_back(entry);
  }
  return entries;
}

std::string name_of(const SourceRun& run) {
  const auto lists = run.of("playlists");
  return lists.size() == 1 ? lists[0]["playlist"] : "(" + std::to_string(lists.size()) + ")";
}

using Entries = std::vector<std::string>;

}  // namespace

TEST_CASE("M3U: paths, URIs, addresses, and the names beside them", "[source][lists]") {
  const SourceRun run = read_source(
      "Evenings.m3u8",
      "\xef\xbb\xbf#EXTM3U\r\n#PLAYLIST:My list\r\n#EXTINF:215,Ann, Bob - First - Live\r\n"
      "#EXTALB:Album\r\n../a b/100%25.mp3\r\n\r\n# a comment\r\n/m/#x.mp3\r\n"
      "file:///m/c%20d.mp3\r\n#EXTINF:-1,Only a title\r\nspotify:track:" +
          kId + "\r\nhttps://musicbrainz.org/recording/" + kMbid +
          "\r\nhttp://radio.example/a.mp3\r\n./-d.mp3\r\nC:\\Music\\e.mp3\r\na: b/f.mp3");
  CHECK(run.source == "source.m3u");
  CHECK(name_of(run) == "My list");
  CHECK(entries_of(run) == Entries{"../a%20b/100%2525.mp3|Ann, Bob|First - Live|Album||",
                                   "file:///m/#x.mp3|||||", "file:///m/c%20d.mp3|||||",
                                   "||Only a title||" + kId + "|", "|||||" + kMbid, "./-d.mp3|||||",
                                   "C:\\Music\\e.mp3|||||", "a:%20b/f.mp3|||||"});
  CHECK(run.reason("empty") == "neither a music file nor names nor an id");
}

TEST_CASE("M3U without a header, in Latin-1, with paths of any bytes", "[source][lists]") {
  const SourceRun run =
      read_source("old.m3u", "#EXTINF:1,Caf\xe9 - Ros\xe9\n/m/Caf\xe9.mp3\rb.mp3\n"s);
  CHECK(run.source == "source.m3u");
  CHECK(name_of(run) == "old");
  CHECK(entries_of(run) ==
        Entries{"file:///m/Caf%E9.mp3|Caf\xc3\xa9|Ros\xc3\xa9|||", "b.mp3|||||"});
  CHECK(read_source("stream.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\na.ts\n").source == "");
}

TEST_CASE("PLS: entries by their numbers", "[source][lists]") {
  const SourceRun run = read_source(
      "Evenings.pls",
      "[Playlist]\nFile10=/m/j.mp3\nFile2=../b c.mp3\ntitle2=Ann - B\nFile1=file:///m/a%20b.mp3\n"
      "Title3=Cid - Only names\nLength1=-1\nFilex=y\nFile99999999=/m/far.mp3\nNumberOfEntries=9\n"
      "Version=2\n");
  CHECK(run.source == "source.pls");
  CHECK(name_of(run) == "Evenings");
  CHECK(entries_of(run) == Entries{"file:///m/a%20b.mp3|||||", "../b%20c.mp3|Ann|B|||",
                                   "|Cid|Only names|||", "file:///m/j.mp3|||||"});
}

TEST_CASE("XSPF: locations and identifiers, also such as are no URIs", "[source][lists]") {
  const SourceRun run = read_source(
      "list.xspf",
      "<?xml version=\"1.0\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">"
      "<trackList><track><location>file:///m/a%20b%25.mp3</location>"
      "<identifier>https://musicbrainz.org/recording/" +
          kMbid +
          "</identifier><title>A &amp; B</title><creator>Ann</creator><album>Al</album></track>"
          "<track><location>https://open.spotify.com/track/" +
          kId +
          "</location><location>../c%20d.mp3</location></track>"
          "<track><location>/m/e f.mp3</location></track>"
          "<track><annotation>nothing</annotation></track></trackList><title>Late</title>"
          "</playlist>");
  CHECK(run.source == "source.xspf");
  CHECK(name_of(run) == "Late");
  CHECK(entries_of(run) == Entries{"file:///m/a%20b%25.mp3|Ann|A & B|Al||" + kMbid,
                                   "../c%20d.mp3||||" + kId + "|", "file:///m/e%20f.mp3|||||"});
  CHECK(run.reason("empty") == "neither a music file nor names nor an id");
}

TEST_CASE("JSPF: locations and identifiers as texts and as lists", "[source][lists]") {
  const SourceRun run = read_source(
      "list.jspf",
      R"({"playlist":{"creator":"x","title":"L\u00e9","track":[)"
      R"({"identifier":["https://musicbrainz.org/recording/)" +
          kMbid + R"("],"location":["file:///m/a%20b.mp3","https://open.spotify.com/track/)" + kId +
          R"("],"title":"A","creator":"Ann"},{"broken":},)"
          R"({"location":"b.mp3","title":"B"}]}})");
  CHECK(run.source == "source.jspf");
  CHECK(entries_of(run) ==
        Entries{"file:///m/a%20b.mp3|Ann|A||" + kId + "|" + kMbid, "b.mp3||B|||"});
  CHECK(run.reason("malformed") != "(none)");
}
