#include "import/members_receiver.hpp"

#include "core/mapped_file.hpp"
#include "import/input_files.hpp"

namespace engine::import {
namespace {

std::string megabytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MB";
}

}  // namespace

std::string unsafe_member(std::string_view path) {
  if (path.empty()) return "it has no name";
  if (path.find('\0') != path.npos) return "its name holds a NUL byte";
  if (path.front() == '/' || path.front() == '\\' || (path.size() > 1 && path[1] == ':')) {
    return "its name is an absolute path";
  }
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find_first_of("/\\", begin), path.size());
    if (path.substr(begin, end - begin) == "..") return "its name leaves the archive";
    begin = end + 1;
  }
  return "";
}

MembersReceiver::MembersReceiver(std::string path, int depth, const ArchiveLimits& limits,
                                 UnpackedSoFar& so_far, Callbacks callbacks)
    : path_(std::move(path)),
      depth_(depth),
      limits_(limits),
      so_far_(so_far),
      callbacks_(std::move(callbacks)) {}

playlist_status MembersReceiver::refuse(const std::string& path, const std::string& reason) {
  callbacks_.refuse(path, reason);
  return PLAYLIST_ERROR;
}

playlist_status MembersReceiver::begin(std::string_view path) {
  is_used_ = true;
  if (is_over_) return PLAYLIST_ERROR;  // said once
  const std::string whole = path_ + "/" + std::string(path);
  if (const std::string reason = unsafe_member(path); !reason.empty()) {
    return refuse(whole, reason);
  }
  if (is_litter(std::string(path))) return PLAYLIST_ERROR;
  if (callbacks_.wants && !callbacks_.wants(std::string(path))) return PLAYLIST_ERROR;
  if (++so_far_.members > limits_.members) {
    is_over_ = true;
    return refuse(path_, "it holds more than " + std::to_string(limits_.members) +
                             " members; the rest is not read");
  }
  if (depth_ > limits_.depth) {
    return refuse(whole, "archives are nested deeper than " + std::to_string(limits_.depth));
  }
  member_ = whole;
  problem_.clear();
  bytes_.clear();
  is_in_member_ = true;
  ++member_count_;
  return PLAYLIST_OK;
}

/// Which limit is broken; "" when none is.
std::string MembersReceiver::excess() const {
  if (bytes_.size() > limits_.member_bytes) {
    return "it unpacks to more than " + megabytes(limits_.member_bytes);
  }
  if (so_far_.bytes > limits_.total_bytes) {
    return "the archive unpacks to more than " + megabytes(limits_.total_bytes);
  }
  if (so_far_.bytes > limits_.free_bytes && so_far_.bytes / limits_.ratio > so_far_.packed_bytes) {
    return "the archive unpacks to more than " + std::to_string(limits_.ratio) +
           " times its size: it looks like a zip bomb";
  }
  return "";
}

playlist_status MembersReceiver::write(const void* bytes, std::size_t length) {
  if (!is_in_member_ || !problem_.empty()) return PLAYLIST_ERROR;
  so_far_.bytes += length;
  bytes_.append(static_cast<const char*>(bytes), length);
  problem_ = excess();
  return problem_.empty() ? PLAYLIST_OK : PLAYLIST_ERROR;
}

playlist_status MembersReceiver::end() {
  if (!is_in_member_) return PLAYLIST_ERROR;
  is_in_member_ = false;
  if (!problem_.empty()) {
    // Once over a limit of the whole archive, the rest of it is not unpacked.
    is_over_ = bytes_.size() <= limits_.member_bytes;
    callbacks_.refuse(member_, problem_);
    bytes_ = {};
    return PLAYLIST_OK;
  }
  const std::size_t size = bytes_.size();
  bytes_.append(kZerosBehind, '\0');
  callbacks_.take(member_, std::string_view(bytes_).substr(0, size));
  bytes_ = {};
  return PLAYLIST_OK;
}

}  // namespace engine::import
