// What the front does with clients that ask too much, too slowly, or nonsense
// (engine/serve/http_front.hpp).
#include <algorithm>
#include <sodium.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "serve/served_front.hpp"
#include "support/json.hpp"

using namespace serve_test;
using Json = nlohmann::json;

namespace {

/// Of a stream that has begun.
std::uint64_t open_stream(ServedFront& front, Client& client) {
  client.send(front.request("GET", "/api/events", ServedFront::bearer()));
  const std::uint64_t number = front.next_message().number;
  front.desk().send(Message::kStream, number, ResponseHead{200, "text/event-stream", {}}.packed());
  front.flush();
  return number;
}

/// Sends `bytes` one by one until the front ends the connection; for how long that went.
double send_by_drops(const Client& client, const std::string& bytes) {
  const double begin = seconds_now();
  for (const char byte : bytes) {
    client.send(std::string(1, byte));
    if (is_ready(client.descriptor(), POLLIN, 0.01)) break;
  }
  return seconds_now() - begin;
}

}  // namespace

TEST_CASE("two hundred streams, each gets each event, in order", "[serve]") {
  ServedFront front;
  constexpr int kStreams = 200, kEvents = 50;
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::uint64_t> numbers;
  for (int k = 0; k < kStreams; ++k) {
    clients.push_back(std::make_unique<Client>(front.port()));
    numbers.push_back(open_stream(front, *clients.back()));
  }
  std::string expected;
  for (int event = 0; event < kEvents; ++event) {
    const std::string text = "id: " + std::to_string(event) + "\ndata: {\"job\":7}\n\n";
    expected += text;
    for (const std::uint64_t number : numbers) front.desk().send(Message::kPiece, number, text);
  }
  // While they are open, others are answered.
  CHECK(front.ask("GET", "/assets/page.js").status == 200);
  for (const std::uint64_t number : numbers) front.desk().send(Message::kStreamEnd, number);
  front.flush();
  int whole = 0;
  for (const auto& client : clients) whole += client->reply().body == expected ? 1 : 0;
  CHECK(whole == kStreams);
}

