// Whether the data of a column file is what was written, without reading all of it at every start.
//
// A file whose data was summed up once is noted in FILE.checked with what the file system says of
// it (device, inode, length, times of change to the nanosecond). While that stays the same, nobody
// has written to it through the file system. A note holds until the machine starts anew: cache files are
// not synced, and what a power cut left of them is found by their sums. What rots on the disc unnoticed by the file system is
// found when the note is a day old, and at once after a worker crashed (damaged_columns()).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace engine {

struct PreparedColumns;

/// XXH3, 64 bits, of bytes that come in parts.
class DataChecksum {
 public:
  DataChecksum();
  ~DataChecksum();
  DataChecksum(const DataChecksum&) = delete;
  DataChecksum& operator=(const DataChecksum&) = delete;
  void add(std::string_view bytes);
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a whole column file's bytes: more than 10 GB a second where they are in memory.
bool has_sound_data(std::string_view file);

/// The file was found sound since it last changed, within a day.
bool is_known_sound(const std::string& path, const struct stat& status);
/// Where the note cannot be written, the next start sums up again.
void note_sound(const std::string& path, const struct stat& status);
/// By who has written the file and just put it in place: nobody else knew it before, so that times
/// which are the same as the note's do not matter.
void note_written(const std::string& path, const struct stat& status);

/// After a crash of what read them: sums up the files in the cache folder whatever was noted, and
/// removes one that is damaged, so that the next start makes it anew. "FILE: the checksum of its
/// data is wrong", or "" when the columns are not to blame.
std::string damaged_columns(const std::string& cache, const PreparedColumns& columns);

}  // namespace engine
