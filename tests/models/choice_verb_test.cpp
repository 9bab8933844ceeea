// model.choice from an export to a walk, as a user runs it: plays of a listener whose weights are
// known are imported as Spotify tells them, learned from, and used by recipes.
#include <cmath>
#include <ctime>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/paths.hpp"
#include "shared/choice_signals.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/synthetic_plays.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;
using support::SyntheticPlays;

namespace {

/// An export of them, as Streaming_History_Audio_*.json has it.
std::string exported(const std::vector<SyntheticPlays::Play>& plays) {
  json records = json::array();
  for (const SyntheticPlays::Play& play : plays) {
    const std::string number = std::to_string(play.track);
    records.push_back(
        {{"ts", engine::format_time(play.ts + play.ms_played / 1000)},
         {"ms_played", play.ms_played},
         {"master_metadata_track_name", "Song " + number},
         {"master_metadata_album_artist_name",
          "Artist " + std::to_string(SyntheticPlays::artist_of(play.track))},
         {"master_metadata_album_album_name",
          "Album " + std::to_string(SyntheticPlays::album_of(play.track))},
         {"spotify_track_uri", "spotify:track:" + std::string(22 - number.size(), '0') + number},
         {"reason_start", play.start},
         {"reason_end", play.end},
         {"shuffle", play.is_shuffled},
         {"skipped", !play.is_play()}});
  }
  return records.dump();
}

/// A listener whose last session was out of shuffle, in a home that knows their plays.
class ListenerHome : public EngineHome {
 public:
  ListenerHome() : listener_(41, 500, 0.25) {
    engine::write_file_atomically(path("Streaming_History_Audio_2020_0.json"),
                                  exported(listener_.plays));
    run({"import", path("Streaming_History_Audio_2020_0.json"), "--user", "ann"});
  }

  json run(std::vector<std::string> arguments) const {
    arguments.insert(
        arguments.begin(),
        {"--json", "--now", engine::format_time(listener_.now() + 60), "--random-seed", "1"});
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
  [[nodiscard]] json run_recipe(const std::string& build) const {
    engine::write_file_atomically(
        path("mine.lua"),
        "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Mine\", "
        "build = function(p, user)\nreturn " +
            build + "\nend }\n");
    return run({"run", path("mine.lua"), "--no-record"});
  }
  [[nodiscard]] json card() const {
    return run({"models", "choice"}).at("versions").at(0).at("card");
  }

 private:
  SyntheticPlays listener_;
};

}  // namespace

TEST_CASE("from an export to weights, and from those to the score of a walk",
          "[choice][models][cli]") {
  const ListenerHome home;
  home.run({"train", "choice"});
  const json card = home.card();
  const json& weights = card.at("choice").at("weights");
  double mean = 0;  // of the score over what it was learned from
  for (std::size_t k = 0; k < shared::kChoiceFeatures; ++k) {
    const std::string name = shared::choice_features()[k].name;
    CAPTURE(name);
    const json& weight = weights.at(name);
    const double per_unit = weight.at("per_unit").get<double>();
    CHECK(std::abs(per_unit - SyntheticPlays::kChoice[k]) <=
          3 * weight.at("error").get<double>() / weight.at("scale").get<double>());
    mean += per_unit * weight.at("mean").get<double>();
  }

  // The card's formula gives what ranking.choice does, but for the mean; where a walk knows when an
  // artist came.
  const std::string score = card.at("score");
  const json list = home.run_recipe(
      "user.listens:rank(pl.ranking.choice {}):walk { steps = 1, k = 1000, strangers = 0, "
      "temperature = 0, no_repeat = 0, after = user.last_session, score = function(t)\n"
      "  local learned = (" +
      score + ")(t)\n  return t.steps_since_artist < 100 and math.abs(learned - t.chosen - " +
      std::to_string(mean) + ") or 0\nend }");
  REQUIRE(list.at("tracks").size() == 1);
  CHECK(list.at("tracks").at(0).at("score").get<double>() > 0);
  CHECK(list.at("tracks").at(0).at("score").get<double>() < 0.005);
}

TEST_CASE("the columns of ranking.choice stand beside those of a walk", "[choice][models][cli]") {
  const ListenerHome home;
  const std::string walk =
      "user.listens:rank(pl.ranking.choice { optional = true }):walk { steps = 20, "
      "after = user.last_session, score = function(t) return 3 * known(t.acceptance, 0.7) + "
      "0.5 * known(t.chosen, 0) - 2 * t.same_artist end }";
  CHECK(home.run_recipe(walk).at("tracks").size() == 20);  // nothing is trained
  home.run({"train", "choice"});
  const json list = home.run_recipe(walk);
  REQUIRE(list.at("tracks").size() == 20);
  for (const json& track : list.at("tracks")) {
    const double acceptance = track.at("columns").at("acceptance").get<double>();
    CHECK((acceptance > 0 && acceptance < 1));
    CHECK_THAT(track.at("columns").at("chosen_over").get<std::string>(),
               Catch::Contains("acceptance "));
  }
}

TEST_CASE("smart shuffle goes by what is let play once that is learned", "[choice][models][cli]") {
  const ListenerHome home;
  const auto listed = [&](const std::string& learned) {
    return home.run({"run", "smart-shuffle", "--set", "tracks=8", "--set", "learned=" + learned,
                     "--no-record"});
  };
  const auto songs = [](const json& list) {
    std::vector<std::string> titles;
    for (const json& track : list.at("tracks")) titles.push_back(track.at("title"));
    return titles;
  };
  const auto acceptance = [](const json& list) {
    double sum = 0;
    for (const json& track : list.at("tracks"))
      sum += track.at("columns").at("acceptance").get<double>();
    return sum / static_cast<double>(list.at("tracks").size());
  };
  // Without the model the weight weighs nothing, and nobody is told of a model that they lack.
  CHECK(songs(listed("1")) == songs(listed("0")));
  CHECK(listed("1").at("notices").dump().find("model.choice") == std::string::npos);
  home.run({"train", "choice"});
  // At a weight that leaves little to chance.
  CHECK(acceptance(listed("10")) > acceptance(listed("0")) + 0.05);
}

TEST_CASE("a walk claims no likeness of songs that one person alone plays", "[choice][cli]") {
  const auto shuffled = [](bool is_by_two) {
    const ListenerHome home;
    if (is_by_two)
      home.run({"import", home.path("Streaming_History_Audio_2020_0.json"), "--user", "ben"});
    home.run({"train", "als"});
    return home.run({"shuffle", "-n", "10", "--user", "ann", "--no-record"});
  };
  const auto is_like = [](const json& track) {
    return track.dump().find("WALK: like") != std::string::npos;
  };
  const json alone = shuffled(false);
  CHECK(alone.at("tracks").size() == 10);
  CHECK(std::none_of(alone.at("tracks").begin(), alone.at("tracks").end(), is_like));
  CHECK_THAT(alone.at("notices").dump(),
             Catch::Contains("nothing is known of what the candidates sound like"));
  const json two = shuffled(true);
  CHECK(std::any_of(two.at("tracks").begin(), two.at("tracks").end(), is_like));
}
