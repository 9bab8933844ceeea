// A database that a program may be writing to, as one file of its own.
//
// SQLite keeps what was written last in a log beside the database (NAME-wal), or, while something
// is being written, what was there before (NAME-journal). Sources see one file only; so the
// database and what lies beside it are copied into a folder that nobody else can read, SQLite puts
// them together there, and that file is read. The database itself is opened by nobody.
#pragma once

#include <memory>
#include <string>

namespace engine::import {

class DatabaseCopy {
 public:
  /// nullptr for a file that is no SQLite database, or one that nothing lies beside. Throws
  /// Error(kInput) where a program goes on writing to it, and Error(kStore) where there is no room
  /// for the copy.
  static std::unique_ptr<DatabaseCopy> make(const std::string& path);
  ~DatabaseCopy();
  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;

  [[nodiscard]] std::string path() const { return folder_ + "/copy.db"; }

 private:
  explicit DatabaseCopy(std::string folder) : folder_(std::move(folder)) {}
  void put_together(const std::string& original) const;
  std::string folder_;
};

}  // namespace engine::import
