// A store of a few rows written as SQL, and its as-of tables as texts that can be compared.
#pragma once

#include "playlist/plugin.h"

#include <memory>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "store/store.hpp"
#include "support/temporary_folder.hpp"

namespace test {

class SmallStore {
 public:
  SmallStore();
  /// Runs SQL in one transaction that also moves data_version.
  void change(const std::string& sql);
  /// The same of SQL that only adds listens later than all of their person's, and what they are of.
  void append(const std::string& sql);
  /// Runs SQL that is no change of what a recipe reads (runs).
  void execute(const std::string& sql);

  [[nodiscard]] engine::AsOfOptions options(std::int64_t now, const std::string& user = "ann");
  /// As of `now`, through the cache beside the store.
  [[nodiscard]] std::unique_ptr<engine::AsOf> as_of(std::int64_t now,
                                                    const std::string& user = "ann");
  [[nodiscard]] std::string path() const { return folder_.file("library.db"); }
  [[nodiscard]] std::string cache() const { return path() + ".columns"; }
  /// What the last as_of() told at verbose level.
  std::vector<std::string> told;

 private:
  TemporaryFolder folder_;
  engine::Store store_;
};

/// "track ts\n0 100\n..." : names, then one line per row; missing values as "-".
std::string as_text(const playlist_table& table);
/// The chosen columns only.
std::string as_text(const playlist_table& table, const std::vector<std::string>& columns);
/// "0: 1 2\n1:\n"; weights as "value*weight".
std::string as_text(const playlist_lists& lists);
std::string as_text(const playlist_matrix& matrix);
/// Every table that AsOf has; of a family a name or two.
std::vector<std::string> declared_names();
/// Every table, list and embedding that plugins can ask for, with the exact bits of every number
/// and all dictionaries.
std::string everything(const engine::AsOf& tables);

}  // namespace test
