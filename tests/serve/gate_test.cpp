// Who may ask what (engine/serve/gate.hpp), without sockets.
#include "serve/gate.hpp"

#include <sodium.h>

#include <catch2/catch.hpp>

#include "serve/page_files.hpp"
#include "support/json.hpp"

using namespace engine::serve;
using Json = nlohmann::json;

namespace {

constexpr double kNow = 1.7e9;

FrontOptions options_of_test() {
  FrontOptions options;
  options.hosts = {"127.0.0.1:8533", "localhost:8533", "[::1]:8533"};
  options.secret = std::string(32, 's');
  options.token = "the-token";
  options.version = "1.2.3";
  options.assets = {{"index.html", "text/html", "page"}, {"page.js", "text/javascript", "script"}};
  return options;
}

/// Argon2id at its cheapest.
std::string password_hash(const std::string& password) {
  REQUIRE(sodium_init() >= 0);
  char hash[crypto_pwhash_STRBYTES];
  REQUIRE(crypto_pwhash_str(hash, password.data(), password.size(), crypto_pwhash_OPSLIMIT_MIN,
                            crypto_pwhash_MEMLIMIT_MIN) == 0);
  return hash;
}

Head head_of(const std::string& method, const std::string& target,
             std::vector<Header> headers = {}) {
  headers.insert(headers.begin(), {"Host", "127.0.0.1:8533"});
  return {method, target, "HTTP/1.1", std::move(headers), 0, "127.0.0.1"};
}

int status_of(Gate& gate, const Head& head, double now = kNow) {
  const Verdict verdict = gate.look(head, now);
  return verdict.way == Verdict::kAnswer ? verdict.answer.status : 0;  // 0: goes on to the desk
}

std::string header_of(const Answer& answer, const std::string& name) {
  for (const Header& header : answer.headers)
    if (header.first == name) return header.second;
  return "";
}

/// "NAME=VALUE" of a new session.
std::string signed_in(Gate& gate, double now = kNow) {
  const Verdict verdict = gate.look(head_of("GET", "/sign-in?token=the-token"), now);
  REQUIRE(verdict.answer.status == 303);
  const std::string cookie = header_of(verdict.answer, "Set-Cookie");
  return cookie.substr(0, cookie.find(';'));
}

std::string page_token(Gate& gate, const std::string& cookie) {
  const Verdict verdict = gate.look(head_of("GET", "/api/session", {{"Cookie", cookie}}), kNow);
  REQUIRE(verdict.answer.status == 200);
  return support::parse_json(verdict.answer.body).at("token");
}

const Header kBearer = {"Authorization", "Bearer the-token"};
const Header kJson = {"Content-Type", "application/json"};

}  // namespace

TEST_CASE("only the server's own names are answered to (DNS rebinding)", "[serve][gate]") {
  Gate gate(options_of_test());
  const auto status = [&](std::vector<Header> headers) {
    headers.push_back(kBearer);
    return status_of(gate, {"GET", "/api/verbs", "HTTP/1.1", headers, 0, "127.0.0.1"});
  };
  CHECK(status({{"Host", "127.0.0.1:8533"}}) == 0);
  CHECK(status({{"Host", "LocalHost:8533"}}) == 0);
  CHECK(status({{"Host", "[::1]:8533"}}) == 0);
  for (const char* other : {"attacker.example", "attacker.example:8533", "127.0.0.1",
                            "127.0.0.1:80", "localhost.attacker.example:8533", "127.0.0.1:8533.",
                            "user@127.0.0.1:8533", "127.0.0.1:8533, attacker.example"}) {
    CAPTURE(other);
    CHECK(status({{"Host", other}}) == 403);
  }
  CHECK(status({}) == 400);
  CHECK(status({{"Host", ""}}) == 400);
  CHECK(status({{"Host", "127.0.0.1:8533"}, {"host", "attacker.example"}}) == 400);
  CHECK(status({{"Host", "127.0.0.1:8533"}, {"Host", "127.0.0.1:8533"}}) == 400);
}

