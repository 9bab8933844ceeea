// Does something at its first load that no library may do; FIRST_LOAD says what. Only a child
// process (plugin/first_load.hpp) may load it.
#include "playlist/plugin.hpp"

#include <csignal>
#include <cstdlib>
#include <unistd.h>

namespace {

enum Way { kCrashes, kExits, kForks };

struct Eager {
  Eager() {
    if (FIRST_LOAD == kCrashes) {
      ::signal(SIGSEGV, SIG_DFL);
      ::raise(SIGSEGV);
    }
    if (FIRST_LOAD == kExits) std::exit(0);
    if (FIRST_LOAD == kForks && ::fork() == 0) {
      while (true) ::pause();
    }
  }
};
const Eager kEager;

class Late final : public playlist::Filtering {
 public:
  void filter(playlist::FilteringCall&) const {}
};
constinit const playlist::Element kLate =
    playlist::element<Late>("filtering.late", "Never gets there.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.first-load", "1.0.0", kLate);
