#include "data/column_check.hpp"

#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "data/column_cache.hpp"
#include "data/column_layout.hpp"

namespace engine {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr std::int64_t kNoteSeconds = 24 * 60 * 60;
// The clock of a file system ticks in steps: a change within one does not show in its times.
constexpr std::int64_t kTick = kNanoseconds / 50;
constexpr const char* kSummed = "sound";
constexpr const char* kWritten = "written whole";

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * kNanoseconds + time.tv_nsec;
}

std::string note_of(const std::string& path) {
  return path + ".checked";
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string stamp_of(const struct stat& status, const char* how) {
  static const std::string boot = read_text("/proc/sys/kernel/random/boot_id");
  std::ostringstream text;
  text << how << " as long as it is file " << status.st_ino << " of device " << status.st_dev
       << ", " << status.st_size << " bytes, written " << nanoseconds(status.st_mtim)
       << ", changed " << nanoseconds(status.st_ctim)
       << ", since this start of the machine: " << boot << '\n';
  return text.str();
}

/// Not renamed into place, as half a note is no note; nor cut and written, for which ext4 waits
/// until the disc has it.
void write_note(const std::string& path, const std::string& text) {
  ::unlink(note_of(path).c_str());
  std::ofstream(note_of(path), std::ios::binary) << text;
}

}  // namespace

struct DataChecksum::State {
  XXH3_state_t xxh3;
};

DataChecksum::DataChecksum() : state_(std::make_unique<State>()) {
  XXH3_64bits_reset(&state_->xxh3);
}
DataChecksum::~DataChecksum() = default;

void DataChecksum::add(std::string_view bytes) {
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

std::uint64_t DataChecksum::value() const {
  return XXH3_64bits_digest(&state_->xxh3);
}

bool has_sound_data(std::string_view file) {
  ColumnHeader header{};
  if (file.size() < sizeof header) return false;
  std::memcpy(&header, file.data(), sizeof header);
  file.remove_prefix(sizeof header);
  return XXH3_64bits(file.data(), file.size()) == header.data_checksum;
}

bool is_known_sound(const std::string& path, const struct stat& status) {
  struct stat note {};
  if (::stat(note_of(path).c_str(), &note) != 0) return false;
  if (note.st_mtim.tv_sec + kNoteSeconds < std::time(nullptr)) return false;
  const std::string text = read_text(note_of(path));
  if (text == stamp_of(status, kWritten)) return true;
  if (nanoseconds(note.st_mtim) < nanoseconds(status.st_ctim) + kTick) return false;
  return text == stamp_of(status, kSummed);
}

void note_sound(const std::string& path, const struct stat& status) {
  write_note(path, stamp_of(status, kSummed));
}

void note_written(const std::string& path, const struct stat& status) {
  write_note(path, stamp_of(status, kWritten));
}

std::string damaged_columns(const std::string& cache, const PreparedColumns& columns) {
  const std::string whose = "-" + std::to_string(columns.user_id) + ".columns";
  for (const auto& [name, file] :
       {std::pair(std::string("catalogue.columns"), columns.catalogue.get()),
        std::pair("user" + whose, columns.user.get()),
        std::pair("sets" + whose, columns.sets.get())}) {
    const std::string path = cache + "/" + name;
    ::unlink(note_of(path).c_str());
    std::string why_not;
    if (file == nullptr || ColumnFile::open(path, file->key(), why_not)) continue;
    if (why_not.find("checksum") == std::string::npos) continue;  // another process made another
    ::unlink(path.c_str());
    return path + ": " + why_not;
  }
  return "";
}

}  // namespace engine
