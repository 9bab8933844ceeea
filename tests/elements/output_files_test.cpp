// The music files of a list's tracks, as the outputs that name files write them.
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/output_run.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

using Catch::Contains;
using engine::ArgumentList;
using engine::Arguments;
using support::run_output_of_files;
using support::TinyLibrary;

namespace {

const std::string kId = "0000000000000000000001";

/// What the output has of a list whose tracks have these files.
struct Listed {
  std::vector<std::string> locations;
  std::string notices, bytes;
};

std::string notices_of(const support::Written& written) {
  std::string all;
  for (const std::string& notice : written.notices) all += notice + "\n";
  return all;
}

support::Written written(const std::string& output, const std::vector<std::string>& files,
                         const Arguments& arguments, const std::string& spotify_id = "") {
  TinyLibrary library;
  support::PlaylistOf playlist;
  for (std::size_t k = 0; k < files.size(); ++k)
    playlist.tracks.push_back(library.add(
        {.title = "Song " + std::to_string(k), .artists = {"Ann"}, .spotify_id = spotify_id}));
  return run_output_of_files(output, library, playlist, files, arguments);
}

Listed listed(const std::vector<std::string>& files, const Arguments& arguments = {},
              const std::string& output = "output.m3u8") {
  const support::Written list = written(output, files, arguments);
  Listed told{{}, notices_of(list), list.bytes};
  std::string line;
  for (const char c : list.bytes) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (!line.starts_with("#")) told.locations.push_back(line);
    line.clear();
  }
  return told;
}

using Texts = std::vector<std::string>;

std::string two(const std::string& first, const std::string& second) {
  return first + std::string(1, '\0') + second;
}

}  // namespace

TEST_CASE("lists name the tracks' files, and their addresses where none is known", "[output]") {
  CHECK(listed({"/m/a b.mp3"}).locations == Texts{"/m/a b.mp3"});
  const support::Written none = written("output.m3u8", {"", "/m/100%.mp3"}, {}, kId);
  CHECK_THAT(none.bytes, Contains("\nspotify:track:" + kId + "\n") && Contains("\n/m/100%.mp3\n"));
  CHECK(none.notices.empty());
  const Listed only = listed({"", "/m/a.mp3"}, {{"only_files", true}});
  CHECK(only.locations == Texts{"/m/a.mp3"});
  CHECK_THAT(only.notices, Contains("1 of 2 tracks are left out") &&
                               Contains("1. Song 0 by Ann: no music file of it is known"));
}

TEST_CASE("paths are written from a folder on, over .. where they lie beside it", "[output]") {
  const Texts files{"/m/a.mp3", "/m/x/#b.mp3", "/m2/c.mp3", "/m/x/y: z/d.mp3"};
  const Listed from_music = listed(files, {{"relative_to", std::string("/m/")}});
  CHECK(from_music.locations == Texts{"a.mp3", "x/#b.mp3", "../m2/c.mp3", "x/y: z/d.mp3"});
  const Listed from_x = listed(files, {{"relative_to", std::string("/m/x")}});
  CHECK(from_x.locations == Texts{"../a.mp3", "./#b.mp3", "../../m2/c.mp3", "./y: z/d.mp3"});
  const Listed below = listed(
      files, {{"relative_to", std::string("/m")}, {"only_below", true}, {"only_files", true}});
  CHECK(below.locations == Texts{"a.mp3", "x/#b.mp3", "x/y: z/d.mp3"});
  CHECK_THAT(below.notices,
             Contains("3. Song 2 by Ann: its file does not lie below /m: /m2/c.mp3"));
}

TEST_CASE("a link to the music folder is the folder", "[output]") {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  fs::create_directories(folder.file("real/album"));
  engine::write_file_atomically(folder.file("real/album/a.mp3"), "x");
  fs::create_directory_symlink(folder.file("real"), folder.file("link"));
  for (const auto& [base, file] : {std::pair("real", "link"), {"link", "real"}}) {
    const Listed list = listed({folder.file(std::string(file) + "/album/a.mp3")},
                               {{"relative_to", folder.file(base)}, {"only_below", true}});
    CHECK(list.locations == Texts{"album/a.mp3"});
  }
}

TEST_CASE("a folder has another name where the list is read", "[output]") {
  const Texts files{"/home/me/Music/a.mp3", "/home/me/Music/New/b.mp3", "/home/me/Music2/c.mp3"};
  const Arguments docker{{"prefix", ArgumentList{std::string("/home/me/Music/=/music"),
                                                 std::string("/home/me/Music/New=/new")}}};
  const Listed list = listed(files, docker);
  CHECK(list.locations == Texts{"/music/a.mp3", "/new/b.mp3", "/home/me/Music2/c.mp3"});
  CHECK_THAT(list.notices, Contains("1 of 3 tracks lie below no folder that a prefix names"));

  const Arguments windows{{"prefix", ArgumentList{std::string("/home/me/Music=C:\\Music\\")}}};
  CHECK(listed({files[1]}, windows).locations == Texts{"C:\\Music\\New\\b.mp3"});
  Arguments relative = windows;
  relative.emplace_back("relative_to", std::string("/home/me/Music/Lists"));
  CHECK(listed({files[1]}, relative).locations == Texts{"..\\New\\b.mp3"});
  const Arguments share{{"prefix", ArgumentList{std::string("/home/me=\\\\nas\\share")}}};
  CHECK(listed({files[0]}, share).locations == Texts{"\\\\nas\\share\\Music\\a.mp3"});
  CHECK_THROWS_WITH(listed(files, {{"prefix", ArgumentList{std::string("/home/me")}}}),
                    Contains("is not FROM=TO"));
}

