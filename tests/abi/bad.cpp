// ranking.bad: misbehaves as it is told to. The tests of workers and recipes load it.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

class Bad final : public playlist::Ranking {
 public:
  static constexpr playlist::Choices kWays{"throw",  "create",  "crash", "hang",  "eat",  "no_data",
                                           "number", "nothing", "poll",  "close", "noise"};
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("how", kWays, "throw", "what goes wrong"),
  };
  static constexpr playlist::Field kOutputs[] = {{"bad", PLAYLIST_F32, "1 for every row"}};

  explicit Bad(const playlist::Args& args) : how_(args.text("how")) {
    if (how_ == "create") throw std::runtime_error("constructor failed");
  }

  /// Only an element that ended by itself is taken apart.
  ~Bad() {
    if (how_ == "poll") std::fputs("bad was taken apart\n", stderr);
  }

  void rank(playlist::RankingCall& call) const {
    if (how_ == "throw") throw std::runtime_error("model file missing");
    if (how_ == "no_data") throw playlist::NoData("nobody trained it");
    if (how_ == "number") throw 7;  // not a std::exception
    if (how_ == "crash") crash();
    if (how_ == "hang") hang();
    if (how_ == "eat") eat();
    for (int descriptor = 3; descriptor < 64; ++descriptor) {
      if (how_ == "close") ::close(descriptor);
      if (how_ == "noise" && ::write(descriptor, "{\"fake\":1}", 10) < 0) continue;
    }
    while (how_ == "poll") call.checkpoint();
    for (float& value : call.out_f32(0)) value = 1;
  }

 private:
  static void crash() {
    volatile std::uintptr_t address = 8;
    *reinterpret_cast<volatile char*>(address) = 1;
  }
  static void hang() {
    volatile bool is_over = false;
    while (!is_over) {
    }
  }
  static void eat() {
    std::vector<std::vector<char>> eaten;
    for (;;) eaten.emplace_back(std::size_t{64} << 20, 'x');
  }

  std::string how_;
};

constinit const playlist::Element kBad =
    playlist::element<Bad>("ranking.bad", "Misbehaves as it is told to.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.bad", "1.0.0", kBad);
