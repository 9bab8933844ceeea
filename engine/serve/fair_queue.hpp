// Who is next among several that ask: each session in turn, the requests of one in their order, so
// that a page that asks for twenty lists at once does not keep another from its one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <utility>

namespace engine::serve {

/// Threads: one.
class FairQueue {
 public:
  void add(const std::string& session, std::uint64_t number) {
    const auto found = std::find_if(turns_.begin(), turns_.end(),
                                    [&](const Turn& turn) { return turn.session == session; });
    if (found != turns_.end())
      found->waiting.push_back(number);
    else
      turns_.push_back({session, {number}});
  }

  std::optional<std::uint64_t> next() {
    if (turns_.empty()) return std::nullopt;
    Turn turn = std::move(turns_.front());
    turns_.pop_front();
    const std::uint64_t number = turn.waiting.front();
    turn.waiting.pop_front();
    if (!turn.waiting.empty()) turns_.push_back(std::move(turn));
    return number;
  }

  void remove(std::uint64_t number) {
    for (Turn& turn : turns_) std::erase(turn.waiting, number);
    std::erase_if(turns_, [](const Turn& turn) { return turn.waiting.empty(); });
  }

  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for (const Turn& turn : turns_) count += turn.waiting.size();
    return count;
  }

 private:
  struct Turn {
    std::string session;
    std::deque<std::uint64_t> waiting;  // never empty
  };
  std::list<Turn> turns_;  // a handful: those that have something waiting
};

}  // namespace engine::serve
