// ranking.external against a server on this machine that behaves and misbehaves.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <poll.h>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/http_outside.hpp"
#include "support/element_run.hpp"
#include "support/fake_server.hpp"
#include "support/json.hpp"

using nlohmann::json;
using support::candidates_of;
using support::FakeServer;
using support::http_answer;
using support::Ranked;
using support::TinyLibrary;

namespace {

/// Track numbers 0..3; the store's ids are what the table "tracks" says.
TinyLibrary four() {
  TinyLibrary library;
  for (const char* title : {"One", "Two", "Three", "Four"})
    library.add({.title = title, .artists = {"Ann"}});
  return library;
}

std::int64_t id_of(const TinyLibrary& library, std::int32_t track) {
  const playlist_column* id = engine::find_column(*library.table("tracks"), "id");
  return static_cast<const std::int64_t*>(id->data)[track];
}

/// Where elements may ask this machine (limits.network).
engine::Settings with_network() {
  engine::Settings settings;
  settings.set("limits.network", "true", "test");
  return settings;
}

/// As a supervisor has it answered.
class Answering {
 public:
  explicit Answering(const engine::Settings& settings)
      : settings_(settings), outside_(settings_, "") {}
  std::string operator()(std::string_view question) {
    std::string answer;
    outside_.ask(0, std::string(question));
    while (!outside_.take(0, answer)) {
      pollfd source{outside_.descriptor(), POLLIN, 0};
      ::poll(&source, 1, -1);
      outside_.look();
    }
    return answer;
  }

 private:
  engine::Settings settings_;
  engine::app::HttpOutside outside_;
};

Ranked ask(const std::string& url, engine::Arguments arguments = {},
           const engine::Settings& settings = with_network()) {
  Answering answering(settings);
  const TinyLibrary library = four();
  arguments.emplace_back("url", url);
  return support::run_rank(
      "ranking.external", arguments, library,
      candidates_of({2, 0, 3, 1}, {{"score", PLAYLIST_F32, std::vector<float>{4, 3, 2, 1}, nullptr},
                                   {"taste", PLAYLIST_F32,
                                    std::vector<float>{0.5f, std::nanf(""), 0.25f, 1}, nullptr}}),
      {.ask = [&](std::string_view question) { return answering(question); }});
}

/// The order that the column puts into effect: rows by `external`, largest first.
std::vector<int> order_of(const Ranked& ranked) {
  const auto& place = ranked.columns.at("external");
  std::vector<int> order = {0, 1, 2, 3};
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return place[static_cast<std::size_t>(a)] > place[static_cast<std::size_t>(b)];
  });
  return order;
}

json scores(const TinyLibrary& library, const std::vector<std::pair<int, double>>& of) {
  json list = json::array();
  for (const auto& [track, score] : of)
    list.push_back({{"track", id_of(library, track)}, {"score", score}});
  return {{"scores", list}};
}

void check_fallback(const Ranked& ranked, const std::string& why) {
  CHECK(ranked.status == PLAYLIST_OK);
  CHECK(order_of(ranked) == std::vector<int>{0, 1, 2, 3});
  for (const double score : ranked.columns.at("external_score")) CHECK(std::isnan(score));
  REQUIRE(ranked.notices.size() == 1);
  CHECK_THAT(ranked.notices[0],
             Catch::Contains("the candidates keep their order") && Catch::Contains(why));
}

}  // namespace

TEST_CASE("ranking.external sends the first candidates as its contract says", "[external]") {
  const TinyLibrary library = four();
  json request;
  FakeServer server([&](const std::string& body) {
    request = support::parse_json(body);
    return http_answer("{\"scores\": []}");
  });
  ask(server.url(), {{"limit", 2.0}, {"prompt", "late \"night\""}, {"user", "ann"}});
  CHECK(request.at("version") == 1);
  CHECK(request.at("user") == "ann");
  CHECK(request.at("prompt") == "late \"night\"");
  CHECK(request.at("now") == TinyLibrary::kNow);
  REQUIRE(request.at("candidates").size() == 2);
  CHECK(request.at("candidates")[0] == json{{"track", id_of(library, 2)},
                                            {"title", "Three"},
                                            {"artist", "Ann"},
                                            {"score", 4.0},
                                            {"columns", {{"taste", 0.5}}}});
  CHECK(request.at("candidates")[1].at("columns") == json{{"taste", nullptr}});
}

