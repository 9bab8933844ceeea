// Lists written for each player, loaded by MPD, VLC and Kodi themselves and by the parser of Rhythmbox,
// and counted.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"

using Catch::Contains;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

/// Names that careless writers break, below the music folder.
const std::vector<std::string> kNasty{"#1 hit.ogg",          " leading.ogg", "-dash.ogg",
                                      "100%25 \xc3\xa9.ogg", "a: b/c d.ogg", "'q\" & <x>.ogg"};
const std::vector<std::string> kUnwritable{"line\nbreak.ogg", "latin \xe9.ogg"};
constexpr std::size_t kPlain = 5;

/// Somebody who has played all of them, and "Nowhere", which is no file.
class Listener : public EngineHome {
 public:
  Listener() : music_(path("music")) {
    fs::create_directories(music_ + "/a: b");
    fs::create_directories(music_ + "/lists");
    std::ofstream csv(path("plays.csv"));
    csv << "time,artist,title,album,seconds\n";
    int number = 0;
    const auto add = [&](const std::string& file) {
      const std::string title = "Tune " + std::to_string(++number);
      if (!file.empty()) support::make_song(music_ + "/" + file, title, "Ann", "Album");
      csv << "2026-01-01T10:" << number + 10 << ":00Z,Ann," << title << ",Album,2\n";
    };
    for (std::size_t k = 0; k < kPlain; ++k) add("plain " + std::to_string(k) + ".ogg");
    for (const auto* names : {&kNasty, &kUnwritable})
      for (const std::string& name : *names) add(name);
    add("");
    csv.close();
    engine::write_file_atomically(path("all.lua"),
                                  "local pl = require 'playlist'\nreturn pl.recipe { title = "
                                  "'All', build = function(p, user)\n"
                                  "  return user.listens:score(function(t) return t.plays "
                                  "end):limit { tracks = 40 } end }\n");
    must({"config", "set", "play.min_seconds", "1"});
    must({"import", path("plays.csv")});
    must({"import", "--files", music_});
  }

  [[nodiscard]] const std::string& music() const { return music_; }
  Ended must(const std::vector<std::string>& arguments) const {
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
  /// What the run told.
  std::string run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"--now", "2026-11-21", "run", path("all.lua"), "--no-record"});
    const Ended ended = must(arguments);
    return ended.out + ended.err;
  }

 private:
  std::string music_;
};

/// Of what can be written in lines of UTF-8, in lines of any bytes, as URIs.
/// MPD loads no name that begins with a blank.
constexpr std::size_t kInLines = kPlain + 6, kInBytes = kInLines + 1, kInUris = kInLines + 2;

/// By file: how many entries a reader (a script here) finds, of which so many are there.
std::map<std::string, std::pair<std::size_t, std::size_t>> read_lists(
    const std::string& reader, const std::vector<std::string>& files) {
  std::vector<std::string> argv{"/usr/bin/python3", PLAYLIST_SOURCE_DIR "/tests/players/" + reader};
  argv.insert(argv.end(), files.begin(), files.end());
  const Ended ended = support::run_program(argv);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  std::map<std::string, std::pair<std::size_t, std::size_t>> counts;
  std::istringstream lines(ended.out);
  std::size_t there = 0, entries = 0;
  for (std::string file; lines >> there >> entries && std::getline(lines >> std::ws, file);)
    counts[file] = {there, entries};
  return counts;
}

}  // namespace

