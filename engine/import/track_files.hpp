// Where tracks lie on the disc: table track_files, a row for every music file that was read.
//
// A file has changed when its size or its time of modification is another one than in its row, or
// those of the file of lyrics beside it are. One that told no track has a row as well, with the bucket and the reason, so that it is not read again
// until it changes. A path is kept as its bytes are: as text where they are UTF-8, else as a blob.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "import/input_files.hpp"
#include "store/store.hpp"

namespace engine::import {

struct TrackFile {
  std::int64_t track_id = 0;  // 0: it tells none
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::string bucket = {}, reason = {};  // why it tells none
  std::string unheard = {};  // why nothing can be heard in it; "": it can, or nobody listened
  /// Of the file of lyrics that was read with it, 0 of none; nothing: lyrics were not looked for.
  std::optional<std::uint64_t> lyrics_bytes = {};
  std::int64_t lyrics_modified_ns = 0;

  [[nodiscard]] bool is_same(const InputFile& file) const {
    return bytes == file.bytes && modified_ns == file.modified_ns &&
           lyrics_bytes == file.lyrics.bytes && lyrics_modified_ns == file.lyrics.modified_ns;
  }
};

class TrackFiles {
 public:
  explicit TrackFiles(Store& store);

  /// By path.
  [[nodiscard]] std::map<std::string, TrackFile, std::less<>> all() const;
  /// Of its sound nothing is known from then on.
  void put(std::string_view path, const TrackFile& file);
  void put_unheard(std::string_view path, std::string_view why);
  void forget(std::string_view path);

 private:
  Store& store_;
  Statement put_, put_unheard_, forget_;
};

}  // namespace engine::import
