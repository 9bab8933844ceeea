// What is said at a login in the browser, and the listener that the browser is led back to.
#include "accounts/oauth.hpp"

#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "accounts/loopback.hpp"
#include "accounts/tokens.hpp"
#include "core/calendar.hpp"
#include "core/error.hpp"
#include "support/program.hpp"

using Catch::Contains;
using namespace engine::accounts;

namespace {

Account spotify() {
  Account account{"spotify",
                  "",
                  {{"client_id", "an id&"},
                   {"address", "http://127.0.0.1:9/v1"},
                   {"accounts_url", "http://127.0.0.1:9/"}}};
  return account;
}

bool are_unreserved(const std::string& text) {
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") ==
         std::string::npos;
}

std::string asked(const std::string& address) {
  return support::run_program({"curl", "-s", "--max-time", "20", address}).out;
}

}  // namespace

TEST_CASE("the challenge of a verifier is that of RFC 7636, appendix B", "[oauth]") {
  CHECK(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("no two logins have a verifier or a state in common", "[oauth]") {
  std::set<std::string> seen;
  for (int k = 0; k < 200; ++k) {
    const LoginProof proof = make_login_proof();
    CHECK(proof.verifier.size() == 86);  // 43 to 128
    CHECK(proof.state.size() == 43);
    CHECK((are_unreserved(proof.verifier) && are_unreserved(proof.state)));
    seen.insert({proof.verifier, proof.state});
  }
  CHECK(seen.size() == 400);
}

TEST_CASE("the address to log in at says all but the verifier", "[oauth]") {
  const LoginProof proof{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "st"};
  const std::string address = login_address(spotify(), proof, "http://127.0.0.1:7/callback");
  CHECK_THAT(address, Catch::StartsWith("http://127.0.0.1:9/authorize?client_id=an%20id%26&"));
  CHECK_THAT(address, Contains("&response_type=code&"));
  CHECK_THAT(address, Contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A7%2Fcallback"));
  CHECK_THAT(address, Contains("code_challenge_method=S256"));
  CHECK_THAT(address, Contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
  CHECK_THAT(address, Contains("&state=st&scope=user-library-read%20playlist-read-private%20"));
  CHECK(address.find(proof.verifier) == std::string::npos);
  CHECK_THAT(code_form(spotify(), "a/b", "http://127.0.0.1:7/callback", proof),
             Contains("code=a%2Fb&") && Contains("code_verifier=" + proof.verifier));
}

TEST_CASE("what is pasted is the address, or the code alone, and of this login", "[oauth]") {
  const LoginProof proof{"v", "st+/ ate"};
  const auto code = [&](const std::string& text) { return pasted_code(text, spotify(), proof); };
  CHECK(code(" http://127.0.0.1/callback?code=AQ%2Fb&state=st%2B%2F+ate\r") == "AQ/b");
  CHECK(code("'http://127.0.0.1/callback?code=AQ&state=st%2B%2f%20ate#_=_'") == "AQ");
  CHECK(code("code=AQ&state=st%2B%2F%20ate") == "AQ");
  CHECK(code("AQplain-code_1") == "AQplain-code_1");
  CHECK_THROWS_WITH(code("http://127.0.0.1/callback?code=AQ&state=st"),
                    "spotify was not connected");
  CHECK_THROWS_WITH(code("http://127.0.0.1/callback?code=AQ"), "spotify was not connected");
  try {
    code("http://127.0.0.1/callback?error=access_denied&state=st%2B%2F%20ate");
    FAIL("it was agreed to");
  } catch (const engine::Error& error) {
    CHECK_THAT(error.parts().why, Contains("not agreed to"));
  }
  CHECK_THROWS(code(""));
}

TEST_CASE("tokens are read as they come, and a refresh token that does not come stays", "[oauth]") {
  const Login before{"old", "kept", "scopes", 5, 7};
  const auto full = read_tokens(R"({"access_token":"a","token_type":"Bearer","scope":"s t",
                                    "expires_in":3600,"refresh_token":"r"})",
                                before, 1000);
  REQUIRE(full);
  CHECK(full->access_token == "a");
  CHECK(full->refresh_token == "r");
  CHECK(full->scopes == "s t");
  CHECK(full->expires_at == 4600);
  CHECK(full->authorised_at == 7);
  const auto bare = read_tokens(R"({"access_token":"a","refresh_token":null})", before, 1000);
  REQUIRE(bare);
  CHECK(bare->refresh_token == "kept");
  CHECK(bare->scopes == "scopes");
  CHECK(bare->expires_at == 4600);
  for (const char* body : {"", "[]", "<html>", "{}", R"({"access_token":""})", R"({"error":"x"})"})
    CHECK_FALSE(read_tokens(body, before, 1000));
}

TEST_CASE("the end of a login is told from thirty days before", "[oauth]") {
  Account account = spotify();
  CHECK_FALSE(login_end(account));
  account.login = Login{"a", "r", "", 0, engine::parse_time("2026-08-31T10:20:30Z")};
  CHECK(engine::format_time(*login_end(account)) == "2027-02-28T10:20:30Z");
  CHECK(login_end_warning(account, engine::parse_time("2027-01-29T10:20:29Z")).empty());
  CHECK(login_end_warning(account, engine::parse_time("2027-01-29T10:20:30Z")) ==
        "spotify: the login of 2026-08-31 ends on 2027-02-28, in 30 days: engine connect spotify "
        "logs in anew");
  CHECK_THAT(login_end_warning(account, engine::parse_time("2027-02-28T10:20:29Z")),
             Contains("in 1 day:"));
  CHECK_THAT(login_end_warning(account, engine::parse_time("2027-03-01")),
             Contains("ended on 2027-02-28"));
}

TEST_CASE("the listener answers one browser, whatever else comes", "[oauth][loopback]") {
  LoopbackListener listener;
  const std::string uri = listener.redirect_uri();
  CHECK_THAT(uri, Catch::Matches("http://127\\.0\\.0\\.1:[0-9]+/callback"));
  const std::string origin = uri.substr(0, uri.rfind('/'));
  std::string stray, foreign, page;
  std::thread browser([&] {
    // One that connects and says nothing, as browsers do to be ready.
    const std::string port = origin.substr(origin.rfind(':') + 1);
    const auto silent = std::jthread([&] {
      support::run_program(
          {"timeout", "10", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port + "; sleep 5"});
    });
    stray = asked(origin + "/favicon.ico");
    foreign = asked(uri + "?code=evil&state=other");
    page = asked(uri + "?code=mine&state=this");
  });
  const auto query = listener.wait(20, [](const std::string& text) {
    return text.find("state=this") != std::string::npos ? std::optional<std::string>("<p>Done</p>")
                                                        : std::nullopt;
  });
  browser.join();
  CHECK(query == "code=mine&state=this");
  CHECK_THAT(stray, Contains("Nobody waits"));
  CHECK_THAT(foreign, Contains("Nobody waits"));
  CHECK(page == "<p>Done</p>");
  CHECK(asked(uri + "?code=again&state=this").empty());
}

TEST_CASE("the listener gives up in time", "[oauth][loopback]") {
  LoopbackListener listener;
  CHECK_FALSE(listener.wait(0.2, [](const std::string&) { return std::string("x"); }));
}
