// Addresses: whose host it is, whatever they are made to look like.
#include "http/address.hpp"

#include <stdexcept>

#include <catch2/catch.hpp>

using engine::http::Address;
using engine::http::is_at_one_of;
using engine::http::parse_address;
using engine::http::parse_service_address;
using engine::http::redirect_address;
using engine::http::target_address;

namespace {

const Address kHome = parse_service_address("https://music.example.org/base");

std::string target(const std::string& text) {
  return target_address(kHome, text).text();
}
std::string redirect(const std::string& text) {
  return redirect_address(parse_address("https://music.example.org/base/list?page=1"), text).text();
}
bool is_at(const std::string& address, const std::vector<std::string>& hosts) {
  return is_at_one_of(parse_address(address), hosts, kHome);
}

}  // namespace

TEST_CASE("an address is its scheme, host, port and path", "[http][address]") {
  const Address address = parse_address("HTTPS://Music.Example.ORG:8443/Rest?q=a/b#part");
  CHECK(address.is_https);
  CHECK(address.host == "music.example.org");
  CHECK(address.port == 8443);
  CHECK(address.path == "/Rest?q=a/b");
  CHECK(address.text() == "https://music.example.org:8443/Rest?q=a/b");
  CHECK(parse_address("http://a?q").text() == "http://a/?q");
  CHECK(parse_address("http://a:80").text() == "http://a/");
  CHECK(parse_address("http://a:443").origin() == "http://a:443");
  CHECK(parse_address("http://[0:0:0::1]:81/").origin() == "http://[::1]:81");
  CHECK(parse_address("http://a").is_same_origin(parse_address("HTTP://A:80/x")));
  CHECK_FALSE(parse_address("http://a").is_same_origin(parse_address("https://a")));
}

TEST_CASE("what readers of addresses disagree about is refused", "[http][address]") {
  const std::string text = GENERATE(
      "", "music.example.org", "ftp://a/", "http:/a", "http:a", "http://", "http:///a",
      "http://@a/", "http://user@a/", "http://user:pass@a/", "http://a@b@c/", "http://a\\b/",
      "http://a\\@b/", "http:\\\\a/", "http://a/\\", "http://a b/", "http://a\t/", "http://a\n.b/",
      "http://a/\r\nHost: b", "http://%61/", "http://a%2eb/", "http://a..b/", "http://.a/",
      "http://a./", "http://a:/", "http://a:0/", "http://a:65536/", "http://a:8x/", "http://a:+80/",
      "http://a:80:81/", "http://a:080808/", "http://[::1", "http://[::1]x/", "http://[::1]:/",
      "http://[1.2.3.4]/", "http://[fe80::1%25eth0]/", "http://127.1/", "http://2130706433/",
      "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.0.0.1.5/", "http://256.0.0.1/",
      "http://1.2.3.0x4/", "http://mus\xc3\xadk/", "http://\xef\xbd\x81/", "http://a;b/",
      "http://a,b/", "http://*/", " http://a/");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_address(text), std::invalid_argument);
}

TEST_CASE("a target is put behind the service's address, or is a whole one", "[http][address]") {
  CHECK(target("/rest/ping?f=json") == "https://music.example.org/base/rest/ping?f=json");
  CHECK(target("") == "https://music.example.org/base");
  CHECK(target("?q=1#x") == "https://music.example.org/base?q=1");
  CHECK(target("//evil.example.org/") == "https://music.example.org/base//evil.example.org/");
  CHECK(target("/@evil.example.org") == "https://music.example.org/base/@evil.example.org");
  CHECK(target("https://other.example.org/x") == "https://other.example.org/x");
  CHECK(target_address(parse_service_address("http://a"), "/x").text() == "http://a/x");
  CHECK(target_address(parse_service_address("http://a/b/"), "/x").text() == "http://a/b/x");
  for (const char* text : {"x", "@evil.example.org/", ".evil.example.org", ":8080/", "/a b", "/a\n",
                           "/a\\b", "ftp://a/", "\\\\evil.example.org"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(target(text), std::invalid_argument);
  }
  CHECK_THROWS_AS(parse_service_address("https://a/?key=1"), std::invalid_argument);
}

TEST_CASE("a redirect is read from where it came", "[http][address]") {
  CHECK(redirect("/x") == "https://music.example.org/x");
  CHECK(redirect("x") == "https://music.example.org/base/x");
  CHECK(redirect("?page=2") == "https://music.example.org/base/list?page=2");
  CHECK(redirect("//other.example.org/x") == "https://other.example.org/x");
  CHECK(redirect("http://other.example.org") == "http://other.example.org/");
  CHECK(redirect("/a b\xc3\xa9#x") == "https://music.example.org/a%20b%C3%A9");
  CHECK(redirect("/x?to=ftp://a") == "https://music.example.org/x?to=ftp://a");
  for (const char* text :
       {"", "#x", "ftp://a/", "javascript:alert(1)", "file:///etc/passwd", "/\\evil.example.org",
        "\\\\evil.example.org", "//user@a/", "///x", "http:evil.example.org", "/a\x01"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(redirect(text), std::invalid_argument);
  }
}

TEST_CASE("a host is allowed as a whole, at its port", "[http][address]") {
  const std::vector<std::string> hosts = {"cdn.example.org", "Other.example.org:8443", "[::1]:99"};
  CHECK(is_at("https://cdn.example.org/x", hosts));
  CHECK(is_at("https://CDN.example.org:443/x", hosts));
  CHECK(is_at("https://other.example.org:8443/", hosts));
  CHECK(is_at("https://[0::1]:99/", hosts));
  for (const char* address :
       {"http://cdn.example.org/", "https://cdn.example.org:8443/", "https://other.example.org/",
        "https://cdn.example.org.evil.org/", "https://evilcdn.example.org/", "https://example.org/",
        "https://a.cdn.example.org/", "https://evil.org/cdn.example.org",
        "https://evil.org/?cdn.example.org"}) {
    CAPTURE(address);
    CHECK_FALSE(is_at(address, hosts));
  }
  CHECK_FALSE(is_at("https://cdn.example.org/", {}));
  CHECK(is_at_one_of(parse_address("http://cdn.example.org"), hosts, parse_address("http://a")));
  CHECK_THROWS_AS(is_at("https://a/", {"a/path"}), std::invalid_argument);
  CHECK_THROWS_AS(is_at("https://a/", {"*.example.org"}), std::invalid_argument);
}

TEST_CASE("a name that begins with a point allows all below it", "[http][address]") {
  const std::vector<std::string> hosts = {".example.org"};
  CHECK(is_at("https://a.example.org/x", hosts));
  CHECK(is_at("https://a.b.example.org/", hosts));
  for (const char* address :
       {"https://example.org/", "https://evilexample.org/", "https://a.example.org:8443/",
        "http://a.example.org/", "https://a.example.org.evil.org/"}) {
    CAPTURE(address);
    CHECK_FALSE(is_at(address, hosts));
  }
}
