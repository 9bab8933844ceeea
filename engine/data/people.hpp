// Everybody whom a run may look at: the listener, and other people of the same library as of the
// same now.
//
// A recipe reads other people's data only where its own text says so: pl.person, pl.everyone, and
// t.plays_of.NAME. Whose list it is stays the listener: records, bans and explanations are theirs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/as_of.hpp"
#include "data/column_cache.hpp"

namespace engine {

/// Of a library with more people only those are read whose names the recipe says.
inline constexpr std::size_t kMostPeople = 32;

/// May the recipe of this text ask for other people at all?
bool may_ask_for_people(std::string_view recipe_text);

/// `columns` with those of the others whom a recipe of this text and these parameters may ask for,
/// of the same state of the store; they are part of the data_state. `options` as for the columns.
/// Throws what prepare_columns() throws, and Error(kInput) where the recipe asks for others and the store is a shard
/// of a library, which has not all of them.
std::shared_ptr<const PreparedColumns> with_people(std::shared_ptr<const PreparedColumns> columns,
                                                   ColumnOptions options,
                                                   std::string_view recipe_text,
                                                   const std::vector<std::string>& set);
/// The same from a loader.
std::shared_ptr<const PreparedColumns> with_people(std::shared_ptr<const PreparedColumns> columns,
                                                   const ColumnLoader& loader,
                                                   std::string_view recipe_text,
                                                   const std::vector<std::string>& set);

/// Tables are made at first use. Threads: one.
class People {
 public:
  People(std::shared_ptr<const AsOf> listener, std::shared_ptr<const PreparedColumns> columns,
         const AsOfOptions& options);

  /// The listener for ""; nullptr for a name that nobody has whose data is at hand.
  [[nodiscard]] const Tables* find(std::string_view name) const;
  /// The listener first, the others by name.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool is_everyone() const { return columns_->has_everyone; }
  [[nodiscard]] bool has_others() const { return names_.size() > 1; }

 private:
  std::shared_ptr<const AsOf> listener_;
  std::shared_ptr<const PreparedColumns> columns_;
  AsOfOptions options_;
  std::vector<std::string> names_;
  mutable std::map<std::string, std::unique_ptr<AsOf>, std::less<>> made_;
};

}  // namespace engine
