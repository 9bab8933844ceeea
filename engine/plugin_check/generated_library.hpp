// A library and a user made up for `engine plugins check`, of any size, in memory that a plugin can
// only read and cannot read beyond.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/declared_tables.hpp"
#include "data/tables.hpp"
#include "plugin_check/guarded_memory.hpp"

namespace engine {

/// Texts "PREFIX 0", "PREFIX 1" ...
class GuardedTexts {
 public:
  GuardedTexts(const std::string& prefix, std::int64_t count);
  [[nodiscard]] const playlist_dict* dict() const { return &dict_; }

 private:
  std::unique_ptr<GuardedBlock> bytes_, offsets_;
  playlist_dict dict_{};
};

/// What is drawn for a column: evenly from [low, high], one in seven missing where some are.
struct Values {
  double low = 0, high = 1;
  enum { kNone, kSome, kAll } missing = kSome;
};

/// Columns in guarded blocks.
class GuardedTable {
 public:
  /// `owner` begins the blocks' names: "the table tracks".
  GuardedTable(std::string owner, std::int64_t rows) : owner_(std::move(owner)), rows_(rows) {}

  /// A string column has its own texts.
  void add(const std::string& name, std::uint32_t type, const Values& values);
  /// A column that the library has not: 0..1, whole numbers 0..20; one in seven missing, or all.
  void add(const std::string& name, std::uint32_t type, bool is_missing);
  /// A column whose items are `first`, `first + step` ...
  void add_numbers(const std::string& name, std::uint32_t type, std::int64_t first,
                   std::int64_t step);
  /// The items of another table's column from the last to the first.
  void add_reversed(const playlist_column& column);
  /// A column of another table, which must outlive this one.
  void view(const playlist_column& column) { columns_.push_back(column); }
  /// Read-only from now on.
  const playlist_table* seal();
  [[nodiscard]] std::int64_t rows() const { return rows_; }

 private:
  void* items(const std::string& name, std::uint32_t type, const playlist_dict* dict);

  std::string owner_;
  std::int64_t rows_;
  std::deque<std::string> names_;
  std::deque<playlist_column> columns_;
  std::vector<std::unique_ptr<GuardedBlock>> blocks_;
  std::vector<std::unique_ptr<GuardedTexts>> texts_;
  std::vector<const playlist_column*> pointers_;
  playlist_table table_{};
};

class GeneratedLibrary final : public Tables {
 public:
  /// `is_missing`: nothing is known of any track but its number.
  GeneratedLibrary(std::int64_t tracks, bool is_missing)
      : tracks_(tracks), is_missing_(is_missing) {}

  [[nodiscard]] std::int64_t size() const { return tracks_; }
  [[nodiscard]] bool is_missing() const { return is_missing_; }
  [[nodiscard]] const playlist_table* table(std::string_view name) const override;
  [[nodiscard]] const playlist_lists* lists(std::string_view name) const override;
  /// The space "audio", with 8 dimensions.
  [[nodiscard]] const playlist_matrix* embedding(std::string_view space) const override;
  [[nodiscard]] std::int64_t now() const override { return 1'790'000'000; }

 private:
  struct MadeLists {
    std::unique_ptr<GuardedBlock> offsets, values, weights;
    playlist_lists view{};
  };
  [[nodiscard]] std::int64_t artists() const { return (tracks_ + 9) / 10; }
  [[nodiscard]] std::int64_t tags() const { return tracks_ == 0 ? 0 : 40; }
  [[nodiscard]] std::unique_ptr<GuardedTable> make(std::string_view name) const;
  [[nodiscard]] static std::int64_t step_of(std::string_view table);
  [[nodiscard]] std::int64_t numbered(const DeclaredColumn& column) const;
  [[nodiscard]] std::int64_t rows_of(const DeclaredTable& table) const;
  void add_column(GuardedTable& made, const DeclaredTable& table,
                  const DeclaredColumn& column) const;

  std::int64_t tracks_;
  bool is_missing_;
  mutable std::map<std::string, std::unique_ptr<GuardedTable>, std::less<>> made_;
  mutable std::map<std::string, MadeLists, std::less<>> made_lists_;
  mutable std::unique_ptr<GuardedBlock> embedding_block_;
  mutable playlist_matrix embedding_{};
};

}  // namespace engine
