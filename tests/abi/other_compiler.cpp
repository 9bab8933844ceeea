// filtering.other_compiler: built by the compiler that the host was not built by.
#include "playlist/plugin.hpp"

#include <stdexcept>

namespace {

class Other final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {{"fails", false, "throw instead"}};
  explicit Other(const playlist::Args& args) : fails_(args.boolean("fails")) {}
  void filter(playlist::FilteringCall& call) const {
    if (fails_) throw std::out_of_range("thrown by the other compiler's code");
    if (call.rows() > 0) call.drop(0, call.because("first"));
  }

 private:
  bool fails_;
};

constinit const playlist::Element kOther =
    playlist::element<Other>("filtering.other_compiler", "Drops the first row.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.other-compiler", "1.0.0", kOther);
