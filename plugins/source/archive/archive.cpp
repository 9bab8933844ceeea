// source.archive: unpacks zip, tar, 7z and what is compressed with gz, bz2, xz or zstd; the host
// reads every member as a file of its own.
//
// Members   streamed in the order of the archive; a lone compressed file gives one member, named
//           like it without its last ending
// Limits    are the host's: it refuses paths (leaving the archive, too deep) and bytes (too many).
//           The next members are still read where that costs nothing; in a compressed stream what
//           is skipped has to be unpacked too, so there the reading ends, or after 1 GiB of
//           skipping
// Checks    of zip, 7z, bz2, xz and zstd are libarchive's; it looks at no checksum of gzip, so that
//           is unpacked by zlib
// Errors    a damaged or encrypted archive: the members before the damage are handed over, the one
//           in it is not
#include "playlist/plugin.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <zlib.h>

#include "shared/system_library.hpp"

namespace {

struct LibArchive : shared::SystemLibrary {
  LibArchive() : SystemLibrary("libarchive.so.13") {}
  PLAYLIST_SYSTEM_FUNCTION(archive_entry_filetype);
  PLAYLIST_SYSTEM_FUNCTION(archive_entry_is_encrypted);
  PLAYLIST_SYSTEM_FUNCTION(archive_entry_pathname);
  PLAYLIST_SYSTEM_FUNCTION(archive_entry_pathname_utf8);
  PLAYLIST_SYSTEM_FUNCTION(archive_error_string);
  PLAYLIST_SYSTEM_FUNCTION(archive_filter_bytes);
  PLAYLIST_SYSTEM_FUNCTION(archive_filter_count);
  PLAYLIST_SYSTEM_FUNCTION(archive_format);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_data);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_free);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_new);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_next_header);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_open);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_open_memory);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_filter_all);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_format_7zip);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_format_raw);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_format_tar);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_format_zip_seekable);
  PLAYLIST_SYSTEM_FUNCTION(archive_read_support_format_zip_streamable);
  PLAYLIST_SYSTEM_FUNCTION(archive_set_error);
};

const LibArchive& libarchive() {
  static const LibArchive kLibrary;
  return kLibrary;
}

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

bool is_gzip(std::string_view bytes) {
  return starts_with(bytes, "\x1f\x8b");
}

/// What a gzip file holds, all its members one behind the other, with their checksums looked at.
class Gunzip {
 public:
  explicit Gunzip(std::string_view packed) : packed_(packed) {
    constexpr int kWindow = 15, kWithHeader = 16;
    if (inflateInit2(&stream_, kWindow + kWithHeader) != Z_OK) {
      throw playlist::Error("out of memory");
    }
  }
  ~Gunzip() { inflateEnd(&stream_); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// The next part, "" at the end; nullptr data with problem() set where the file is damaged.
  std::string_view next() {
    std::size_t size = 0;
    while (size == 0 && !is_over_) {
      if (!inflate_part(size)) return {};
    }
    return {buffer_.data(), size};
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Bytes of the file that are read.
  [[nodiscard]] std::uint64_t done() const { return at_; }
  /// Bytes behind the last member that are no gzip, and not the zeros of a tape.
  [[nodiscard]] std::uint64_t rest() const { return rest_; }

 private:
  bool inflate_part(std::size_t& size) {
    constexpr std::size_t kMostAtOnce = 1 << 30;
    const std::string_view input = packed_.substr(at_, kMostAtOnce);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    at_ += input.size() - stream_.avail_in;
    size = buffer_.size() - stream_.avail_out;
    if (result == Z_STREAM_END) {
      end_member();
    } else if (result == Z_BUF_ERROR || (result == Z_OK && input.empty())) {
      problem_ = "the file ends too early";
    } else if (result != Z_OK) {
      const std::string why = stream_.msg ? stream_.msg : "unknown error";
      problem_ = "its bytes are not those that were packed (" + why + ")";
    }
    return problem_.empty();
  }

  void end_member() {
    const std::string_view rest = packed_.substr(at_);
    if (is_gzip(rest)) {
      inflateReset(&stream_);
      return;
    }
    is_over_ = true;
    if (rest.find_first_not_of('\0') != std::string_view::npos) rest_ = rest.size();
  }

  std::string_view packed_;
  std::size_t at_ = 0;
  std::uint64_t rest_ = 0;
  bool is_over_ = false;
  std::string problem_;
  z_stream stream_{};
  std::array<char, 1 << 16> buffer_{};
};

/// For archive_read_open().
la_ssize_t read_gunzip(archive* archive, void* gunzip, const void** part) {
  auto& source = *static_cast<Gunzip*>(gunzip);
  const std::string_view bytes = source.next();
  if (!source.problem().empty()) {
    libarchive().archive_set_error(archive, EINVAL, "%s", source.problem().c_str());
    return -1;
  }
  *part = bytes.data();
  return static_cast<la_ssize_t>(bytes.size());
}

class ArchiveSource final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    // Not 100: a document that is packed as an archive is more than that.
    return is_container(input.head()) || is_compressed(input.head()) ? 95 : 0;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view bytes = call.input().bytes();
    Archive archive(libarchive().archive_read_new(), libarchive().archive_read_free);
    if (!archive) throw playlist::Error("out of memory");
    libarchive().archive_read_support_filter_all(archive.get());
    libarchive().archive_read_support_format_zip_seekable(archive.get());
    libarchive().archive_read_support_format_zip_streamable(archive.get());
    libarchive().archive_read_support_format_tar(archive.get());
    libarchive().archive_read_support_format_7zip(archive.get());
    // A compressed file that is no archive inside: one member.
    if (is_compressed(bytes)) libarchive().archive_read_support_format_raw(archive.get());
    if (is_gzip(bytes)) gunzip_ = std::make_unique<Gunzip>(bytes);
    const int opened =
        gunzip_ ? libarchive().archive_read_open(archive.get(), gunzip_.get(), nullptr, read_gunzip,
                                                 nullptr)
                : libarchive().archive_read_open_memory(archive.get(), bytes.data(), bytes.size());
    if (opened != ARCHIVE_OK) fail(call, archive.get());
    read_members(call, archive.get());
    if (gunzip_ && gunzip_->rest() > 0) {
      call.warning(playlist::concat(gunzip_->rest(),
                                    " bytes behind what is packed are not gzip and not read"));
    }
  }

