// What a person has with services, in its file and in the environment.
#include "accounts/accounts.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "accounts/services.hpp"
#include "app/account_service.hpp"
#include "config/settings.hpp"
#include "core/error.hpp"
#include "support/temporary_folder.hpp"

using Catch::Contains;
using engine::accounts::Account;
using engine::accounts::account_called;
using engine::accounts::Accounts;

namespace {

Account subsonic(const std::string& name = "") {
  return {"subsonic",
          name,
          {{"address", "https://music.example.org"}, {"user", "ann"}, {"password", "secret"}}};
}

int mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("accounts are kept where only their owner reads them", "[accounts]") {
  const TemporaryFolder folder;
  Accounts accounts(folder.file("deep/accounts.json"));
  CHECK(accounts.list().empty());
  accounts.put(subsonic());
  accounts.put(subsonic("home"));
  CHECK(mode_of(accounts.file()) == 0600);
  REQUIRE(accounts.list().size() == 2);
  CHECK(accounts.list()[0].title() == "subsonic");
  CHECK(accounts.list()[1].title() == "subsonic@home");
  CHECK(accounts.require("subsonic@home").value("password") == "secret");
  CHECK(accounts.require("subsonic").secrets() == std::vector<std::string>{"secret"});

  Account changed = subsonic();
  changed.values["password"] = "another";
  accounts.put(changed);
  CHECK(accounts.list().size() == 2);
  CHECK(accounts.require("subsonic").value("password") == "another");
  CHECK(accounts.remove("subsonic"));
  CHECK_FALSE(accounts.remove("subsonic"));
  CHECK(accounts.list().size() == 1);
  CHECK(mode_of(accounts.file()) == 0600);
}

TEST_CASE("what an account lacks is told with what to do", "[accounts]") {
  const TemporaryFolder folder;
  Accounts accounts(folder.file("accounts.json"));
  CHECK(accounts.require("mpd").value("address") == "mpd://127.0.0.1:6600");
  CHECK_THROWS_WITH(accounts.require("subsonic"), Contains("subsonic is not connected"));
  CHECK_THROWS_WITH(accounts.require("tidal"), Contains("no account tidal is connected"));
  CHECK(accounts.is_account("mpd@kitchen"));
  CHECK_FALSE(accounts.is_account("m3u8"));
  CHECK_THROWS_WITH(accounts.put({"subsonic", "", {{"user", "ann"}}}),
                    Contains("needs --address ADDRESS"));
  CHECK_THROWS_WITH(accounts.put({"lastfm", "", {{"user", "ann"}}}),
                    Contains("needs --secret FILE --secret-field api_key"));
  Account odd = subsonic();
  odd.values["colour"] = "blue";
  CHECK_THROWS_WITH(accounts.put(odd), Contains("subsonic has no colour"));
  for (const char* title : {"", "@", "a@", "A", "a b", "a@b@c", "../x"})
    CHECK_THROWS_WITH(account_called(title), Contains("there can be no account"));
  // A service of somebody's plugin: whatever it wants to be told.
  accounts.put({"mine", "", {{"address", "http://x"}, {"token", "t"}}});
  CHECK(accounts.is_account("mine"));
  CHECK(accounts.require("mine").secrets() == std::vector<std::string>{"t"});
}

TEST_CASE("a service may have a second address, which is asked without its token", "[accounts]") {
  const TemporaryFolder folder;
  Accounts accounts(folder.file("accounts.json"));
  const engine::Settings settings;
  accounts.put({"listenbrainz", "", {{"user", "ann"}, {"token", "t0ken"}}});
  const Account usual = accounts.require("listenbrainz");
  CHECK(engine::app::http_service_of(usual, settings).address == "https://api.listenbrainz.org");
  CHECK(engine::app::http_service_of(usual, settings).other_hosts ==
        std::vector<std::string>{"labs.api.listenbrainz.org:443"});
  CHECK(usual.secrets() == std::vector<std::string>{"t0ken"});
  Account own = usual;
  own.values["labs_address"] = "http://[::1]:8100/labs";
  CHECK(engine::app::http_service_of(own, settings).other_hosts ==
        std::vector<std::string>{"[::1]:8100"});
  own.values["labs_address"] = "over there";
  CHECK_THROWS_WITH(engine::app::http_service_of(own, settings),
                    Contains("listenbrainz has no such labs_address"));
  CHECK(engine::accounts::source_of_service("listenbrainz") == "source.listenbrainz_api");
  CHECK(engine::accounts::source_of_service("mine") == "source.mine");
}

TEST_CASE("the environment goes before the file of accounts", "[accounts]") {
  const TemporaryFolder folder;
  Accounts accounts(folder.file("accounts.json"));
  accounts.put(subsonic("home"));
  ::setenv("PLAYLIST_ACCOUNTS_SUBSONIC_HOME_PASSWORD", "of the environment", 1);
  ::setenv("PLAYLIST_ACCOUNTS_SUBSONIC_ADDRESS", "http://127.0.0.1:4533", 1);
  CHECK(accounts.require("subsonic@home").value("password") == "of the environment");
  CHECK(accounts.require("subsonic").value("address") == "http://127.0.0.1:4533");
  CHECK(accounts.list().size() == 2);
  ::unsetenv("PLAYLIST_ACCOUNTS_SUBSONIC_HOME_PASSWORD");
  ::unsetenv("PLAYLIST_ACCOUNTS_SUBSONIC_ADDRESS");
  CHECK(accounts.list().size() == 1);
}

TEST_CASE("what the environment says is used, and not kept", "[accounts]") {
  const TemporaryFolder folder;
  Accounts accounts(folder.file("accounts.json"));
  ::setenv("PLAYLIST_ACCOUNTS_LASTFM_API_KEY", "of the environment", 1);
  accounts.put({"lastfm", "", {{"user", "ann"}}});  // which lacks nothing
  CHECK(accounts.require("lastfm").value("api_key") == "of the environment");
  CHECK(accounts.kept("lastfm").value("api_key").empty());
  CHECK(accounts.kept("lastfm").value("user") == "ann");
  ::unsetenv("PLAYLIST_ACCOUNTS_LASTFM_API_KEY");
  CHECK_THROWS_WITH(accounts.require("lastfm"), Contains("lastfm is not connected"));
}

TEST_CASE("a login stays until there is another, and is renewed where it stands", "[accounts]") {
  const TemporaryFolder folder;
  Accounts accounts(folder.file("accounts.json"));
  Account spotify{"spotify", "", {{"client_id", "id"}}};
  accounts.put(spotify);
  CHECK_THROWS_WITH(accounts.require("spotify"), Contains("spotify is not connected"));
  spotify.login = engine::accounts::Login{"access", "refresh", "scopes", 10, 5};
  accounts.put(spotify);
  CHECK(accounts.require("spotify").secrets() == std::vector<std::string>{"access", "refresh"});
  spotify.login.reset();
  spotify.values["client_id"] = "other";
  accounts.put(spotify);
  REQUIRE(accounts.kept("spotify").login);
  CHECK(accounts.kept("spotify").login->refresh_token == "refresh");

  const auto renewed = accounts.renew_login("spotify", [](engine::accounts::Login login) {
    login.refresh_token += "ed";
    return std::optional(login);
  });
  CHECK(renewed.refresh_token == "refreshed");
  CHECK(accounts.kept("spotify").login->refresh_token == "refreshed");
  CHECK(accounts.kept("spotify").login->authorised_at == 5);
  CHECK(mode_of(accounts.file()) == 0600);
  CHECK_THROWS(accounts.renew_login(
      "spotify", [](const engine::accounts::Login&) -> std::optional<engine::accounts::Login> {
        throw engine::Error(engine::Exit::kInput, "an outage");
      }));
  CHECK(accounts.kept("spotify").login->refresh_token == "refreshed");
  CHECK_THROWS_WITH(accounts.renew_login("spotify@home", [](const auto&) { return std::nullopt; }),
                    Contains("no longer connected"));
}

TEST_CASE("a damaged file of accounts is told, and not replaced", "[accounts]") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("accounts.json")) << "{\"accounts\": [";
  Accounts accounts(folder.file("accounts.json"));
  CHECK_THROWS_WITH(accounts.list(), Contains("cannot be read"));
  CHECK_THROWS_WITH(accounts.put(subsonic()), Contains("cannot be read"));
}
