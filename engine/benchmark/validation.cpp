#include "benchmark/validation.hpp"

#include <algorithm>
#include <utility>

#include "core/random.hpp"

namespace engine::benchmark {
namespace {

constexpr std::size_t kUsers = 6'000;   // at least, and as many more as it takes
constexpr std::size_t kItems = 15'000;  // for these: with one a user chance would choose
constexpr double kShare = 0.1;

std::size_t count_to_hold(std::size_t items) {
  if (items < kFewestTrainItems) return 0;
  return std::max<std::size_t>(1,
                               static_cast<std::size_t>(kShare * static_cast<double>(items) + 0.5));
}

/// Moves `count` of them to the front.
void draw(std::vector<std::int32_t>& items, std::size_t count, Random& random) {
  for (std::size_t k = 0; k < count; ++k)
    std::swap(items[k], items[k + static_cast<std::size_t>(random.next() % (items.size() - k))]);
}

void append(ItemsOfUsers& users, std::vector<std::int32_t>::iterator begin,
            std::vector<std::int32_t>::iterator end) {
  std::sort(begin, end);
  users.items.insert(users.items.end(), begin, end);
  users.offsets.push_back(users.items.size());
}

}  // namespace

std::vector<std::int32_t> Validation::some(std::size_t count) const {
  if (count >= users.size()) return users;
  std::vector<std::int32_t> drawn = users;
  Random random(0x50fe0fa11);
  draw(drawn, count, random);
  drawn.resize(count);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

bool tests_the_last(const Split& split) {
  bool is_any = false;
  for (std::int32_t user = 0; user < split.train.users(); ++user) {
    const auto train = split.train.of(user), test = split.test.of(user);
    if (train.empty() || test.empty()) continue;
    if (test.front() < train.back()) return false;
    is_any = true;
  }
  return is_any;
}

Validation hold_out(const Split& split) {
  const bool is_last = tests_the_last(split);
  Validation made;
  std::vector<std::pair<std::uint64_t, std::int32_t>> users;
  Random random(0x7a11da7e);
  for (std::int32_t user = 0; user < split.train.users(); ++user) {
    const auto train = split.train.of(user);
    std::vector<std::int32_t> items(train.begin(), train.end());
    const std::size_t held = count_to_hold(items.size());
    if (is_last) {
      std::rotate(items.begin(), items.end() - static_cast<std::ptrdiff_t>(held), items.end());
    } else {
      draw(items, held, random);
    }
    const auto middle = items.begin() + static_cast<std::ptrdiff_t>(held);
    append(made.wanted, items.begin(), middle);
    append(made.train, middle, items.end());
    if (held > 0) users.emplace_back(random.next(), user);
  }
  std::sort(users.begin(), users.end());
  std::size_t items = 0;
  for (const auto& [number, user] : users) {
    if (made.users.size() >= kUsers && items >= kItems) break;
    made.users.push_back(user);
    items += made.wanted.of(user).size();
  }
  std::sort(made.users.begin(), made.users.end());
  return made;
}

}  // namespace engine::benchmark
