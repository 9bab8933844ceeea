#include "pipelines/similar_wanted.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "app/library_tables.hpp"
#include "core/duration.hpp"
#include "data/as_of.hpp"
#include "pipelines/questions.hpp"
#include "pipelines/tracks_wanted.hpp"
#include "store/store.hpp"

namespace engine::pipelines {
namespace {

constexpr std::size_t kMostSeeds = 50;
constexpr std::int64_t kSimilarHoldsSeconds = 30 * kDay;

}  // namespace

std::vector<std::int64_t> similar_wanted(const app::Caller& caller,
                                         const accounts::KnownService& service) {
  if (!is_known(caller)) return {};
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::unordered_set<std::int64_t> asked =
      tracks_asked(store, service.name, "similar_tracks", caller.asked.now - kSimilarHoldsSeconds);
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const playlist_table& tracks = *tables->table("tracks");
  const auto ids = column_of<std::int64_t>(tracks, "id");
  const auto codes = *service.similar_by == '\0'
                         ? std::span<const std::int32_t>()
                         : column_of<std::int32_t>(tracks, service.similar_by);
  const auto plays = column_of<std::int32_t>(*tables->table("track_statistics"), "plays_30d");
  std::vector<std::size_t> most;
  for (std::size_t track = 0; track < plays.size(); ++track)
    if (plays[track] > 0 && (codes.empty() || codes[track] >= 0)) most.push_back(track);
  std::ranges::stable_sort(most, std::greater(), [&](std::size_t track) { return plays[track]; });
  if (most.size() > kMostSeeds) most.resize(kMostSeeds);
  std::vector<std::int64_t> wanted;
  for (const std::size_t track : most)
    if (!asked.contains(ids[track])) wanted.push_back(ids[track]);
  return wanted;
}

}  // namespace engine::pipelines
