// The records of a file of prompts or captions: JSON lines, or a table with a header.
//
//   text    what was typed, or what describes the track ("prompt", "caption")
//   user    whose it is, by name ("user_name", "user_id")
//   track   the id of the track that was made from it or that it describes ("track_id",
//           "spotify_id", "isrc", "mbid"; an "id" may be the prompt's own and is skipped)
//   time    when: ISO 8601, a date, or Unix seconds or milliseconds ("ts", "timestamp",
//           "created_at", "date")
//   vector  numbers ("embedding"); in a table divided by blanks, commas or semicolons
//
// Only the text is needed. Names of columns go by letters alone, in upper or lower case; what is
// not named here is skipped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/messages.hpp"

namespace engine::import {

struct PromptRecord {
  std::string text;  // UTF-8, blanks and line ends as single blanks, none around it
  std::string user;  // "": not said
  std::string track;
  std::optional<std::int64_t> ts;  // Unix seconds, 1970 to 2100
  std::vector<float> vector;       // finite, not all zeros; empty: not given
  std::string bucket = "malformed";
  std::string problem;  // "": it is sound; else why it is in `bucket`
};

void write_record(MessageWriter& writer, const PromptRecord& record);
void read_record(MessageReader& reader, PromptRecord& record);

class PromptRecords {
 public:
  static constexpr std::size_t kLongestText = 16'384, kMostNumbers = 65'536;

  virtual ~PromptRecords() = default;
  /// Reads the next record, sound or not; false at the end.
  virtual bool next(PromptRecord& record) = 0;
  /// Of the file that is behind, 0..1.
  [[nodiscard]] virtual double fraction() const = 0;
};

/// A text that begins with `{` holds JSON lines, any other one is a table. `bytes` must outlive the
/// records. Throws Error(kInput), naming `path`, where a table has no column for the text, and for
/// a JSON list.
std::unique_ptr<PromptRecords> read_prompts(std::string_view bytes, const std::string& path);

/// "2026-11-21", "2026-11-21T10:00:00.5+01:00", "1700000000", "1700000000123"; UTC where no zone is
/// said. Nothing for another text and for times that are not between 1970 and 2100.
std::optional<std::int64_t> read_prompt_time(std::string_view text);

}  // namespace engine::import
