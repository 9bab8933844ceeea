// playlist.encode/1 as a run's elements have it: source.encoder is asked for the vector of a text, in the
// process of the run, once for each text.
#pragma once

#include "playlist/encode.h"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/call.hpp"
#include "plugin/registry.hpp"

namespace engine {

/// Must not move while a plugin knows its service. Threads: any; texts are encoded one by one.
class TextEncoder {
 public:
  struct File {
    std::string path, hash;  // of its bytes when the space's tracks were encoded
  };

  /// `files` by space. `registry` outlives it.
  TextEncoder(const Registry& registry, std::map<std::string, File> files, std::int64_t now)
      : registry_(registry), files_(std::move(files)), now_(now) {}
  TextEncoder(const TextEncoder&) = delete;
  TextEncoder& operator=(const TextEncoder&) = delete;

  [[nodiscard]] CallService service();

  struct Answer {
    std::vector<float> vector;  // empty: there is none, and `why` says why
    std::string why;            // "" where the space has no encoder
  };
  /// As long as this lives.
  const Answer& answer(const std::string& space, const std::string& text);

 private:
  Answer encode(const File& file, const std::string& text);

  const Registry& registry_;
  std::map<std::string, File> files_;
  std::int64_t now_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Answer> answers_;  // by space and text
  std::map<std::string, std::string> problems_;                    // of files, by path; "": none
};

}  // namespace engine
