#include <fstream>
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "plugin/call.hpp"
#include "support/collected_rows.hpp"
#include "support/element_run.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

using nlohmann::json;
using support::PlaylistOf;
using support::run_output;
using support::TinyLibrary;

namespace {

constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();
constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();
const std::string kId = "0000000000000000000001";
const std::string kMbid = "00000000-0000-4000-8000-000000000001";
const std::string kUri = "spotify:track:0000000000000000000001";
const std::string kPage = "https://open.spotify.com/track/0000000000000000000001";
const std::string kRecording =
    "https://musicbrainz.org/recording/00000000-0000-4000-8000-000000000001";
constexpr char kReplacement[] = "\xef\xbf\xbd";

/// Titles that break careless writers.
const std::vector<std::string> kNasty{
    "Line\nbreak\r\nand\ttab",
    "Tom & Jerry <live> \"quoted\" 'single' ]]>",
    "#1 in the charts",
    "emoji \xf0\x9f\x8e\xb5 and accents \xc3\xa9",
    "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 (right to left)",
    std::string("\x01\x02 control \x07\x1b\x7f", 15),
    "=1+2, a comma; a semicolon\\",
    "bad \xff\xc3 bytes \xed\xa0\x80",
    "forbidden \xef\xbf\xbe in XML, line separator \xe2\x80\xa8 too",
    "",
    "  ends  ",
    "../../etc/passwd",
};

struct Nasty {
  TinyLibrary library;
  PlaylistOf playlist;

  Nasty() {
    for (const std::string& title : kNasty) {
      playlist.tracks.push_back(library.add({.title = title,
                                             .artists = {"Earth, Wind & Fire", "B<B>"},
                                             .album = title,
                                             .spotify_id = kId}));
      playlist.explanations.push_back("because of " + title);
    }
    playlist.title = "Mix & Match\n<2>";
    playlist.description = "\x03 \"about\"";
    playlist.creator = "M\xc3\xbcller & Co";
  }
};

/// One complete track, one without anything.
struct Plain {
  TinyLibrary library;
  PlaylistOf playlist;