TEST_CASE("lists for each player are loaded by a player, and none of their tracks is lost",
          "[players][files]") {
  if (!support::has_mpd()) return;
  const Listener listener;
  const std::string& music = listener.music();

  // MPD: lists of its own, and such as lie in the music folder.
  const support::MpdServer mpd(music, kInBytes);
  const std::string told = listener.run(
      {"--for", "mpd", "--to", mpd.lists() + "/whole", "--to", "m3u8:" + mpd.lists() + "/utf8.m3u",
       "--to", "pls:" + music + "/lists/p", "--to", "xspf:" + music + "/lists/x.xspf"});
  CHECK_THAT(told, Contains("output.m3u: 3 of 14 tracks are left out") &&
                       Contains("output.m3u8: 4 of 14 tracks are left out") &&
                       Contains("Tune 7 by Ann: a name in its path begins or ends with a blank") &&
                       Contains("Tune 12 by Ann: its path has a line break") &&
                       Contains("output.pls: 13. Tune 13 by Ann: its path is no UTF-8") &&
                       Contains("Tune 14 by Ann: no music file of it is known"));
  listener.run({"--for", "mpd", "--relative-to", music, "--to", mpd.lists() + "/relative"});
  listener.run({"--for", "mpd", "--relative-to", "list", "--to", music + "/lists/beside"});
  const auto loaded = [&](const std::string& list) {
    mpd.mpc({"clear"});
    mpd.mpc({"load", list});
    return mpd.mpc({"playlist", "-f", "%file%"}).size();
  };
  for (const auto& [list, count] :
       std::map<std::string, std::size_t>{{"whole", kInBytes},
                                          {"relative", kInBytes},
                                          {"utf8", kInLines},
                                          {"lists/p.pls", kInLines},
                                          {"lists/x.xspf", kInLines},
                                          {"lists/beside.m3u", kInBytes}}) {
    CAPTURE(list);
    CHECK(loaded(list) == count - 1);
  }

  // The others, by the parser that is one of theirs.
  if (!support::has_list_parser()) return;
  std::map<std::string, std::size_t> expected;
  for (const auto& [player, formats] : std::map<std::string, std::vector<std::string>>{
           {"jellyfin", {"m3u8", "m3u", "pls"}},
           {"kodi", {"m3u8", "m3u", "pls", "xspf"}},
           {"navidrome", {"m3u8", "m3u"}},
           {"plex", {"m3u8", "m3u"}},
           {"rhythmbox", {"m3u8", "m3u", "pls", "xspf"}},
           {"vlc", {"m3u8", "pls", "xspf"}}}) {
    std::vector<std::string> arguments{"--for", player};
    for (const std::string& format : formats) {
      const std::string file = music + "/lists/" + player + " " + format;
      const bool is_m3u = player == "plex" || (player == "kodi" && format == "m3u8");
      const std::string ending = is_m3u ? "m3u" : format;
      arguments.insert(arguments.end(), {"--to", format + ":" + file + "." + ending});
      const bool are_uris = format == "xspf" || player == "vlc";
      expected[file + "." + ending] = are_uris ? kInUris : kInLines;
    }
    listener.run(arguments);
  }
  std::vector<std::string> files;
  for (const auto& [file, count] : expected) files.push_back(file);
  const auto check = [&](const std::string& reader, const std::vector<std::string>& read) {
    const auto counts = read_lists(reader, read);
    for (const std::string& file : read) {
      CAPTURE(reader, file);
      REQUIRE(counts.count(file) == 1);
      CHECK(counts.at(file) == std::pair(expected.at(file), expected.at(file)));
    }
  };
  check("read_lists.py", files);
  const auto files_for = [&](const std::string& player) {
    std::vector<std::string> chosen;
    std::copy_if(files.begin(), files.end(), std::back_inserter(chosen),
                 [&](const std::string& file) {
                   return file.starts_with(music + "/lists/" + player + " ");
                 });
    return chosen;
  };
  REQUIRE(files_for("vlc").size() == 3);
  if (support::has_vlc()) check("read_by_vlc.py", files_for("vlc"));
  REQUIRE(files_for("kodi").size() == 4);
  if (support::has_kodi()) check("read_by_kodi.py", files_for("kodi"));

  // rekordbox, by a reader of XML; JSPF by one of JSON.
  listener.run({"--for", "rekordbox", "--to", listener.path("dj")});
  listener.run({"--to", "jspf:" + listener.path("a.jspf") + ",paths=uri,only_files=true"});
  const auto count = [&](const std::string& of) {
    return support::run_program(
               {"xmllint", "--xpath", "count(" + of + ")", listener.path("dj.xml")})
        .out;
  };
  CHECK(count("//COLLECTION/TRACK[starts-with(@Location, 'file://localhost/')]") == "13\n");
  CHECK(count("//NODE/NODE/TRACK[@Key = //COLLECTION/TRACK/@TrackID]") == "13\n");
  const auto jspf = support::parse_json(engine::read_file(listener.path("a.jspf")));
  CHECK(jspf.at("playlist").at("track").size() == kInUris);
}

TEST_CASE("a kept playlist goes on being written for its player", "[players][files]") {
  if (!support::has_mpd()) return;
  const Listener listener;
  const std::string list = listener.path("Evenings");
  listener.must({"--now", "2026-11-21", "playlist", "keep", "Evenings", listener.path("all.lua"),
                 "--for", "mpd", "--relative-to", listener.music(), "--to", list});
  listener.must({"--now", "2026-11-22", "refresh", "Evenings"});
  const std::string text = engine::read_file(list + ".m3u");
  CHECK_THAT(text, Contains("\nplain 0.ogg\n") && Contains("\n./#1 hit.ogg\n") &&
                       !Contains(listener.music()));
}
