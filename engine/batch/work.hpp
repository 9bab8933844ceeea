// The workers of a batch and what becomes of their lists; internal to engine/batch.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batch/batch.hpp"
#include "batch/list_maker.hpp"
#include "data/column_cache.hpp"
#include "worker/items.hpp"

namespace engine::batch {

/// Gives parts of `users` to workers and hands over what they made in the order of `users`.
class BatchWork final : public ItemWork {
 public:
  /// All are only looked at. `recipe` is complete but for a user's columns and seed.
  BatchWork(const BatchRequest& request, const RunRequest& recipe, const ColumnLoader& loader,
            std::vector<const User*> users, std::function<void(const User&, Made)> take,
            std::function<void(const User&, const std::string&)> print);

 private:
  // Items are places in users_.
  std::optional<ItemPart> next_part() override;
  Job job(ItemPart part) override;
  void result(std::size_t place, const std::string& bytes) override;
  void failed(std::size_t place, Error error) override;
  void told(std::size_t place, std::uint32_t kind, const std::string& bytes) override;
  void settle(std::size_t place, Made made);

  const BatchRequest& request_;
  const RunRequest& recipe_;
  const ColumnLoader& loader_;
  const std::vector<const User*> users_;
  const std::function<void(const User&, Made)> take_;
  const std::function<void(const User&, const std::string&)> print_;
  std::size_t part_size_ = 1, next_place_ = 0, next_taken_ = 0;
  std::map<std::size_t, Made> waiting_;  // for those before them
};

}  // namespace engine::batch
