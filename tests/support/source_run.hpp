// Runs a source of the built plugins over bytes, the way an import does, and keeps what it gave.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "support/collected_rows.hpp"

namespace test {

struct SourceRun {
  std::string source;           // the element that read it, "" when none recognised it
  std::string error;            // what ended the run; "" when it went through
  bool is_unsupported = false;  // it said that it does not read this after all
  std::unique_ptr<CollectedRows> rows;

  [[nodiscard]] std::vector<CollectedRow> of(const std::string& table) const {
    return rows->of(table);
  }
  /// "likes, banned of spotify": the lists of which it said that the file held all, in that order.
  [[nodiscard]] std::string whole_lists() const;
  /// Reason of the n-th record in `bucket`, "(none)" when there are fewer.
  [[nodiscard]] std::string reason(const std::string& bucket, std::size_t n = 0) const;
};

/// The content of tests/data/PATH.
std::string fixture(const std::string& path);

/// Recognises and reads `bytes` as a file of this name; `columns` as given to --columns.
SourceRun read_source(const std::string& name, std::string_view bytes,
                      const std::string& columns = "",
                      CollectedRows::Keep keep = CollectedRows::Keep::kValues);
/// The same where the engine answers these settings of a source: "dates", "timezone", "user", and
/// "beside:NAME", the text of another file with 64 zero bytes behind it.
SourceRun read_source_set(const std::string& name, std::string_view bytes,
                          const std::map<std::string, std::string>& settings);
/// The same for tests/data/PATH.
SourceRun read_fixture(const std::string& path, const std::string& columns = "");
/// Reads with this source, whatever recognition says.
SourceRun read_with(const std::string& source, const std::string& name, std::string_view bytes);
/// The same where the engine answers these settings, as with read_source_set().
SourceRun read_with_set(const std::string& source, const std::string& name, std::string_view bytes,
                        const std::map<std::string, std::string>& settings);
/// The same where the user named a file of ids beside it.
SourceRun read_with_ids(const std::string& source, const std::string& name, std::string_view bytes,
                        const std::string& ids);
/// Names of all sources, sorted.
std::vector<std::string> source_names();

}  // namespace test
