// An encoder that a person brought, from music to a list of what a text asks for.
#include "support/encoder.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/import_run.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/synthetic_music.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

std::string tone_file(double hertz) {
  std::vector<float> samples(22'050);
  for (std::size_t k = 0; k < samples.size(); ++k)
    samples[k] =
        static_cast<float>(0.3 * std::sin(6.283185307 * hertz * static_cast<double>(k) / 22'050));
  return test::float_wav(samples, 22'050);
}

/// Somebody with songs of rising pitch: "Song 0" is the darkest.
struct Home : EngineHome {
  Home() {
    for (int k = 0; k < 8; ++k)
      test::write_file(path("music/Band - Song " + std::to_string(k) + ".wav"),
                       tone_file(100 * std::pow(1.7, k)));
    std::ofstream(path("prompt.lua"))
        << "local pl = require 'playlist'\n"
           "return pl.recipe { title = 'Asked', about = 'what a text asks for',\n"
           "  params = { text = pl.text { '', help = 'text' } },\n"
           "  build = function(p, user)\n"
           "    return pl.recall.prompt { text = p.text, space = 'tiny' }:limit { tracks = 3 }\n"
           "  end }\n";
    std::ofstream(path("exports.json"))
        << R"([{"endTime":"2026-11-01 10:00","artistName":"Band","trackName":"Song 3","msPlayed":180000}])";
    fs::rename(path("exports.json"), path("StreamingHistory_music_0.json"));
    REQUIRE(run({"import", path("StreamingHistory_music_0.json")}).exit_code == 0);
  }
  [[nodiscard]] Ended run(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--now", "2026-11-21T10:00:00Z"});
    return engine(words);
  }
  [[nodiscard]] Ended ask(const std::string& text) const {
    return run({"--json", "run", path("prompt.lua"), "--set", "text=" + text});
  }
  /// Titles of the list.
  [[nodiscard]] std::string songs(const std::string& text) const {
    const Ended ended = ask(text);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    std::string songs;
    const json list = support::parse_json(ended.out);
    for (const json& track : list.at("tracks"))
      songs += (songs.empty() ? "" : ", ") + track.at("title").get<std::string>();
    return songs;
  }
};

}  // namespace

TEST_CASE("texts of any wording find music by the person's encoder", "[encoder]") {
  const Home home;
  const std::string encoder = home.path("tiny.pt");
  if (!test::make_encoder(encoder)) return;
  const Ended made =
      home.run({"import", "--files", "--encoder", encoder, "--space", "tiny", home.path("music")});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.out, Contains("sound of 8 tracks encoded into the space tiny"));
  CHECK(home.songs("something bright for the morning") == "Song 7, Song 6, Song 5");
  CHECK(home.songs("a dim evening") == "Song 0, Song 1, Song 2");
  CHECK(home.songs("a dim evening") == "Song 0, Song 1, Song 2");

  // An update encodes what is new.
  test::write_file(home.path("music/Band - Brighter.wav"), tone_file(6'000));
  CHECK_THAT(home.run({"update"}).out, Contains("music files: 1 new, 1 track encoded\n"));
  CHECK_THAT(home.songs("bright"), Contains("Brighter"));

  // Without its encoder, or with another, the text is told to be compared by words only.
  fs::rename(encoder, home.path("gone.pt"));
  const Ended missing = home.ask("bright");
  CHECK_THAT(
      missing.out + missing.err,
      Contains("is not encoded into the space tiny: its encoder " + encoder + " is not there"));
  REQUIRE(test::make_encoder(encoder, "sound-only"));
  CHECK_THAT(home.ask("bright").out + home.ask("bright").err,
             Contains("is another one than its tracks were encoded by"));
  REQUIRE(
      home.run({"import", "--files", "--encoder", encoder, "--space", "tiny", home.path("music")})
          .exit_code == 0);
  const Ended deaf = home.ask("bright");
  CHECK_THAT(deaf.out + deaf.err,
             Contains("the encoder has no method encode_text(text): it knows sound only"));
}
