// A prepared statement with typed parameters and columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sqlite3.h>

namespace engine {

/// Throws Error(kStore) that says what the engine was doing, in which file, what SQLite answered
/// and what to do: locked by another process, damaged, disc full, not writable ...
[[noreturn]] void throw_store_error(sqlite3* database, const char* doing);

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

/// Owns one sqlite3_stmt. Parameters are numbered from 1 and columns from 0, as in SQLite.
/// Threads: one at a time, as its Store.
///
///   Statement insert(store.handle(), "INSERT INTO tags (name) VALUES (?1)");
///   insert.run("jazz");
///   Statement select(store.handle(), "SELECT tag_id, name FROM tags WHERE tag_id > ?1");
///   for (select.start(10); select.step();) use(select.integer(0), select.text(1));
class Statement {
 public:
  Statement() = default;
  /// Throws Error(kStore) when the text does not compile.
  Statement(sqlite3* database, std::string_view sql);
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }
  ~Statement() { sqlite3_finalize(statement_); }

  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  void bind(int index, std::nullptr_t) { sqlite3_bind_null(statement_, index); }
  /// The text is not copied: it must live until the next reset(), start() or run().
  void bind(int index, std::string_view text) {
    sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  }
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  template <class T>
  requires std::is_integral_v<T>
  void bind(int index, T value) { bind(index, static_cast<std::int64_t>(value)); }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, nullptr);
    }
  }
  void bind_blob(int index, std::string_view bytes) {
    sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }

  /// True when there is a row to read; false at the end, where the statement is reset by itself.
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) fail();
    sqlite3_reset(statement_);
    return false;
  }
  void reset() { sqlite3_reset(statement_); }

  /// Resets, and binds the given values in order.
  template <class... Values>
  void start(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
  }
  /// start(), then steps to the end. Returns the number of rows changed.
  template <class... Values>
  std::int64_t run(const Values&... values) {
    start(values...);
    while (step()) {
    }
    return sqlite3_changes64(sqlite3_db_handle(statement_));
  }
  /// The first column of the first row, or nothing.
  template <class... Values>
  std::optional<std::int64_t> find_integer(const Values&... values) {
    start(values...);
    if (!step()) return std::nullopt;
    std::optional<std::int64_t> found;
    if (!is_null(0)) found = integer(0);
    reset();
    return found;
  }

  [[nodiscard]] std::int64_t integer(int column) const {
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] double real(int column) const { return sqlite3_column_double(statement_, column); }
  /// Valid until the next step(), reset() or start(); "" for NULL.
  [[nodiscard]] std::string_view text(int column) const {
    const void* bytes = sqlite3_column_blob(statement_, column);
    return {static_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] bool is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] sqlite3_stmt* handle() const { return statement_; }

 private:
  [[noreturn]] void fail();
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace engine
