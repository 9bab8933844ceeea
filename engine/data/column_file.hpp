// A file of named tables, lists and matrices that is used where it lies: mapped, never parsed.
//
// Layout, little-endian, everything 64-byte aligned:
//   header     magic "PLAYCOLS", format version, length of the file, place, length and FNV-1a of
//              the directory, XXH3 of everything behind the header
//   directory  the key, then dictionaries, tables, lists and matrices, and where their bytes are
//   data       the columns themselves, as playlist/plugin.h describes them
// The key says what the file was made from (store, data version, play rule); a file with another
// key, format version or length, or a wrong checksum (data/column_check.hpp), is made again instead
// of being used.
#pragma once

#include "playlist/plugin.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

class Dictionary;

/// A mapped file, read-only and shared with every process that maps it.
/// Threads: any. Pointers stay valid as long as the object lives.
class ColumnFile {
 public:
  /// nullptr when there is no such file, or when it cannot be used; `why_not` says which in words.
  static std::shared_ptr<const ColumnFile> open(const std::string& path, std::string_view key,
                                                std::string& why_not);
  /// A file of any key that `accepts` takes.
  using Accepts = std::function<bool(std::string_view key)>;
  static std::shared_ptr<const ColumnFile> open(const std::string& path, const Accepts& accepts,
                                                std::string& why_not);
  /// As open(), of an open file (a memfd); takes the descriptor over.
  static std::shared_ptr<const ColumnFile> adopt(int descriptor, std::string_view key,
                                                 std::string& why_not);

  ~ColumnFile();
  ColumnFile(const ColumnFile&) = delete;
  ColumnFile& operator=(const ColumnFile&) = delete;

  /// nullptr when the file has none of that name.
  [[nodiscard]] const playlist_table* table(std::string_view name) const;
  [[nodiscard]] const playlist_lists* lists(std::string_view name) const;
  [[nodiscard]] const playlist_matrix* matrix(std::string_view name) const;
  /// Names of all matrices, sorted.
  [[nodiscard]] std::vector<std::string> matrix_names() const;
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] std::size_t length() const { return length_; }

 private:
  ColumnFile() = default;
  static std::shared_ptr<ColumnFile> map(int descriptor, const Accepts& accepts,
                                         std::string& why_not);
  std::string read(const Accepts& accepts);
  friend class DirectoryReader;

  const std::byte* bytes_ = nullptr;
  std::size_t length_ = 0;
  std::string key_;
  std::deque<playlist_dict> dicts_;
  std::deque<playlist_column> columns_;
  std::deque<std::string> names_;
  std::deque<std::vector<const playlist_column*>> column_lists_;
  std::map<std::string, playlist_table, std::less<>> tables_;
  std::map<std::string, playlist_lists, std::less<>> lists_;
  std::map<std::string, playlist_matrix, std::less<>> matrices_;
};

/// Collects what a file is to hold, then writes it in one go. The data given is only pointed at
/// and must stay until write() or write_to_memory() has returned.
class ColumnWriter {
 public:
  explicit ColumnWriter(std::string key) : key_(std::move(key)) {}

  /// Columns that follow belong to this table; each must have `rows` items.
  void table(std::string name, std::size_t rows);
  /// Where there are `more`, they follow the first ones.
  void column(std::string name, std::span<const float> values);
  void column(std::string name, std::span<const double> values);
  void column(std::string name, std::span<const std::int32_t> values,
              std::span<const std::int32_t> more = {});
  void column(std::string name, std::span<const std::int64_t> values,
              std::span<const std::int64_t> more = {});
  void column(std::string name, std::span<const std::uint8_t> values,
              std::span<const std::uint8_t> more = {});
  /// Codes into `texts`, -1 missing. Columns of one dictionary share its bytes.
  void column(std::string name, std::span<const std::int32_t> codes, const Dictionary& texts,
              std::span<const std::int32_t> more = {});

  void lists(std::string name, std::span<const std::uint64_t> offsets,
             std::span<const std::int32_t> values, std::span<const float> weights = {});
  /// Row-major; `values` holds rows * columns.
  void matrix(std::string name, std::size_t columns, std::span<const float> values);

  /// Writes a temporary file beside `path` and renames it into place, so that a reader sees the old
  /// file or the whole new one. Returns the file, mapped.
  /// `sync` no: of a file that can be made again; what a power cut leaves of it is found by its sum
  /// (column_check.hpp).
  /// Throws Error(kStore) naming the path and the system's reason.
  enum class Sync : bool { kNo, kYes };
  [[nodiscard]] std::shared_ptr<const ColumnFile> write(const std::string& path,
                                                        Sync sync = Sync::kYes) const;
  /// The same in a memfd: no file is left behind.
  [[nodiscard]] std::shared_ptr<const ColumnFile> write_to_memory() const;

 private:
  struct Piece {
    std::string_view first, more;
    [[nodiscard]] std::size_t length() const { return first.size() + more.size(); }
  };
  struct Column {
    std::string name;
    std::uint32_t type;
    std::size_t piece;
    int dict;  // -1: none
  };
  struct Table {
    std::string name;
    std::size_t rows;
    std::vector<Column> columns;
  };
  struct Lists {
    std::string name;
    std::size_t rows, value_count, offsets, values;
    std::ptrdiff_t weights;  // piece, -1: none
  };
  struct Matrix {
    std::string name;
    std::size_t rows, columns, piece;
  };
  struct Dict {
    const Dictionary* texts;
    std::size_t bytes, offsets;
  };

  std::size_t piece(std::string_view first, std::string_view more = {});
  template <typename T>
  void add_column(std::string name, std::uint32_t type, std::span<const T> values,
                  std::span<const T> more, int dict = -1);
  [[nodiscard]] std::string directory(const std::vector<std::uint64_t>& places) const;
  void write_all(int descriptor, const std::string& path) const;

  std::string key_;
  std::vector<Piece> pieces_;
  std::vector<Dict> dicts_;
  std::vector<Table> tables_;
  std::vector<Lists> lists_;
  std::vector<Matrix> matrices_;
};

}  // namespace engine
