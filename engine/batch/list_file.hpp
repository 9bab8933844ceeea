// The lists of one shard of a batch: a file of JSON lines, one per user.
//
//   {"user": NAME, "run": NUMBER or null, "random_seed": N, "tracks": [...], "notices": [...]}
//
// Whole     It grows as FILE.making and is renamed into place by finish(): who finds FILE finds all of it.
// Killed    What was flushed stays in FILE.making. A line that was being written is cut off when that
//           is opened again, and with it whatever follows: those users count as not done.
// Writers   One process at a time, held by a lock on the file.
// Order     By the users' names, as bytes: files of shards are merged by nothing else.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace engine::batch {

class ListFile {
 public:
  /// Goes on with `path`.making, else with what is at `path`, else begins. Throws Error(kInput) when it
  /// cannot, or when another process writes to it.
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
  /// Sorts the lines and puts the file into place. For the end: the lock may go with an old file.
  void finish();

 private:
  void open();
  void lock() const;
  [[nodiscard]] bool is_at_its_place() const;
  void read();
  void put_in_order();
  [[noreturn]] void cannot(const char* what) const;

  std::string path_, making_;
  int file_ = -1;
  std::set<std::string> users_;
  std::vector<std::string> order_;  // of the lines
  std::size_t cut_off_ = 0;
  std::string waiting_;
};

/// The user of a whole line, "" of anything else.
std::string user_of_line(std::string_view line);

/// Where the lists of `path` stand while they are made.
std::string making_of(const std::string& path);

/// The lines of a file up to the first that is none or has no end.
struct WholeLines {
  std::vector<std::string> users;  // of each line
  std::size_t bytes = 0;           // of them
  bool is_whole = false;           // there is nothing behind them, and there is a file
};
WholeLines read_whole_lines(const std::string& path);

}  // namespace engine::batch