  Plain() {
    library.add({.title = "First",
                 .artists = {"Ann", "Bob"},
                 .album = "Album",
                 .duration_ms = 215'499,
                 .year = 1999,
                 .popularity = 63,
                 .is_explicit = 1,
                 .energy = 0.8f,
                 .spotify_id = kId,
                 .isrc = "XXABC2600001",
                 .mbid = kMbid});
    library.add({.title = "Second",
                 .artists = {"Cid"},
                 .album = "",
                 .duration_ms = kNoInt,
                 .year = kNoInt,
                 .popularity = kNoFloat,
                 .is_explicit = 255,
                 .energy = kNoFloat,
                 .valence = kNoFloat});
    playlist.tracks = {0, 1};
    playlist.explanations = {"\"First\" by Ann made it to the playlist! [BASE]", ""};
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);  // every line is ended
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

struct M3uTrack {
  std::string seconds, text, album, path;
};
struct M3u {
  std::string title;
  std::vector<M3uTrack> tracks;
};

/// Reads what a player reads: directives by line, then the path.
M3u read_m3u(const std::string& bytes) {
  M3u m3u;
  M3uTrack track;
  const std::vector<std::string> lines = lines_of(bytes);
  REQUIRE(!lines.empty());
  REQUIRE(lines[0] == "#EXTM3U");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    CAPTURE(line);
    for (const char c : line) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'));
    if (line.rfind("#PLAYLIST:", 0) == 0) {
      m3u.title = line.substr(10);
    } else if (line.rfind("#EXTINF:", 0) == 0) {
      const std::size_t comma = line.find(',');
      REQUIRE(comma != std::string::npos);
      track.seconds = line.substr(8, comma - 8);
      track.text = line.substr(comma + 1);
    } else if (line.rfind("#EXTALB:", 0) == 0) {
      track.album = line.substr(8);
    } else {
      REQUIRE(!line.empty());
      REQUIRE(line[0] != '#');
      track.path = line;
      m3u.tracks.push_back(track);
      track = {};
    }
  }
  return m3u;
}

/// RFC 4180 with every field quoted; anything else fails.
std::vector<std::vector<std::string>> read_csv(const std::string& bytes) {
  std::vector<std::vector<std::string>> records(1);
  std::size_t at = 0;
  while (at < bytes.size()) {
    REQUIRE(bytes[at] == '"');
    std::string field;
    for (++at; bytes.at(at) != '"' || bytes.at(at + 1) == '"'; ++at) {
      if (bytes[at] == '"') ++at;
      field += bytes[at];
    }
    records.back().push_back(field);
    const char end = bytes.at(at + 1);
    REQUIRE((end == ',' || end == '\n'));
    if (end == '\n') records.emplace_back();
    at += 2;
  }
  REQUIRE(records.back().empty());
  records.pop_back();
  return records;
}

class XspfFile {
 public:
  explicit XspfFile(const std::string& bytes) : path_(folder_.file("list.xspf")) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  /// What xmllint says against the schema; "" when it is valid.
  [[nodiscard]] std::string problem() const {
    const support::Ended ended = support::run_program(
        {"xmllint", "--noout", "--relaxng", PLAYLIST_SOURCE_DIR "/tests/data/xspf.rng", path_});
    return ended.exit_code == 0 ? "" : ended.err;
  }
  /// The text of field `name` of the track (from 1), or of the playlist (0).
  [[nodiscard]] std::string field(int track, const std::string& name) const {
    const auto step = [](const std::string& of) { return "*[local-name()='" + of + "']"; };
    std::string path = "/" + step("playlist");
    if (track > 0) {
      path += "/" + step("trackList") + "/" + step("track") + "[" + std::to_string(track) + "]";
    }
    return xpath("string(" + path + "/" + step(name) + ")");
  }
  [[nodiscard]] std::string xpath(const std::string& expression) const {
    const support::Ended ended = support::run_program({"xmllint", "--xpath", expression, path_});
    CAPTURE(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended.out.substr(0, ended.out.size() - 1);
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

}  // namespace

TEST_CASE("output.m3u8 writes one extended entry per track", "[output]") {
  const Plain plain;
  CHECK(run_output("output.m3u8", plain.library, plain.playlist).bytes ==
        "#EXTM3U\n"
        "#PLAYLIST:Example Mix\n"
        "#EXTINF:215,Ann, Bob - First\n"
        "#EXTALB:Album\n"
        "spotify:track:0000000000000000000001\n"
        "#EXTINF:-1,Cid - Second\n"
        "Cid/Second\n");
}

TEST_CASE("output.m3u8 reads back whatever the titles hold", "[output]") {
  const Nasty nasty;
  const M3u m3u = read_m3u(run_output("output.m3u8", nasty.library, nasty.playlist).bytes);
  CHECK(m3u.title == "Mix & Match <2>");
  REQUIRE(m3u.tracks.size() == kNasty.size());
  CHECK(m3u.tracks[0].text == "Earth, Wind & Fire, B<B> - Line break  and tab");
  CHECK(m3u.tracks[0].album == "Line break  and tab");
  CHECK(m3u.tracks[3].text == "Earth, Wind & Fire, B<B> - " + kNasty[3]);
  CHECK(m3u.tracks[9].text == "Earth, Wind & Fire, B<B>");
  for (const M3uTrack& track : m3u.tracks) {
    CHECK(track.seconds == "200");
    CHECK(track.path == kUri);
  }
}

TEST_CASE("output.m3u8 without ids writes paths that stay relative and are no directives",
          "[output]") {
  TinyLibrary library;
  library.add({.title = "a/b\\c", .artists = {"#hash"}, .album = ".."});
  library.add({.title = "", .artists = {}, .album = ""});
  library.add({.title = "T", .artists = {"A"}, .mbid = kMbid});
  const M3u m3u = read_m3u(run_output("output.m3u8", library, {.tracks = {0, 1, 2}}).bytes);
  REQUIRE(m3u.tracks.size() == 3);
  CHECK(m3u.tracks[0].path == "./#hash/_/a_b_c");
  CHECK(m3u.tracks[1].path == "Unknown artist/Unknown title");
  CHECK(m3u.tracks[2].path == kRecording);
}

TEST_CASE("output.xspf is valid and reads back", "[output]") {
  const Plain plain;
  const XspfFile file(run_output("output.xspf", plain.library, plain.playlist).bytes);
  CHECK(file.problem() == "");
  CHECK(file.field(0, "title") == "Example Mix");
  CHECK(file.field(0, "creator") == "example-user");
  CHECK(file.field(0, "annotation") == "For a test.");
  CHECK(file.field(0, "date") == "2023-11-14T22:13:20Z");  // 1 700 000 000
  CHECK(file.field(1, "location") == kPage);
  CHECK(file.field(1, "identifier") == kRecording);
  CHECK(file.field(1, "creator") == "Ann, Bob");
  CHECK(file.field(1, "duration") == "215499");
  CHECK(file.field(1, "annotation") == plain.playlist.explanations[0]);
  CHECK(file.xpath("count(//*[local-name()='track'][2]/*)") == "2");  // title and creator only
}

TEST_CASE("output.xspf is valid whatever the titles hold", "[output]") {
  const Nasty nasty;
  const XspfFile file(run_output("output.xspf", nasty.library, nasty.playlist).bytes);
  CHECK(file.problem() == "");
  CHECK(file.xpath("count(//*[local-name()='track'])") == std::to_string(kNasty.size()));
  CHECK(file.field(0, "title") == "Mix & Match\n<2>");
  for (const int kept : {1, 2, 3, 4, 5, 7, 11, 12}) {
    CHECK(file.field(kept, "title") == kNasty[static_cast<std::size_t>(kept) - 1]);
  }
  CHECK(file.field(6, "title") == " control \x7f");
  CHECK(file.field(8, "title") == std::string("bad ") + kReplacement + kReplacement + " bytes " +
                                      kReplacement + kReplacement + kReplacement);
  CHECK(file.field(9, "title") == "forbidden  in XML, line separator \xe2\x80\xa8 too");
}

TEST_CASE("the XSPF schema used here refuses what is wrong", "[output]") {
  const Plain plain;
  std::string bytes = run_output("output.xspf", plain.library, plain.playlist).bytes;
  bytes.replace(bytes.find("215499"), 6, "3:35");
  CHECK(XspfFile(bytes).problem() != "");
}

TEST_CASE("output.jspf parses back in ListenBrainz's form", "[output]") {
  const Plain plain;
  const json list =
      support::parse_json(run_output("output.jspf", plain.library, plain.playlist).bytes);
  const json& playlist = list.at("playlist");
  CHECK(playlist.at("title") == "Example Mix");
  CHECK(playlist.at("date") == "2023-11-14T22:13:20Z");
  CHECK(playlist.at("extension").at("https://musicbrainz.org/doc/jspf#playlist").at("public") ==
        false);
  REQUIRE(playlist.at("track").size() == 2);
  const json& first = playlist.at("track")[0];
  CHECK(first.at("identifier") == json::array({kRecording}));
  CHECK(first.at("location") == json::array({kPage}));
  CHECK(first.at("title") == "First");
  CHECK(first.at("creator") == "Ann, Bob");
  CHECK(first.at("duration") == 215'499);
  CHECK(first.at("annotation") == plain.playlist.explanations[0]);
  CHECK(first.at("extension")
            .at("https://musicbrainz.org/doc/jspf#track")
            .at("additional_metadata")
            .at("isrc") == "XXABC2600001");
  const json& second = playlist.at("track")[1];
  for (const char* absent : {"identifier", "location", "album", "duration", "annotation"}) {
    CHECK_FALSE(second.contains(absent));
  }
}

TEST_CASE("output.json parses back with scores, features and reasons", "[output]") {
  const Plain plain;
  const json list =
      support::parse_json(run_output("output.json", plain.library, plain.playlist).bytes);
  CHECK(list.at("title") == "Example Mix");
  CHECK(list.at("description") == "For a test.");
  CHECK(list.at("creator") == "example-user");
  CHECK(list.at("created") == "2023-11-14T22:13:20Z");
  REQUIRE(list.at("tracks").size() == 2);
  const json& first = list.at("tracks")[0];
  CHECK(first.at("position") == 1);
  CHECK(first.at("track") == 0);
  CHECK(first.at("artist") == "Ann");
  CHECK(first.at("artists") == "Ann, Bob");
  CHECK(first.at("year") == 1999);
  CHECK(first.at("duration_ms") == 215'499);
  CHECK(first.at("spotify_uri") == kUri);
  CHECK(first.at("score") == 0.8);  // not 0.800000011920929
  CHECK(first.at("explanation") == plain.playlist.explanations[0]);
  CHECK(first.at("features").at("energy") == 0.8);
  CHECK(first.at("features").at("tempo").is_null());
  const json& second = list.at("tracks")[1];
  for (const char* unknown :
       {"album", "year", "duration_ms", "spotify_uri", "isrc", "mbid", "explanation"}) {
    CHECK(second.at(unknown).is_null());
  }
  CHECK(second.at("features").at("energy").is_null());
}

TEST_CASE("JSON outputs keep every title, replacing only bytes that are not UTF-8", "[output]") {
  const Nasty nasty;
  const json plain =
      support::parse_json(run_output("output.json", nasty.library, nasty.playlist).bytes);
  const json jspf =
      support::parse_json(run_output("output.jspf", nasty.library, nasty.playlist).bytes);
  REQUIRE(plain.at("tracks").size() == kNasty.size());
  REQUIRE(jspf.at("playlist").at("track").size() == kNasty.size());
  for (std::size_t i = 0; i < kNasty.size(); ++i) {
    if (i == 7) continue;
    CHECK(jspf.at("playlist").at("track")[i].at("title") == kNasty[i]);
    if (!kNasty[i].empty()) CHECK(plain.at("tracks")[i].at("title") == kNasty[i]);
  }
  CHECK(plain.at("tracks")[7].at("title") == std::string("bad ") + kReplacement + kReplacement +
                                                 " bytes " + kReplacement + kReplacement +
                                                 kReplacement);
  CHECK(plain.at("title") == nasty.playlist.title);
  CHECK(plain.at("description") == nasty.playlist.description);
}

TEST_CASE("output.csv has Exportify's columns", "[output]") {
  const Plain plain;
  const auto records = read_csv(run_output("output.csv", plain.library, plain.playlist).bytes);
  REQUIRE(records.size() == 3);
  std::string header;
  for (const std::string& column : records[0]) header += (header.empty() ? "" : ",") + column;
  CHECK(header ==
        "Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,Album Artist "
        "URI(s),Album Artist Name(s),Album Release Date,Album Image URL,Disc Number,Track "
        "Number,Track Duration (ms),Track Preview URL,Explicit,Popularity,ISRC,Added By,Added "
        "At,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,"
        "Liveness,Valence,Tempo,Time Signature");
  for (const auto& record : records) CHECK(record.size() == records[0].size());
  const auto value = [&](std::size_t record, const std::string& column) {
    for (std::size_t i = 0; i < records[0].size(); ++i) {
      if (records[0][i] == column) return records[record][i];
    }
    FAIL("no column " << column);
    return std::string();
  };
  CHECK(value(1, "Track URI") == kUri);
  CHECK(value(1, "Artist Name(s)") == "Ann, Bob");
  CHECK(value(1, "Album Release Date") == "1999");
  CHECK(value(1, "Track Duration (ms)") == "215499");
  CHECK(value(1, "Explicit") == "true");
  CHECK(value(1, "Popularity") == "63");
  CHECK(value(1, "ISRC") == "XXABC2600001");
  CHECK(value(1, "Added At") == "2023-11-14T22:13:20Z");
  CHECK(value(1, "Energy") == "0.8");
  CHECK(value(1, "Tempo").empty());
  for (const char* unknown : {"Track URI", "Album Release Date", "Track Duration (ms)", "Explicit",
                              "Popularity", "ISRC", "Energy"}) {
    CHECK(value(2, unknown).empty());
  }
}

/// What source.exportify makes of a file of output.csv.
void import_again(const std::string& bytes, test::CollectedRows& collected) {
  const std::string padded = bytes + std::string(64, '\0');
  const playlist_input input{sizeof input,
                             0,
                             "Mix.csv",
                             "Mix.csv",
                             reinterpret_cast<const std::uint8_t*>(padded.data()),
                             bytes.size(),
                             bytes.size(),
                             ""};
  const engine::Element& source = support::elements().require("source.exportify", "");
  CHECK(engine::recognise(source, input, {}) > 50);
  engine::CallContext context;
  context.services = {{PLAYLIST_SERVICE_ROWS, test::CollectedRows::service(PLAYLIST_SERVICE_ROWS)}};
  engine::ElementInstance instance(source, engine::check_arguments(*source.description, {}, ""),
                                   std::move(context));
  const engine::CallResult ended = instance.read(input);
  CHECK(ended.status == PLAYLIST_OK);
  CHECK(collected.problem() == "");
}

TEST_CASE("output.csv can be imported again as an Exportify file", "[output]") {
  const Nasty nasty;
  const std::string bytes = run_output("output.csv", nasty.library, nasty.playlist).bytes;
  const auto records = read_csv(bytes);
  REQUIRE(records.size() == kNasty.size() + 1);
  CHECK(records[1][1] == "Line\nbreak\nand\ttab");
  CHECK(records[2][1] == kNasty[1]);
  CHECK(records[2][3] == "Earth\\, Wind & Fire, B<B>");
  CHECK(records[7][1] == "'" + kNasty[6]);

  test::CollectedRows collected;
  import_again(bytes, collected);
  CHECK(collected.total == static_cast<std::int64_t>(kNasty.size()));
  std::map<std::int64_t, std::string> titles, artists;
  for (const test::CollectedRow& row : collected.of("tracks")) {
    titles[row.record] = row["title"];
    artists[row.record] = row["artist"];
    CHECK(row["spotify_id"] == kId);
  }
  CHECK(titles[1] == kNasty[1]);
  CHECK(titles[2] == kNasty[2]);
  CHECK(titles[3] == kNasty[3]);
  CHECK(titles[4] == kNasty[4]);
  CHECK(titles[6] == kNasty[6]);
  CHECK(artists[1] ==
        "Earth, Wind & Fire\x1f"
        "B<B>");
}

TEST_CASE("no text of output.csv begins as a formula and importing gives the texts back",
          "[output]") {
  const std::vector<std::pair<std::string, std::string>> cells = {
      {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
      {"+1", "'+1"},
      {"-", "'-"},
      {"@home", "'@home"},
      {"'=x", "''=x"},
      {"''-x", "'''-x"},
      {"'quoted'", "'quoted'"},
      {"O'Neil = 2", "O'Neil = 2"},
      {"\x01=z", "'=z"},
      {"'", "'"}};
  TinyLibrary library;
  PlaylistOf playlist;
  for (const auto& [title, cell] : cells) {
    playlist.tracks.push_back(
        library.add({.title = title, .artists = {title}, .album = title, .spotify_id = kId}));
    playlist.explanations.emplace_back("");
  }
  const std::string bytes = run_output("output.csv", library, playlist).bytes;
  const auto records = read_csv(bytes);
  test::CollectedRows collected;
  import_again(bytes, collected);
  const auto tracks = collected.of("tracks");
  REQUIRE(records.size() == cells.size() + 1);
  REQUIRE(tracks.size() == cells.size());
  for (std::size_t k = 0; k < cells.size(); ++k) {
    // Control characters are dropped.
    const std::string title = cells[k].first[0] == '\x01' ? "=z" : cells[k].first;
    CHECK(records[k + 1][1] == cells[k].second);
    CHECK(records[k + 1][3] == cells[k].second);
    CHECK(records[k + 1][5] == cells[k].second);
    CHECK(tracks[k]["title"] == title);
    CHECK(tracks[k]["artist"] == title);
    CHECK(tracks[k]["album"] == title);
  }
}

TEST_CASE("output.uris writes Spotify URIs only, and tells how many tracks have none", "[output]") {
  const Plain plain;
  const support::Written written = run_output("output.uris", plain.library, plain.playlist);
  CHECK(written.bytes == kUri + "\n");
  CHECK(written.notices ==
        std::vector<std::string>{"1 of 2 tracks have no Spotify id and are left out"});
}

TEST_CASE("an empty playlist is a valid file of every format", "[output]") {
  const TinyLibrary library;
  const PlaylistOf empty;
  CHECK(run_output("output.m3u8", library, empty).bytes == "#EXTM3U\n#PLAYLIST:Example Mix\n");
  CHECK(XspfFile(run_output("output.xspf", library, empty).bytes).problem() == "");
  CHECK(support::parse_json(run_output("output.jspf", library, empty).bytes)
            .at("playlist")
            .at("track")
            .empty());
  CHECK(support::parse_json(run_output("output.json", library, empty).bytes).at("tracks").empty());
  CHECK(read_csv(run_output("output.csv", library, empty).bytes).size() == 1);
  const support::Written uris = run_output("output.uris", library, empty);
  CHECK(uris.bytes.empty());
  CHECK(uris.notices.empty());
}
