// The worker's side of PLAYLIST_SERVICE_MEMBERS: gathers the members of an archive, within limits.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace engine::import {

/// What an archive may unpack to. Nested archives count towards the limits of the outermost one.
struct ArchiveLimits {
  std::uint64_t members = 20'000;
  std::uint64_t member_bytes = 2ull << 30;
  std::uint64_t total_bytes = 8ull << 30;
  std::uint64_t ratio = 250;  // unpacked to packed bytes; looked at above free_bytes
  std::uint64_t free_bytes = 64ull << 20;
  int depth = 3;  // an archive in an archive in an archive
};

/// What the outermost archive has unpacked so far.
struct UnpackedSoFar {
  std::uint64_t packed_bytes = 0, bytes = 0, members = 0;
};

class MembersReceiver {
 public:
  struct Callbacks {
    /// A whole member; `bytes` are followed by 64 zero bytes.
    std::function<void(const std::string& path, std::string_view bytes)> take;
    std::function<void(const std::string& path, const std::string& reason)> refuse;
    /// Only these members, where it is set.
    std::function<bool(const std::string& path)> wants = {};
  };
  /// `path` is the archive's; `depth` is 1 for an archive that lies on disc.
  MembersReceiver(std::string path, int depth, const ArchiveLimits& limits, UnpackedSoFar& so_far,
                  Callbacks callbacks);

  playlist_status begin(std::string_view path);
  playlist_status write(const void* bytes, std::size_t length);
  playlist_status end();

  [[nodiscard]] bool is_used() const { return is_used_; }
  [[nodiscard]] std::uint64_t member_count() const { return member_count_; }

 private:
  playlist_status refuse(const std::string& path, const std::string& reason);
  [[nodiscard]] std::string excess() const;

  std::string path_;
  int depth_;
  const ArchiveLimits& limits_;
  UnpackedSoFar& so_far_;
  Callbacks callbacks_;
  std::string member_, bytes_, problem_;
  bool is_used_ = false, is_in_member_ = false, is_over_ = false;
  std::uint64_t member_count_ = 0;
};

/// "" when the name of a member stays inside its archive, else why it is refused.
std::string unsafe_member(std::string_view path);

}  // namespace engine::import
