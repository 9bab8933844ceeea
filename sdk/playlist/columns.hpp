// Views of the host's columns and tables. Views own nothing and are valid as long as what they
// show: candidates until the call returns, tables of the library and the user until the element is
// gone.
#pragma once

#include "playlist/error.hpp"
#include "playlist/plugin.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace playlist {

// ---- missing values
// -------------------------------------------------------------------------------
inline constexpr float kMissingF32 = std::numeric_limits<float>::quiet_NaN();
inline constexpr double kMissingF64 = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int32_t kMissingI32 = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t kMissingI64 = std::numeric_limits<std::int64_t>::min();
inline constexpr std::uint8_t kMissingU8 = 255;
inline constexpr std::int32_t kMissingText = -1;  // the code of a missing text

inline bool is_missing(float value) {
  return std::isnan(value);
}
inline bool is_missing(double value) {
  return std::isnan(value);
}
constexpr bool is_missing(std::int32_t value) {
  return value == kMissingI32;
}
constexpr bool is_missing(std::int64_t value) {
  return value == kMissingI64;
}
constexpr bool is_missing(std::uint8_t value) {
  return value == kMissingU8;
}

/// "f32", "i32", "text" ... for messages.
constexpr const char* type_name(std::uint32_t type) {
  switch (type) {
    case PLAYLIST_F32:
      return "f32";
    case PLAYLIST_F64:
      return "f64";
    case PLAYLIST_I32:
      return "i32";
    case PLAYLIST_I64:
      return "i64";
    case PLAYLIST_STRING:
      return "text";
    case PLAYLIST_U8:
      return "u8";
    default:
      return "unknown";
  }
}

/// A string column: a code per row, and the text of each code. Equal texts have equal codes within
/// one column.
class Strings {
 public:
  Strings() = default;
  Strings(const std::int32_t* codes, std::size_t rows, const playlist_dict* dict)
      : codes_(codes, rows), dict_(dict) {}

  [[nodiscard]] std::size_t size() const { return codes_.size(); }
  [[nodiscard]] std::span<const std::int32_t> codes() const { return codes_; }
  [[nodiscard]] std::int32_t code(std::size_t row) const { return codes_[row]; }
  /// "" when missing.
  std::string_view operator[](std::size_t row) const { return text(codes_[row]); }
  /// How many different codes there can be: codes are below it.
  [[nodiscard]] std::uint32_t code_count() const { return dict_ ? dict_->count : 0; }
  [[nodiscard]] std::string_view text(std::int32_t code) const {
    if (code < 0 || static_cast<std::uint32_t>(code) >= code_count()) return {};
    const std::uint64_t begin = dict_->offsets[code];
    return {dict_->bytes + begin, static_cast<std::size_t>(dict_->offsets[code + 1] - begin)};
  }

 private:
  std::span<const std::int32_t> codes_;
  const playlist_dict* dict_ = nullptr;
};

/// Rows [begin, begin + rows) of a column of any type. Reading it as another type throws Error.
class Column {
 public:
  Column(const playlist_column* column, std::int64_t begin, std::int64_t rows)
      : column_(column), begin_(begin), rows_(static_cast<std::size_t>(rows)) {}

  [[nodiscard]] std::string_view name() const { return column_->name; }
  [[nodiscard]] std::uint32_t type() const { return column_->type; }
  [[nodiscard]] std::size_t size() const { return rows_; }

  [[nodiscard]] std::span<const float> f32() const { return items<float>(PLAYLIST_F32); }
  [[nodiscard]] std::span<const double> f64() const { return items<double>(PLAYLIST_F64); }
  [[nodiscard]] std::span<const std::int32_t> i32() const {
    return items<std::int32_t>(PLAYLIST_I32);
  }
  [[nodiscard]] std::span<const std::int64_t> i64() const {
    return items<std::int64_t>(PLAYLIST_I64);
  }
  [[nodiscard]] std::span<const std::uint8_t> u8() const {
    return items<std::uint8_t>(PLAYLIST_U8);
  }
  [[nodiscard]] Strings texts() const {
    return {items<std::int32_t>(PLAYLIST_STRING).data(), rows_, column_->dict};
  }

  /// Any number type as a double, NaN when missing. Throws Error for text.
  [[nodiscard]] double number(std::size_t row) const {
    switch (type()) {
      case PLAYLIST_F32:
        return f32()[row];
      case PLAYLIST_F64:
        return f64()[row];
      case PLAYLIST_I32:
        return real(i32()[row]);
      case PLAYLIST_I64:
        return real(i64()[row]);
      case PLAYLIST_U8:
        return real(u8()[row]);
      default:
        throw Error(concat("column ", name(), " is text, not a number"));
    }
  }

