// A Spotify that fake_spotify.py plays, and Ann, who has logged in to it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fake_service.hpp"
#include "own_cache.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

namespace players_test {

inline constexpr const char* kSpotifyNow = "2026-11-21T12:00:00Z";
inline constexpr std::int64_t kSpotifyNoon = 1'795'262'400'000;  // kSpotifyNow, in milliseconds

struct FakeSpotify : FakeService {
  FakeSpotify()
      : FakeService(
            "fake_spotify.py",
            {{"tokens.json", {{"access", {"access-number-1"}}, {"refresh", "refresh-number-1"}}}}) {
  }
};

inline std::string spotify_track_id(int number) {
  std::string id = std::to_string(number);
  id.insert(0, 22 - id.size(), '0');
  return id;
}

/// [id, title, [artist], album], of the fake's files.
inline nlohmann::json spotify_track(int number) {
  return {spotify_track_id(number),
          "Title " + std::to_string(number),
          {"Artist " + std::to_string(number % 7)},
          "Album"};
}

inline bool has_spotify_client() {
  static const bool is_there =
      std::system(
          "NODE_PATH=$(npm root -g) node -e 'require(\"spotify-web-api-node\")' "
          "> /dev/null 2>&1") == 0;
  if (!is_there)
    WARN(
        "spotify-web-api-node is not installed (npm install -g spotify-web-api-node@5.0.2): the "
        "fake Spotify was not proven by it");
  return is_there;
}

/// What that client tells of the fake; `what`: "", or "lists".
inline nlohmann::json proof_of_spotify(const FakeSpotify& spotify, const std::string& what) {
  const support::Ended told = support::run_program(
      {"/bin/sh", "-c", "NODE_PATH=$(npm root -g) exec node \"$@\"", "sh",
       PLAYLIST_SOURCE_DIR "/tests/players/prove_spotify.js", spotify.port(), what});
  INFO(told.err);
  REQUIRE(told.exit_code == 0);
  return support::parse_json(told.out);
}

struct Ann : HomeWithOwnCache {
  /// `scopes`: that the login was given; "": Spotify did not say.
  explicit Ann(const FakeSpotify& spotify, const std::string& scopes = "") {
    const std::string folder = environment().at("XDG_CONFIG_HOME") + "/playlist-engine";
    std::filesystem::create_directories(folder);
    accounts_ = folder + "/accounts.json";
    const nlohmann::json account = {{"service", "spotify"},
                                    {"name", ""},
                                    {"values",
                                     {{"client_id", "0f5client"},
                                      {"user", "ann0"},
                                      {"address", spotify.address() + "/v1"},
                                      {"accounts_url", spotify.address()},
                                      {"requests_per_second", "1000"}}},
                                    {"login",
                                     {{"access_token", "access-number-1"},
                                      {"refresh_token", "refresh-number-1"},
                                      {"scopes", scopes},
                                      {"expires_at", 4'000'000'000},
                                      {"authorised_at", kSpotifyNoon / 1000}}}};
    std::ofstream(accounts_) << nlohmann::json{{"accounts", {account}}}.dump();
    std::filesystem::permissions(
        accounts_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  [[nodiscard]] nlohmann::json login() const {
    return support::parse_json(text_of_file(accounts_)).at("accounts").at(0).at("login");
  }
  [[nodiscard]] support::Ended run(std::vector<std::string> arguments,
                                   const std::string& now = kSpotifyNow) const {
    arguments.insert(arguments.begin(), {"--library", path("library.db"), "--now", now, "--json"});
    return engine(arguments);
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return engine::Store::open(path("library.db"), {.is_read_only = true, .may_create = false})
        .integer(sql.c_str());
  }
  [[nodiscard]] std::int64_t listens() const { return count("SELECT count(*) FROM listens"); }
  /// The files below the home that hold a token, but for the one of accounts.
  [[nodiscard]] std::vector<std::string> files_with_tokens() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path("")))
      if (entry.is_regular_file() && entry.path().filename() != "accounts.json" &&
          text_of_file(entry.path()).find("-number-") != std::string::npos)
        found.push_back(entry.path());
    return found;
  }

 private:
  std::string accounts_;
};

}  // namespace players_test
