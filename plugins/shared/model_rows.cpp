#include "model_rows.hpp"

#include <mutex>
#include <numeric>
#include <utility>

namespace shared {

RowsOfIds::RowsOfIds(std::span<const std::int64_t> ids) {
  if (std::is_sorted(ids.begin(), ids.end())) return;
  const auto [low, high] = std::minmax_element(ids.begin(), ids.end());
  const std::uint64_t range = static_cast<std::uint64_t>(*high) - static_cast<std::uint64_t>(*low);
  if (range < 4 * ids.size() + 1024) {
    order = Order::kClose;
    first = *low;
    by_value.assign(static_cast<std::size_t>(range) + 1, -1);
    for (std::size_t at = 0; at < ids.size(); ++at)
      by_value[static_cast<std::size_t>(ids[at] - first)] = static_cast<std::int32_t>(at);
    return;
  }
  order = Order::kAny;
  by_id.resize(ids.size());
  std::iota(by_id.begin(), by_id.end(), 0);
  std::sort(by_id.begin(), by_id.end(), [&](std::int32_t a, std::int32_t b) {
    return ids[static_cast<std::size_t>(a)] < ids[static_cast<std::size_t>(b)];
  });
}

std::shared_ptr<const RowsOfIds> kept_rows(const std::string& name,
                                           std::span<const std::int64_t> ids) {
  constexpr std::size_t kMostKept = 8;  // two tables of each model that a recipe asks, most often
  struct Kept {
    std::string name;
    std::shared_ptr<const RowsOfIds> rows;
  };
  static std::mutex mutex;
  static std::vector<Kept> kept;  // the last asked for first
  const std::lock_guard lock(mutex);
  const auto found =
      std::find_if(kept.begin(), kept.end(), [&](const Kept& one) { return one.name == name; });
  if (found != kept.end()) {
    std::rotate(kept.begin(), found, found + 1);
  } else {
    auto rows = std::make_shared<const RowsOfIds>(ids);
    if (kept.size() == kMostKept) kept.pop_back();
    kept.insert(kept.begin(), {name, std::move(rows)});
  }
  return kept.front().rows;
}

}  // namespace shared