TEST_CASE("ranking.external puts the re-ranker's order into effect", "[external]") {
  const TinyLibrary library = four();
  // Rows are tracks 2 0 3 1. The last has no score, 2 is named twice, 99 was not asked about.
  FakeServer server([&](const std::string&) {
    json answer = scores(library, {{2, -1}, {0, 0.5}, {3, 7}, {2, 100}});
    answer["scores"].push_back({{"track", 99}, {"score", 1}});
    answer["more"] = "passed over";
    return http_answer(answer.dump());
  });
  const Ranked ranked = ask(server.url());
  CHECK(order_of(ranked) == std::vector<int>{2, 1, 0, 3});
  CHECK(ranked.columns.at("external")[2] == 1);
  CHECK(ranked.columns.at("external")[3] == 0.25);
  CHECK(ranked.columns.at("external_score")[0] == -1);
  CHECK(std::isnan(ranked.columns.at("external_score")[3]));
  REQUIRE(ranked.notices.size() == 1);
  CHECK_THAT(ranked.notices[0], Catch::Contains("gave 3 of 4 candidates a score"));
}

TEST_CASE("whole numbers are numbers to ranking.external, and the other way round", "[external]") {
  const TinyLibrary library = four();
  const std::string first = std::to_string(id_of(library, 3)) + ".0";
  FakeServer server([&](const std::string&) {
    return http_answer("{\"scores\": [{\"track\": " + first + ", \"score\": 2}]}");
  });
  const Ranked ranked = ask(server.url());
  CHECK(ranked.columns.at("external_score")[2] == 2);
  CHECK(order_of(ranked) == std::vector<int>{2, 0, 1, 3});
}

TEST_CASE("candidates beyond the limit come after those asked about", "[external]") {
  const TinyLibrary library = four();
  FakeServer server([&](const std::string&) {
    return http_answer(scores(library, {{2, 1}, {0, 2}, {3, 9}}).dump());
  });
  const Ranked ranked = ask(server.url(), {{"limit", 2.0}});
  CHECK(order_of(ranked) == std::vector<int>{1, 0, 2, 3});  // track 3 was not asked about
}

