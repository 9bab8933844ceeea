// From a place that a list names to the track whose music file lies there: table track_files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace engine::import {

class NamedFiles {
 public:
  explicit NamedFiles(const Store& store);

  /// `reference`: "file:///a%20b.mp3", or "../a%20b.mp3" from `folder` on (absolute; "": such a one
  /// leads nowhere). What is percent-encoded once more, parted by \, reached over a link, or was bytes
  /// before its list was read as Latin-1, is found, too. 0 where no track's file is there.
  std::int64_t track_at(std::string_view reference, const std::string& folder);

 private:
  std::int64_t find(const std::string& path);

  Statement find_;
};

}  // namespace engine::import