TEST_CASE("file URIs are percent-encoded byte by byte", "[output]") {
  const Arguments uri{{"paths", std::string("uri")}};
  const auto of = [&](const std::string& file, Arguments arguments) {
    arguments.emplace_back("paths", std::string("uri"));
    return listed({file}, arguments).locations.at(0);
  };
  CHECK(of("/m/a b%#?\n\xff.mp3", {}) == "file:///m/a%20b%25%23%3F%0A%FF.mp3");
  CHECK(of("/m/x/\xc3\xa9: b.mp3", {{"relative_to", std::string("/m/y")}}) ==
        "../x/%C3%A9%3A%20b.mp3");
  CHECK(of("/m/a b.mp3", {{"prefix", ArgumentList{std::string("/m=C:\\M")}}}) ==
        "file:///C:/M/a%20b.mp3");
  CHECK(of("/m/a.mp3", {{"prefix", ArgumentList{std::string("/m=\\\\nas\\s")}}}) ==
        "file://nas/s/a.mp3");
}

TEST_CASE("what a line cannot hold is left out and named, or has another file", "[output]") {
  const Arguments only{{"only_files", true}};
  const Texts files{"/m/line\nbreak.mp3", "/m/latin \xe9.mp3", "/m/-a.mp3"};
  const Listed utf8 = listed(files, only);
  CHECK(utf8.locations == Texts{"/m/-a.mp3"});
  CHECK_THAT(utf8.notices, Contains("2 of 3 tracks are left out") &&
                               Contains("1. Song 0 by Ann: its path has a line break") &&
                               Contains("2. Song 1 by Ann: its path is no UTF-8"));
  const Listed bytes = listed(files, only, "output.m3u");
  CHECK(bytes.locations == Texts{"/m/latin \xe9.mp3", "/m/-a.mp3"});
  CHECK(listed({two(files[0], "/m/b.mp3")}).locations == Texts{"/m/b.mp3"});
}

TEST_CASE("of several files of a track the first that can be reached is named", "[output]") {
  const std::string files = two("/big/a.flac", "/m/a.mp3");
  CHECK(listed({files}).locations == Texts{"/big/a.flac"});
  CHECK(listed({files}, {{"relative_to", std::string("/m")}}).locations == Texts{"a.mp3"});
  CHECK(listed({files}, {{"prefix", ArgumentList{std::string("/m=/music")}}}).locations ==
        Texts{"/music/a.mp3"});
}

TEST_CASE("output.pls counts its entries, and leaves out what has no place at all", "[output]") {
  const support::Written list = written("output.pls", {"/m/a.mp3", "", "/m/b.mp3"}, {});
  CHECK(list.bytes ==
        "[playlist]\nFile1=/m/a.mp3\nTitle1=Ann - Song 0\nLength1=200\nFile2=/m/b.mp3\n"
        "Title2=Ann - Song 2\nLength2=200\nNumberOfEntries=2\nVersion=2\n");
  CHECK_THAT(notices_of(list), Contains("2. Song 1 by Ann: no music file of it is known"));
}

TEST_CASE("output.jspf keeps this machine's paths to itself unless they are asked for",
          "[output]") {
  const auto locations = [](const Arguments& arguments) {
    const auto list =
        support::parse_json(written("output.jspf", {"/m/a b.mp3"}, arguments, kId).bytes);
    return list.at("playlist").at("track").at(0).at("location").dump();
  };
  const std::string page = "\"https://open.spotify.com/track/" + kId + "\"";
  CHECK(locations({}) == "[" + page + "]");
  CHECK(locations({{"paths", std::string("uri")}}) == "[\"file:///m/a%20b.mp3\"," + page + "]");
}

TEST_CASE("a list of tracks whose files are known need not name them", "[output]") {
  const support::Written list = written("output.jspf", {"/m/a.mp3", ""}, {{"only_files", true}});
  const auto tracks = support::parse_json(list.bytes).at("playlist").at("track");
  REQUIRE(tracks.size() == 1);
  CHECK(tracks.at(0).at("title") == "Song 0");
  CHECK(list.bytes.find("a.mp3") == std::string::npos);
  CHECK_THAT(notices_of(list), Contains("Song 1 by Ann: no music file of it is known"));
}

TEST_CASE("output.rekordbox has each track once, and a list of their keys", "[output]") {
  TinyLibrary library;
  library.add({.title = "A & \"B\"\n", .artists = {"Ann"}, .tempo = 120.5f});
  library.add({.title = "No file", .artists = {"Bob"}});
  support::PlaylistOf playlist;
  playlist.tracks = {0, 1, 0};
  const support::Written list =
      run_output_of_files("output.rekordbox", library, playlist, {"/m/a b.mp3", "", "/m/a b.mp3"},
                          {{"prefix", ArgumentList{std::string("/m=C:\\DJ")}}});
  CHECK_THAT(list.bytes,
             Contains("<COLLECTION Entries=\"1\">") &&
                 Contains("<TRACK TrackID=\"1\" Name=\"A &amp; &quot;B&quot;\" Artist=\"Ann\"") &&
                 Contains("AverageBpm=\"120.5\"") &&
                 Contains("Location=\"file://localhost/C:/DJ/a%20b.mp3\"/>") &&
                 Contains("Type=\"1\" KeyType=\"0\" Entries=\"2\">") &&
                 Contains("<TRACK Key=\"1\"/>\n        <TRACK Key=\"1\"/>"));
  CHECK_THAT(notices_of(list), Contains("2. No file by Bob: no music file of it is known"));
}
