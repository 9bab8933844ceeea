// What somebody has with ListenBrainz, brought into the library: from a server that a client which is
// not ours takes for ListenBrainz.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "listenbrainz_listener.hpp"
#include "support/json.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::FakeListenbrainz;
using players_test::kListenbrainzNoon;
using players_test::kListenbrainzNow;
using players_test::kListenbrainzToken;
using players_test::ListenbrainzAnn;
using players_test::mbid;
using support::Ended;

namespace {

namespace fs = std::filesystem;
/// One each five minutes, the last at `last`; each third has the same second as the one before.
json listens(int count, std::int64_t last) {
  json all = json::array();
  for (int k = 0; k < count; ++k) {
    const std::int64_t time = last - 300 * static_cast<std::int64_t>(count - 1 - k);
    all.push_back({k % 3 == 1 ? time - 300 : time, "Artist " + std::to_string(k % 17),
                   "Title " + std::to_string(k % 53), "Album " + std::to_string(k % 7)});
  }
  return all;
}

bool has_client() {
  static const bool is_there =
      std::system(
          "NODE_PATH=$(npm root -g) node -e 'require(\"listenbrainz\")' > /dev/null 2>&1") == 0;
  if (!is_there)
    WARN(
        "the npm package listenbrainz is not installed (npm install -g listenbrainz@1.0.4): the "
        "fake ListenBrainz was not proven by it");
  return is_there;
}

}  // namespace

TEST_CASE("the fake ListenBrainz is one to a client that is not ours", "[sync][listenbrainz]") {
  if (!has_client()) return;
  const FakeListenbrainz service;
  json some = listens(30, kListenbrainzNoon - 60);
  some.back().push_back({{"info", {{"recording_mbid", mbid(7)}}}});
  service.put("listens.json", some);
  const Ended told = support::run_program(
      {"/bin/sh", "-c", "NODE_PATH=$(npm root -g) exec node \"$1\" \"$2\"", "sh",
       PLAYLIST_SOURCE_DIR "/tests/players/prove_listenbrainz.js", service.port()});
  INFO(told.err);
  REQUIRE(told.exit_code == 0);
  const json said = support::parse_json(told.out);
  CHECK(said.at("count") == 25);
  CHECK(said.at("titles").at(0) == "Title 29");
  CHECK(said.at("artist") == "Artist 12");
  CHECK(said.at("mbid") == mbid(7));
  CHECK(said.at("limit").at("remaining") == said.at("limit").at("limit").get<int>() - 1);
  CHECK(said.at("unknown") == true);
}

