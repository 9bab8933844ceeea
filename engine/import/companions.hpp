// Other files of the same export. Some files cannot be understood alone: Apple's table of plays names
// no artists and its playlists give tracks by number; both stand in files beside it. A source asks
// for one by its name and gets its text.
//
// Where     Of a file on disc: among the files that the same argument of the import gave, or, for an
//           argument that is one file, in its folder. Of a member of an archive: anywhere in the
//           outermost archive. A file NAME.zip that holds NAME counts as NAME
// Names     in any case; of several the first, in the order in which the import reads them
// Limits    those of archives; a companion of more than kMostBytes is as if it was not there
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "import/input_files.hpp"

namespace engine::import {

class Companions {
 public:
  static constexpr std::uint64_t kMostBytes = 512ull << 20;
  using Take = std::function<void(const std::string& path, std::string_view bytes)>;
  /// Unpacks an archive: calls `take` for the members whose path `wants` says yes to. Nothing
  /// happens where the bytes are no archive.
  using Unpack =
      std::function<void(std::string_view bytes,
                         const std::function<bool(const std::string&)>& wants, const Take& take)>;

  Companions(std::span<const InputFile> files, Unpack unpack)
      : files_(files), unpack_(std::move(unpack)) {}

  /// The import goes on with this file, whose bytes stay as long as it does.
  void start(const InputFile& file, std::string_view bytes);

  /// The text of the file of that name, with 64 zero bytes behind it; nullptr where there is none,
  /// or it holds a NUL. `is_member`: the file that asks is inside the archive at hand.
  const std::string* find(const std::string& name, bool is_member);

 private:
  std::optional<std::string> look_on_disc(const std::string& name) const;
  std::optional<std::string> read_if_called(const std::string& path, const std::string& name) const;
  std::optional<std::string> look_inside(std::string_view archive, const std::string& name,
                                         int depth) const;

  std::span<const InputFile> files_;
  Unpack unpack_;
  const InputFile* file_ = nullptr;
  std::string_view bytes_;
  std::map<std::string, std::optional<std::string>> found_;  // of the archive or argument at hand
  std::string found_in_;
};

}  // namespace engine::import
