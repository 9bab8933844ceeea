// The host's HTTP client against a server that says what the test wants.
#include "http/client.hpp"

#include <chrono>
#include <filesystem>
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