TEST_CASE("another site's page can change nothing and read nothing (CSRF)", "[serve][gate]") {
  Gate gate(options_of_test());
  const std::string cookie = signed_in(gate), token = page_token(gate, cookie);
  const auto status = [&](const std::string& method, const std::string& target,
                          std::vector<Header> headers) {
    headers.insert(headers.end(), {{"Cookie", cookie}, {"Content-Length", "2"}, kJson});
    return status_of(gate, head_of(method, target, std::move(headers)));
  };
  const Header own = {"Origin", "http://localhost:8533"}, page = {"Playlist-Token", token};
  CHECK(status("POST", "/api/like", {own, page}) == 0);
  CHECK(status("POST", "/api/like", {own}) == 403);
  CHECK(status("POST", "/api/like", {own, {"Playlist-Token", token.substr(1)}}) == 403);
  CHECK(status("POST", "/api/like", {own, {"Playlist-Token", ""}}) == 403);
  CHECK(status("DELETE", "/api/jobs/1", {own}) == 403);
  CHECK(status("PUT", "/api/jobs/1", {own}) == 403);
  CHECK(status("POST", "/sign-out", {own}) == 403);
  for (const char* origin : {"http://attacker.example", "null", "https://localhost:8533",
                             "http://localhost:8534", "http://localhost:8533.attacker.example"}) {
    CAPTURE(origin);
    CHECK(status("POST", "/api/like", {{"Origin", origin}, page}) == 403);
    CHECK(status("GET", "/api/events", {{"Origin", origin}}) == 403);
    CHECK(status_of(gate, head_of("POST", "/sign-in", {{"Origin", origin}})) == 403);
    CHECK(status_of(gate, head_of("POST", "/api/like", {{"Origin", origin}, kBearer})) == 403);
  }
  // What a page of another port of this host sends, which SameSite lets through.
  CHECK(status("GET", "/api/events", {{"Sec-Fetch-Site", "same-site"}}) == 403);
  CHECK(status("GET", "/api/events", {{"Sec-Fetch-Site", "cross-site"}}) == 403);
  CHECK(status("GET", "/api/events", {{"Sec-Fetch-Site", "same-origin"}}) == 0);
  // A link elsewhere may lead to the page.
  CHECK(status("GET", "/", {{"Sec-Fetch-Site", "cross-site"}}) == 200);
  // The token of one session is none of another's.
  CHECK(status("POST", "/api/like", {own, {"Playlist-Token", page_token(gate, signed_in(gate))}}) ==
        403);
}

TEST_CASE("a cookie is proven, for thirty days, until it is signed out", "[serve][gate]") {
  Gate gate(options_of_test());
  const auto status = [&](Gate& asked, const std::string& cookie, double now = kNow) {
    return status_of(asked, head_of("GET", "/api/verbs", {{"Cookie", cookie}}), now);
  };
  const std::string cookie = signed_in(gate);
  CHECK(status(gate, cookie) == 0);
  CHECK(status(gate, "theme=dark; " + cookie + "; a=b") == 0);
  CHECK(status(gate, cookie, kNow + 30 * 86400 - 1) == 0);
  CHECK(status(gate, cookie, kNow + 30 * 86400) == 401);
  CHECK(status(gate, "") == 401);
  // Every digit counts.
  for (std::size_t k = cookie.find('=') + 1; k < cookie.size(); ++k) {
    std::string forged = cookie;
    forged[k] = forged[k] == '1' ? '2' : '1';
    CAPTURE(forged);
    CHECK(status(gate, forged) == 401);
  }
  const std::size_t mac = cookie.rfind('.');
  CHECK(status(gate, cookie.substr(0, mac)) == 401);
  CHECK(status(gate, cookie.substr(0, mac + 1)) == 401);
  CHECK(status(gate, cookie + "0") == 401);
  // Another's cookie of the same name beside it does not lock out.
  CHECK(status(gate, cookie.substr(0, cookie.find('=')) + "=x; " + cookie) == 0);

  Gate again(options_of_test());
  CHECK(status(again, cookie) == 0);
  FrontOptions changed = options_of_test();
  changed.secret = std::string(32, 't');
  Gate other(changed);
  CHECK(status(other, cookie) == 401);

  const std::string token = page_token(gate, cookie);
  const Verdict out = gate.look(
      head_of("POST", "/sign-out", {{"Cookie", cookie}, {"Playlist-Token", token}}), kNow);
  CHECK(out.way == Verdict::kDesk);  // which keeps it beyond the end of the server
  CHECK(out.asked.path == "sign-out");
  CHECK(out.asked.query.at("until") == "1702592000");
  CHECK_THAT(header_of(out.answer, "Set-Cookie"), Catch::Contains("Max-Age=0"));
  CHECK(status(gate, cookie) == 401);
  CHECK(status(gate, signed_in(gate)) == 0);

  FrontOptions later = options_of_test();
  later.signed_out = {{out.asked.session, kNow + 100}};
  Gate started_again(later);
  CHECK(status(started_again, cookie) == 401);
}

