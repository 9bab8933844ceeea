// engine accounts: the services that there are, as data for who shows them.
#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;

TEST_CASE("accounts tells which services there are, and what each wants to be told",
          "[cli][accounts]") {
  const support::EngineHome home;
  const support::Ended ended = home.engine({"--json", "accounts"});
  REQUIRE(ended.exit_code == 0);
  const json services = support::parse_json(ended.out).at("services");
  const auto service = [&](const std::string& name) {
    const auto found = std::find_if(services.begin(), services.end(),
                                    [&](const json& one) { return one.at("service") == name; });
    REQUIRE(found != services.end());
    return *found;
  };
  const auto field = [](const json& of, const std::string& name) {
    for (const json& one : of.at("fields"))
      if (one.at("name") == name) return one;
    FAIL("no field " << name);
    return json();
  };

  CHECK(service("spotify").at("login") == true);
  CHECK(service("mpd").at("login") == false);
  CHECK(service("mpd").at("takes_lists") == true);
  CHECK(service("mpd").at("requests_per_second") == nullptr);  // it is not asked over HTTP
  CHECK(service("lrclib").at("tells_lyrics") == true);
  CHECK(service("lrclib").at("requests_per_second") == 2);
  CHECK(service("deezer").at("features") == json({"tempo", "loudness"}));
  CHECK(field(service("lastfm"), "api_key").at("secret") == true);
  CHECK(field(service("lastfm"), "api_key").at("required") == true);
  CHECK(field(service("lastfm"), "friends").at("choices") == json({"no", "yes"}));
  CHECK(field(service("llm"), "purposes").at("several") == true);
  CHECK(field(service("mpd"), "address").at("usual") == "mpd://127.0.0.1:6600");
}
