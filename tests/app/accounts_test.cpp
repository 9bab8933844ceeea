// What a person has with services, in its file and in the environment.
#include "accounts/accounts.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

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

TEST_CASE("a damaged file of accounts is told, and not replaced", "[accounts]") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("accounts.json")) << "{\"accounts\": [";
  Accounts accounts(folder.file("accounts.json"));
  CHECK_THROWS_WITH(accounts.list(), Contains("cannot be read"));
  CHECK_THROWS_WITH(accounts.put(subsonic()), Contains("cannot be read"));
}