TEST_CASE("cookies are strict, two servers of a host have their own, TLS makes them secure",
          "[serve][gate]") {
  Gate gate(options_of_test());
  const auto cookie = [](Gate& of, const char* host) {
    const Head head = {"GET", "/sign-in?token=the-token", "HTTP/1.1", {{"Host", host}}, 0, ""};
    return header_of(of.look(head, kNow).answer, "Set-Cookie");
  };
  CHECK_THAT(cookie(gate, "127.0.0.1:8533"),
             Catch::StartsWith("playlist_8533=") &&
                 Catch::EndsWith("; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000"));
  FrontOptions behind_tls = options_of_test();
  behind_tls.hosts = {"music.example.org"};
  behind_tls.is_secure = true;
  Gate secure(behind_tls);
  CHECK_THAT(cookie(secure, "music.example.org"),
             Catch::StartsWith("__Host-playlist=") && Catch::EndsWith("; Secure"));
}

TEST_CASE("paths that climb, and addresses that mean two things, are refused", "[serve][gate]") {
  Gate gate(options_of_test());
  for (const char* target : {"/assets/../index.html",
                             "/assets/%2e%2e/index.html",
                             "/assets/..%2findex.html",
                             "/assets/..%5cindex.html",
                             "/assets/..\\index.html",
                             "/assets//page.js",
                             "//page.js",
                             "/assets/page.js%00",
                             "/assets/page.js%00.png",
                             "/assets/%0d%0aSet-Cookie:a=b",
                             "/assets/",
                             "/assets/./page.js",
                             "/assets/%",
                             "/assets/%4",
                             "/assets/%zz",
                             "/assets/%ff",
                             "/assets/%c0%ae%c0%ae/x",
                             "/api/../assets/page.js",
                             "http://127.0.0.1:8533/assets/page.js",
                             "//attacker.example/",
                             "*",
                             "",
                             "assets/page.js",
                             "/assets/page.js#x",
                             "/a b",
                             "/api/verbs?a=1&a=2",
                             "/api/verbs?name=%0d%0a",
                             "/api/verbs?name=%00"}) {
    CAPTURE(target);
    CHECK(status_of(gate, head_of("GET", target, {kBearer})) == 400);
  }
  CHECK(status_of(gate, head_of("GET", "/assets/page.js", {})) == 200);
  CHECK(status_of(gate, head_of("GET", "/assets/index.html", {})) == 404);  // asks for a session
  CHECK(status_of(gate, head_of("GET", "/assets/page.js/x", {})) == 404);
  CHECK(status_of(gate, head_of("GET", "/etc/passwd", {})) == 404);
}