 private:
  void read_members(playlist::SourceCall& call, archive* archive) {
    archive_entry* entry = nullptr;
    while (!is_stopped_) {
      const int result = libarchive().archive_read_next_header(archive, &entry);
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) fail(call, archive);
      ++members_;
      if (libarchive().archive_entry_filetype(entry) == AE_IFREG) read_member(call, archive, entry);
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
    if (libarchive().archive_entry_is_encrypted(entry) > 0) {
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
    const la_ssize_t length =
        libarchive().archive_read_data(archive, buffer_.data(), buffer_.size());
    if (length < 0) fail(call, archive);
    checkpoint(call, archive);
    return {buffer_.data(), static_cast<std::size_t>(length)};
  }

  void checkpoint(playlist::SourceCall& call, archive* archive) const {
    const auto done = gunzip_ ? static_cast<double>(gunzip_->done())
                              : static_cast<double>(libarchive().archive_filter_bytes(archive, -1));
    call.checkpoint(std::min(1.0, done / static_cast<double>(call.input().length())));
  }

  /// True when stepping over a member means unpacking it.
  [[nodiscard]] bool is_stream(archive* archive) const {
    return gunzip_ || libarchive().archive_filter_count(archive) > 1 ||
           libarchive().archive_format(archive) == ARCHIVE_FORMAT_7ZIP;
  }

  static std::string member_name(playlist::SourceCall& call, archive* archive,
                                 archive_entry* entry) {
    if (libarchive().archive_format(archive) == ARCHIVE_FORMAT_RAW)
      return without_ending(call.input().name());
    if (const char* path = libarchive().archive_entry_pathname_utf8(entry)) return path;
    const char* bytes = libarchive().archive_entry_pathname(entry);
    std::string path = bytes ? bytes : "";
    for (char& c : path) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
    return path;
  }

  /// What libarchive has to say, and how far it came.
  [[noreturn]] void fail(playlist::SourceCall& call, archive* archive) const {
    const char* why = libarchive().archive_error_string(archive);
    throw playlist::Error(playlist::concat(call.input().name(), " is damaged behind its member ",
                                           members_, ": ", why ? why : "unknown error"));
  }

  std::unique_ptr<Gunzip> gunzip_;
  std::array<char, 1 << 16> buffer_{};
  std::int64_t members_ = 0, files_ = 0;
  std::uint64_t skipped_ = 0;
  bool is_stopped_ = false;
};

constinit const playlist::Element kArchive = playlist::element<ArchiveSource>(
    "source.archive", "Unpacks zip, tar, 7z and gz files; their members are read one by one.");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.archive", "1.0.0", kArchive);