TEST_CASE("twenty requests at once, answered in another order: each gets its own", "[serve]") {
  ServedFront front;
  std::vector<std::unique_ptr<Client>> clients;
  std::map<std::string, std::uint64_t> numbers;
  for (int k = 0; k < 20; ++k) {
    clients.push_back(std::make_unique<Client>(front.port()));
    clients.back()->send(front.request("POST", "/api/run?k=" + std::to_string(k),
                                       front.bearer() + front.json_type(), "{}"));
  }
  while (numbers.size() < 20) {
    const Message message = front.next_message();
    if (message.kind == Message::kRequest)
      numbers[RequestHead::unpacked(message.bytes).query.at("k")] = message.number;
  }
  for (int k = 19; k >= 0; --k) {
    const std::string text = std::to_string(k);
    front.respond(numbers.at(text), text + std::string(100'000, ' '));
  }
  for (int k = 0; k < 20; ++k) {
    const Reply reply = clients[static_cast<std::size_t>(k)]->reply();
    CHECK(reply.body.size() == 100'000 + std::to_string(k).size());
    CHECK(std::stoi(reply.body) == k);
  }
}

TEST_CASE("a stream's slow reader is cut off, the others go on", "[serve]") {
  FrontOptions options;
  options.stream_bytes = 128 << 10;
  ServedFront front(options);
  Client slow(front.port(), 4096), quick(front.port());
  const std::uint64_t slow_one = open_stream(front, slow), quick_one = open_stream(front, quick);
  const std::string piece(32 << 10, 'x');
  std::size_t sent = 0;
  bool is_gone = false;
  for (; !is_gone && sent < (std::size_t{64} << 20); sent += piece.size()) {
    front.desk().send(Message::kPiece, slow_one, piece);
    front.desk().send(Message::kPiece, quick_one, piece);
    front.flush();
    REQUIRE(quick.receive());
    front.desk().pump();
    for (Message message; front.desk().take(message);) {
      CHECK(message.kind == Message::kGone);
      CHECK(message.number == slow_one);
      is_gone = true;
    }
  }
  CHECK(is_gone);
  front.desk().send(Message::kPiece, quick_one, "the end");
  front.desk().send(Message::kStreamEnd, quick_one);
  front.flush();
  CHECK(quick.reply().body.size() == sent + 7);
}

TEST_CASE("an answer that nobody takes ends with its connection", "[serve]") {
  FrontOptions options;
  options.request_seconds = 0.2;
  options.answer_bytes_per_second = 1e9;
  ServedFront front(options);
  Client client(front.port(), 4096);
  client.send(front.request("GET", "/api/map", front.bearer()));
  const std::uint64_t number = front.next_message().number;
  const double begin = seconds_now();
  front.respond(number, std::string(16 << 20, 'x'));
  // What a socket holds comes, the rest does not.
  while (seconds_now() - begin < 0.4) ::usleep(10'000);
  CHECK(client.is_closed_by_front());
  CHECK(client.bytes().size() < (16 << 20));
}

TEST_CASE("who sends a head or a body drop by drop is cut off when its time is over", "[serve]") {
  FrontOptions options;
  options.request_seconds = 0.2;
  options.idle_seconds = 0.3;
  ServedFront front(options);
  const std::string head =
      front.request("POST", "/api/like?" + std::string(200, 'x'),
                    front.bearer() + front.json_type() + "Content-Length: 200\r\n");
  SECTION("nothing at all") {
    Client client(front.port());
    CHECK(client.is_closed_by_front());
  }
  SECTION("the head") {
    Client client(front.port());
    const double seconds = send_by_drops(client, head);
    CHECK(client.is_closed_by_front());
    CHECK(seconds > 0.15);
    CHECK(seconds < 5);
  }
  SECTION("the body") {
    Client client(front.port());
    client.send(head);
    const double seconds = send_by_drops(client, std::string(200, ' '));
    CHECK(client.is_closed_by_front());
    CHECK(seconds < 5);
    CHECK(front.next_message().kind == Message::kRequest);
    Message last;
    do {
      last = front.next_message();
    } while (last.kind == Message::kBody);
    CHECK(last.kind == Message::kGone);
  }
  SECTION("the second head of a connection, after a rest") {
    Client client(front.port());
    client.send(front.request("GET", "/assets/page.js"));
    CHECK(client.reply().status == 200);
    CHECK_FALSE(is_ready(client.descriptor(), POLLIN, 0.1));
    const double seconds = send_by_drops(client, head);
    CHECK(client.is_closed_by_front());
    CHECK(seconds > 0.15);
    CHECK(seconds < 5);
  }
  SECTION("no second head") {
    Client client(front.port());
    client.send(front.request("GET", "/assets/page.js"));
    CHECK(client.reply().status == 200);
    CHECK(client.is_closed_by_front());
  }
  CHECK(front.ask("GET", "/assets/page.js").status == 200);
}

TEST_CASE("an upload goes on as long as it moves, and waits while the desk says so", "[serve]") {
  FrontOptions options;
  options.request_seconds = 0.3;
  options.body_bytes = 1000;  // is no limit of an upload
  ServedFront front(options);
  const std::string step(80 << 10, 'u');
  const auto begin = [&](const Client& client, std::size_t steps) {
    client.send(front.request(
        "POST", "/api/upload?name=a.zip",
        front.bearer() + "Content-Length: " + std::to_string(steps * step.size()) + "\r\n"));
    const Message asked = front.next_message();
    REQUIRE(asked.kind == Message::kRequest);
    CHECK(RequestHead::unpacked(asked.bytes).path == "upload");
    return asked.number;
  };
  const auto take_bytes = [&](std::size_t count) {
    std::size_t taken = 0;
    while (taken < count) {
      const Message message = front.next_message();
      REQUIRE(message.kind == Message::kBody);
      taken += message.bytes.size();
    }
    return taken;
  };
  SECTION("eight steps, longer than a request may take") {
    Client client(front.port());
    const double start = seconds_now();
    const std::uint64_t number = begin(client, 8);
    for (int k = 0; k < 8; ++k) {
      if (k > 0) CHECK_FALSE(front.has_message(0.05));
      client.send(step);
      CHECK(take_bytes(step.size()) == step.size());
    }
    CHECK(front.next_message().kind == Message::kBodyEnd);
    CHECK(seconds_now() - start > options.request_seconds);
    front.respond(number, "{\"upload\":1}", {201, "application/json", {}});
    CHECK(client.reply().status == 201);
  }
  SECTION("one that stands still is cut off") {
    Client client(front.port());
    begin(client, 3);
    client.send(step);
    take_bytes(step.size());
    CHECK(client.is_closed_by_front());
    CHECK(front.next_message().kind == Message::kGone);
  }
  SECTION("a desk that does not read holds it up, for any time, and lets it go on") {
    Client client(front.port());
    constexpr int kSteps = 400;  // more than the front and the sockets hold
    begin(client, kSteps);
    std::size_t before = 0;
    for (int k = 0; k < kSteps; ++k) {
      std::string_view bytes = step;
      while (!bytes.empty() && is_ready(client.descriptor(), POLLOUT, 0.02)) {
        const ssize_t sent = ::send(client.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (sent <= 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        before += static_cast<std::size_t>(sent);
      }
      if (!bytes.empty()) break;
    }
    CHECK(before < kSteps * step.size());
    ::usleep(static_cast<useconds_t>(1e6 * options.request_seconds) + 50'000);
    CHECK(take_bytes(before) == before);
  }
  SECTION("a client that goes away is told") {
    std::uint64_t number = 0;
    {
      Client client(front.port());
      number = begin(client, 3);
      client.send(step);
    }
    Message last;
    do {
      last = front.next_message();
    } while (last.kind == Message::kBody);
    CHECK(last.kind == Message::kGone);
    CHECK(last.number == number);
  }
}

TEST_CASE("bodies that are too long get 413, however they come", "[serve]") {
  FrontOptions options;
  options.body_bytes = 10'000;
  ServedFront front(options);
  const std::string kinds = front.bearer() + front.json_type();
  SECTION("told at once") {
    Client client(front.port());
    client.send(front.request("POST", "/api/like", kinds + "Content-Length: 10001\r\n"));
    const Reply reply = client.reply();
    CHECK(reply.status == 413);
    CHECK(support::parse_json(reply.body).at("error").at("why") == "it may have 10000 bytes");
    CHECK(client.is_closed_by_front());
    CHECK_FALSE(front.has_message(0.02));
  }
  SECTION("in chunks") {
    Client client(front.port());
    client.send(front.request("POST", "/api/like", kinds + "Transfer-Encoding: chunked\r\n"));
    CHECK(front.next_message().kind == Message::kRequest);
    for (int k = 0; k < 11; ++k) client.send("3e8\r\n" + std::string(1000, ' ') + "\r\n");
    Message last;
    do {
      last = front.next_message();
    } while (last.kind == Message::kBody);
    CHECK(last.kind == Message::kGone);
    client.send("0\r\n\r\n");
    CHECK(client.reply().status == 413);
    client.send(front.request("GET", "/assets/page.js"));
    CHECK(client.reply().status == 200);
  }
  SECTION("a body of a refused request is read first, so that the answer is") {
    Client client(front.port());
    client.send(front.request("POST", "/api/like", front.json_type(), std::string(9999, ' ')));
    CHECK(client.reply().status == 401);
    client.send(front.request("GET", "/assets/page.js"));
    CHECK(client.reply().status == 200);
  }
  SECTION("chunks within the limit arrive") {
    Client client(front.port());
    client.send(front.request("POST", "/api/like", kinds + "Transfer-Encoding: chunked\r\n"));
    client.send("2\r\n[1\r\n3;x=y\r\n,2]\r\n0\r\n\r\n");
    const std::uint64_t number = front.next_message().number;
    std::string body;
    Message message;
    while ((message = front.next_message()).kind == Message::kBody) body += message.bytes;
    CHECK(body == "[1,2]");
    front.respond(number, "{}");
    CHECK(client.reply().status == 200);
  }
}

TEST_CASE("every answer says what keeps the page safe", "[serve]") {
  ServedFront front;
  const std::string cookie = front.signed_in();
  struct Case {
    std::string method, target, headers;
    int status;
  };
  const std::vector<Case> cases = {
      {"GET", "/", cookie, 200},
      {"GET", "/", "", 401},
      {"GET", "/assets/page.js", "", 200},
      {"HEAD", "/assets/page.js", "", 200},
      {"GET", "/sign-in", "", 200},
      {"GET", "/sign-in?token=the-token", "", 303},
      {"GET", "/sign-in?token=guess", "", 403},
      {"GET", "/api/session", cookie, 200},
      {"GET", "/api/verbs", "", 401},
      {"POST", "/api/verbs", cookie, 403},
      {"GET", "/nothing", "", 404},
      {"GET", "/assets/../x", "", 400},
      {"GET", "/assets/%00", "", 400},
      {"OPTIONS", "/api/verbs", cookie, 405},
      {"GET", "/", "Host: other\r\n", 400},
      {"GET", "/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400},
      {"GET", "/?" + std::string(9000, 'x'), "", 414},
      {"GET", "/", "Long: " + std::string(30'000, 'x') + "\r\n", 431},
      {"POST", "/api/like", cookie + "Content-Length: 99999999\r\n", 403},
  };
  for (const Case& each : cases) {
    CAPTURE(each.method, each.target.substr(0, 50), each.headers.substr(0, 50));
    const Reply reply = front.ask(each.method, each.target, each.headers);
    CHECK(reply.status == each.status);
    const std::string policy = reply.header("content-security-policy");
    CHECK_THAT(policy, Catch::StartsWith("default-src 'none'; script-src 'self'; ") &&
                           Catch::Contains("frame-ancestors 'none'") &&
                           Catch::Contains("base-uri 'none'") &&
                           Catch::Contains("form-action 'self'") && !Catch::Contains("unsafe"));
    CHECK(reply.header("x-content-type-options") == "nosniff");
    CHECK(reply.header("x-frame-options") == "DENY");
    CHECK(reply.header("referrer-policy") == "same-origin");
    CHECK(reply.header("cross-origin-resource-policy") == "same-origin");
    CHECK_FALSE(reply.header("cache-control").empty());
    CHECK_FALSE(reply.headers.contains("access-control-allow-origin"));
    CHECK_FALSE(reply.headers.contains("server"));
    auto names = reply.names;
    std::erase(names, "set-cookie");  // who is let in gets two
    std::ranges::sort(names);
    CHECK(std::ranges::adjacent_find(names) == names.end());
  }
}

TEST_CASE("what the desk says cannot become another header or another answer", "[serve]") {
  ServedFront front;
  const std::vector<ResponseHead> bad = {
      {200, "text/plain\r\nSet-Cookie: a=b", {}},
      {200, "text/plain", {{"Playlist-Exit", "0\r\nSet-Cookie: a=b"}}},
      {200, "text/plain", {{"Playlist-Exit", "0\nSet-Cookie: a=b"}}},
      {200, "text/plain", {{"Bad\r\nSet-Cookie", "a=b"}}},
      {200, "text/plain", {{"Bad Name", "x"}}},
      {200, "text/plain", {{"Empty", ""}}},
      {200, "text/plain", {{"Tab", "a\tb"}}},
      {99, "text/plain", {}},
      {1000, "text/plain", {}},
  };
  for (const ResponseHead& head : bad) {
    CAPTURE(head.status, head.type);
    Client client(front.port());
    client.send(front.request("GET", "/api/verbs", front.bearer()));
    front.respond(front.next_message().number, "HTTP/1.1 200 OK\r\n\r\n", head);
    const Reply reply = client.reply();
    CHECK(reply.status == 500);
    CHECK(reply.header("set-cookie").empty());
    CHECK(support::parse_json(reply.body).at("error").at("message") == "the answer cannot be sent");
  }
}

TEST_CASE("bytes that are no HTTP reach nobody, and the front lives on", "[serve]") {
  ServedFront front;
  const std::string host = "Host: " + front.host() + "\r\n", bearer = ServedFront::bearer();
  const std::string get = "GET /api/verbs HTTP/1.1\r\n", post = "POST /api/like HTTP/1.1\r\n";
  const std::string chunked =
      post + host + bearer + front.json_type() + "Transfer-Encoding: chunked\r\n\r\n";
  std::vector<std::string> texts = {
      "\r\n\r\n\r\n",
      "GET\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/2.0\r\n" + host + "\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      get + host + bearer + "no colon\r\n\r\n",
      get + host + bearer + "Space : x\r\n\r\n",
      get + " " + host + bearer + "\r\n",
      get + host + bearer + "Fold: a\x01\r\n\r\n",
      "GET  http://" + front.host() + "/api/verbs HTTP/1.1\r\n" + host + bearer + "\r\n",
      "GET /api/verbs\x80 HTTP/1.1\r\n" + host + bearer + "\r\n",
      "GET /api/ve rbs HTTP/1.1\r\n" + host + bearer + "\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(600, 'z'),
      std::string(100'000, 'A'),
      "GET / HTTP/1.1\r\n" + std::string(100'000, 'A'),
      get + host + std::string(200'000, '\r'),
      // What a parser leaves out, and another would not.
      post + host + bearer + front.json_type() + "Content-Length:\r\n 4\r\n\r\n" + get + host +
          bearer + "\r\n",
      get + host + bearer + "X: a\r\n  folded on\r\n\r\n",
      get + "Host: " + front.host() + std::string("\0.evil.example\r\n", 16) + bearer + "\r\n",
      std::string("GET /api/verbs\0/more HTTP/1.1\r\n", 31) + host + bearer + "\r\n",
      "GET /api/verbs HTTP/1.1\nHost: " + front.host() + "\n" +
          bearer.substr(0, bearer.size() - 2) + "\n\n",
  };
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 200));
    Client client(front.port());
    client.send(text);
    ::shutdown(client.descriptor(), SHUT_WR);
    client.is_closed_by_front();
    const std::string& bytes = client.bytes();
    // Every answer, if there is one, is a refusal.
    CHECK((bytes.empty() || bytes.starts_with("HTTP/1.1 4") || bytes.starts_with("HTTP/1.1 5") ||
           bytes.starts_with("HTTP/1.0 4") || bytes.starts_with("HTTP/1.0 5")));
    CHECK_FALSE(front.has_message(0.005));
  }
  for (const char* chunks : {"zz\r\n", "-1\r\n\r\n", "ffffffffffffffffff\r\n", "2\r\n[]x\r\n"}) {
    CAPTURE(chunks);
    Client client(front.port());
    client.send(chunked + chunks);
    CHECK(front.next_message().kind == Message::kRequest);
    client.is_closed_by_front(0.2);
    Message last;
    do {
      last = front.next_message();
    } while (last.kind == Message::kBody);
    CHECK(last.kind == Message::kGone);
  }
  CHECK(front.ask("GET", "/assets/page.js").status == 200);
}

TEST_CASE("a password lets in through the confined front", "[serve]") {
  REQUIRE(sodium_init() >= 0);
  char hash[crypto_pwhash_STRBYTES];
  REQUIRE(crypto_pwhash_str(hash, "p w", 3, crypto_pwhash_OPSLIMIT_MIN,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0);
  FrontOptions options;
  options.password_hash = hash;
  const ServedFront front(options);
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const Reply entered = front.ask("POST", "/sign-in", form, "password=p+w");
  CHECK(entered.status == 303);
  CHECK_THAT(entered.header("set-cookie"), Catch::Contains("SameSite=Strict"));
  const Reply wrong = front.ask("POST", "/sign-in", form, "password=pw");
  CHECK(wrong.status == 403);
  CHECK_THAT(wrong.body, Catch::Contains("That is not the password."));
  CHECK(front.ask("POST", "/sign-in", form + "Origin: http://other\r\n", "password=p+w").status ==
        403);
}

TEST_CASE("connections of an address, and streams of a session, have a limit", "[serve]") {
  FrontOptions options;
  options.connections_per_address = 4;
  options.streams_per_session = 2;
  ServedFront front(options);
  auto first = std::make_unique<Client>(front.port());
  Client second(front.port()), third(front.port());
  const std::uint64_t number = open_stream(front, *first);
  open_stream(front, second);
  open_stream(front, third);
  const Message gone = front.next_message();
  CHECK(gone.kind == Message::kGone);
  CHECK(third.reply().status == 429);
  {
    Client fourth(front.port()), fifth(front.port());
    fifth.send(front.request("GET", "/assets/page.js"));
    CHECK(fifth.reply().status == 0);
    fourth.send(front.request("GET", "/assets/page.js"));
    CHECK(fourth.reply().status == 200);
  }
  first.reset();
  CHECK(front.next_message().number == number);
  open_stream(front, third);  // there is room for one again
  front.desk().send(Message::kStreamEnd, 0);
  front.flush();
  CHECK(third.reply().status == 200);
}

TEST_CASE("one request after another on a connection, of HTTP/1.0 one", "[serve]") {
  ServedFront front;
  Client client(front.port());
  client.send(front.request("GET", "/assets/page.js") + front.request("GET", "/nothing") +
              front.request("GET", "/api/verbs", front.bearer()) +
              front.request("GET", "/assets/page.js"));
  CHECK(client.reply().status == 200);
  CHECK(client.reply().status == 404);
  front.respond(front.next_message().number, "[]");
  CHECK(client.reply().body == "[]");
  CHECK(client.reply().body == "let page = 1;\n");
  Client old(front.port());
  old.send("GET /assets/page.js HTTP/1.0\r\nHost: " + front.host() + "\r\n\r\n");
  CHECK(old.reply().status == 200);
  CHECK(old.is_closed_by_front());
}