TEST_CASE("a head that two readers would read in two ways is refused", "[serve][gate]") {
  Gate gate(options_of_test());
  const auto verdict = [&](std::vector<Header> headers) {
    headers.push_back(kBearer);
    headers.push_back(kJson);
    return gate.look(head_of("POST", "/api/like", std::move(headers)), kNow);
  };
  CHECK(verdict({{"Content-Length", "2"}}).way == Verdict::kDesk);
  const std::vector<std::vector<Header>> bad = {
      {{"Content-Length", "2"}, {"Content-Length", "2"}},
      {{"Content-Length", "2"}, {"content-length", "3"}},
      {{"Content-Length", "2"}, {"Transfer-Encoding", "chunked"}},
      {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
      {{"Transfer-Encoding", "gzip, chunked"}},
      {{"Transfer-Encoding", "identity"}},
      {{"Content-Length", "+2"}},
      {{"Content-Length", "-2"}},
      {{"Content-Length", "2,2"}},
      {{"Content-Length", "0x2"}},
      {{"Content-Length", "99999999999999999999999"}},
      {{"Content-Length ", "2"}},
      {{"Bad Name", "x"}},
      {{"Bad\x01", "x"}},
      {{"Fold", "a\r\n b"}},
      {{"Control", "a\x1b[2J"}},
      {{"Authorization", "Bearer the-token"}},
      {{"Content-Type", "text/plain"}},
      {{"Cookie", "a=b"}, {"Cookie", "c=d"}},
  };
  for (const auto& headers : bad) {
    CAPTURE(headers.front().first, headers.front().second);
    const Verdict refused = verdict(headers);
    CHECK(refused.way == Verdict::kAnswer);
    CHECK(refused.answer.status == 400);
    CHECK(refused.is_body_refused);  // where its body would end is not known
    CHECK(header_of(refused.answer, "Connection") == "close");
    CHECK(support::parse_json(refused.answer.body).at("error").at("exit") == 2);
  }
}

TEST_CASE("methods, kinds of bodies and their sizes", "[serve][gate]") {
  FrontOptions options = options_of_test();
  options.body_bytes = 1000;
  options.upload_bytes = 5000;
  Gate gate(options);
  const auto status = [&](const char* method, const char* target, std::vector<Header> headers) {
    headers.push_back(kBearer);
    return status_of(gate, head_of(method, target, std::move(headers)));
  };
  const auto sized = [](const char* bytes) { return Header{"Content-Length", bytes}; };
  for (const char* method : {"OPTIONS", "TRACE", "CONNECT", "PATCH", "PROPFIND", "get"}) {
    CAPTURE(method);
    CHECK(status(method, "/", {}) == 405);
    CHECK(status(method, "/api/verbs", {}) == 405);
    CHECK(status(method, "/assets/page.js", {}) == 405);
  }
  CHECK(status("POST", "/", {}) == 405);
  CHECK(status("GET", "/sign-out", {}) == 405);
  CHECK(status("POST", "/api/session", {}) == 405);
  CHECK(gate.look(head_of("HEAD", "/api/verbs", {kBearer}), kNow).asked.method == "GET");

  CHECK(status("POST", "/api/like", {sized("1000"), kJson}) == 0);
  CHECK(status("POST", "/api/like", {sized("1001"), kJson}) == 413);
  CHECK(status("POST", "/api/like", {}) == 0);
  CHECK(status("POST", "/api/like",
               {sized("2"), {"Content-Type", "Application/JSON; charset=utf-8"}}) == 0);
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                           "multipart/form-data; boundary=application/json", ""}) {
    CAPTURE(type);
    CHECK(status("POST", "/api/like", {sized("2"), {"Content-Type", type}}) == 415);
  }
  CHECK(status("POST", "/api/upload", {sized("5000")}) == 0);
  CHECK(status("POST", "/api/upload", {sized("5001")}) == 413);
  CHECK(status("POST", "/sign-in", {sized("9"), {"Content-Type", "text/plain"}}) == 415);
  CHECK(status("POST", "/sign-in",
               {sized("9999"), {"Content-Type", "application/x-www-form-urlencoded"}}) == 413);
  CHECK(status("GET", ("/api/verbs?a=" + std::string(9000, 'x')).c_str(), {}) == 414);
  Head long_head = head_of("GET", "/api/verbs", {kBearer});
  long_head.bytes = 25 << 10;
  CHECK(status_of(gate, long_head) == 431);
  Head old = head_of("GET", "/api/verbs", {kBearer});
  old.version = "HTTP/0.9";
  CHECK(status_of(gate, old) == 505);
}