 private:
  template <class T>
  static double real(T value) {
    return is_missing(value) ? kMissingF64 : static_cast<double>(value);
  }
  template <class T>
  [[nodiscard]] std::span<const T> items(std::uint32_t wanted) const {
    if (type() != wanted) {
      throw Error(
          concat("column ", name(), " is ", type_name(type()), ", not ", type_name(wanted)));
    }
    return {static_cast<const T*>(column_->data) + begin_, rows_};
  }

  const playlist_column* column_;
  std::int64_t begin_;
  std::size_t rows_;
};

/// A table of named columns: `table["artist"].i32()[row]`.
class Table {
 public:
  explicit Table(const playlist_table* table, std::string_view name = "table")
      : table_(table), name_(name) {}

  /// False for a table that does not exist, which has no rows and no columns.
  explicit operator bool() const { return table_ != nullptr; }
  [[nodiscard]] std::size_t rows() const {
    return table_ ? static_cast<std::size_t>(table_->rows) : 0;
  }
  [[nodiscard]] bool has(std::string_view column) const { return find(column) != nullptr; }
  /// Throws Error when there is no such column.
  Column operator[](std::string_view column) const {
    const playlist_column* found = find(column);
    if (!found) throw Error(concat(name_, " has no column ", column));
    return {found, 0, table_->rows};
  }
  [[nodiscard]] const playlist_table* get() const { return table_; }

 private:
  [[nodiscard]] const playlist_column* find(std::string_view column) const {
    if (!table_) return nullptr;
    for (std::uint32_t i = 0; i < table_->column_count; ++i) {
      if (column == table_->columns[i]->name) return table_->columns[i];
    }
    return nullptr;
  }

  const playlist_table* table_;
  std::string name_;
};

/// One list of numbers per row: `for (std::int32_t track : artist_tracks[artist])`. A row outside
/// (a missing artist, say) has an empty list.
class Lists {
 public:
  explicit Lists(const playlist_lists* lists) : lists_(lists) {}

  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(lists_->rows); }
  std::span<const std::int32_t> operator[](std::int64_t row) const {
    return part(lists_->values, row);
  }
  /// Parallel to the list itself; empty when these lists have no weights.
  [[nodiscard]] std::span<const float> weights(std::int64_t row) const {
    return lists_->weights ? part(lists_->weights, row) : std::span<const float>{};
  }

 private:
  template <class T>
  std::span<const T> part(const T* items, std::int64_t row) const {
    if (row < 0 || row >= lists_->rows) return {};
    const std::uint64_t begin = lists_->offsets[row];
    return {items + begin, static_cast<std::size_t>(lists_->offsets[row + 1] - begin)};
  }

  const playlist_lists* lists_;
};

/// Row-major float32, one row per track number; a row of NaN where a track has none.
class Matrix {
 public:
  explicit Matrix(const playlist_matrix* matrix) : matrix_(matrix) {}

  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(matrix_->rows); }
  [[nodiscard]] std::size_t columns() const { return matrix_->columns; }
  [[nodiscard]] const float* data() const { return matrix_->data; }
  std::span<const float> operator[](std::int64_t row) const {
    return {matrix_->data + static_cast<std::size_t>(row) * columns(), columns()};
  }

 private:
  const playlist_matrix* matrix_;
};

/// A set of tracks given as a parameter (candidates, likes, the library ...), in its own order.
/// Not given: no rows.
class Tracks {
 public:
  Tracks() : table_(nullptr) {}
  explicit Tracks(const playlist_table* table) : table_(table, "the set of tracks") {}

  [[nodiscard]] bool is_given() const { return static_cast<bool>(table_); }
  [[nodiscard]] std::size_t size() const { return table_.rows(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::span<const std::int32_t> track() const {
    return is_given() ? table_["track"].i32() : std::span<const std::int32_t>{};
  }
  [[nodiscard]] std::span<const float> score() const {
    return is_given() ? table_["score"].f32() : std::span<const float>{};
  }
  /// When it was liked, saved or played, Unix seconds; kMissingI64 where the set has no times.
  [[nodiscard]] std::span<const std::int64_t> ts() const {
    return is_given() ? table_["ts"].i64() : std::span<const std::int64_t>{};
  }
  /// Further columns, when the set has any.
  [[nodiscard]] const Table& table() const { return table_; }

 private:
  Table table_;
};

}  // namespace playlist
