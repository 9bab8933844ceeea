// ordering.shuffle: every order equally likely, the same for the same random seed.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "elements.hpp"

namespace {

class Shuffle final : public playlist::Ordering {
 public:
  static std::vector<std::int32_t> order(playlist::OrderingCall& call) {
    call.checkpoint();
    std::vector<std::int32_t> rows(call.rows());
    std::iota(rows.begin(), rows.end(), 0);
    call.random("order").shuffle(std::span<std::int32_t>(rows));
    return rows;
  }
};

}  // namespace

constinit const playlist::Element kShuffle =
    playlist::element<Shuffle>("ordering.shuffle", "Shuffles, the same for the same random seed.");
