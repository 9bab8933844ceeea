// engine import --files, as a user types it.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/json.hpp"
#include "support/music_sound.hpp"
#include "support/program.hpp"
#include "support/synthetic_music.hpp"

using support::Ended;
using support::EngineHome;

namespace {

/// A folder with a track and a file that is none.
std::string make_music(const EngineHome& home) {
  const std::string folder = home.path("music");
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/a.mp3", std::ios::binary)
      << test::mp3({{"TIT2", "Starfire"}, {"TPE1", "Low"}});
  std::ofstream(folder + "/b.mp3") << "";
  return folder;
}

}  // namespace

TEST_CASE("engine import --files reads music and counts every file", "[cli][music]") {
  const EngineHome home;
  const std::string music = make_music(home);
  const Ended first = home.engine({"import", "--files", music});
  CAPTURE(first.err);
  CHECK(first.exit_code == 0);
  CHECK(first.out == music + ": music_file, 2 files: 1 malformed, 1 new\n  " + music +
                         "/b.mp3: malformed: it is empty\nall: 2 files: 1 malformed, 1 new\n");
  const Ended again = home.engine({"import", music, "--files", "--json"});
  CHECK(again.exit_code == 0);
  const auto json = support::parse_json(again.out);
  CHECK(json["files"][0]["buckets"] == nlohmann::json({{"malformed", 1}, {"unchanged", 1}}));
  CHECK(json["files"][0]["rows"] == 2);
  CHECK(json["user"].is_null());
}

TEST_CASE("what is said of exports does not go with --files", "[cli][music]") {
  const EngineHome home;
  const std::string music = make_music(home);
  for (const std::vector<std::string>& flags : {std::vector<std::string>{"--columns", "title=Song"},
                                                {"--dates", "day-first"},
                                                {"--user-per-folder"},
                                                {"--space", "clap2"}}) {
    std::vector<std::string> arguments = {"import", "--files", music};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Ended ended = home.engine(arguments);
    CAPTURE(flags.front());
    CHECK(ended.exit_code == 2);
    CHECK_THAT(ended.err, Catch::Contains("--files and " + flags.front()) &&
                              Catch::Contains("engine import --files PATH..."));
  }
  CHECK(home.engine({"import", "--files"}).exit_code == 2);
}

TEST_CASE("engine import --files --audio tells what it measured", "[cli][music]") {
  const EngineHome home;
  const std::string music = home.path("music");
  std::filesystem::create_directories(music);
  std::ofstream(music + "/Low - Starfire.wav", std::ios::binary) << test::float_wav(
      test::synthesise({.seed = 2, .loudness = -16, .seconds = 8}), test::kSyntheticRate);
  std::ofstream(music + "/Low - Silence.wav", std::ios::binary)
      << test::float_wav(std::vector<float>(22'050), test::kSyntheticRate);
  const Ended first = home.engine({"import", "--files", "--audio", music});
  CAPTURE(first.err);
  CHECK(first.exit_code == 0);
  CHECK_THAT(
      first.out,
      Catch::EndsWith("sound of 1 track measured, of 0 before; nothing can be heard in 1 "
                      "file\n  " +
                      music + "/Low - Silence.wav: there is no sound of 0.4 s or more in it\n"));
  const Ended again = home.engine({"import", "--files", "--audio", music, "--json"});
  const auto json = support::parse_json(again.out);
  CHECK(json["sound"]["tracks"] == 0);
  CHECK(json["sound"]["known"] == 1);
  CHECK(json["sound"]["unheard_files"] == 1);
  CHECK(json["sound"]["agreement"]["tempo"]["tracks"] == 0);

  // What was measured is told apart from what was imported.
  std::ofstream(home.path("plays.csv")) << "title,artist,time\nStarfire,Low,2026-01-05 10:00:00\n";
  CHECK(home.engine({"import", home.path("plays.csv"), "--user", "ann", "--columns",
                     "title=title,artist=artist,time=time"})
            .exit_code == 0);
  const auto stats = support::parse_json(home.engine({"stats", "--json"}).out);
  CHECK(stats["heard_features"]["loudness"]["own"] == 1);
  CHECK(stats["measured"]["heard_features"]["loudness"] == 1);
  CHECK(stats["measured"]["features"]["energy"] == 1);
  CHECK_THAT(
      home.engine({"stats"}).out,
      Catch::Contains("loudness          100.0 % / 0.0 % / 0.0 %; own of 100.0 % measured in "
                      "music files\n"));
  std::ofstream(home.path("tracks.csv")) << "title,artist,loudness\nStarfire,Low,-15\n";
  CHECK(home.engine({"import", home.path("tracks.csv")}).exit_code == 0);
  const auto beside = support::parse_json(home.engine({"stats", "--json"}).out);
  CHECK(beside["measured"]["heard_features"]["loudness"] == 0);
  CHECK(beside["measured"]["agreement"]["loudness"]["mean_difference"] == Approx(-1).margin(0.05));
  CHECK_THAT(
      home.engine({"stats"}).out,
      Catch::Contains("measured beside imported, of all tracks that have both\n  loudness  "));

  const Ended alone = home.engine({"import", "--audio", music});
  CHECK(alone.exit_code == 2);
  CHECK_THAT(alone.err, Catch::Contains("engine import --files --audio PATH..."));
}

TEST_CASE("of how many tracks lyrics are known is told, and from where", "[cli][music][lyrics]") {
  const EngineHome home;
  const std::string music = make_music(home);
  std::ofstream(music + "/c.mp3", std::ios::binary)
      << test::mp3({{"TIT2", "Two-Step"}, {"TPE1", "Low"}, {"USLT", "In the light"}});
  std::ofstream(music + "/a.lrc") << "[00:01.00]Stay with me\n";
  const auto json = support::parse_json(home.engine({"import", "--files", music, "--json"}).out);
  CHECK(json["lyrics"] == nlohmann::json({{"in_tags", 1}, {"in_files", 1}, {"instrumental", 0}}));

  std::ofstream(home.path("plays.csv")) << "title,artist,time\nStarfire,Low,2026-01-05 10:00:00\n";
  CHECK(home.engine({"import", home.path("plays.csv"), "--user", "ann", "--columns",
                     "title=title,artist=artist,time=time"})
            .exit_code == 0);
  const auto stats = support::parse_json(home.engine({"stats", "--json"}).out);
  CHECK(stats["lyrics"] == nlohmann::json({{"tracks", 2},
                                           {"heard", 1},
                                           {"sources", {{"file", 1}, {"tag", 1}}},
                                           {"instrumental", 0},
                                           {"not_found", 0}}));
  CHECK_THAT(home.engine({"stats"}).out,
             Catch::Contains("lyrics      of 2 tracks (1 in files beside the music, 1 in tags)\n"));
}

TEST_CASE("an ordinary import says of music how it is read", "[cli][music]") {
  const EngineHome home;
  const std::string music = make_music(home);
  const Ended ended = home.engine({"import", music + "/a.mp3"});
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.out, Catch::Contains("a sound file: engine import --files reads music"));
}
