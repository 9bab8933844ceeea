// why and why-not: each sentence on a library of ten tracks, the numbers worked out by hand.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// Ten tracks "Song 1" ... "Song 10" by "Band 1" ... "Band 5" (two each); energy 0.1 ... 1.0,
/// valence 0.5 everywhere but 0.1 for Song 9, popularity 100, 90 ... 10. Ann has played Song 1.
struct TenTracks : EngineHome {
  TenTracks() {
    std::string csv = "track_name,artist_name,energy,valence,popularity,duration_ms\n";
    for (int i = 1; i <= 10; ++i) {
      csv += "Song " + std::to_string(i) + ",Band " + std::to_string((i + 1) / 2) + "," +
             std::to_string(i / 10.0) + "," + (i == 9 ? "0.1" : "0.5") + "," +
             std::to_string(110 - 10 * i) + ",200000\n";
    }
    engine::write_file_atomically(path("tracks.csv"), csv);
    engine::write_file_atomically(
        path("StreamingHistory_music_0.json"),
        R"([{"endTime":"2026-01-10 10:00","artistName":"Band 1","trackName":"Song 1","msPlayed":200000}])");
    const Ended tracks = engine({"import", "--user", "ann", path("tracks.csv")});
    INFO(tracks.err);
    REQUIRE(tracks.exit_code == 0);
    const Ended plays = engine({"import", "--user", "ann", path("StreamingHistory_music_0.json")});
    INFO(plays.err);
    REQUIRE(plays.exit_code == 0);
  }

  /// What `verb` says of a track in the recipe whose build() returns `candidates` (line 3).
  [[nodiscard]] std::string told(const std::string& verb, const std::string& candidates,
                                 const std::string& track) const {
    return ask({verb}, candidates, track).out;
  }
  [[nodiscard]] Ended ask(std::vector<std::string> arguments, const std::string& candidates,
                          const std::string& track) const {
    return ask(std::move(arguments), "", candidates, {track});
  }
  /// The verb may be among the arguments before it; `after` stands behind the recipe.
  [[nodiscard]] Ended ask(std::vector<std::string> arguments, const std::string& verb,
                          const std::string& candidates,
                          const std::vector<std::string>& after) const {
    engine::write_file_atomically(
        path("mine.lua"),
        "local pl = require 'playlist'\n"
        "return pl.recipe { title = 'x', random_seed = 1, build = function(p, user)\n  return " +
            candidates + "\nend }\n");
    arguments.insert(arguments.begin(), {"--user", "ann", "--now", "2026-02-01"});
    if (!verb.empty()) arguments.push_back(verb);
    arguments.push_back(path("mine.lua"));
    arguments.insert(arguments.end(), after.begin(), after.end());
    Ended ended = engine(arguments);
    INFO(ended.err);
    CHECK(ended.exit_code == 0);
    return ended;
  }
};

}  // namespace

TEST_CASE("why-not: never recalled, and what would have recalled it", "[why]") {
  const TenTracks home;
  const std::string limit = "pl.recall.popular { limit = 4 }:limit { tracks = 4 }";
  const std::string text = home.told("why-not", limit, "Song 7");
  CHECK_THAT(text, Catch::StartsWith("\"Song 7\" by Band 4 is not in this list.\n") &&
                       Catch::Contains("never recalled by recall.popular (") &&
                       Catch::Contains("it would have been with limit = 7 (it is 4)"));
  CHECK_THAT(home.told("why-not", "pl.recall.catalogue { tag = 'none such' }:limit { tracks = 4 }",
                       "Song 7"),
             Catch::Contains("never recalled by recall.catalogue (") &&
                 Catch::Contains("no value of one of its number parameters alone would do it"));
  CHECK_THAT(home.told("why-not", "user.likes:limit { tracks = 4 }", "Song 7"),
             Catch::Contains("it is not in user.likes ("));
  CHECK_THAT(home.told("why-not",
                       "pl.fallback { pl.recall.popular { limit = 2 }, user.library }"
                       ":limit { tracks = 4 }",
                       "Song 7"),
             Catch::Contains("user.library (") && Catch::Contains("was not asked: an earlier"));
}

