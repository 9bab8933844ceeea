#include "http/answer_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "core/hash.hpp"
#include "core/leftovers.hpp"
#include "http/bytes.hpp"
#include "http/private_folder.hpp"

namespace engine::http {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAnswerMark = "PHTansw1";
constexpr std::size_t kHashLength = 32;
constexpr const char* kMaking = ".making.";

/// The whole file; nothing where there is none, or where it cannot be read.
std::optional<std::string> file_bytes(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  struct stat status {};
  std::optional<std::string> bytes;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    bytes.emplace(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    ssize_t got = 0;
    while (done < bytes->size() &&
           (got = ::read(file, bytes->data() + done, bytes->size() - done)) > 0)
      done += static_cast<std::size_t>(got);
    bytes->resize(done);
  }
  ::close(file);
  return bytes;
}

bool write_whole(const std::string& path, std::string_view bytes) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return false;
  while (!bytes.empty()) {
    const ssize_t some = ::write(file, bytes.data(), bytes.size());
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(some));
  }
  // Not synced: a file that a power cut takes the end of is damaged, and so not there.
  return ::close(file) == 0 && bytes.empty();
}

struct KeptFile {
  fs::path path;
  std::uint64_t size;
  fs::file_time_type time;
};

std::vector<KeptFile> kept_files(const std::string& folder) {
  std::vector<KeptFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;  // another process makes room too
    const std::uint64_t size = entry->file_size(gone);
    const auto time = entry->last_write_time(gone);
    if (!gone && entry->path().filename().string().size() == kHashLength)
      files.push_back({entry->path(), size, time});
  }
  return files;
}

}  // namespace

std::string kept_answer_bytes(const std::string& question, const KeptAnswer& kept) {
  ByteWriter rest;
  rest.number(kept.came_at);
  rest.text(question);
  rest.text(pack(kept.answer));
  const std::string bytes = rest.take();
  return std::string(kAnswerMark) + content_hash(bytes) + bytes;
}

std::optional<KeptAnswer> read_kept_answer(std::string_view bytes, const std::string& question) {
  if (!bytes.starts_with(kAnswerMark) || bytes.size() < kAnswerMark.size() + kHashLength)
    return std::nullopt;
  bytes.remove_prefix(kAnswerMark.size());
  const std::string_view rest = bytes.substr(kHashLength);
  if (content_hash(rest) != bytes.substr(0, kHashLength)) return std::nullopt;
  try {
    ByteReader reader(rest);
    KeptAnswer kept;
    kept.came_at = reader.number<std::int64_t>();
    if (reader.text() != question) return std::nullopt;
    kept.answer = unpack_answer(reader.text());
    if (reader.left() != 0 || kept.answer.status != 200) return std::nullopt;
    return kept;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::string AnswerCache::path_of(const std::string& question) const {
  return folder_ + "/answers/" + content_hash(question);
}

std::optional<KeptAnswer> AnswerCache::find(const std::string& question) const {
  if (folder_.empty()) return std::nullopt;
  const auto bytes = file_bytes(path_of(question));
  if (!bytes) return std::nullopt;
  return read_kept_answer(*bytes, question);
}

void AnswerCache::keep(const std::string& question, const Answer& answer, std::int64_t now) {
  if (folder_.empty() || answer.body.size() > largest_ / 8) return;
  if (!make_private_folder(folder_, "answers")) return;
  const std::string bytes = kept_answer_bytes(question, {now, answer});
  const std::string making = folder_ + "/answers/" + kMaking + std::to_string(::getpid());
  if (!write_whole(making, bytes) || ::rename(making.c_str(), path_of(question).c_str()) != 0) {
    ::unlink(making.c_str());
    return;
  }
  written_since_count_ += bytes.size();
  if (!is_counted_ || written_since_count_ > largest_ / 16) make_room();
}

/// Down to nine tenths, so that this is rare.
void AnswerCache::make_room() {
  is_counted_ = true;
  written_since_count_ = 0;
  const std::string folder = folder_ + "/answers";
  remove_leftovers(folder + "/" + kMaking);
  std::vector<KeptFile> files = kept_files(folder);
  std::uint64_t size = 0;
  for (const KeptFile& file : files) size += file.size;
  if (size <= largest_ - largest_ / 16) return;
  std::ranges::sort(files, {}, &KeptFile::time);
  for (const KeptFile& file : files) {
    if (size <= largest_ - largest_ / 10) break;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    size -= file.size;
  }
}

}  // namespace engine::http
