// From the track numbers of a load to the rows of a model and back.
//
// An artifact outlives the numbering of tracks, so it names its rows by the store's ids (the column
// "id" of "tracks"). Nothing is built until a look-up needs it, and often nothing is: a model of
// the whole library has its rows in the order of the load's numbers, and an engine that offers
// tables "tracks_by_id" and "artists_by_id" has turned the load's ids round once for all calls.
// Else, where a column of ids ascends a look-up is a search from where the id should stand. Ids in
// another order lie close together, as a database hands them out one by one: a table of all of them
// is filled in one pass, and kept for the calls that read the same version of the model.
#pragma once

#include "playlist/call.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model_version.hpp"

namespace shared {

/// Where each of a column of ids stands.
struct RowsOfIds {
  enum class Order { kAscending, kClose, kAny };
  Order order = Order::kAscending;
  std::vector<std::int32_t> by_id;     // kAny: places in the order of their ids
  std::vector<std::int32_t> by_value;  // kClose: of the id first + k
  std::int64_t first = 0;

  explicit RowsOfIds(std::span<const std::int64_t> ids);
  /// -1: none. Not for kAscending. `ids` are those it was made of.
  [[nodiscard]] std::int32_t find(std::span<const std::int64_t> ids, std::int64_t wanted) const {
    if (order == Order::kClose) {
      const std::uint64_t at =
          static_cast<std::uint64_t>(wanted) - static_cast<std::uint64_t>(first);
      return at < by_value.size() ? by_value[static_cast<std::size_t>(at)] : -1;
    }
    const auto id = [&](std::int32_t at) { return ids[static_cast<std::size_t>(at)]; };
    const auto found =
        std::lower_bound(by_id.begin(), by_id.end(), wanted,
                         [&](std::int32_t at, std::int64_t value) { return id(at) < value; });
    return found != by_id.end() && id(*found) == wanted ? *found : -1;
  }
};
/// The one that was made for this name before, else made and kept; equal names have equal ids. A
/// few are kept, those asked for last. Threads: any.
std::shared_ptr<const RowsOfIds> kept_rows(const std::string& name,
                                           std::span<const std::int64_t> ids);

/// Threads: one at a time.
class ModelRows {
 public:
  ModelRows() = default;
  /// Ids of the load by number, and of the model by row; each id at most once in each. All are kept
  /// as views. `number_of_id`: the column "number" of "tracks_by_id", empty where that has no rows.
  ModelRows(std::span<const std::int64_t> library_ids, std::span<const std::int64_t> model_ids,
            std::span<const std::int32_t> number_of_id = {})
      : library_(library_ids), model_(model_ids), number_of_id_(number_of_id) {}
  /// `table` of the load: "tracks" or "artists". With `model` what look-ups need is kept; the ids are
  /// those of its table `model_table`, which is called as that of the load where it is not told.
  ModelRows(const playlist::Call& call, const char* table, std::span<const std::int64_t> model_ids,
            const char* model = nullptr, const std::string& model_table = "")
      : ModelRows(call.table(table)["id"].i64(), model_ids) {
    if (model != nullptr) {
      const std::string version = version_of(call, model);
      const std::string name = model_table.empty() ? table : model_table;
      if (!version.empty()) model_.kept_as = name + " of " + version;
    }
    const auto* tables =
        playlist::find_service<playlist_tables>(call.host(), PLAYLIST_SERVICE_TABLES);
    const std::string by_id = std::string(table) + "_by_id";
    const playlist::Table numbers(tables == nullptr ? nullptr
                                                    : tables->table(call.host(), by_id.c_str()));
    if (numbers.rows() > 0) number_of_id_ = numbers["number"].i32();
  }

  /// -1: the model does not know the track.
  [[nodiscard]] std::int32_t row(std::int32_t number) const {
    const std::int64_t id = library_.id(number);
    return model_.has(number, id) ? number : model_.find(id);
  }
  /// -1: this load does not know it, as it is not in the library yet as of now.
  [[nodiscard]] std::int32_t number(std::int32_t row) const {
    const std::int64_t id = model_.id(row);
    if (number_of_id_.empty()) return library_.has(row, id) ? row : library_.find(id);
    const bool is_there = id >= 0 && static_cast<std::uint64_t>(id) < number_of_id_.size();
    return is_there ? number_of_id_[static_cast<std::size_t>(id)] : -1;
  }
  [[nodiscard]] std::size_t library_count() const { return library_.ids.size(); }
  [[nodiscard]] std::size_t model_count() const { return model_.ids.size(); }

 private:
  struct Ids {
    std::span<const std::int64_t> ids;
    std::string kept_as;                            // "": not kept
    mutable std::shared_ptr<const RowsOfIds> rows;  // once a look-up needed it

    Ids() = default;
    explicit Ids(std::span<const std::int64_t> given) : ids(given) {}
    [[nodiscard]] std::int64_t id(std::int32_t at) const {
      return ids[static_cast<std::size_t>(at)];
    }
    [[nodiscard]] bool has(std::int32_t at, std::int64_t wanted) const {
      return static_cast<std::size_t>(at) < ids.size() && id(at) == wanted;
    }
    [[nodiscard]] std::int32_t find(std::int64_t wanted) const {
      if (!rows) {
        // What a search finds is right in any order; that it finds nothing says so only where ids
        // ascend, which takes a look at all of them.
        if (const std::int32_t at = search(wanted); at >= 0) return at;
        rows = kept_as.empty() ? std::make_shared<const RowsOfIds>(ids) : kept_rows(kept_as, ids);
      }
      return rows->order == RowsOfIds::Order::kAscending ? search(wanted) : rows->find(ids, wanted);
    }

   private:
    /// Ids ascend, most often evenly: steps that double lead from where `wanted` would stand then
    /// to where it does, within memory that lies close together.
    [[nodiscard]] std::int32_t search(std::int64_t wanted) const {
      if (ids.empty() || wanted < ids.front() || wanted > ids.back()) return -1;
      const double share = (static_cast<double>(wanted) - static_cast<double>(ids.front())) /
                           (static_cast<double>(ids.back()) - static_cast<double>(ids.front()) + 1);
      std::size_t low = std::min(static_cast<std::size_t>(share * static_cast<double>(ids.size())),
                                 ids.size() - 1);
      std::size_t high = low;
      for (std::size_t step = 8; ids[low] > wanted; step *= 2) low -= std::min(step, low);
      for (std::size_t step = 8; ids[high] < wanted; step *= 2)
        high = std::min(high + step, ids.size() - 1);
      const auto end = ids.begin() + static_cast<std::ptrdiff_t>(high) + 1;
      const auto found =
          std::lower_bound(ids.begin() + static_cast<std::ptrdiff_t>(low), end, wanted);
      return found != end && *found == wanted ? static_cast<std::int32_t>(found - ids.begin()) : -1;
    }
  };
  Ids library_, model_;
  std::span<const std::int32_t> number_of_id_;  // empty: the engine does not tell
};

}  // namespace shared