TEST_CASE("why-not: dropped, with the reason and the values", "[why]") {
  const TenTracks home;
  CHECK_THAT(home.told("why-not",
                       "pl.recall.catalogue {}:filter(function(t) return t.energy < 0.65 end, "
                       "'too loud'):limit { tracks = 4 }",
                       "Song 7"),
             Catch::Contains("dropped by filter_function (") &&
                 Catch::Contains("mine.lua:3): too loud (energy 0.7)"));
  CHECK_THAT(home.told("why-not",
                       "pl.recall.catalogue {}:filter(pl.filtering.range { field = 'valence', min "
                       "= 0.3 }):limit { tracks = 10 }",
                       "Song 9"),
             Catch::Contains("dropped by filtering.range (") &&
                 Catch::Contains("valence below 0.3 (valence 0.1)"));
  CHECK_THAT(home.told("why-not",
                       "(pl.recall.catalogue {} - pl.recall.popular { limit = 3 })"
                       ":limit { tracks = 10 }",
                       "Song 2"),
             Catch::Contains("dropped by difference (") &&
                 Catch::Contains("it is in the set that was subtracted"));
}

TEST_CASE("why-not: a rule of the limit, and what raising it would give", "[why]") {
  const TenTracks home;
  const std::string text =
      home.told("why-not", "pl.recall.popular {}:limit { tracks = 4, per_artist = 1 }", "Song 2");
  CHECK_THAT(text, Catch::Contains("dropped by limit (") &&
                       Catch::Contains("the list already has 1 of this artist") &&
                       Catch::Contains("it would have been with per_artist = 2 (it is 1)"));
  // By energy, so that the score is not behind the places: 10, 9, 8, 7 come first.
  const std::string cut = home.told(
      "why-not",
      "pl.recall.popular {}:order(pl.ordering.by { field = 'energy', direction = 'down' })"
      ":limit { tracks = 4 }",
      "Song 6");
  CHECK_THAT(cut, Catch::Contains("the list was full before its turn came, it stood at place ") &&
                      Catch::Contains("it would have been with tracks = "));
}

TEST_CASE("why-not: outranked, what was needed and which term cost it most", "[why]") {
  const TenTracks home;
  // Scores: energy + 2 valence = 1.1 ... 2.0, but 1.1 for Song 9 (0.9 + 0.2). The best four are 10,
  // 8, 7, 6; the fourth has 0.6 + 1 = 1.6. Medians of ten (the sixth): energy 0.6, valence 0.5, so
  // its valence costs Song 9 2 * (0.5 - 0.1) = 0.8, its energy gains it 0.3.
  const std::string formula =
      "pl.recall.catalogue {}:score(function(t) return t.energy + 2 * t.valence end)";
  const std::string text = home.told("why-not", formula + ":top(4)", "Song 9");
  CHECK_THAT(text, Catch::Contains("it was outranked: needed 1.6, had 1.1") &&
                       Catch::Contains("what cost it most is valence: it has 0.1, the middle of "
                                       "the candidates 0.5 (-0.8)") &&
                       Catch::Contains("it would have been with count = 10 (it is 4)"));
  const std::string weights = "pl.recall.catalogue {}:score { energy = 1, valence = 2 }";
  CHECK_THAT(home.told("why-not", weights + ":limit { tracks = 4 }", "Song 9"),
             Catch::Contains("needed 1.6, had 1.1") &&
                 Catch::Contains("cost it most is valence: it has 0.1") &&
                 Catch::Contains("it would have been with tracks = 10 (it is 4)"));
}

TEST_CASE("why: where it came from, and each term against the middle", "[why]") {
  const TenTracks home;
  const std::string text =
      home.told("why",
                "pl.recall.catalogue {}:score(function(t) return t.energy + 2 * t.valence end)"
                ":filter(function(t) return t.energy > 0.2 end):top(4)",
                "Band 5 - Song 10");
  CHECK_THAT(text, Catch::Contains("place 1 of 4") &&
                       Catch::Contains("found by recall.catalogue (") &&
                       Catch::Contains("scored 2 (") && Catch::Contains(": energy +0.4") &&
                       Catch::Contains("against the middle of the candidates") &&
                       Catch::Contains("passed filter_function ("));
  // What makes no difference, as of the only one there is, is not told.
  const std::string alone = home.told(
      "why", "pl.recall.popular { limit = 1 }:score(function(t) return t.energy end):top(1)", "#1");
  CHECK_THAT(alone, Catch::Contains("scored ") && !Catch::Contains("energy") &&
                        !Catch::Contains("against the middle"));
}

