// The host's HTTP client against a server that says what the test wants.
#include "http/client.hpp"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "support/fake_server.hpp"
#include "support/temporary_folder.hpp"

using namespace std::chrono_literals;
using engine::http::Answer;
using engine::http::Client;
using engine::http::header;
using engine::http::Request;
using engine::http::Service;
using support::chunked_reply;
using support::fake_reply;
using support::FakeReply;
using support::FakeRequest;
using support::FakeServer;
using support::ReplySequence;

namespace {

double seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

FakeServer::Answer always(FakeReply reply) {
  return [reply = std::move(reply)](const FakeRequest&) { return reply; };
}

Service service_at(const FakeServer& server, const std::string& path = "") {
  Service service;
  service.name = "music:home";
  service.address = server.origin() + path;
  service.requests_per_second = 0;
  return service;
}

Client::Options quick() {
  Client::Options options;
  options.first_backoff_seconds = 0.02;
  options.jitter = [] { return 0.5; };
  return options;
}

Request get(const std::string& target) {
  Request request;
  request.target = target;
  return request;
}

Request post(const std::string& target, const std::string& body) {
  Request request = get(target);
  request.method = "POST";
  request.body = body;
  return request;
}

Request cached(const std::string& target, std::int64_t seconds = 3600) {
  Request request = get(target);
  request.cache_seconds = seconds;
  return request;
}

/// Polls and looks until `is_over`, ten seconds at most.
void run(Client& client, const std::function<bool()>& is_over) {
  const auto begin = std::chrono::steady_clock::now();
  while (!is_over()) {
    REQUIRE(seconds(begin) < 10);
    pollfd waiting{client.descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, client.milliseconds_to_next_look());
    client.look();
  }
}

std::string zipped(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string result(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace

TEST_CASE("a request gets its answer, with what the service asks for in its headers", "[http]") {
  FakeServer server(always(fake_reply("{\"pong\": 1}", "200 OK", "X-Count: 7\r\nX-COUNT: 8\r\n")));
  Service service = service_at(server, "/base/");
  service.credentials = {{"Authorization", "Bearer fictional"}};
  Client client(quick());
  Request request = get("/rest/ping?f=json#part");
  request.headers = {{"Accept", "application/json"}, {"X-Empty", ""}};
  const Answer answer = client.ask(service, request);
  CHECK(answer.problem == "");
  CHECK(answer.status == 200);
  CHECK(answer.body == "{\"pong\": 1}");
  REQUIRE(header(answer, "x-count") != nullptr);
  CHECK(*header(answer, "x-count") == "7");
  const FakeRequest seen = server.requests().at(0);
  CHECK(seen.method == "GET");
  CHECK(seen.target == "/base/rest/ping?f=json");
  CHECK(seen.header("authorization") == "Bearer fictional");
  CHECK(seen.header("accept") == "application/json");
  CHECK(seen.has_header("x-empty"));
  CHECK(seen.header("user-agent") == "playlist-engine/" PLAYLIST_ENGINE_VERSION);
  CHECK(seen.header("accept-encoding") == "gzip");
  CHECK_FALSE(seen.has_header("content-type"));
  CHECK(client.under_way() == 0);
}

TEST_CASE("every method is sent as it is named, with its body", "[http]") {
  FakeServer server(always(fake_reply("ok")));
  Client client(quick());
  const std::string method = GENERATE("HEAD", "POST", "PUT", "PATCH", "DELETE");
  CAPTURE(method);
  Request request = get("/list");
  request.method = method;
  if (method != "HEAD") request.body = "{\"uris\": []}";
  request.headers = {{"Content-Type", "application/json"}};
  const Answer answer = client.ask(service_at(server), request);
  CHECK(answer.status == 200);
  CHECK(answer.body == (method == "HEAD" ? "" : "ok"));
  const FakeRequest seen = server.requests().at(0);
  CHECK(seen.method == method);
  CHECK(seen.body == request.body);
  CHECK_FALSE(seen.has_header("expect"));
  CHECK(seen.header("content-type") == (method == "HEAD" ? "" : "application/json"));
}

TEST_CASE("a body in chunks, one byte after the other or packed is the same body", "[http]") {
  std::string text(3'000, 'a');
  text += "end";
  Client client(quick());
  SECTION("chunks") {
    FakeServer server(always(chunked_reply(text, 7)));
    CHECK(client.ask(service_at(server), get("/")).body == text);
  }
  SECTION("bytes") {
    FakeServer server(always(dribbled(fake_reply("slow", "200 OK"), 1ms)));
    CHECK(client.ask(service_at(server), get("/")).body == "slow");
  }
  SECTION("gzip") {
    FakeServer server(always(fake_reply(zipped(text), "200 OK", "Content-Encoding: gzip\r\n")));
    const Answer answer = client.ask(service_at(server), get("/"));
    CHECK(answer.body == text);
    CHECK(header(answer, "content-length") == nullptr);
  }
}

TEST_CASE("a body that is too long ends the request while it comes", "[http]") {
  Client client(quick());
  const bool is_packed = GENERATE(false, true);
  const std::string text(3 << 20, 'a');  // packed it is 3 KB
  FakeServer server(always(is_packed
                               ? fake_reply(zipped(text), "200 OK", "Content-Encoding: gzip\r\n")
                               : chunked_reply(text, 10'000)));
  Service service = service_at(server);
  service.largest_answer = 1 << 20;
  const Answer answer = client.ask(service, get("/"));
  CHECK(answer.status == 0);
  CHECK(answer.problem == "music:home: " + server.origin() + " answers with more than 1 MiB");
  CHECK(answer.body.empty());
  CHECK(server.request_count() == 1);
}

TEST_CASE("what may go well again is asked again", "[http]") {
  Client client(quick());
  SECTION("a server's trouble") {
    FakeServer server(ReplySequence(
        {fake_reply("no", "502 Bad Gateway"), fake_reply("no", "500 Oh"), fake_reply("yes")}));
    CHECK(client.ask(service_at(server), get("/")).body == "yes");
    CHECK(server.request_count() == 3);
  }
  SECTION("a connection that is closed in the middle of the body, and before any answer") {
    FakeServer server(
        ReplySequence({cut(fake_reply("whole"), 2), FakeReply{}, fake_reply("whole")}));
    CHECK(client.ask(service_at(server), get("/")).body == "whole");
    CHECK(server.request_count() == 3);
  }
  SECTION("as often as the service says") {
    FakeServer server(always(fake_reply("no", "503 Busy")));
    Service service = service_at(server);
    service.attempts = 4;
    const Answer answer = client.ask(service, get("/"));
    CHECK(answer.status == 503);
    CHECK(answer.body == "no");
    CHECK(server.request_count() == 4);
  }
  SECTION("a POST only where it says that it may be") {
    FakeServer server(always(fake_reply("no", "500 Oh")));
    Request request = post("/", "add");
    CHECK(client.ask(service_at(server), request).status == 500);
    CHECK(server.request_count() == 1);
    request.is_repeatable = true;
    CHECK(client.ask(service_at(server), request).status == 500);
    CHECK(server.request_count() == 4);
  }
  SECTION("a POST whose connection broke is not") {
    FakeServer server(always(FakeReply{}));
    const Answer answer = client.ask(service_at(server), post("/", "add"));
    CHECK(answer.problem ==
          "music:home: " + server.origin() + " closed the connection without an answer");
    CHECK(server.request_count() == 1);
  }
  SECTION("what the server has understood and refused is not") {
    FakeServer server(always(fake_reply("no", "403 Forbidden")));
    CHECK(client.ask(service_at(server), get("/")).status == 403);
    CHECK(server.request_count() == 1);
  }
}

TEST_CASE("two hundred requests at once are all answered", "[http]") {
  FakeServer server(FakeServer::Answer([](const FakeRequest& request) {
    FakeReply reply = fake_reply(request.target);
    reply.pieces[0].pause_before = 5ms;
    return reply;
  }));
  Client client(quick());
  std::set<std::string> bodies;
  for (int i = 0; i < 200; ++i) {
    client.start(service_at(server), get("/track/" + std::to_string(i)), [&](Answer answer) {
      CHECK(answer.status == 200);
      bodies.insert(answer.body);
    });
  }
  CHECK(client.under_way() == 200);
  run(client, [&] { return bodies.size() == 200; });
  CHECK(client.under_way() == 0);
  CHECK(server.request_count() == 200);
  CHECK(client.milliseconds_to_next_look() == -1);
}

TEST_CASE("an answer is kept for as long as the request says, with its age", "[http][cache]") {
  const TemporaryFolder folder;
  double now = 1'700'000'000;
  int count = 0;
  FakeServer server(FakeServer::Answer([&](const FakeRequest&) {
    return fake_reply("answer " + std::to_string(++count), "200 OK",
                      "Set-Cookie: a=b\r\nX-A: 1\r\n");
  }));
  Client::Options options = quick();
  options.folder = folder.file("http");
  options.clock = [&] { return now; };
  Client client(options);
  const Service service = service_at(server);
  CHECK(client.ask(service, cached("/a", 60)).age_seconds == 0);
  now += 59;
  const Answer kept = client.ask(service, cached("/a", 60));
  CHECK(kept.body == "answer 1");
  CHECK(kept.age_seconds == 59);
  CHECK(header(kept, "x-a") != nullptr);
  CHECK(header(kept, "set-cookie") == nullptr);
  CHECK(client.ask(service, cached("/a", 59)).body == "answer 2");  // too old for this one
  CHECK(client.ask(service, get("/a")).body == "answer 3");         // neither read nor kept
  CHECK(client.ask(service, cached("/a", 60)).body == "answer 2");
  now -= 10;  // the clock is put back
  CHECK(client.ask(service, cached("/a", 60)).body == "answer 4");
  Request german = cached("/a", 60);
  german.headers = {{"Accept-Language", "de"}};
  CHECK(client.ask(service, german).body == "answer 5");
  Service other = service;
  other.name = "music:away";
  CHECK(client.ask(other, cached("/a", 60)).body == "answer 6");
}

TEST_CASE("a service that asks for patience is left alone", "[http][rate]") {
  const TemporaryFolder folder;
  Client::Options options = quick();
  options.folder = folder.path();
  Client client(options);
  const auto begin = std::chrono::steady_clock::now();
  SECTION("for the seconds that it says, and then asked again, whatever the method") {
    FakeServer server(ReplySequence(
        {fake_reply("", "429 Slow", "Retry-After: 1\r\n"), fake_reply("yes"), fake_reply("too")}));
    int done = 0;
    // Both are due at once then, whichever comes first.
    std::multiset<std::string> answers, asked;
    client.start(service_at(server), post("/", "add"), [&](Answer answer) {
      answers.insert(answer.body);
      ++done;
    });
    run(client, [&] { return server.request_count() == 1; });
    std::this_thread::sleep_for(100ms);
    client.look();  // the 429 has come
    client.start(service_at(server), get("/other"), [&](Answer answer) {
      answers.insert(answer.body);
      ++done;
    });
    run(client, [&] { return done == 2; });
    CHECK(answers == std::multiset<std::string>{"yes", "too"});
    CHECK(seconds(begin) > 0.95);
    CHECK(seconds(begin) < 8);
    CHECK(server.request_count() == 3);
    for (const std::size_t k : {1, 2}) asked.insert(server.requests().at(k).body);
    CHECK(asked == std::multiset<std::string>{"", "add"});
  }
  SECTION("for as long as a backoff where it says 0, nothing or nonsense") {
    FakeServer server(ReplySequence({fake_reply("", "429 Slow", "Retry-After: 0\r\n"),
                                     fake_reply("", "429 Slow"), fake_reply("yes")}));
    Service service = service_at(server);
    service.attempts = 4;
    CHECK(client.ask(service, get("/")).body == "yes");
    CHECK(seconds(begin) > 0.055);  // 0.02 s and 0.04 s
    CHECK(seconds(begin) < 8);
    FakeServer other(
        ReplySequence({fake_reply("", "429 Slow", "Retry-After: soon\r\n"),
                       fake_reply("", "503 No", "Retry-After: 0\r\n"), fake_reply("yes")}));
    CHECK(client.ask(service_at(other), get("/")).body == "yes");
  }
  SECTION("for the milliseconds that it says, before its seconds") {
    FakeServer server(
        ReplySequence({fake_reply("", "429 Slow", "Retry-After: 30\r\nretry-after-ms: 80\r\n"),
                       fake_reply("yes")}));
    CHECK(client.ask(service_at(server), get("/")).body == "yes");
    CHECK(seconds(begin) > 0.075);
    CHECK(seconds(begin) < 8);
  }
  SECTION("and not asked again where it says that this is no use") {
    for (const char* status : {"429 Slow", "500 No"}) {
      FakeServer server(
          always(fake_reply("", status, "Retry-After: 0\r\nx-should-retry: false\r\n")));
      CHECK(client.ask(service_at(server), get("/")).status == std::stoi(status));
      CHECK(server.request_count() == 1);
    }
    FakeServer server(ReplySequence(
        {fake_reply("", "409 Conflict", "x-should-retry: true\r\n"), fake_reply("yes")}));
    CHECK(client.ask(service_at(server), get("/")).body == "yes");
  }
  SECTION("until the date that it says") {
    const std::time_t then = std::time(nullptr) + 2;
    char date[64];
    std::strftime(date, sizeof date, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n",
                  std::gmtime(&then));
    FakeServer server(ReplySequence({fake_reply("", "503 No", date), fake_reply("yes")}));
    CHECK(client.ask(service_at(server), get("/")).body == "yes");
    CHECK(seconds(begin) > 0.9);
    CHECK(std::chrono::system_clock::now() >= std::chrono::system_clock::from_time_t(then));
  }
  SECTION("a 503 to what is not repeatable is the answer, and says when") {
    FakeServer server(always(fake_reply("", "503 No", "Retry-After: 5\r\n")));
    const Answer answer = client.ask(service_at(server), post("/", "add"));
    CHECK(answer.status == 503);
    CHECK(answer.problem == "");
    CHECK(std::abs(answer.retry_at - (std::time(nullptr) + 5)) <= 1);
    CHECK(server.request_count() == 1);
  }
  SECTION("as often as the service says") {
    FakeServer server(always(fake_reply("slow", "429 Slow")));
    const Answer answer = client.ask(service_at(server), get("/"));
    CHECK(answer.status == 429);
    CHECK(answer.body == "slow");
    CHECK(answer.retry_at > 0);
    CHECK(server.request_count() == 3);
  }
}

TEST_CASE("more patience than there is: the answer says when, and nobody asks until then",
          "[http][rate]") {
  const TemporaryFolder folder;
  double now = 1'700'000'000;
  FakeServer server(
      ReplySequence({fake_reply("wait", "429 Slow", "Retry-After: 79892\r\n"), fake_reply("yes")}));
  Client::Options options = quick();
  options.folder = folder.path();
  options.clock = [&] { return now; };
  Client client(options);
  Answer answer = client.ask(service_at(server), get("/"));
  CHECK(answer.status == 429);
  CHECK(answer.body == "wait");
  CHECK(answer.retry_at == 1'700'079'892);
  CHECK(answer.problem ==
        "music:home wants to be left alone until 2023-11-15T20:24:52Z: try again after that");
  now += 100;
  Client another(options);  // as another process would
  answer = another.ask(service_at(server), post("/", "add"));
  CHECK(answer.status == 0);
  CHECK(answer.retry_at == 1'700'079'892);
  CHECK(server.request_count() == 1);
  FakeServer elsewhere(always(fake_reply("yes")));
  CHECK(another.ask(service_at(elsewhere), get("/")).body == "yes");
  now = 1'700'079'893;
  CHECK(another.ask(service_at(server), get("/")).body == "yes");
}

TEST_CASE("two accounts at one server share what it may be asked", "[http][rate]") {
  const TemporaryFolder folder;
  double now = 1'700'000'000;
  Client::Options options = quick();
  options.folder = folder.path();
  options.clock = [&] { return now; };
  Client client(options);
  SECTION("its rate, which another server has for itself") {
    FakeServer server(always(fake_reply("yes"))), elsewhere(always(fake_reply("yes")));
    Service ann = service_at(server), ben = service_at(server, "/api");
    ann.requests_per_second = ben.requests_per_second = 1;
    ann.burst = ben.burst = 2;
    ben.name = "music:away";
    Service third = ben;
    third.address = elsewhere.origin();
    int done = 0;
    for (const Service& account : {ann, ben, ben, third})
      client.start(account, get("/"), [&](const Answer& answer) { done += answer.status == 200; });
    run(client, [&] { return done == 3; });
    CHECK(server.request_count() == 2);  // the clock stands
    CHECK(elsewhere.request_count() == 1);
    CHECK(client.under_way() == 1);
  }
  SECTION("and its wish to be left alone") {
    FakeServer server(
        ReplySequence({fake_reply("", "429 Slow", "Retry-After: 600\r\n"), fake_reply("yes")}));
    CHECK(client.ask(service_at(server), get("/")).status == 429);
    Service other = service_at(server);
    other.name = "music:away";
    const Answer answer = client.ask(other, get("/"));
    CHECK(answer.status == 0);
    CHECK(answer.problem ==
          "music:away wants to be left alone until 2023-11-14T22:23:20Z: try again after that");
    CHECK(server.request_count() == 1);
  }
}

TEST_CASE("a service of which nothing is left to ask is left alone before it refuses",
          "[http][rate]") {
  Client client(quick());
  const auto begin = std::chrono::steady_clock::now();
  SECTION("for the seconds that it says") {
    FakeServer server(ReplySequence(
        {fake_reply("a", "200 OK", "X-RateLimit-Remaining: 1\r\nX-RateLimit-Reset-In: 9\r\n"),
         fake_reply("b", "200 OK", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset-In: 0.2\r\n"),
         fake_reply("c")}));
    CHECK(client.ask(service_at(server), get("/")).body == "a");
    CHECK(client.ask(service_at(server), get("/")).body == "b");
    CHECK(seconds(begin) < 8);
    CHECK(client.ask(service_at(server), get("/")).body == "c");
    CHECK(seconds(begin) > 0.19);
  }
  SECTION("and after a 429 that says no more than that") {
    FakeServer server(ReplySequence(
        {fake_reply("", "429 Slow", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset-In: 0.2\r\n"),
         fake_reply("yes")}));
    CHECK(client.ask(service_at(server), post("/", "add")).body == "yes");
    CHECK(seconds(begin) > 0.19);
  }
}

TEST_CASE("a Retry-After beyond all measure keeps a service silent for a day", "[http][rate]") {
  double now = 1'700'000'000;
  FakeServer server(ReplySequence(
      {fake_reply("", "429 Slow", "Retry-After: 99999999999999999999999\r\n"), fake_reply("yes")}));
  Client::Options options = quick();
  options.clock = [&] { return now; };
  Client client(options);
  const Answer answer = client.ask(service_at(server), get("/"));
  CHECK(answer.status == 429);
  CHECK(answer.retry_at == 1'700'000'000 + 10LL * 365 * 86'400);
  now += 86'300;
  CHECK(client.ask(service_at(server), get("/")).status == 0);
  now += 101;
  CHECK(client.ask(service_at(server), get("/")).body == "yes");
}

TEST_CASE("an attempt is over in time, whatever the server does", "[http]") {
  Client client(quick());
  const std::string kind = GENERATE("silent", "half", "dribbling");
  CAPTURE(kind);
  FakeReply reply = fake_reply("0123456789");
  if (kind == "silent") reply = FakeReply{.pieces = {}, .keeps_open = false, .stays_silent = true};
  if (kind == "half") {
    reply = cut(reply, 5);
    reply.stays_silent = true;
  }
  if (kind == "dribbling") reply = dribbled(reply, 20ms);
  FakeServer server(always(reply));
  Service service = service_at(server);
  service.attempts = 2;
  Request request = get("/");
  request.timeout_seconds = 0.2;
  const auto begin = std::chrono::steady_clock::now();
  const Answer answer = client.ask(service, request);
  CHECK(answer.problem == "music:home: " + server.origin() + " gave no whole answer in time");
  CHECK(answer.status == 0);
  CHECK(seconds(begin) > 0.4);
  CHECK(seconds(begin) < 5);
  CHECK(server.request_count() == 2);
}

TEST_CASE("what is cancelled is not told, at whatever it is", "[http]") {
  const TemporaryFolder folder;
  Client::Options options = quick();
  options.folder = folder.path();
  options.first_backoff_seconds = 0.2;
  options.lookup = [](const std::string&) -> std::vector<std::string> {
    ::sleep(30);
    return {};
  };
  FakeServer server(FakeServer::Answer([](const FakeRequest& request) {
    if (request.target == "/silent")
      return FakeReply{.pieces = {}, .keeps_open = false, .stays_silent = true};
    if (request.target == "/broken") return fake_reply("", "500 No");
    return fake_reply("yes");
  }));
  Client client(options);
  bool is_told = false;
  const auto told = [&](Answer) { is_told = true; };
  const auto look_for = [&](std::chrono::milliseconds time) {
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < time) {
      pollfd waiting{client.descriptor(), POLLIN, 0};
      ::poll(&waiting, 1, 5);
      client.look();
    }
  };
  const std::string kind = GENERATE("/waiting", "/silent", "/broken", "/looked-up", "/refused");
  CAPTURE(kind);
  Service service = service_at(server);
  if (kind == "/looked-up") service.address = "http://music.example.org";
  std::vector<std::uint64_t> ids;  // as many as may be under way at once
  for (int i = 0; i < 8; ++i)
    ids.push_back(client.start(service, get(kind == "/refused" ? "no target" : kind), told));
  if (kind != "/waiting" && kind != "/refused") look_for(100ms);
  for (const std::uint64_t id : ids) client.cancel(id);
  client.cancel(ids[0]);
  client.cancel(4711);
  CHECK(client.under_way() == 0);
  look_for(300ms);
  CHECK_FALSE(is_told);
  CHECK(client.milliseconds_to_next_look() == -1);
  CHECK(client.ask(service_at(server), get("/")).body == "yes");  // their places are free again
}

TEST_CASE("a Done may start, cancel and ask, and throw", "[http]") {
  FakeServer server(FakeServer::Answer([](const FakeRequest& request) {
    if (request.target == "/4")
      return FakeReply{.pieces = {}, .keeps_open = false, .stays_silent = true};
    return fake_reply(request.target);
  }));
  Client client(quick());
  const Service service = service_at(server);
  std::vector<std::string> told;
  std::uint64_t unwanted = 0;
  client.start(service, get("/1"), [&](Answer answer) {
    told.push_back(answer.body);
    client.cancel(unwanted);
    client.start(service, get("/2"), [&](Answer next) { told.push_back(next.body); });
    told.push_back(client.ask(service, get("/3")).body);
    throw std::runtime_error("enough");
  });
  unwanted = client.start(service, get("/4"), [&](Answer) { told.emplace_back("unwanted"); });
  std::string thrown;
  const auto begin = std::chrono::steady_clock::now();
  while (client.under_way() > 0 && seconds(begin) < 10) {
    pollfd waiting{client.descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, client.milliseconds_to_next_look());
    try {
      client.look();
    } catch (const std::runtime_error& error) {
      thrown = error.what();
    }
  }
  CHECK(thrown == "enough");
  CHECK(std::set<std::string>(told.begin(), told.end()) == std::set<std::string>{"/1", "/2", "/3"});
  CHECK(told.size() == 3);
}

TEST_CASE("redirects within the service's address are followed with its credentials", "[http]") {
  FakeServer server(FakeServer::Answer([](const FakeRequest& request) {
    if (request.target == "/base/a") return fake_reply("", "302 Found", "Location: b?x=1\r\n");
    if (request.target == "/base/b?x=1") return fake_reply("", "301 Moved", "Location: /c\r\n");
    if (request.target == "/c")
      return fake_reply("", "308 Moved", "Location: //" + request.header("host") + "/d e\r\n");
    if (request.target == "/base/post") return fake_reply("", "307 Again", "Location: /target\r\n");
    if (request.target == "/base/form") return fake_reply("", "303 See", "Location: /target\r\n");
    if (request.target == "/base/old") return fake_reply("", "302 Found", "Location: /target\r\n");
    if (request.target == "/base/round") return fake_reply("", "302 Found", "Location: ?\r\n");
    if (request.target == "/base/round?") return fake_reply("", "302 Found", "Location: ?\r\n");
    return fake_reply(request.method + " " + request.target + " " + request.body);
  }));
  Service service = service_at(server, "/base");
  service.credentials = {{"X-Token", "fictional"}};
  Client client(quick());
  CHECK(client.ask(service, get("/a")).body == "GET /d%20e ");
  for (const FakeRequest& seen : server.requests()) CHECK(seen.header("x-token") == "fictional");
  CHECK(client.ask(service, post("/post", "add")).body == "POST /target add");
  CHECK(client.ask(service, post("/form", "add")).body == "GET /target ");
  CHECK(client.ask(service, post("/old", "add")).problem ==
        "music:home: it answers POST with status 302, a redirect that browsers turn into GET");
  CHECK(client.ask(service, get("/round")).problem == "music:home: it leads on more than 5 times");
}

TEST_CASE("redirects and targets elsewhere take no credentials along, and need leave", "[http]") {
  FakeServer elsewhere(FakeServer::Answer([](const FakeRequest& request) {
    return fake_reply(request.method + " " + request.target);
  }));
  std::string location;
  FakeServer home(FakeServer::Answer([&](const FakeRequest&) {
    return fake_reply("", "307 There", "Location: " + location + "\r\n");
  }));
  Service service = service_at(home);
  service.credentials = {{"Authorization", "Bearer fictional"}};
  service.secrets = {"s3cret/key"};
  Client client(quick());
  Request request = get("/");
  request.headers = {{"Cookie", "id=1"}, {"X-Key", "a s3cret/key"}, {"X-Plain", "1"}};
  const std::string host = "127.0.0.1:" + std::to_string(elsewhere.port());
  SECTION("allowed") {
    service.other_hosts = {"cdn.example.org", host};
    location = elsewhere.origin() + "/page";
    CHECK(client.ask(service, request).body == "GET /page");
    request.target = elsewhere.origin() + "/next?page=2";
    CHECK(client.ask(service, request).body == "GET /next?page=2");
    for (const FakeRequest& seen : elsewhere.requests()) {
      CHECK_FALSE(seen.has_header("authorization"));
      CHECK_FALSE(seen.has_header("cookie"));
      CHECK_FALSE(seen.has_header("x-key"));
      CHECK(seen.header("x-plain") == "1");
    }
    CHECK(client.ask(service, post("/", "add")).problem ==
          "music:home: it leads POST to another host, " + elsewhere.origin());
    request.target = "/";
    location = elsewhere.origin() + "/page?key=s3cret%2fkey";
    CHECK(client.ask(service, request).problem ==
          "music:home: it would take a secret of the service to another host");
    request.target = elsewhere.origin() + "/?key=s3cret%252Fkey";
    CHECK(client.ask(service, request).problem ==
          "music:home: it would take a secret of the service to another host");
    CHECK(elsewhere.request_count() == 2);
  }
  SECTION("not allowed") {
    service.other_hosts = {"127.0.0.1", "cdn.example.org", "127.0.0.1:1"};
    location = elsewhere.origin() + "/page";
    CHECK(client.ask(service, request).problem ==
          "music:home: it leads to " + elsewhere.origin() +
              ", which is neither its address nor among its other hosts");
    request.target = location;
    CHECK(client.ask(service, request).problem ==
          "music:home: a target leads to " + elsewhere.origin() +
              ", which is neither its address nor among its other hosts");
    for (const char* other : {"ftp://127.0.0.1/", "file:///etc/passwd", "javascript:alert(1)",
                              "http://127.0.0.1\\@evil.example.org/", "http://user@127.0.0.1/"}) {
      location = other;
      CAPTURE(location);
      const Answer answer = client.ask(service, get("/"));
      CHECK(answer.status == 0);
      CHECK(answer.problem.starts_with("music:home: "));
    }
    CHECK(elsewhere.request_count() == 0);
  }
}

TEST_CASE("requests that would be something else on the wire are refused", "[http]") {
  FakeServer server(always(fake_reply("")));
  Client client(quick());
  Request request = get("/");
  std::string problem;
  SECTION("a method") {
    request.method = GENERATE("get", "CONNECT", "GET / HTTP/1.1\r\nX: ", "");
    problem = "the method is none of GET, HEAD, POST, PUT, PATCH, DELETE";
  }
  SECTION("a line end in a header") {
    request.headers = {{"X-A", "1\r\nX-B: 2"}};
    problem = "header X-A has a control character in it";
  }
  SECTION("a header's name") {
    request.headers = {{GENERATE("", "X A", "X:A", "X\nA"), "1"}};
    problem = "a header's name is none";
  }
  SECTION("the connection's headers") {
    const std::string name = GENERATE("Host", "content-LENGTH", "Transfer-Encoding", "User-Agent");
    request.headers = {{name, "1"}};
    problem = "header " + name + " is the client's own";
  }
  SECTION("a body that nobody reads") {
    request.body = "x";
    problem = "GET has no body";
  }
  SECTION("a target") {
    request.target = GENERATE("rest/ping", "@evil.example.org/", ".evil.example.org/", ":80/");
    problem = "a target begins with none of /, ?, http:// and https://";
  }
  CHECK(client.ask(service_at(server), request).problem == "music:home: " + problem);
  CHECK(server.connection_count() == 0);
}

TEST_CASE("offline, kept answers of any age are given and no socket is opened", "[http][cache]") {
  const TemporaryFolder folder;
  double now = 1'700'000'000;
  FakeServer server(always(fake_reply("kept")));
  Client::Options options = quick();
  options.folder = folder.path();
  options.clock = [&] { return now; };
  const Service service = service_at(server);
  Client(options).ask(service, cached("/a", 60));
  options.is_offline = true;
  now += 1'000'000;
  Client client(options);
  const Answer answer = client.ask(service, cached("/a", 60));
  CHECK(answer.body == "kept");
  CHECK(answer.age_seconds == 1'000'000);
  CHECK(client.ask(service, cached("/b", 60)).problem ==
        "offline: music:home is not asked, and this answer is not kept");
  CHECK(client.ask(service, get("/a")).problem == "offline: music:home is not asked");
  CHECK(client.ask(service, post("/a", "x")).status == 0);
  CHECK(server.connection_count() == 1);
}

TEST_CASE("what a Done is for is called by look(), never by start()", "[http]") {
  Client::Options options = quick();
  options.is_offline = true;
  Client client(options);
  Service service;
  service.name = "music:home";
  service.address = "https://music.example.org";
  int told = 0;
  client.start(service, get("/"), [&](Answer) {
    ++told;
    client.start(service, get("/"), [&](Answer) { ++told; });
  });
  CHECK(told == 0);
  CHECK(client.milliseconds_to_next_look() == 0);
  pollfd waiting{client.descriptor(), POLLIN, 0};
  CHECK(::poll(&waiting, 1, 1000) == 1);
  client.look();
  CHECK(told == 1);
  client.look();
  CHECK(told == 2);
}

TEST_CASE("no secret is in a problem, in a cache file or in its name", "[http][cache][secrets]") {
  const TemporaryFolder folder;
  FakeServer server(FakeServer::Answer([](const FakeRequest& request) {
    if (request.target.starts_with("/echo")) return fake_reply(request.target);
    if (request.target.starts_with("/header"))
      return fake_reply("", "200 OK", "X-Self: " + request.target + "\r\n");
    return fake_reply("plain", "200 OK", "Set-Cookie: pass=k3y of mine\r\n");
  }));
  Client::Options options = quick();
  options.folder = folder.path();
  Client client(options);
  Service service = service_at(server);
  service.secrets = {"k3y of mine"};
  service.credentials = {{"Authorization", "Bearer t0ken"}};
  for (const char* target : {"/a?p=k3y%20of%20mine", "/a?p=k3y+of+mine", "/a?p=%6b3y%20of%20mine"})
    CHECK(client.ask(service, cached(target)).body == "plain");
  CHECK(server.request_count() == 1);  // the same question without its secret
  client.ask(service, cached("/echo?p=k3y%20of%20mine"));
  client.ask(service, cached("/header?p=k3y%20of%20mine"));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream file(entry.path());
    const std::string bytes =
        entry.path().string() + std::string(std::istreambuf_iterator<char>(file), {});
    for (const char* secret : {"k3y", "%6b3y", "t0ken"})
      CHECK(bytes.find(secret) == std::string::npos);
    struct stat status {};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(::stat(entry.path().parent_path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
  }
  CHECK(files == 2);  // one answer, one rate
  service.address = "http://t0ken.invalid.:1";
  service.name = "music:k3y of mine";
  CHECK(client.ask(service, get("/")).problem.find("k3y") == std::string::npos);
  service.address = "http://[::1]:1";
  const std::string problem = client.ask(service, get("/")).problem;
  CHECK(problem.starts_with("music:***: http://[::1]:1 cannot be reached: "));
}
