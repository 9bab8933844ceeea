// model.taste and ranking.preference as a user runs them: from an export to a list.
#include "playlist/random.hpp"

#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

constexpr std::int64_t kBegin = 1'600'000'000, kDay = 86'400;
constexpr int kFavourites = 8, kDays = 30, kEnd = 11 * kDays + 15;

std::string uri_of(int track) {
  const std::string number = std::to_string(track);
  return "spotify:track:" + std::string(22 - number.size(), '0') + number;
}

json play_of(int track, std::int64_t ts) {
  return {{"ts", engine::format_time(ts + 180)},
          {"ms_played", 180'000},
          {"master_metadata_track_name", "Song " + std::to_string(track)},
          {"master_metadata_album_artist_name", "Artist " + std::to_string(track % 7)},
          {"master_metadata_album_album_name", "Album"},
          {"spotify_track_uri", uri_of(track)},
          {"reason_start", "clickrow"},
          {"reason_end", "trackdone"},
          {"shuffle", false},
          {"skipped", false}};
}

/// Somebody who has eight new favourites every month, and now and then plays one of before.
std::string fickle_export() {
  playlist::Random random(5);
  json records = json::array();
  for (int day = 0; day < kEnd; ++day) {
    const int month = day / kDays;
    const std::int64_t ts = kBegin + day * kDay;
    for (int n = 0; n < 4; ++n)
      records.push_back(
          play_of(month * kFavourites + static_cast<int>(random.below(kFavourites)), ts + n * 200));
    if (month > 0)
      records.push_back(
          play_of(static_cast<int>(random.below(static_cast<std::uint64_t>(month) * kFavourites)),
                  ts + 800));
  }
  return records.dump();
}

class TasteHome : public EngineHome {
 public:
  TasteHome() {
    engine::write_file_atomically(path("Streaming_History_Audio_2020_0.json"), fickle_export());
    engine::write_file_atomically(path("Playlist1.json"),
                                  json{{"playlists",
                                        {{{"name", "Best"},
                                          {"lastModifiedDate", "2020-10-01"},
                                          {"items",
                                           {{{"track",
                                              {{"trackName", "Song 3"},
                                               {"artistName", "Artist 3"},
                                               {"albumName", "Album"},
                                               {"trackUri", uri_of(3)}}},
                                             {"addedDate", "2020-10-01"}}}}}}}}
                                      .dump());
    engine::write_file_atomically(
        path("mine.lua"),
        "local pl = require \"playlist\"\n"
        "return pl.recipe { title = \"Mine\", params = { learned = pl.boolean { true, help = "
        "\"by what was learned\" }, best = pl.text { \"\", help = \"playlist\" } },\n"
        "build = function(p, user)\n"
        "  return user.listens:filter(pl.filtering.allowed {})\n"
        "    :rank(pl.ranking.preference { learned = p.learned, best_playlist = p.best })\n"
        "    :score(function(t) return t.preference end):top(100)\nend }\n");
    REQUIRE(
        at(0, {"import", path("Streaming_History_Audio_2020_0.json"), "--user", "ann"}).exit_code ==
        0);
    REQUIRE(at(0, {"import", path("Playlist1.json"), "--user", "ann"}).exit_code == 0);
  }

  /// So many days after the last play.
  [[nodiscard]] Ended at(int days, std::vector<std::string> arguments) const {
    const std::int64_t now = kBegin + kEnd * kDay + days * kDay;
    arguments.insert(arguments.begin(), {"--now", engine::format_time(now)});
    return engine(arguments);
  }
  [[nodiscard]] json json_at(int days, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--json");
    const Ended ended = at(days, std::move(arguments));
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
  [[nodiscard]] json list(std::vector<std::string> settings = {}) const {
    std::vector<std::string> arguments{"run", path("mine.lua"), "--no-record"};
    for (const std::string& setting : settings)
      arguments.insert(arguments.end(), {"--set", setting});
    return json_at(1, arguments);
  }
};

double preference_of(const json& list, const std::string& title) {
  for (const json& track : list.at("tracks"))
    if (track.at("title") == title) return track.at("columns").at("preference");
  FAIL(title << " is not in the list");
  return 0;
}

std::string notices_of(const json& list) {
  std::string all;
  for (const json& notice : list.at("notices")) all += notice.get<std::string>() + "\n";
  return all;
}

}  // namespace

TEST_CASE("a taste is learned, tells when it is due, and bears on a list that says so",
          "[taste][models][cli]") {
  const TasteHome home;
  CHECK_THAT(notices_of(home.list()),
             Catch::Contains("preference goes by rules of thumb: there is no model.taste of yours "
                             "that can be used; see: engine train taste"));
  const Ended trained = home.at(0, {"train", "taste"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  CHECK_THAT(trained.err, Catch::Contains(" rung serves: area under the curve 0.9"));
  CHECK_THAT(trained.out, Catch::Contains("model.taste of ann: trained as of "));

  const json version = home.json_at(13, {"models", "taste"}).at("versions").at(0);
  CHECK(version.at("user") == "ann");
  CHECK(version.at("card").at("rung") != "heuristic");
  CHECK_FALSE(version.contains("due_since"));
  CHECK_FALSE(Catch::contains(home.at(13, {"models"}).out, "due since"));
  const std::string due = engine::format_time(kBegin + (kEnd + 14) * kDay);
  CHECK(home.json_at(14, {"models", "taste"}).at("versions").at(0).at("due_since") == due);
  CHECK_THAT(home.at(14, {"models"}).out, Catch::Contains("1 version, due since " + due));
  const std::string card = home.at(14, {"models", "taste"}).out;
  CHECK_THAT(card, Catch::Contains("due since       " + due) && Catch::Contains("gain  0.") &&
                       Catch::Contains("importance") && Catch::Contains("calibration_error"));

  const json list = home.list();
  CHECK_THAT(notices_of(list), Catch::Contains("preference goes by model.taste as of 2021-08-"));
  CHECK(preference_of(list, "Song 88") > 0.5);
  CHECK(preference_of(list, "Song 88") > preference_of(list, "Song 16"));
  CHECK(preference_of(home.list({"learned=false"}), "Song 16") >= 0.64);
}

TEST_CASE("a taste that is damaged is refused by name, and the rules of thumb serve",
          "[taste][models][cli]") {
  const TasteHome home;
  REQUIRE(home.at(0, {"train", "taste", "--user", "ann"}).exit_code == 0);
  const json version = home.json_at(0, {"models", "taste"}).at("versions").at(0);
  std::filesystem::resize_file(version.at("path").get<std::string>() + "/artifact.columns", 100);
  const std::string notices = notices_of(home.list());
  CHECK_THAT(notices, Catch::Contains("model.taste as of 2021-08-") &&
                          Catch::Contains("is refused: artifact.columns is damaged") &&
                          Catch::Contains("engine train taste") &&
                          Catch::Contains("preference goes by rules of thumb"));
}

TEST_CASE("stars, bans and the best playlist bear on the rules of thumb as they are said",
          "[taste][models][cli]") {
  const TasteHome home;
  const double before = preference_of(home.list(), "Song 3");
  CHECK(preference_of(home.list({"best=Best"}), "Song 3") == Approx(before + 0.25));
  CHECK_THAT(notices_of(home.list({"best=Worst"})),
             Catch::Contains("you have no playlist named \"Worst\""));
  const Ended rated =
      home.at(0, {"feedback", "rate", "Artist 3 - Song 3", "--stars", "1", "--user", "ann"});
  INFO(rated.err);
  REQUIRE(rated.exit_code == 0);
  CHECK(preference_of(home.list(), "Song 3") == Approx(before - 0.2));
  REQUIRE(home.at(0, {"feedback", "--undo", "last"}).exit_code == 0);
  CHECK(preference_of(home.list(), "Song 3") == Approx(before));
}
