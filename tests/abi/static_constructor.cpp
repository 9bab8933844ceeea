// Throws while it is loaded, before anybody can catch it: ends the process that loads it, which is
// therefore a child.
#include "playlist/plugin.hpp"

#include <stdexcept>
#include <string>

namespace {

struct Eager {
  std::string path;
  Eager() { throw std::runtime_error("cannot read /etc/eager"); }
};
const Eager kEager;

class Late final : public playlist::Filtering {
 public:
  void filter(playlist::FilteringCall& call) const { call.debug(kEager.path); }
};
constinit const playlist::Element kLate =
    playlist::element<Late>("filtering.late", "Never gets there.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.static-constructor", "1.0.0", kLate);
