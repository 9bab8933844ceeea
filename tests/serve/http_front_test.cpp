// The front over sockets (engine/serve/http_front.hpp): what comes and goes, with a desk of the
// test's own.
#include "serve/http_front.hpp"

#include <catch2/catch.hpp>

#include "serve/served_front.hpp"
#include "support/json.hpp"

using namespace serve_test;
using Json = nlohmann::json;

TEST_CASE("a browser signs in by the link, reads the page and its files", "[serve]") {
  const ServedFront front;
  CHECK(front.ask("GET", "/").status == 401);
  const Reply entered = front.ask("GET", "/sign-in?token=the-token");
  CHECK(entered.status == 303);
  CHECK(entered.header("location") == "/");
  CHECK_THAT(entered.header("set-cookie"),
             Catch::Contains("HttpOnly") && Catch::Contains("SameSite=Strict"));

  const std::string cookie = front.signed_in();
  const Reply page = front.ask("GET", "/", cookie);
  CHECK(page.status == 200);
  CHECK(page.body == "<!doctype html>page");
  CHECK(page.header("content-type") == "text/html; charset=utf-8");
  const Reply script = front.ask("GET", "/assets/page.js");
  CHECK(script.body == "let page = 1;\n");
  CHECK(front.ask("GET", "/assets/page.js", "If-None-Match: " + script.header("etag") + "\r\n")
            .status == 304);
  const Reply head = front.ask("HEAD", "/assets/page.js");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "14");

  const Json session = support::parse_json(front.ask("GET", "/api/session", cookie).body);
  CHECK(session.at("version") == "1.2.3");
  CHECK(session.at("has_editor") == false);
  CHECK(session.at("token").get<std::string>().size() == 64);
}

TEST_CASE("what is asked below /api/ reaches the desk, and its answer the client", "[serve]") {
  ServedFront front;
  const std::string cookie = front.signed_in();
  const Json session = support::parse_json(front.ask("GET", "/api/session", cookie).body);
  const std::string token = "Playlist-Token: " + session.at("token").get<std::string>() + "\r\n";
  Client client(front.port());
  client.send(front.request("POST", "/api/playlist/show?job=1&name=M%C3%B6rder+%26",
                            cookie + token + front.json_type(), R"({"playlist":"x"})"));
  const Message asked = front.next_message();
  REQUIRE(asked.kind == Message::kRequest);
  const RequestHead head = RequestHead::unpacked(asked.bytes);
  CHECK(head.method == "POST");
  CHECK(head.path == "playlist/show");
  CHECK(head.query == std::map<std::string, std::string>{{"job", "1"}, {"name", "Mörder &"}});
  CHECK(head.session.size() == 32);
  CHECK(head.has_body);
  const Message body = front.next_message();
  CHECK(body.kind == Message::kBody);
  CHECK(body.bytes == R"({"playlist":"x"})");
  CHECK(front.next_message().kind == Message::kBodyEnd);
  front.respond(asked.number, R"({"rows":[]})",
                {422, "application/json", {{"Playlist-Exit", "1"}}});
  const Reply reply = client.reply();
  CHECK(reply.status == 422);
  CHECK(reply.body == R"({"rows":[]})");
  CHECK(reply.header("playlist-exit") == "1");
  CHECK(reply.header("cache-control") == "no-store");

  client.send(front.request("GET", "/api/verbs", cookie));  // the same connection, no body
  const Message second = front.next_message();
  CHECK(second.number != asked.number);
  CHECK_FALSE(RequestHead::unpacked(second.bytes).has_body);
  front.respond(second.number, "[]");
  CHECK(client.reply().body == "[]");
  CHECK_FALSE(front.has_message(0.05));  // nothing is said of what is answered
}

TEST_CASE("a stream's pieces come as they are said, and its end", "[serve]") {
  ServedFront front;
  Client client(front.port());
  client.send(front.request("GET", "/api/events", front.bearer()));
  const std::uint64_t number = front.next_message().number;
  front.desk().send(Message::kStream, number, ResponseHead{200, "text/event-stream", {}}.packed());
  front.desk().send(Message::kPiece, number, "event: hello\n\n");
  front.flush();
  CHECK(client.receive_until("event: hello\n\n"));
  const double before = seconds_now();
  for (int k = 0; k < 20; ++k) {
    const std::string event = "id: " + std::to_string(k) + "\n\n";
    front.desk().send(Message::kPiece, number, event);
    front.flush();
    REQUIRE(client.receive_until(event));
  }
  CHECK(seconds_now() - before < 0.6);  // at once, not when a timer of TCP says so
  front.desk().send(Message::kStreamEnd, number);
  front.flush();
  const Reply reply = client.reply();
  CHECK(reply.header("content-type") == "text/event-stream");
  CHECK(reply.body.ends_with("id: 19\n\n"));
  CHECK(client.is_closed_by_front());
}

TEST_CASE("a client that goes away is told to the desk, waiting or with a stream", "[serve]") {
  ServedFront front;
  std::uint64_t waiting = 0, streaming = 0;
  {
    Client first(front.port());
    first.send(front.request("GET", "/api/a", front.bearer()));
    waiting = front.next_message().number;
  }
  const Message gone = front.next_message();
  CHECK(gone.kind == Message::kGone);
  CHECK(gone.number == waiting);
  {
    Client second(front.port());
    second.send(front.request("GET", "/api/b", front.bearer()));
    streaming = front.next_message().number;
    front.desk().send(Message::kStream, streaming, ResponseHead{}.packed());
    front.desk().send(Message::kPiece, streaming, "piece");
    front.flush();
    CHECK(second.receive_until("piece"));
  }
  const Message left = front.next_message();
  CHECK(left.kind == Message::kGone);
  CHECK(left.number == streaming);
  front.respond(waiting, "nobody hears it");
  CHECK(front.ask("GET", "/assets/page.js").status == 200);
}

TEST_CASE("the end is told: who waits gets 503, streams end, and the front with them", "[serve]") {
  const bool is_killed = GENERATE(false, true);
  CAPTURE(is_killed);
  ServedFront front;
  Client waiting(front.port()), streaming(front.port());
  waiting.send(front.request("GET", "/api/a", front.bearer()));
  front.next_message();
  streaming.send(front.request("GET", "/api/events", front.bearer()));
  const std::uint64_t number = front.next_message().number;
  front.desk().send(Message::kStream, number, ResponseHead{}.packed());
  front.desk().send(Message::kPiece, number, "last words");
  front.flush();
  if (is_killed) {
    front.lose_desk();
  } else {
    front.desk().send(Message::kStreamEnd, 0);
    front.flush();
  }
  const Reply reply = waiting.reply();
  CHECK(reply.status == 503);
  CHECK(support::parse_json(reply.body).at("error").at("exit") == 130);
  CHECK(streaming.reply().body == "last words");
  CHECK(front.ended() == (is_killed ? 1 : 0));
}
