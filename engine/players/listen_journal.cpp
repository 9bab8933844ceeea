#include "players/listen_journal.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "core/calendar.hpp"
#include "core/error.hpp"

namespace engine::players {
namespace {

constexpr const char* kColumns =
    "played_at,artist,title,album,mbid,duration_ms,ms_played,skipped,device\n";

std::string quoted(const std::string& text) {
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c == '\n' || c == '\r' ? ' ' : c;
  }
  return field + '"';
}

std::string line_of(const HeardSong& song, const std::string& device) {
  return format_time(song.started_at) + ',' + quoted(song.artist) + ',' + quoted(song.title) + ',' +
         quoted(song.album) + ',' + quoted(song.mbid) + ',' +
         (song.duration_ms > 0 ? std::to_string(song.duration_ms) : "") + ',' +
         std::to_string(song.ms_played) + ',' + (song.is_skipped ? "true" : "false") + ',' +
         quoted(device) + '\n';
}

/// In one write, so that no line is cut where another begins.
bool append(int file, const std::string& text) {
  return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
         ::fsync(file) == 0;
}

/// A line that a killed process has begun is ended, so that it costs itself only.
bool ends_in_a_line(int file) {
  struct stat status {};
  char last = '\n';
  if (::fstat(file, &status) != 0 || status.st_size == 0) return true;
  return ::pread(file, &last, 1, status.st_size - 1) == 1 && last == '\n';
}

}  // namespace

std::string ListenJournal::add(const HeardSong& song) const {
  std::error_code told_by_open;
  std::filesystem::create_directories(folder_, told_by_open);
  const std::string path =
      folder_ + "/" + name_ + "-" + format_time(song.started_at).substr(0, 7) + ".csv";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat status {};
  bool is_written = file >= 0 && ::fstat(file, &status) == 0;
  if (is_written && status.st_size == 0) is_written = append(file, kColumns);
  if (is_written && !ends_in_a_line(file)) is_written = append(file, "\n");
  is_written = is_written && append(file, line_of(song, device_));
  const int error = errno;
  if (file >= 0) ::close(file);
  if (is_written) return path;
  throw Error(Exit::kInput, "cannot write " + path, {"", "", std::strerror(error), ""});
}

}  // namespace engine::players
