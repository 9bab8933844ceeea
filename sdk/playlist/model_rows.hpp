// From the track numbers of a load to the rows of a model and back.
//
// An artifact outlives the numbering of tracks, so it names its rows by the store's ids (the column
// "id" of "tracks"). Where a column of ids ascends nothing is built and a look-up is a binary
// search, which is what a run of a few hundred candidates wants. Ids in another order lie close
// together, as a database hands them out one by one: a table of all of them is filled in one pass.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace playlist {

class ModelRows {
 public:
  ModelRows() = default;
  /// Ids of the load by number, and of the model by row; each id at most once in each. Both are
  /// kept as views.
  ModelRows(std::span<const std::int64_t> library_ids, std::span<const std::int64_t> model_ids)
      : library_(library_ids), model_(model_ids) {}

  /// -1: the model does not know the track.
  [[nodiscard]] std::int32_t row(std::int32_t number) const {
    return model_.find(library_.id(number));
  }
  /// -1: this load does not know it, as it is not in the library yet as of now.
  [[nodiscard]] std::int32_t number(std::int32_t row) const {
    return library_.find(model_.id(row));
  }
  [[nodiscard]] std::size_t library_count() const { return library_.ids.size(); }
  [[nodiscard]] std::size_t model_count() const { return model_.ids.size(); }

 private:
  struct Ids {
    std::span<const std::int64_t> ids;
    std::vector<std::int32_t> by_id;     // empty: they ascend, or lie close together
    std::vector<std::int32_t> by_value;  // of the id first + k; empty where they do not
    std::int64_t first = 0;

    Ids() = default;
    explicit Ids(std::span<const std::int64_t> given) : ids(given) {
      if (std::is_sorted(ids.begin(), ids.end())) return;
      const auto [low, high] = std::minmax_element(ids.begin(), ids.end());
      const std::uint64_t range =
          static_cast<std::uint64_t>(*high) - static_cast<std::uint64_t>(*low);
      if (range < 4 * ids.size() + 1024) {
        first = *low;
        by_value.assign(static_cast<std::size_t>(range) + 1, -1);
        for (std::size_t at = 0; at < ids.size(); ++at)
          by_value[static_cast<std::size_t>(ids[at] - first)] = static_cast<std::int32_t>(at);
        return;
      }
      by_id.resize(ids.size());
      std::iota(by_id.begin(), by_id.end(), 0);
      std::sort(by_id.begin(), by_id.end(),
                [&](std::int32_t a, std::int32_t b) { return id(a) < id(b); });
    }
    [[nodiscard]] std::int64_t id(std::int32_t at) const {
      return ids[static_cast<std::size_t>(at)];
    }
    [[nodiscard]] std::int32_t find(std::int64_t wanted) const {
      if (!by_value.empty()) {
        const std::uint64_t at =
            static_cast<std::uint64_t>(wanted) - static_cast<std::uint64_t>(first);
        return at < by_value.size() ? by_value[static_cast<std::size_t>(at)] : -1;
      }
      if (by_id.empty()) {
        const auto found = std::lower_bound(ids.begin(), ids.end(), wanted);
        return found != ids.end() && *found == wanted
                   ? static_cast<std::int32_t>(found - ids.begin())
                   : -1;
      }
      const auto found =
          std::lower_bound(by_id.begin(), by_id.end(), wanted,
                           [&](std::int32_t at, std::int64_t value) { return id(at) < value; });
      return found != by_id.end() && id(*found) == wanted ? *found : -1;
    }
  };
  Ids library_, model_;
};

}  // namespace playlist