TEST_CASE("a password lets in, wrong tries of any kind are counted", "[serve][gate]") {
  FrontOptions options = options_of_test();
  options.password_hash = password_hash("p&ss wörd");
  options.sign_ins_per_minute = 3;
  Gate gate(options);
  const std::string right = "password=p%26ss+w%C3%B6rd", wrong = "password=p";
  CHECK(gate.sign_in(right, "a", kNow).status == 303);
  CHECK(gate.sign_in(wrong, "a", kNow).status == 403);
  CHECK(gate.sign_in("", "a", kNow).status == 403);
  CHECK(status_of(gate, head_of("GET", "/sign-in?token=guess")) == 403);  // from 127.0.0.1
  CHECK(gate.sign_in("password=%", "a", kNow).status == 400);
  CHECK(gate.sign_in(wrong, "a", kNow).status == 403);
  const Answer late = gate.sign_in(right, "a", kNow);
  CHECK(late.status == 429);
  CHECK(header_of(late, "Retry-After") == "20");  // 3 a minute
  CHECK_THAT(late.body, Catch::Contains("Try again in 20 seconds") &&
                            Catch::Contains("the link that engine serve shows lets in"));
  CHECK(header_of(late, "Set-Cookie").empty());
  CHECK(gate.sign_in(right, "b", kNow).status == 303);       // another address
  CHECK(gate.sign_in(right, "a", kNow + 25).status == 303);  // 3 a minute: one is free again

  // Tokens count too; the right one always lets in, so that guesses lock nobody out.
  const auto asks = [&](const char* token) {
    return status_of(gate, head_of("GET", "/api/verbs", {{"Authorization", token}}));
  };
  CHECK(asks("Bearer guess") == 401);
  CHECK(asks("Basic the-token") == 401);
  CHECK(asks("Bearer guess") == 429);
  CHECK(asks("Bearer the-token") == 0);
  CHECK(status_of(gate, head_of("GET", "/sign-in?token=the-token")) == 303);

  // From ever new addresses: ten times as many in all.
  int counted = 0;
  for (int k = 0; k < 100; ++k)
    counted += gate.sign_in(wrong, "network " + std::to_string(k), kNow).status == 403 ? 1 : 0;
  CHECK(counted < 30);
}

TEST_CASE("without a password none lets in", "[serve][gate]") {
  Gate gate(options_of_test());
  CHECK(gate.sign_in("password=", "a", kNow).status == 403);
  CHECK_THAT(gate.look(head_of("GET", "/"), kNow).answer.body, !Catch::Contains("<form"));
  FrontOptions options = options_of_test();
  options.password_hash = password_hash("x");
  Gate with(options);
  CHECK_THAT(with.look(head_of("GET", "/"), kNow).answer.body, Catch::Contains("<form"));
}

TEST_CASE("who asks more than may be gets 429, others do not", "[serve][gate]") {
  FrontOptions options = options_of_test();
  options.requests_per_second = 5;
  Gate gate(options);
  const std::string first = signed_in(gate), second = signed_in(gate);
  const auto asks = [&](const std::string& cookie, double now) {
    return status_of(gate, head_of("GET", "/api/verbs", {{"Cookie", cookie}}), now);
  };
  for (int k = 0; k < 10; ++k) CHECK(asks(first, kNow) == 0);
  const Verdict refused = gate.look(head_of("GET", "/api/verbs", {{"Cookie", first}}), kNow);
  CHECK(refused.answer.status == 429);
  CHECK(header_of(refused.answer, "Retry-After") == "1");
  CHECK(support::parse_json(refused.answer.body).at("error").at("exit") == 7);
  CHECK(asks(second, kNow) == 0);
  CHECK(asks(first, kNow + 0.21) == 0);
  CHECK(asks(first, kNow + 0.22) == 429);
}

