// Answers on disk: a file each, named by a hash of what was asked, FOLDER/answers/HASH.
//
// File      "PHTansw1", XXH3-128 of the rest as 32 hexadecimal digits, when it came (Unix seconds,
//           8 bytes), what was asked, the packed answer; texts with their length before them.
// Damage    What is cut, changed, or answers something else is as good as not there.
// Size      Bounded; the oldest files go. A process that is killed while it writes leaves a file
//           that the next writer removes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/messages.hpp"

namespace engine::http {

struct KeptAnswer {
  std::int64_t came_at = 0;
  Answer answer;
};

class AnswerCache {
 public:
  /// `folder` as Client's; "": nothing is kept, nothing found.
  AnswerCache(std::string folder, std::uint64_t largest)
      : folder_(std::move(folder)), largest_(largest) {}

  /// `question` holds no secret, and neither does `answer`.
  std::optional<KeptAnswer> find(const std::string& question) const;
  /// Silently not where there is no room.
  void keep(const std::string& question, const Answer& answer, std::int64_t now);

 private:
  [[nodiscard]] std::string path_of(const std::string& question) const;
  void make_room();

  std::string folder_;
  std::uint64_t largest_;
  std::uint64_t written_since_count_ = 0;
  bool is_counted_ = false;
};

/// The file's bytes, and what such bytes hold.
std::string kept_answer_bytes(const std::string& question, const KeptAnswer& kept);
std::optional<KeptAnswer> read_kept_answer(std::string_view bytes, const std::string& question);

}  // namespace engine::http
