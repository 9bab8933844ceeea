// Models that do what a model should not, for the tests of `engine train`.
#include "playlist/plugin.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

/// Says when it began and learns until it is told to stop.
struct Waits final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    call.info("it began");
    for (;;) {
      call.checkpoint(0.5);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
};

struct Crashes final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    call.matrix("half", std::vector<float>(1000, 1.0f), 10);
    std::raise(SIGSEGV);
  }
};

struct WritesNothing final : playlist::Model {
  void train(playlist::ModelCall&) const {}
};

struct FindsNothing final : playlist::Model {
  void train(playlist::ModelCall&) const { throw playlist::NoData("there is nothing like that"); }
};

/// Says that it was cancelled, which nobody did.
struct GivesUp final : playlist::Model {
  void train(playlist::ModelCall&) const { throw playlist::Cancelled(); }
};

/// Leaves what the memory limit does not count, and a process behind, as far as it can.
struct Escapes final : playlist::Model {
  void train(playlist::ModelCall& call) const {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) ::pause();
    }
    call.info(std::string("fork: ") + (child < 0 ? std::strerror(errno) : "done"));
    const int file = ::memfd_create("x", 0);
    call.info(std::string("memfd: ") + (file < 0 ? std::strerror(errno) : "done"));
    std::puts("{\"models\":[]}");
    std::fflush(stdout);
    call.matrix("zeros", std::vector<float>(10), 10);
  }
};

/// As large as it is told.
struct Large final : playlist::Model {
  static constexpr playlist::Param kParams[] = {
      {"megabytes", 1, 1, 10'000, "how large the artifact is"},
  };
  explicit Large(const playlist::Args& args) : megabytes_(args.count("megabytes")) {}
  void train(playlist::ModelCall& call) const {
    call.matrix("zeros", std::vector<float>(megabytes_ << 18), 1 << 10);
  }

 private:
  std::size_t megabytes_;
};

constinit const playlist::Element kWaits =
    playlist::element<Waits>("model.waits", "Learns until it is stopped.");
constinit const playlist::Element kCrashes =
    playlist::element<Crashes>("model.crashes", "Crashes while it learns.");
constinit const playlist::Element kWritesNothing =
    playlist::element<WritesNothing>("model.writes_nothing", "Says it is done and wrote nothing.");
constinit const playlist::Element kFindsNothing =
    playlist::element<FindsNothing>("model.finds_nothing", "Finds nothing to learn from.");
constinit const playlist::Element kGivesUp =
    playlist::element<GivesUp>("model.gives_up", "Stops without being told to.");
constinit const playlist::Element kEscapes =
    playlist::element<Escapes>("model.escapes", "Tries to get out of its worker.");
constinit const playlist::Element kLarge =
    playlist::element<Large>("model.large", "Writes a large artifact.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.odd-models", "1.0.0", kWaits, kCrashes, kWritesNothing,
                 kFindsNothing, kGivesUp, kEscapes, kLarge);
