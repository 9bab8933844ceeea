// Imports into a store of its own: through the built source plugins, or with rows given directly;
// and the whole content of a store as text.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "import/import.hpp"
#include "import/session.hpp"
#include "store/store.hpp"
#include "support/temporary_folder.hpp"

namespace test {

/// Options for importing `paths` through the plugins of the build tree.
engine::import::ImportOptions import_options(const std::string& store,
                                             std::vector<std::string> paths,
                                             const std::string& user = "");

/// Writes a file and returns its path; makes the folders.
std::string write_file(const std::string& path, const std::string& content);

/// One row: column names with their values as text. The record is counted by itself.
using Row = std::vector<std::pair<std::string, std::string>>;

/// An import whose rows come from the test instead of a source.
class DirectImport {
 public:
  explicit DirectImport(const std::string& store_path, const std::string& user = "ann",
                        std::int64_t now = 1'700'000'000);
  ~DirectImport();

  /// A file of `format` with one record per row of `table`; its content is named by `hash`.
  engine::import::FileResult file(const std::string& format, const std::string& hash,
                                  const std::string& table, const std::vector<Row>& rows);
  /// The same with rows of several tables; a record is (table, row), or of several rows at once.
  engine::import::FileResult records(
      const std::string& format, const std::string& hash,
      const std::vector<std::vector<std::pair<std::string, Row>>>& records);
  /// The same, and then the import is cut off.
  void unfinished(const std::string& format, const std::string& hash,
                  const std::vector<std::vector<std::pair<std::string, Row>>>& records);
  engine::Store& store();
  engine::import::ImportResult finish();

 private:
  void send(const std::string& format, const std::string& hash,
            const std::vector<std::vector<std::pair<std::string, Row>>>& records, bool is_whole);
  struct State;
  std::unique_ptr<State> state_;
};

/// Every row of every table in order, without what may differ between two imports of the same
/// files (paths and the clock).
std::string dump(const std::string& store_path);

/// Sum of the buckets.
std::int64_t sum(const engine::import::BucketCounts& buckets);

}  // namespace test
