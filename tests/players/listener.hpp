// Somebody who has played what the players of support/music_players.hpp have.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

namespace players_test {

using support::Ended;

inline std::string song(int number) {
  return std::string("Song ") + (number < 10 ? "0" : "") + std::to_string(number);
}

/// A list of those that were played `least` to `most` times, most first, or last.
inline constexpr const char* kByPlays =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'By plays', about = 'songs by how often they were played',\n"
    "  params = { least = pl.int { 1, min = 0, max = 100, help = 'plays' },\n"
    "    most = pl.int { 100, min = 0, max = 100, help = 'plays' },\n"
    "    turned = pl.boolean { false, help = 'rarest first' } },\n"
    "  build = function(p, user)\n"
    "    local listens = user.listens:filter(function(t)\n"
    "      return t.plays >= p.least and t.plays <= p.most end)\n"
    "    if p.turned then return listens:score(function(t) return -t.plays end):limit { tracks = "
    "40 } end\n"
    "    return listens:score(function(t) return t.plays end):limit { tracks = 40 }\n"
    "  end }\n";

/// Somebody who has played "Song 01" 31 times, "Song 02" 30 times ... and "Song 31", which nobody
/// over there has, once.
struct Listener : support::EngineHome {
  Listener() {
    std::ofstream csv(path("plays.csv"));
    csv << "time,artist,title,album,seconds\n";
    for (int k = 1; k <= 31; ++k) {
      for (int play = 0; play < 32 - k; ++play) {
        csv << "2026-0" << play % 8 + 1 << "-" << (play < 9 ? "0" : "") << play % 28 + 1 << "T"
            << (k % 14 + 10) << ":" << (k % 50 + 10) << ":00Z,Artist " << (k - 1) % 10 + 1 << ","
            << song(k) << ",Album " << (k - 1) / 10 + 1 << ",2\n";
      }
    }
    csv.close();
    engine::write_file_atomically(path("by_plays.lua"), kByPlays);
    const Ended imported = engine({"config", "set", "play.min_seconds", "1"});
    INFO(imported.err);
    REQUIRE(imported.exit_code == 0);
    const Ended ended = engine({"import", path("plays.csv")});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
  [[nodiscard]] Ended run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"--json", "--now", "2026-11-21T12:00:00Z", "run", path("by_plays.lua")});
    return engine(arguments);
  }
  nlohmann::json pushed(std::vector<std::string> arguments) const {
    const Ended ended = run(std::move(arguments));
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out).at("pushed").at(0);
  }
  void connect(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "connect");
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
};

}  // namespace players_test
