// A file of any length, written from its beginning, that takes another's place once it is whole.
#pragma once

#include <string>
#include <string_view>

namespace engine::batch {

/// Who is killed leaves PATH.part, which the next one begins anew.
class NewFile {
 public:
  /// Throws Error(kInput) when it cannot be written; append() and put_into_place() too.
  explicit NewFile(std::string path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Kept in memory until there is a megabyte.
  void append(std::string_view bytes);
  /// Writes the rest, syncs it, and renames it to PATH. For the end.
  void put_into_place();

 private:
  void write();
  [[noreturn]] void cannot_write() const;

  std::string path_, part_, waiting_;
  int file_ = -1;
};

}  // namespace engine::batch
