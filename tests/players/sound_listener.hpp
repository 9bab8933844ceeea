// Ann, of whose tracks services are asked how they sound, and which are like them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "fake_service.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

namespace players_test {

using nlohmann::json;
using support::Ended;

inline constexpr const char* kNow = "2026-11-21T12:00:00Z";

inline std::string id_of(int number) {
  std::string id = std::to_string(number);
  id.insert(0, 22 - id.size(), '0');
  return id;
}
/// Of the track of that number.
inline std::string isrc_of(int number) {
  return "XXABC26" + id_of(number).substr(17);
}

struct SoundListener : support::EngineHome {
  /// Ann has played tracks 1 to `count` of Low, all on one day, which have Spotify ids and ISRCs; and one
  /// that has none. `imported`: energy,tempo of the first, which were imported.
  explicit SoundListener(std::string service, int count, const std::string& imported = "")
      : service_(std::move(service)) {
    std::ofstream tracks(path("tracks.csv")), plays(path("plays.csv"));
    tracks << "title,artist,album,spotify_id,isrc,energy,tempo\n";
    plays << "title,artist,album,time\nWithout Id,Low,Album,2026-01-01 09:00:00\n";
    for (int k = 1; k <= count; ++k) {
      tracks << "Track " << k << ",Low,Album," << id_of(k) << "," << isrc_of(k) << ","
             << (imported.empty() || k > 1 ? "," : imported) << "\n";
      plays << "Track " << k << ",Low,Album,2026-01-01 10:" << (k / 10 % 6) << k % 10 << ":00\n";
    }
    tracks << "Never Played,Low,Album," << id_of(999) << ",,,\n";
    tracks.close(), plays.close();
    done({"import", path("tracks.csv")});
    done({"import", path("plays.csv"), "--user", "ann", "--columns",
          "title=title,artist=artist,album=album,time=time"});
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments, const char* now = kNow) const {
    arguments.insert(arguments.begin(), {"--library", library(), "--now", now});
    return engine(arguments);
  }
  Ended done(const std::vector<std::string>& arguments, const char* now = kNow) const {
    Ended ended = run(arguments, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
  /// `path`: of its API, behind the fake's address.
  Ended connect(const FakeService& fake, const std::string& path,
                const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"connect",   service_,
                                          "--address", fake.address() + path,
                                          "--field",   "requests_per_second=1000"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return done(arguments);
  }
  /// All that was read there: the person's own, then tracks like theirs.
  [[nodiscard]] json sync_all(int exit_code = 0, const char* now = kNow) const {
    const Ended ended = run({"sync", service_, "--json"}, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out).at("accounts");
  }
  [[nodiscard]] json sync(int exit_code = 0, const char* now = kNow) const {
    return sync_all(exit_code, now).at(0);
  }
  /// Tracks 1 to `count`, on the day before kNow, the first the most.
  void play_lately(int count) const {
    std::ofstream plays(path("lately.csv"));
    plays << "title,artist,album,time\n";
    for (int k = 1; k <= count; ++k)
      for (int times = 0; times <= count - k; ++times)
        plays << "Track " << k << ",Low,Album,2026-11-20 1" << times << ":0" << k << ":00\n";
    plays.close();
    done({"import", path("lately.csv"), "--user", "ann", "--columns",
          "title=title,artist=artist,album=album,time=time"});
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return engine::Store::open(library(), {.is_read_only = true, .may_create = false})
        .integer(sql.c_str());
  }
  [[nodiscard]] json stats(const char* now = kNow) const {
    return support::parse_json(done({"stats", "--json"}, now).out);
  }
  /// "Track 1 250122": a million times the energy and the tempo, as a recipe has them, or another score
  /// of those; each -1 where it is not known.
  [[nodiscard]] std::vector<std::string> seen(
      const char* now = kNow,
      const std::string& score = "known(t.energy, -1) * 1000000 + known(t.tempo, -1)") const {
    engine::write_file_atomically(path("seen.lua"),
                                  "local pl = require 'playlist'\n"
                                  "return pl.recipe { title = 'Seen', build = function(p, user)\n"
                                  "  return user.listens:score(function(t) return " +
                                      score + " end) end }\n");
    std::vector<std::string> all;
    const json list = support::parse_json(done({"run", path("seen.lua"), "--json"}, now).out);
    for (const json& track : list.at("tracks")) {
      all.push_back(track.at("title").get<std::string>() + " " +
                    std::to_string(std::lround(track.at("score").get<double>())));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  std::string service_;
};

}  // namespace players_test
