// Where the tracks of a list lie, as the formats that name files write it.
//
// The host hands over a column "files": the paths of the music files of each track, as their bytes
// are, the largest first, parted by zero bytes. From a path to what is written:
//   1. prefix       the folder FROM at its beginning becomes TO (of several the longest that fits); a
//                   TO as Windows has it, C:\... or \\server\..., turns every / behind it into \ .
//   2. relative_to  it is written from that folder on, with .. where it lies beside it
//   3. paths        "plain" as it is, "uri" as a file URI or a relative one (RFC 8089, RFC 3986)
// Of several files of a track the first is taken that a prefix fits, that lies below relative_to and
// that the format can write, as far as there is one.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rows.hpp"

inline constexpr playlist::Choices kPathForms{"plain", "uri", "none"};

constexpr playlist::Param paths_param(const char* usual) {
  return playlist::Param::choice(
      "paths", kPathForms, usual,
      "how the paths of music files are written: plain, as a uri, or none of them");
}
constexpr playlist::Param relative_to_param() {
  return {"relative_to", "",
          "a folder from which on paths are written, or list: the list's own; otherwise they are "
          "absolute"};
}
constexpr playlist::Param prefix_param() {
  return playlist::Param::texts(
      "prefix", "FROM=TO: files below the folder FROM are below TO where the list is read");
}
constexpr playlist::Param only_files_param() {
  return {"only_files", false, "leave out, and name, each track whose music file is not known"};
}
constexpr playlist::Param only_below_param() {
  return {"only_below", false, "leave out, and name, each track that is not below relative_to"};
}

constexpr playlist::Param blank_edges_param() {
  return {
      "blank_edges", true,
      "whether files are named in whose path a name begins or ends with a blank: MPD loads none"};
}

/// What a format can write of plain paths.
enum class PathBytes {
  kAnyLine,  // any but line breaks
  kUtf8Line  // UTF-8 without control characters
};

class Locations {
 public:
  /// The parameters above. `plain` is of formats that have no escaping.
  Locations(const playlist::Args& args, PathBytes plain);
  /// The same for a format that always writes URIs.
  explicit Locations(const playlist::Args& args);

  struct Place {
    std::string text;          // what is written; "": no file can be named ...
    std::string why_not;       // ... for this reason
    bool is_unmapped = false;  // there are prefixes, and none of them fits
  };
  /// Of a track with these files.
  [[nodiscard]] Place place(std::string_view files) const;

  [[nodiscard]] bool are_written() const { return form_ != Form::kNone; }
  [[nodiscard]] bool are_required() const { return only_files_; }

 private:
  enum class Form { kPlain, kUri, kNone };
  struct Mapping {
    std::string from, to;
  };
  struct Mapped {
    std::string path;
    bool is_mapped = false;
  };
  void read_prefixes(const playlist::Args& args);
  void read_base(const playlist::Args& args);
  [[nodiscard]] Mapped mapped(std::string_view path) const;
  [[nodiscard]] bool is_base_for(const Mapped& path, std::string& relative) const;
  [[nodiscard]] Place place_of(std::string_view path, bool& is_below) const;
  [[nodiscard]] std::string problem_of(std::string_view plain) const;

  std::vector<Mapping> prefixes_;
  std::string base_, base_here_;  // relative_to as the reader knows it, and as this machine does
  Form form_ = Form::kUri;
  PathBytes plain_ = PathBytes::kAnyLine;
  bool only_files_ = false, only_below_ = false, blank_edges_ = true;
};

/// The places of a list's tracks; tells at the end which tracks were left out and why.
class ListPlaces {
 public:
  ListPlaces(const PlaylistRows& rows, const Locations& locations)
      : rows_(rows), locations_(locations) {}

  /// Where the track lies, "" where no file of it is named.
  std::string of(std::size_t row);
  /// Whether the track that of() had no place for stays out of the list; notes it.
  bool leaves_out(std::size_t row);
  /// Leaves it out for want of an address of any kind.
  void leave_out(std::size_t row);
  void tell(const playlist::OutputCall& call) const;

 private:
  const PlaylistRows& rows_;
  const Locations& locations_;
  std::string why_not_;
  std::vector<std::pair<std::size_t, std::string>> left_out_;
  std::size_t unmapped_ = 0;
};

/// "file:///a%20b.mp3" of an absolute path, "a%20b.mp3" of a relative one; "file:///C:/a.mp3" and
/// "file://server/a.mp3" of Windows'.
std::string file_uri(std::string_view path);
