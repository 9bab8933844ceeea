// A ListenBrainz that fake_listenbrainz.py plays, and Ann, whose account it has.
#pragma once

#include <cstdint>
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

inline constexpr const char* kListenbrainzNow = "2026-11-21T12:00:00Z";
inline constexpr std::int64_t kListenbrainzNoon = 1'795'262'400;  // kListenbrainzNow
inline constexpr const char* kListenbrainzToken = "t0ken";

struct FakeListenbrainz : FakeService {
  FakeListenbrainz() : FakeService("fake_listenbrainz.py") {}
};

inline std::string mbid(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - digits.size(), '0');
  return "00000000-0000-4000-8000-" + digits;
}

struct ListenbrainzAnn : HomeWithOwnCache {
  explicit ListenbrainzAnn(const FakeListenbrainz& service, const std::string& token = "",
                           const std::string& user = "ann") {
    std::vector<std::string> command = {
        "connect",   "listenbrainz",
        "--address", service.address(),
        "--login",   user,
        "--field",   "labs_address=http://127.0.0.1:" + service.text("labs_port"),
        "--field",   "requests_per_second=1000"};
    if (!token.empty()) {
      std::ofstream(path("token")) << token << "\n";
      std::filesystem::permissions(
          path("token"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
      command.insert(command.end(), {"--secret", path("token"), "--secret-field", "token"});
    }
    const support::Ended ended = run(command);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    std::filesystem::remove(path("token"));
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] support::Ended run(std::vector<std::string> arguments,
                                   const char* now = kListenbrainzNow) const {
    arguments.insert(arguments.begin(), {"--library", library(), "--now", now, "--json"});
    return engine(arguments);
  }
  [[nodiscard]] nlohmann::json sync(int exit_code = 0, const char* now = kListenbrainzNow) const {
    const support::Ended ended = run({"sync", "listenbrainz"}, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out).at("accounts").at(0);
  }
  [[nodiscard]] engine::Store store() const {
    return engine::Store::open(library(), {.is_read_only = true, .may_create = false});
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return store().integer(sql.c_str());
  }
  [[nodiscard]] std::int64_t listen_count() const { return count("SELECT count(*) FROM listens"); }
};

}  // namespace players_test
