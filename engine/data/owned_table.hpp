// A table that is computed, or partly computed and partly a view of mapped columns.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Columns are 64-byte aligned. Not thread-safe while columns are added.
class OwnedTable {
 public:
  explicit OwnedTable(std::int64_t rows) : rows_(rows) {}
  OwnedTable(const OwnedTable&) = delete;
  OwnedTable& operator=(const OwnedTable&) = delete;

  // New columns of `rows` items, to be filled by the caller.
  float* f32(const std::string& name) { return static_cast<float*>(add(name, PLAYLIST_F32)); }
  std::int32_t* i32(const std::string& name) {
    return static_cast<std::int32_t*>(add(name, PLAYLIST_I32));
  }
  std::int64_t* i64(const std::string& name) {
    return static_cast<std::int64_t*>(add(name, PLAYLIST_I64));
  }
  std::uint8_t* u8(const std::string& name) {
    return static_cast<std::uint8_t*>(add(name, PLAYLIST_U8));
  }
  /// Copies the values; as many as the table has rows.
  template <typename T>
  void copy(const std::string& name, const std::vector<T>& values);
  /// Codes to be filled by the caller; the dictionary holds `texts` in order.
  std::int32_t* texts(const std::string& name, const std::vector<std::string>& texts);
  /// The first `rows` items of another table's column, which must outlive this one.
  void view(const playlist_column& column);
  /// As view(); of a string column only the texts up to the last one used are shown. For columns
  /// whose codes go by first appearance.
  void view_prefix(const playlist_column& column);
  /// Copies the first rows of another table's column, then chosen ones; as many as this table has.
  void pick(const playlist_column& column, std::int64_t first_rows,
            const std::vector<std::int64_t>& more);
  void pick(const playlist_column& column, const std::vector<std::int64_t>& rows) {
    pick(column, 0, rows);
  }

  /// Valid until a column is added; from then on threads may share it.
  const playlist_table* table();

 private:
  struct Aligned {
    void operator()(void* memory) const;
  };
  void* add(const std::string& name, std::uint32_t type);
  playlist_column& add_column(const std::string& name, std::uint32_t type, void* data,
                              const playlist_dict* dict);

  std::int64_t rows_;
  std::deque<std::string> names_;
  std::deque<playlist_column> columns_;
  std::deque<playlist_dict> dicts_;
  std::deque<std::string> bytes_;
  std::deque<std::vector<std::uint64_t>> offsets_;
  std::vector<std::unique_ptr<void, Aligned>> memory_;
  std::vector<const playlist_column*> pointers_;
  playlist_table table_{};
};

}  // namespace engine