TEST_CASE("listens come page by page, once, and what came late as well", "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  json all = listens(2500, kListenbrainzNoon - 3600);
  service.put("listens.json", all);
  const ListenbrainzAnn ann(service);

  const json first = ann.sync();
  INFO(first.dump());
  CHECK(first.at("buckets") == json{{"new", 2500}});
  CHECK(ann.listen_count() == 2500);
  const std::vector<std::string> asked = service.requests();
  // Three pages, the oldest second once more, feedback, recommendations; nothing is counted first.
  REQUIRE(asked.size() == 6);
  CHECK_THAT(asked[0], Contains("max_ts=" + std::to_string(kListenbrainzNoon + 1) + "&count=1000"));
  CHECK_THAT(asked[4], Contains("get-feedback"));

  CHECK(ann.sync().at("records") == 0);
  CHECK(service.requests().size() == 2);  // one page of 100, and feedback
  CHECK(ann.count("SELECT count(*) FROM ingestions") == 1);

  // Two new ones of one second, and one that a player tells three days late: found within a day.
  all.push_back({kListenbrainzNoon - 600, "Artist 1", "Title 99", "Album 1"});
  all.push_back({kListenbrainzNoon - 600, "Artist 1", "Title 98", "Album 1"});
  all.push_back({kListenbrainzNoon - 3 * 86'400 + 7,
                 "Artist 1",
                 "Late",
                 "Album 1",
                 {{"inserted_at", kListenbrainzNoon - 500}}});
  service.put("listens.json", all);
  CHECK(ann.sync().at("buckets") == json{{"new", 2}});
  const json later = ann.sync(0, "2026-11-22T13:00:00Z");
  INFO(later.dump());
  CHECK(later.at("buckets").at("new") == 1);
  CHECK(later.at("records") <= 1 + 2 + 288);  // what it has had for two days is not told again
  CHECK(ann.listen_count() == 2503);
  CHECK(ann.sync(0, "2026-11-22T13:01:00Z").at("records") == 0);

  // As of: what was heard later than the clock of the sync is not told.
  all.push_back({kListenbrainzNoon + 9 * 86'400, "Artist 1", "Tomorrow", "Album 1"});
  service.put("listens.json", all);
  CHECK(ann.sync(0, "2026-11-22T13:02:00Z").at("records") == 0);
}

TEST_CASE("a second that two pages share is told whole", "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  service.put("limit.json", {{"limit", 1000}, {"reset_in", 10}, {"page", 10}});
  json all = json::array();
  for (int k = 0; k < 60; ++k)  // seven of each second, ten to a page
    all.push_back(
        {kListenbrainzNoon - 5000 + k / 7 + 0.25, "Artist", "Title " + std::to_string(k), "Album"});
  service.put("listens.json", all);
  const ListenbrainzAnn ann(service);
  CHECK(ann.sync().at("buckets") == json{{"new", 60}});
  CHECK(ann.count("SELECT count(DISTINCT track_id) FROM listens") == 60);
  CHECK(ann.sync().at("records") == 0);
}

TEST_CASE("a listen of ListenBrainz has what it knows of it", "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  const json mapping = {{"recording_mbid", mbid(1)},
                        {"artist_mbids", {mbid(2)}},
                        {"caa_id", 12345678901},
                        {"caa_release_mbid", mbid(4)},
                        {"artists",
                         {{{"artist_credit_name", "One"}, {"artist_mbid", mbid(2)}},
                          {{"artist_credit_name", "Two"}, {"artist_mbid", mbid(3)}}}}};
  service.put(
      "listens.json",
      json::array(
          {{kListenbrainzNoon - 4000,
            "One feat. Two",
            "Mapped",
            "Album",
            {{"mapping", mapping},
             {"info",
              {{"recording_mbid", mbid(9)}, {"duration_ms", 215'000}, {"tracknumber", "3"}}}}},
           {kListenbrainzNoon - 3000.5,
            "Three",
            "Sent",
            "Album",
            {{"mapping", nullptr},
             {"info", {{"recording_mbid", mbid(8)}, {"duration", 200}, {"tracknumber", 3}}}}},
           {kListenbrainzNoon - 2000, "Four", "Bare", ""},
           {kListenbrainzNoon - 1000, "", "Nobody's", ""}}));
  const ListenbrainzAnn ann(service);
  const json came = ann.sync();
  INFO(came.dump());
  CHECK(came.at("buckets") == json{{"new", 3}, {"empty", 1}});
  const auto has = [&](const std::string& id) {
    return ann.count("SELECT count(*) FROM track_ids WHERE id = '" + id + "'");
  };
  CHECK(has(mbid(1)) == 1);
  CHECK(has(mbid(8)) == 1);
  CHECK(has(mbid(9)) == 0);
  CHECK(ann.count("SELECT count(*) FROM artworks WHERE address = 'https://coverartarchive.org/"
                  "release/" +
                  mbid(4) + "/12345678901-250.jpg'") == 1);
  CHECK(ann.count("SELECT count(*) FROM artworks") == 1);
  CHECK(ann.count("SELECT count(*) FROM artists WHERE name IN ('One', 'Two', 'Three', 'Four')") ==
        4);
  CHECK(ann.count("SELECT min(ts) FROM listens") == kListenbrainzNoon - 4000);
  CHECK(ann.count("SELECT count(*) FROM listens WHERE ts = " +
                  std::to_string(kListenbrainzNoon - 3001)) == 1);
}

TEST_CASE("a first reading that is cut goes on behind its last page", "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  json all = listens(5000, kListenbrainzNoon - 3600);
  service.put("listens.json", all);
  const ListenbrainzAnn ann(service);
  service.put("trouble.json", json::array({nullptr, "html", nullptr, 403}));
  const json first = ann.sync(3);
  CHECK_THAT(first.at("error").get<std::string>(), Contains("status 403"));
  CHECK(ann.listen_count() == 1999);  // two pages, that share a second
  static_cast<void>(service.requests());

  // Below the page that it has reached first, then what is new.
  all.push_back({kListenbrainzNoon + 60, "Artist 1", "New", "Album 1"});
  service.put("listens.json", all);
  const json second = ann.sync(0, "2026-11-21T12:05:00Z");
  CHECK(second.at("buckets").at("new") == 3002);
  CHECK(ann.listen_count() == 5001);
  const std::vector<std::string> asked = service.requests();
  REQUIRE(asked.size() <= 8);
  CHECK_THAT(asked[0], !Contains("max_ts=" + std::to_string(kListenbrainzNoon)));
  CHECK(ann.count("SELECT count(*) FROM ingestions WHERE is_complete = 0") == 0);
}

TEST_CASE("a play that ListenBrainz's export told is the same play when it tells it itself",
          "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  json all = listens(200, kListenbrainzNoon - 600);
  for (json& one : all) one.push_back({{"info", {{"submission_client", "player"}}}});
  service.put("listens.json", all);
  const ListenbrainzAnn ann(service);
  std::ofstream lines(ann.path("11.jsonl"));
  for (const json& one : all)
    lines << json{{"listened_at", one[0].get<double>()},
                  {"track_metadata",
                   {{"artist_name", one[1]},
                    {"track_name", one[2]},
                    {"release_name", one[3]},
                    {"mbid_mapping", nullptr},
                    {"additional_info", one[4]["info"]}}}}
                 .dump()
          << "\n";
  lines.close();
  REQUIRE(ann.run({"import", ann.path("11.jsonl")}).exit_code == 0);
  REQUIRE(ann.listen_count() == 200);
  const json known = ann.sync();
  CHECK(known.at("buckets") == json{{"duplicate", 200}});
  CHECK(ann.listen_count() == 200);
  CHECK(ann.count("SELECT count(*) FROM tellers WHERE name LIKE 'listenbrainz/%'") == 1);
}

TEST_CASE("feedback becomes likes and bans, and what is taken back has ended",
          "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  service.put("listens.json", listens(3, kListenbrainzNoon - 600));
  json given = json::array();
  for (int k = 0; k < 30; ++k)
    given.push_back({k % 3 == 0 ? -1 : 1, kListenbrainzNoon - 5000 - k, mbid(100 + k), "Artist",
                     "Title " + std::to_string(k)});
  given.push_back({1, kListenbrainzNoon - 9000, nullptr, "Artist", "Without an id"});
  given.push_back({1, kListenbrainzNoon - 9000, nullptr, nullptr, nullptr});
  service.put("feedback.json", given);
  const ListenbrainzAnn ann(service);
  const json first = ann.sync();
  INFO(first.dump());
  CHECK(first.at("buckets") == json{{"new", 3 + 31}, {"empty", 1}});
  CHECK(ann.count("SELECT count(*) FROM holdings WHERE ended_at IS NULL") == 31);
  CHECK(ann.sync().at("records") == 0);

  given.erase(1);  // liked
  given.erase(0);  // hated
  service.put("feedback.json", given);
  const json second = ann.sync();
  INFO(second.dump());
  CHECK(second.at("ended").size() == 2);
  CHECK(ann.count("SELECT count(*) FROM holdings WHERE ended_at IS NULL") == 29);
}

TEST_CASE("what ListenBrainz says of its limits is obeyed before it refuses",
          "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  service.put("limit.json", {{"limit", 3}, {"reset_in", 0.2}, {"page", 20}});
  service.put("listens.json", listens(150, kListenbrainzNoon - 600));
  const ListenbrainzAnn ann(service);
  CHECK(ann.sync().at("buckets") == json{{"new", 150}});
  CHECK_THAT(service.text("requests.log"), !Contains("429"));
  // Where it refuses all the same, it is asked again when it says so.
  service.put("trouble.json", json::array({429, nullptr, 429}));
  CHECK(ann.sync().at("error") == nullptr);
}

TEST_CASE("who is not known to ListenBrainz is told, and no token is written anywhere",
          "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  service.put("listens.json", listens(3, kListenbrainzNoon - 600));
  const ListenbrainzAnn nobody(service, "s3cret&wrong", "nobody");
  const Ended told = nobody.run({"--verbose", "sync", "listenbrainz"});
  CHECK_THAT(told.out, Contains("knows nobody called nobody") && Contains("--login NAME"));
  const ListenbrainzAnn ann(service, kListenbrainzToken);
  CHECK(ann.sync().at("buckets") == json{{"new", 3}});
  const Ended again = ann.run({"--verbose", "sync"});
  for (const std::string& text : {told.out, told.err, again.out, again.err}) {
    CHECK_THAT(text, !Contains("s3cret"));
    CHECK_THAT(text, !Contains(kListenbrainzToken));
  }
  for (const ListenbrainzAnn* one : {&nobody, &ann})
    for (const auto& entry : fs::recursive_directory_iterator(one->path(""))) {
      if (!entry.is_regular_file() || entry.path().filename() == "accounts.json") continue;
      CAPTURE(entry.path().string());
      const std::string bytes = players_test::text_of_file(entry.path());
      CHECK(bytes.find("s3cret") == std::string::npos);
      CHECK(bytes.find(kListenbrainzToken) == std::string::npos);
    }
}

TEST_CASE("killed at any page a first reading of ListenBrainz loses nothing",
          "[sync][listenbrainz][kill]") {
  const FakeListenbrainz service;
  service.put("limit.json", {{"limit", 100'000}, {"reset_in", 10}, {"page", 100}});
  service.put("listens.json", listens(3000, kListenbrainzNoon - 600));
  const ListenbrainzAnn ann(service);
  std::mt19937 random(7);
  const std::vector<std::string> sync = {PLAYLIST_BUILD_DIR "/engine",
                                         "--library",
                                         ann.library(),
                                         "--now",
                                         kListenbrainzNow,
                                         "sync",
                                         "listenbrainz"};
  int killed = 0;
  for (int round = 0; round < 15; ++round) {
    support::Background running(sync, ann.path("log"), ann.environment());
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 80));
    killed += running.is_running() ? 1 : 0;
    running.kill();
  }
  CHECK(killed >= 3);
  CHECK(ann.sync().at("error") == nullptr);
  CHECK(ann.listen_count() == 3000);
  CHECK(ann.sync().at("records") == 0);
}
