// engine library find: the track that is meant, by what is typed of it so far.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

class Titles : public EngineHome {
 public:
  Titles() {
    std::string table = "track_id,track_name,artists,album_name,popularity\n";
    int number = 0;
    for (const auto& [title, artist, album] : kRows) {
      table += std::string(21, '0') + std::to_string(number) + "," + title + "," + artist + "," +
               album + "," + std::to_string(50 - number) + "\n";
      ++number;
    }
    engine::write_file_atomically(path("catalogue.csv"), table);
    REQUIRE(engine({"import", path("catalogue.csv")}).exit_code == 0);
    engine::write_file_atomically(
        path("Streaming_History_Audio_2026.json"),
        R"([{"ts":"2026-01-01T10:03:00Z","ms_played":180000,"master_metadata_track_name":)"
        R"("Night Shift","master_metadata_album_artist_name":"Ann","spotify_track_uri":)"
        R"("spotify:track:0000000000000000000002","reason_end":"trackdone"}])");
    REQUIRE(engine({"import", path("Streaming_History_Audio_2026.json")}).exit_code == 0);
  }

  [[nodiscard]] std::vector<std::string> find(const std::string& text) const {
    const Ended ended = engine({"--json", "library", "find", text});
    INFO(ended.err);
    std::vector<std::string> titles;
    const json answer = support::parse_json(ended.out);
    for (const json& track : answer.at("tracks")) titles.push_back(track.at("title"));
    CHECK(ended.exit_code == (titles.empty() ? 1 : 0));
    return titles;
  }

 private:
  static constexpr const char* kRows[][3] = {{"Night Drive", "Bea", "Roads"},
                                             {"Shift", "Cleo", "Night Works"},
                                             {"Night Shift", "Ann", "Hours"},
                                             {"Nächte in Weiß", "Dörte", "Räume"},
                                             {"東京の夜", "Emi", "夜"},
                                             {"Shift <b>&amp;</b>", "Bea", "Marks"},
                                             {"!!!", "Signs", "Signs and Wonders"},
                                             {"Don't Stop 'til Ten", "Fay", "Clock"}};
};

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("a track is found by the beginnings of words of its title, artist and album", "[find]") {
  const Titles library;
  CHECK(library.find("dri bea") == List{"Night Drive"});
  CHECK(library.find("NACHTE wei") == List{"Nächte in Weiß"});
  CHECK(library.find("doer").empty());
  CHECK(library.find("京") == List{"東京の夜"});
  CHECK(library.find("rive").empty());
  CHECK(library.find("dont sTOP") == List{"Don't Stop 'til Ten"});
  CHECK(library.find("don't stop til") == List{"Don't Stop 'til Ten"});
  CHECK(library.find("!!!") == List{"!!!"});
  CHECK(library.find("  ").empty());
  CHECK(library.find("' OR 1=1 --").empty());
}

TEST_CASE("what is called so comes first, then what begins so, then what was played", "[find]") {
  const Titles library;
  CHECK(library.find("shift") == List{"Shift", "Shift <b>&amp;</b>", "Night Shift"});
  CHECK(library.find("night") == List{"Night Shift", "Night Drive", "Shift"});
}

TEST_CASE("a track's number finds that track alone", "[find]") {
  const Titles library;
  const json found =
      support::parse_json(library.engine({"--json", "library", "find", "Night Shift"}).out)
          .at("tracks")
          .at(0);
  CHECK(found.at("plays") == 1);
  CHECK(found.at("spotify_uri") == "spotify:track:0000000000000000000002");
  const std::string number = "track:" + std::to_string(found.at("track").get<int>());
  CHECK(library.find(number) == List{"Night Shift"});
  CHECK(library.find("track:999").empty());
}
