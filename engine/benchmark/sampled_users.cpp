#include "benchmark/sampled_users.hpp"

#include "core/random.hpp"

namespace engine::benchmark {

bool is_sampled(std::int32_t user, double share) {
  constexpr std::uint64_t kSeed = 0x5a3b1e;
  return Random(kSeed + static_cast<std::uint64_t>(user)).uniform() < share;
}

ItemsOfUsers sampled(const ItemsOfUsers& users, double share) {
  ItemsOfUsers made;
  for (std::int32_t user = 0; user < users.users(); ++user) {
    if (!is_sampled(user, share)) continue;
    const auto items = users.of(user);
    made.items.insert(made.items.end(), items.begin(), items.end());
    made.offsets.push_back(made.items.size());
  }
  return made;
}

}  // namespace engine::benchmark
