// A split's train part as the tables that models and recall elements read.
#pragma once

#include <memory>
#include <vector>

#include "benchmark/split.hpp"
#include "data/as_of.hpp"
#include "data/owned_table.hpp"

namespace engine::benchmark {

/// Items are tracks of the same number and id without an artist, each user of the train part has
/// played each of their items once; everything else is as in an empty library.
class SplitTables final : public Tables {
 public:
  /// `train` must outlive it.
  SplitTables(const ItemsOfUsers& train, std::int32_t items);

  [[nodiscard]] const playlist_table* table(std::string_view name) const override;
  [[nodiscard]] const playlist_lists* lists(std::string_view name) const override;
  [[nodiscard]] const playlist_matrix* embedding(std::string_view space) const override {
    return rest_->embedding(space);
  }
  [[nodiscard]] std::int64_t now() const override { return rest_->now(); }

 private:
  std::unique_ptr<AsOf> rest_;
  mutable OwnedTable tracks_, users_;
  std::vector<float> plays_;
  std::vector<std::uint64_t> no_offsets_;
  std::int32_t no_value_ = 0;
  playlist_lists user_tracks_{}, nothing_{};
};

}  // namespace engine::benchmark
