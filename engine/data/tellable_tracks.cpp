#include "data/tellable_tracks.hpp"

namespace engine {

std::vector<std::int64_t> heard_tracks(const Store& store, std::int64_t user, std::int64_t now) {
  std::vector<std::int64_t> heard;
  Statement select = store.prepare(
      "SELECT DISTINCT track_id FROM listens WHERE user_id = ?1 AND ts <= ?2 ORDER BY track_id");
  for (select.start(user, now); select.step();) heard.push_back(select.integer(0));
  return heard;
}

TellableTracks::TellableTracks(const AsOf& tables, std::span<const std::int64_t> heard)
    : tables_(tables), is_hidden_(static_cast<std::size_t>(tables.table("tracks")->rows)) {
  const auto numbers = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
  for (const std::int64_t id : heard) {
    const bool is_known = id >= 0 && static_cast<std::size_t>(id) < numbers.size() &&
                          numbers[static_cast<std::size_t>(id)] >= 0;
    if (is_known)
      is_hidden_[static_cast<std::size_t>(numbers[static_cast<std::size_t>(id)])] = true;
  }
  for (const char* told : {"listens", "likes"})
    for (const std::int32_t track : column_of<std::int32_t>(*tables.table(told), "track"))
      is_hidden_[static_cast<std::size_t>(track)] = false;
}

}  // namespace engine
