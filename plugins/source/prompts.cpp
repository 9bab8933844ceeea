// source.prompts: what users asked for, and what describes tracks.
//
// Forms     JSON lines, or a table with a header
// Fields    text    what was typed, or what describes the track ("prompt", "caption")
//           user    whose it is, by name ("user_name", "user_id")
//           track   the id of the track that was made from it or that it describes ("track_id",
//                   "spotify_id", "isrc", "mbid"; an "id" may be the prompt's own and is skipped)
//           time    when: ISO 8601, another date that can be read in one way only, or Unix seconds
//                   or milliseconds ("ts", "timestamp", "created_at", "date")
//           vector  numbers ("embedding"), in the space that the user names
//           Only the text is needed, and what is not named here is skipped; a file that has other
//           fields is not taken for one of prompts unless the user says so
// Buckets   empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "json_records.hpp"
#include "named_fields.hpp"
#include "recognise.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace source {
namespace {

enum Field : std::size_t { kText, kUser, kTrack, kTime, kVector, kFieldCount };
constexpr std::string_view kTextNames[] = {"text", "prompt", "caption"};
constexpr std::string_view kUserNames[] = {"user", "username", "userid"};
constexpr std::string_view kTrackNames[] = {"track", "trackid", "spotifyid", "isrc", "mbid"};
constexpr std::string_view kTimeNames[] = {"ts", "time", "timestamp", "createdat", "date"};
constexpr std::string_view kVectorNames[] = {"vector", "embedding"};
constexpr std::array<NamedFields::Names, kFieldCount> kNames = {kTextNames, kUserNames, kTrackNames,
                                                                kTimeNames, kVectorNames};
constexpr NamedFields kFields(kNames);
constexpr std::array<const char*, kFieldCount> kShownNames = {"text", "user", "track", "time",
                                                              "vector"};

/// As values a line takes many times its room.
constexpr std::size_t kLongestLine = 4 << 20;

/// One of its names, or "id", which it skips.
bool is_known_name(std::string_view name) {
  return kFields.has(name) || equals_ignoring_case(name, "id");
}

/// Unix seconds from 1970 to 2099; nothing for other texts, and for dates that can be read in
/// several ways.
std::optional<std::int64_t> read_moment(std::string_view text) {
  std::optional<std::int64_t> seconds = read_utc(text);
  if (!seconds) seconds = read_epoch(text);
  if (!seconds && !needs_order(text)) {
    if (const auto time = read_time(text)) seconds = time->seconds;
  }
  constexpr std::int64_t kFrom = 1, kTo = 4'102'444'800;
  return seconds && *seconds >= kFrom && *seconds < kTo ? seconds : std::nullopt;
}

bool is_object_of_prompts(const FirstLine& line) {
  std::array<JsonValue, kFieldCount> values;
  JsonReader reader(line.text);
  bool has_others = false;
  const bool is_whole = kFields.read(
      reader, values.data(), [&](std::string_view name) { has_others |= !is_known_name(name); });
  return (is_whole || line.is_cut) && !has_others && values[kText].is_text() &&
         values[kUser].is_textlike() && values[kTrack].is_textlike() && values[kTime].is_textlike();
}

bool is_table_of_prompts(std::string_view text) {
  CsvReader csv(text, guess_separator(text));
  if (!csv.next() || !csv.problem().empty() || kFields.column(csv, kText) < 0) return false;
  for (int column = 0; column < static_cast<int>(csv.size()); ++column) {
    if (!is_known_name(csv[column])) return false;
  }
  return true;
}

class Prompts final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const FirstLine line(input);
    if (line.text.starts_with('[')) return kNo;
    const bool is_right = line.text.starts_with('{')
                              ? is_object_of_prompts(line)
                              : is_table_of_prompts(table_text(input.head()));
    return is_right ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    call_ = &call;
    rows_ = &call.rows("prompts");
    text_ = &rows_->text("text");
    user_ = &rows_->text("user", kWhenSet);
    time_ = &rows_->i64("ts", kWhenSet);
    space_ = &rows_->text("space", kWhenSet);
    track_.emplace(*rows_);
    vectors_ = &rows_->vector();
    space_name_ = call.space();
    const std::string_view text = without_bom(call.input().bytes());
    const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    if (text.substr(first).starts_with('[')) {
      throw playlist::Error(
          "prompts come as one JSON object a line, and this is one JSON list; write its objects a "
          "line each, as `jq -c '.[]'` does");
    }
    if (text.substr(first).starts_with('{')) {
      read_objects(text);
    } else {
      read_table(table_text(call.input().bytes()));
    }
    call.finish();
  }

 private:
  void read_objects(std::string_view text) {
    std::array<JsonValue, kFieldCount> values;
    read_lines(
        text, kLongestLine, *call_,
        [&values](JsonReader& reader) { return kFields.read(reader, values.data()); },
        [&] { take_object(values); });
  }

  void take_object(const std::array<JsonValue, kFieldCount>& values) {
    Cells cells;
    for (const Field field : {kText, kUser, kTrack, kTime}) {
      const bool is_text = field == kText ? values[field].is_text() || !values[field].is_given()
                                          : values[field].is_textlike();
      if (!is_text) {
        return call_->malformed(playlist::concat("its ", kShownNames[field], " is no text"));
      }
      cells[field] = values[field].text(buffers_[field]);
    }
    vector_.clear();
    std::string problem;
    if (values[kVector].is_given()) problem = read_vector(values[kVector], vector_);
    take(cells, problem);
  }

  void read_table(std::string_view text) {
    CsvReader csv(text, guess_separator(text));
    csv.next();
    std::array<int, kFieldCount> columns;
    for (std::size_t field = 0; field < kFieldCount; ++field) {
      columns[field] = kFields.column(csv, field);
    }
    if (columns[kText] < 0) refuse(csv);
    const std::size_t width = csv.size();
    std::string problem;
    while (csv.next()) {
      // What a record lacks at its end is missing.
      if (!is_sound_record(csv, std::min(width, std::max<std::size_t>(1, csv.size())), problem)) {
        call_->malformed(problem);
      } else if (csv.is_blank()) {
        call_->bucket("empty", "a record without values");
      } else {
        Cells cells;
        for (std::size_t field = 0; field < kFieldCount; ++field) {
          cells[field] = csv[columns[field]];
        }
        take(cells, read_vector(cells[kVector], vector_));
      }
      call_->next(csv.offset());
    }
  }

  [[noreturn]] static void refuse(const CsvReader& header) {
    constexpr std::size_t kLongest = 200;
    std::string names;
    for (int column = 0; column < static_cast<int>(header.size()); ++column) {
      names += playlist::concat(names.empty() ? "" : ", ", header[column]);
      if (names.size() > kLongest) break;
    }
    throw playlist::Error(playlist::concat(
        "this is no file of prompts: its first line has no column text, prompt or caption; it has ",
        names.empty() ? "none" : names.substr(0, kLongest),
        "; give a table with a header, or JSON lines: {\"text\": \"late night jazz\", \"user\": "
        "\"ann\"}"));
  }

  using Cells = std::array<std::string_view, kFieldCount>;

  /// The record at hand, and its `vector_`; `problem` is what is wrong with that.
  void take(const Cells& cells, const std::string& problem) {
    std::optional<std::int64_t> time;
    if (!cells[kTime].empty() && !(time = read_moment(cells[kTime]))) {
      return call_->malformed("its time cannot be read, or is not between 1970 and 2100");
    }
    if (!problem.empty()) return call_->malformed(problem);
    const TrackId track = read_track_id(cells[kTrack]);
    if (!cells[kTrack].empty() && !track.is_known()) {
      return call_->malformed("its track is no id of a known kind");
    }
    rows_->row();
    text_->set(cells[kText]);
    user_->set(cells[kUser]);
    if (time) time_->set(*time);
    track_->set(track);
    if (vector_.empty()) return;
    space_->set(space_name_);
    vectors_->set(vector_);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* rows_ = nullptr;
  playlist::TextColumn *text_ = nullptr, *user_ = nullptr, *space_ = nullptr;
  playlist::NumberColumn<std::int64_t>* time_ = nullptr;
  playlist::VectorColumn* vectors_ = nullptr;
  std::optional<TrackIdColumns> track_;
  std::string_view space_name_;
  std::vector<float> vector_;
  std::array<std::string, kFieldCount> buffers_;
};

}  // namespace

constinit const playlist::Element kPrompts = playlist::element<Prompts>(
    "source.prompts",
    "What users asked for and what describes tracks: JSON lines or a table with text.");

}  // namespace source
