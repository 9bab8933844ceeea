#include "din_scoring.hpp"

#include <algorithm>

#include "shared/cpu.hpp"

namespace ranking {

// What levels/din_scoring.cpp is for each x86-64 level.
#define RANKING_DIN_LEVEL(level)                                                            \
  namespace level {                                                                         \
  void attention(const DinNumbers&, const float* history, int rows, const float* candidate, \
                 float* attention, float* scratch);                                         \
  void block(const DinNumbers&, const float* history, int rows, const float* candidates,    \
             int count, float* logits, float* scratch);                                     \
  }
RANKING_DIN_LEVEL(baseline)
RANKING_DIN_LEVEL(v3)
RANKING_DIN_LEVEL(v4)
#undef RANKING_DIN_LEVEL

namespace {

constexpr int kBlock = 32;  // candidates whose layers stay in a core's first cache

std::size_t attention_scratch(const DinNumbers& network, int rows) {
  return static_cast<std::size_t>((network.dim + rows + 1) * network.attention.count);
}

}  // namespace

void din_scores(const DinNumbers& network, const float* history, int rows, const float* candidates,
                int count, DinScratch& scratch, float* logits) {
  scratch.resize(attention_scratch(network, rows) + static_cast<std::size_t>(rows) +
                 static_cast<std::size_t>(
                     kBlock * (3 * network.dim + network.first.count + network.second.count)));
  const auto run = shared::of_this_processor(baseline::block, v3::block, v4::block);
  for (int begin = 0; begin < count; begin += kBlock) {
    run(network, history, rows, candidates + static_cast<std::size_t>(begin * network.dim),
        std::min(kBlock, count - begin), logits + begin, scratch.data());
  }
}

void din_attention(const DinNumbers& network, const float* history, int rows,
                   const float* candidate, DinScratch& scratch, float* attention) {
  scratch.resize(attention_scratch(network, rows));
  const auto run = shared::of_this_processor(baseline::attention, v3::attention, v4::attention);
  run(network, history, rows, candidate, attention, scratch.data());
}

}  // namespace ranking
