// Files that a page sends before it asks for them to be imported.
//
// Each stands in a folder of its own below FOLDER, under the name that it had, as the name tells
// what is read from it; the folder is the person's alone and goes with the server, that of a server
// that was killed with the next. One that nobody asked for goes after an hour. There are at most 1000,
// and they have at most 16 GiB together.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace engine::serve {

/// Threads: one.
class Uploads {
 public:
  /// Makes the folder, and removes what an earlier server left in it.
  explicit Uploads(std::string folder);
  ~Uploads();
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;

  /// A new one: its id. Throws Error(kUsage) for a name that is no file's, Error(kInput) where it
  /// cannot be written, Error(kLimits) as append() does.
  std::string begin(const std::string& name);
  void append(const std::string& id, std::string_view bytes);
  /// Its size.
  std::uint64_t end(const std::string& id);
  void remove(const std::string& id);
  /// "" for one that there is not, or that is not whole.
  [[nodiscard]] std::string file(const std::string& id) const;
  void remove_old(std::int64_t now);

 private:
  struct Upload {
    std::string path;
    int descriptor = -1;  // -1: whole
    std::uint64_t bytes = 0;
    std::int64_t begun = 0;
  };
  Upload& at(const std::string& id);

  std::string folder_;
  std::map<std::string, Upload> uploads_;
  std::uint64_t last_ = 0, bytes_ = 0;  // of all
};

}  // namespace engine::serve