TEST_CASE("a re-ranker that gives no good answer leaves the order as it was", "[external]") {
  const TinyLibrary library = four();
  const std::string id = std::to_string(id_of(library, 0));
  const auto [answer, why] = GENERATE_COPY(table<std::string, std::string>({
      {http_answer("", "500 Internal Server Error"), "answers with status 500"},
      {http_answer("{\"scores\": []}", "204 No Content"), "answers with status 204"},
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
       "it answers POST with status 302, a redirect"},
      {http_answer("{\"scores\": [", "200 OK"), "the answer is not JSON"},
      {http_answer(std::string(100'000, '['), "200 OK"), "the answer is not JSON"},
      {http_answer("\xff\xfe", "200 OK"), "the answer is not JSON"},
      {http_answer(""), "the answer is not JSON"},
      {http_answer("[]"), "has no list \"scores\""},
      {http_answer("{\"scores\": {}}"), "has no list \"scores\""},
      {http_answer("{\"scores\": [1]}"), "an entry of \"scores\" is not"},
      {http_answer("{\"scores\": [{\"track\": \"" + id + "\", \"score\": 1}]}"),
       "an entry of \"scores\" is not"},
      {http_answer("{\"scores\": [{\"track\": " + id + ", \"score\": \"1\"}]}"),
       "an entry of \"scores\" is not"},
      {http_answer("{\"scores\": [{\"track\": " + id + ".5, \"score\": 1}]}"),
       "an entry of \"scores\" is not"},
      {http_answer("{\"scores\": [{\"track\": 1e300, \"score\": 1}]}"),
       "an entry of \"scores\" is not"},
      {http_answer("{\"scores\": [{\"track\": " + id + ", \"score\": 1e300}]}"),
       "no number of ordinary size"},
      {http_answer(std::string(5u << 20, ' ')), "more than 4 MiB"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"scores\"", "http://127.0.0.1"},
      {"not http at all", "http://127.0.0.1"},
      {"", "http://127.0.0.1"},
  }));
  FakeServer server([answer = answer](const std::string&) { return answer; });
  check_fallback(ask(server.url()), why);
}

TEST_CASE("a slow re-ranker is not waited for", "[external]") {
  FakeServer server([](const std::string&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    return http_answer("{\"scores\": []}");
  });
  // An answer that was waited for would be told as one with too few scores.
  check_fallback(ask(server.url(), {{"timeout", 0.1}}), "no whole answer in time");
}

TEST_CASE("nobody listening, and no address at all, leave the order as it was", "[external]") {
  std::string gone;
  {
    const FakeServer server([](const std::string&) { return std::string(); });
    gone = server.url();
  }
  check_fallback(ask(gone), gone.substr(0, gone.rfind('/')) + " cannot be reached");
  check_fallback(ask(""), "no address is set");
}

TEST_CASE("ranking.external asks this machine only", "[external]") {
  const std::string url = GENERATE(
      as<std::string>(), "http://example.org/rank", "http://10.0.0.1/", "https://127.0.0.1/",
      "http://127.0.0.1.example.org/", "http://127.0.0.1@example.org/", "http://me@127.0.0.1/",
      "file:///etc/passwd", "gopher://127.0.0.1/", "http://[::2]/", "http://127.1.2.3.4/",
      "http://127.0.0.256/", "localhost/rank x", "http://", "::::");
  const Ranked ranked = ask(url);
  check_fallback(ranked, "the candidates keep their order: ");
  CHECK_THAT(ranked.notices.at(0), Catch::Contains("is not an http address of this machine") ||
                                       Catch::Contains("the address cannot be asked"));
}

TEST_CASE("which addresses an element may ask, the configuration says", "[external]") {
  const TinyLibrary library = four();
  FakeServer server([&](const std::string&) {
    return http_answer(scores(library, {{2, 1}, {0, 2}, {3, 3}, {1, 4}}).dump());
  });
  engine::Settings settings;
  check_fallback(ask(server.url(), {}, settings), "set limits.network to allow it");
  CHECK(server.request_count() == 0);
  settings.set("elements.ranking.external.url", "http://127.0.0.1:1/rank", "test");
  check_fallback(ask(server.url(), {}, settings), "set limits.network to allow it");
  CHECK(server.request_count() == 0);
  settings.set("elements.ranking.external.url", server.url(), "test");
  CHECK(order_of(ask(server.url(), {}, settings)) == std::vector<int>{3, 2, 1, 0});
  CHECK(server.request_count() == 1);
  settings.set("http.offline", "true", "test");
  check_fallback(ask(server.url(), {}, settings), "offline");
  CHECK(server.request_count() == 1);
  settings.set("elements.ranking.external.url", "http://10.0.0.1/rank", "test");
  check_fallback(ask("http://10.0.0.1/rank", {}, settings), "allow_remote is not set");
}

TEST_CASE("ranking.external asks nobody about no candidates", "[external]") {
  FakeServer server([](const std::string&) { return http_answer("{\"scores\": []}"); });
  const TinyLibrary library = four();
  const Ranked ranked =
      support::run_rank("ranking.external", {{"url", server.url()}}, library, candidates_of({}));
  CHECK(ranked.status == PLAYLIST_OK);
  CHECK(ranked.notices.empty());
  CHECK(server.request_count() == 0);
}
