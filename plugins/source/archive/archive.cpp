// source.archive: unpacks zip, tar, 7z and what is compressed with gz, bz2, xz or zstd; the host
// reads every member as a file of its own.
//
// Members   streamed in the order of the archive; a lone compressed file gives one member, named
//           like it without its last ending
// Limits    are the host's: it refuses paths (leaving the archive, too deep) and bytes (too many).
//           The next members are still read where that costs nothing; in a compressed stream what
//           is skipped has to be unpacked too, so there the reading ends, or after 1 GiB of
//           skipping
// Errors    a damaged or encrypted archive: the members before the damage are handed over, the one
//           in it is not
#include "playlist/plugin.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace {

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// A tar header: "ustar" at 257, or a checksum that fits (old tars have no magic).
bool is_tar(std::string_view head) {
  if (head.size() < 512) return false;
  if (head.substr(257, 5) == "ustar") return true;
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(head[i]);
  }
  unsigned written = 0;
  for (const char c : head.substr(148, 8)) {
    if (c >= '0' && c <= '7') written = written * 8 + static_cast<unsigned>(c - '0');
  }
  return written == sum && head[0] != '\0';
}

bool is_compressed(std::string_view head) {
  return starts_with(head, "\x1f\x8b") || starts_with(head, "BZh") ||
         starts_with(head, std::string_view("\xfd"
                                            "7zXZ\0",
                                            6)) ||
         starts_with(head, "\x28\xb5\x2f\xfd");
}

bool is_container(std::string_view head) {
  return starts_with(head, "PK\x03\x04") || starts_with(head, "PK\x05\x06") ||
         starts_with(head, "7z\xbc\xaf\x27\x1c") || is_tar(head);
}

/// "likes.csv.gz" -> "likes.csv"; without an ending the name stays.
std::string without_ending(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return std::string(dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot));
}

class ArchiveSource final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return is_container(input.head()) || is_compressed(input.head()) ? 100 : 0;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view bytes = call.input().bytes();
    Archive archive(archive_read_new(), archive_read_free);
    if (!archive) throw playlist::Error("out of memory");
    archive_read_support_filter_all(archive.get());
    archive_read_support_format_zip_seekable(archive.get());
    archive_read_support_format_zip_streamable(archive.get());
    archive_read_support_format_tar(archive.get());
    archive_read_support_format_7zip(archive.get());
    // A compressed file that is no archive inside: one member.
    if (is_compressed(bytes)) archive_read_support_format_raw(archive.get());
    if (archive_read_open_memory(archive.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
      fail(call, archive.get());
    }
    read_members(call, archive.get());
  }

 private:
  void read_members(playlist::SourceCall& call, archive* archive) {
    archive_entry* entry = nullptr;
    while (!is_stopped_) {
      const int result = archive_read_next_header(archive, &entry);
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) fail(call, archive);
      ++members_;
      if (archive_entry_filetype(entry) == AE_IFREG) read_member(call, archive, entry);
      checkpoint(call, archive);
    }
    if (files_ == 0) {
      call.warning("the archive holds no files");
      call.finish(0);
    }
    if (is_stopped_) {
      call.warning(playlist::concat("reading stopped at member ", members_,
                                    ": the rest of the archive is not read"));
    }
  }

  void read_member(playlist::SourceCall& call, archive* archive, archive_entry* entry) {
    ++files_;
    const std::string path = member_name(call, archive, entry);
    if (archive_entry_is_encrypted(entry) > 0) {
      throw playlist::Error(path + " is encrypted: unpack the archive first");
    }
    if (!call.begin_member(path)) return skip_member(call, archive);
    while (true) {
      const std::string_view bytes = read_bytes(call, archive);
      if (bytes.empty()) break;
      if (!call.write_member(bytes)) {
        is_stopped_ = is_stream(archive);
        break;
      }
    }
    call.end_member();
  }

  void skip_member(playlist::SourceCall& call, archive* archive) {
    constexpr std::uint64_t kMostSkipped = 1ull << 30;
    if (!is_stream(archive)) return;  // libarchive steps over it
    for (std::string_view bytes = read_bytes(call, archive); !bytes.empty() && !is_stopped_;
         bytes = read_bytes(call, archive)) {
      skipped_ += bytes.size();
      is_stopped_ = skipped_ > kMostSkipped;
    }
  }

  /// The next part of the member at hand; empty at its end.
  std::string_view read_bytes(playlist::SourceCall& call, archive* archive) {
    const la_ssize_t length = archive_read_data(archive, buffer_.data(), buffer_.size());
    if (length < 0) fail(call, archive);
    checkpoint(call, archive);
    return {buffer_.data(), static_cast<std::size_t>(length)};
  }

  static void checkpoint(playlist::SourceCall& call, archive* archive) {
    const auto done = static_cast<double>(archive_filter_bytes(archive, -1));
    call.checkpoint(std::min(1.0, done / static_cast<double>(call.input().length())));
  }

  /// True when stepping over a member means unpacking it.
  static bool is_stream(archive* archive) {
    return archive_filter_count(archive) > 1 || archive_format(archive) == ARCHIVE_FORMAT_7ZIP;
  }

  static std::string member_name(playlist::SourceCall& call, archive* archive,
                                 archive_entry* entry) {
    if (archive_format(archive) == ARCHIVE_FORMAT_RAW) return without_ending(call.input().name());
    if (const char* path = archive_entry_pathname_utf8(entry)) return path;
    const char* bytes = archive_entry_pathname(entry);
    std::string path = bytes ? bytes : "";
    for (char& c : path) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
    return path;
  }

  /// What libarchive has to say, and how far it came.
  [[noreturn]] void fail(playlist::SourceCall& call, archive* archive) const {
    const char* why = archive_error_string(archive);
    throw playlist::Error(playlist::concat(call.input().name(), " is damaged behind its member ",
                                           members_, ": ", why ? why : "unknown error"));
  }

  std::array<char, 1 << 16> buffer_{};
  std::int64_t members_ = 0, files_ = 0;
  std::uint64_t skipped_ = 0;
  bool is_stopped_ = false;
};

constinit const playlist::Element kArchive = playlist::element<ArchiveSource>(
    "source.archive", "Unpacks zip, tar, 7z and gz files; their members are read one by one.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.archive", "1.0.0", kArchive);