TEST_CASE("below /api/ errors are JSON, elsewhere pages, with nothing of the request in them",
          "[serve][gate]") {
  Gate gate(options_of_test());
  const std::string markup = "%3Cscript%3Ealert(1)%3C/script%3E";
  const Answer error = gate.look(head_of("GET", "/api/" + markup), kNow).answer;
  CHECK(error.type == "application/json");
  CHECK(error.status == 401);
  const Json parts = support::parse_json(error.body).at("error");
  CHECK(parts.at("message") == "not signed in");
  CHECK_THAT(parts.at("text"), Catch::StartsWith("error: not signed in\n  why:   "));
  CHECK_THAT(parts.at("fix"), Catch::Contains("Bearer"));
  for (const std::string& target :
       {"/" + markup, "/assets/" + markup, "/sign-in?token=" + markup, "/?" + markup}) {
    const Answer page = gate.look(head_of("GET", target), kNow).answer;
    CAPTURE(target, page.body);
    CHECK(page.type == "text/html; charset=utf-8");
    CHECK_THAT(page.body, !Catch::Contains("alert(1)"));
    CHECK_THAT(page.body, Catch::Contains("/assets/sign-in.css"));
  }
  FrontOptions options = options_of_test();
  options.assets = page_assets();
  Gate real(options);
  CHECK(status_of(real, head_of("GET", "/assets/sign-in.css")) == 200);
  Head elsewhere = head_of("GET", "/");
  elsewhere.headers.front().second = "attacker.example";
  CHECK_THAT(real.look(elsewhere, kNow).answer.body,
             Catch::Contains("<p>This server does not know that name of its own.</p>") &&
                 Catch::Contains("or go to http://127.0.0.1:8533/</p>"));
}

TEST_CASE("a browser that has signed in is not locked out by others' guesses", "[serve][gate]") {
  FrontOptions options = options_of_test();
  options.password_hash = password_hash("right");
  options.sign_ins_per_minute = 3;
  Gate gate(options);
  std::string known;
  for (const Header& header : gate.sign_in("password=right", "nat", kNow).headers)
    if (header.first == "Set-Cookie" && header.second.find("_known=") != std::string::npos)
      known = header.second.substr(0, header.second.find(';'));
  REQUIRE_FALSE(known.empty());
  const auto browser = [&](const std::string& cookie, double now = kNow) {
    return gate
        .look(head_of("POST", "/sign-in",
                      {{"Cookie", cookie}, {"Content-Type", "application/x-www-form-urlencoded"}}),
              now)
        .browser;
  };
  for (int k = 0; k < 3; ++k) CHECK(gate.sign_in("password=guess", "nat", kNow).status == 403);
  CHECK(gate.sign_in("password=right", "nat", kNow).status == 429);
  REQUIRE_FALSE(browser(known).empty());
  CHECK(gate.sign_in("password=right", "nat", kNow, browser(known)).status == 303);
  // Its own guesses count.
  for (int k = 0; k < 3; ++k)
    CHECK(gate.sign_in("password=guess", "nat", kNow, browser(known)).status == 403);
  CHECK(gate.sign_in("password=right", "nat", kNow, browser(known)).status == 429);

  // It opens nothing, nor does the cookie of a session make a browser known.
  CHECK(status_of(gate, head_of("GET", "/api/verbs", {{"Cookie", known}})) == 401);
  const std::string session = signed_in(gate);
  const std::size_t value = session.find('=') + 1;
  CHECK(browser(known.substr(0, known.find('=') + 1) + session.substr(value)).empty());
  CHECK(browser(known, kNow + 366.0 * 86400).empty());
}