TEST_CASE("why-not tells the candidates' way only, not that of seeds", "[why]") {
  const TenTracks home;
  const std::string text = home.told(
      "why-not",
      "pl.recall.popular { limit = 4 }"
      ":filter(pl.filtering.not_in { user.listens:since { days = 1 } }):limit { tracks = 4 }",
      "Song 7");
  CHECK(text.find("since") == std::string::npos);
  CHECK(text.find("user.listens") == std::string::npos);
}

TEST_CASE("why and why-not as JSON", "[why]") {
  const TenTracks home;
  const std::string recipe = "pl.recall.popular { limit = 4 }:limit { tracks = 4 }";
  const json absent = support::parse_json(home.ask({"--json", "why-not"}, recipe, "Song 7").out);
  CHECK(absent.at("place").is_null());
  const json& finding = absent.at("findings").at(0);
  CHECK(finding.at("kind") == "not_recalled");
  CHECK(finding.at("node") == "recall.popular");
  CHECK(finding.at("parameter") == "limit");
  CHECK(finding.at("value") == 7);
  const json present = support::parse_json(home.ask({"--json", "why"}, recipe, "Song 2").out);
  CHECK(present.at("place") == 2);
  CHECK(present.at("findings").at(0).at("kind") == "found");
  CHECK_THAT(home.told("why-not", recipe, "Song 2"),
             Catch::Contains("is in this list, at place 2."));
}

TEST_CASE("what found a track is told in parts too", "[why]") {
  const TenTracks home;
  const auto source = [](const char* channel, const json& value) {
    return json{{"channel", channel}, {"seed", nullptr}, {"value", value}};
  };
  const auto found_by = [&](const std::string& candidates, const char* title) {
    const json list = support::parse_json(
        home.ask({"--json"}, "run", candidates + ":limit { tracks = 10 }", {"--no-record"}).out);
    for (const json& track : list.at("tracks"))
      if (track.at("title") == title) return track.at("found_by");
    return json();
  };
  const std::string popular = "pl.recall.popular { limit = 4 }";
  // Of all ten tracks the second; of what it gives the score is what it gives.
  const json second = found_by(popular, "Song 2");
  REQUIRE(second.size() == 1);
  CHECK(second == json::array({source("popular", second.at(0).at("value"))}));
  CHECK(second.at(0).at("value").is_number());
  // A set has no scores, and no explanation that would tell it from others.
  CHECK(found_by("user.listens", "Song 1") == json::array({source("listens", nullptr)}));
  const json both = found_by("(user.listens + " + popular + ")", "Song 1");
  REQUIRE(both.size() == 2);
  CHECK(both.at(0) == source("listens", nullptr));
  CHECK(both.at(1).at("channel") == "popular");
  // Taken from the first branch, which alone is told; the second has it too.
  const json concat = found_by("pl.concat { " + popular + ", pl.recall.catalogue {} }", "Song 2");
  CHECK(concat == second);
  // What the recipe writes for explanation does not hide the source.
  CHECK(found_by(popular + ":explain(function(t) return 'mine' end)", "Song 2") == second);
  // What is subtracted found nothing.
  const json rest = found_by("(pl.recall.catalogue {} - " + popular + ")", "Song 7");
  REQUIRE(rest.size() == 1);
  CHECK(rest.at(0).at("channel") == "catalogue");
}

TEST_CASE("why tells each finding in parts", "[why]") {
  const TenTracks home;
  const json told = support::parse_json(
      home.ask({"--json", "why"},
               "pl.recall.catalogue {}:score(function(t) return t.energy + 2 * t.valence end)"
               ":top(4)",
               "Song 10")
          .out);
  REQUIRE(told.at("found_by").size() == 1);
  CHECK(told.at("found_by").at(0).at("channel") == "catalogue");
  const json& findings = told.at("findings");
  REQUIRE(findings.size() == 2);
  CHECK(findings.at(0).at("found_by") == told.at("found_by").at(0));
  CHECK(findings.at(1).at("kind") == "scored");
  CHECK(findings.at(1).at("score").get<double>() == Approx(2));
  const json& energy = findings.at(1).at("terms").at(0);
  CHECK(energy.at("term") == "energy");
  CHECK(energy.at("value").get<double>() == Approx(0.4));  // 1.0 against the middle, 0.6
}
