// The lists of one shard of a batch: a file of JSON lines, one per user, which only ever grows.
//
//   {"user": NAME, "run": NUMBER or null, "random_seed": N, "tracks": [...], "notices": [...]}
//
// Killed    What was flushed stays. A line that was being written is cut off when the file is
//           opened again, and with it whatever follows: those users count as not done.
// Writers   One process at a time, held by a lock on the file.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace engine::batch {

class ListFile {
 public:
  /// Opens or makes the file. Throws Error(kInput) when it cannot, or when another process writes
  /// to it.
  explicit ListFile(std::string path);
  ~ListFile();
  ListFile(const ListFile&) = delete;
  ListFile& operator=(const ListFile&) = delete;

  /// Whose lists are in it, appended ones included.
  [[nodiscard]] const std::set<std::string>& users() const { return users_; }
  /// Bytes that were cut off at opening.
  [[nodiscard]] std::size_t cut_off() const { return cut_off_; }

  /// One line, without its end. Kept in memory until flush(), or until there is a megabyte.
  void append(const std::string& user, std::string_view line);
  /// Writes and syncs what was appended. Throws Error(kInput), e.g. when the disk is full.
  void flush();
  /// Sorts the lines by `place` of their user, equal places by name, in a file that takes this
  /// one's place; nothing happens when they are in order. For the end: the lock goes with the old
  /// file.
  void put_in_order(const std::function<std::size_t(const std::string&)>& place);

 private:
  void lock();
  void read();
  [[noreturn]] void cannot(const char* what) const;

  std::string path_;
  int file_ = -1;
  std::set<std::string> users_;
  std::vector<std::string> order_;  // of the lines
  std::size_t cut_off_ = 0;
  std::string waiting_;
};

/// The user of a whole line, "" of anything else.
std::string user_of_line(std::string_view line);

}  // namespace engine::batch
