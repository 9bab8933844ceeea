// Parts of a library: all have the whole catalogue with everybody's numbers, and the models; each has some of the
// people, or nobody. Internal to engine/cluster.
//
//   LIBRARY.db           the catalogue; the part's people with all that is theirs, under the ids that they had
//   LIBRARY.db.columns/  the whole library's columns of the catalogue
//   LIBRARY.db.models/   everybody's models, and those of its people; hard links where the disk is the same
//
// Left out  Jobs and bots, which are one machine's; a relation to somebody in another part.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/column_cache.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine::cluster {

class RowOwnership;

/// Of one library in one state. What all parts have is made with the first, and removed at the end. Threads: one.
class LibraryParts {
 public:
  /// `folder`, which is there, takes what is made on the way. Throws Error(kUsage) where the library is a part itself;
  /// kStore.
  LibraryParts(const ColumnOptions& columns, std::string folder);
  ~LibraryParts();
  LibraryParts(const LibraryParts&) = delete;
  LibraryParts& operator=(const LibraryParts&) = delete;

  [[nodiscard]] const Store& whole() const { return whole_; }
  [[nodiscard]] const std::vector<User>& people() const { return people_; }
  [[nodiscard]] const LibraryState& state() const { return state_; }

  /// Makes `library`, in a folder that is there, of those people. `part`: its kShardSetting. Returns how many
  /// relations of theirs are left out. Throws Error(kStore), also where the library has changed; kInput.
  std::size_t make(const std::string& library, const std::string& part,
                   const std::function<bool(const User&)>& has);

 private:
  [[nodiscard]] std::string base() const;
  [[nodiscard]] std::string columns_folder() const;
  void prepare();
  void make_base() const;
  void require_unchanged() const;
  void name_people(const Store& store, const std::function<bool(const User&)>& has) const;
  void link_models(const Store& store) const;

  const ColumnOptions columns_;
  const std::string folder_;
  const Store whole_;
  const std::vector<User> people_;
  const LibraryState state_;
  const std::unique_ptr<const RowOwnership> ownership_;
  bool is_prepared_ = false;
};

}  // namespace engine::cluster
