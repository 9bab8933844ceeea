#include "import/vectors_writer.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cmath>

#include "import/space.hpp"

namespace engine::import {
namespace {

constexpr std::size_t kLongestText = 16'384, kLongestVector = 65'536;

void put_malformed(RecordBuckets& records, std::int64_t record, std::string_view reason) {
  records.put({record, record, "malformed", reason});
}

/// Blanks, line ends and control characters as single blanks, none around the text.
std::string tidy(std::string_view text) {
  std::string tidied;
  bool is_blank_due = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7f) {
      is_blank_due = !tidied.empty();
      continue;
    }
    if (is_blank_due) tidied += ' ';
    is_blank_due = false;
    tidied += c;
  }
  return tidied;
}

std::string problem_of_text(const std::string& text) {
  if (text.empty()) return "it has no text";
  if (text.size() <= kLongestText) return "";
  return "its text is longer than " + std::to_string(kLongestText) + " bytes";
}

std::optional<std::int64_t> told(std::span<const std::int64_t> column, std::size_t row) {
  return column.empty() || column[row] == INT64_MIN ? std::nullopt : std::optional(column[row]);
}

}  // namespace

/// The columns of a table that say which track a row is of.
class VectorsWriter::TrackIds {
 public:
  /// In the order of track_ids.kind, from 1 on.
  static constexpr std::array<const char*, 3> kKinds = {"spotify_id", "isrc", "mbid"};

  explicit TrackIds(const TableView& table) : numbers_(table.numbers<std::int64_t>("track_id")) {
    for (std::size_t k = 0; k < kKinds.size(); ++k) texts_[k] = table.texts(kKinds[k]);
  }
  /// "" where the row has none of that kind.
  [[nodiscard]] std::string_view text(std::size_t kind, std::size_t row) const {
    return texts_[kind][row];
  }
  [[nodiscard]] std::optional<std::int64_t> number(std::size_t row) const {
    return told(numbers_, row);
  }
  [[nodiscard]] bool has(std::size_t row) const {
    return number(row) || std::any_of(texts_.begin(), texts_.end(),
                                      [row](const TextView& text) { return !text[row].empty(); });
  }

 private:
  std::array<TextView, kKinds.size()> texts_;
  std::span<const std::int64_t> numbers_;
};

VectorsWriter::VectorsWriter(Store& store, NameBook& names)
    : store_(store),
      names_(names),
      find_id_(store.prepare("SELECT track_id FROM track_ids WHERE kind = ?1 AND id = ?2")),
      find_encoder_(store.prepare("SELECT 1 FROM encoders WHERE space = ?1")),
      find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
      // One without a time is in when it is in with any: its own is that of its first import.
      find_prompt_(store.prepare(
          "SELECT prompt_id FROM prompts WHERE user_id IS ?1 AND track_id IS ?2 AND text = ?3 "
          "AND (?4 IS NULL OR ts = ?4) ORDER BY prompt_id LIMIT 1")),
      put_prompt_(store.prepare(
          "INSERT INTO prompts (user_id, track_id, text, ts) VALUES (?1, ?2, ?3, ?4)")),
      of_tracks_{store.prepare("SELECT vector FROM embeddings WHERE space = ?1 AND track_id = ?2"),
                 store.prepare("INSERT OR REPLACE INTO embeddings VALUES (?1, ?2, ?3, ?4)")},
      of_prompts_{
          store.prepare("SELECT vector FROM prompt_vectors WHERE space = ?1 AND prompt_id = ?2"),
          store.prepare("INSERT OR REPLACE INTO prompt_vectors VALUES (?1, ?2, ?3, ?4)")} {}

std::vector<std::string> VectorsWriter::notes() {
  std::vector<std::string> notes;
  for (const std::string& space : spaces_)
    notes.push_back("space " + space + ", vectors of " + std::to_string(length_of(space)));
  return notes;
}

std::size_t VectorsWriter::length_of(const std::string& space) {
  const auto [found, is_new] = lengths_.emplace(space, 0);
  if (is_new) found->second = dim_of_space(store_, space);
  return found->second;
}

/// Of a vector in the space, "" when it can be kept.
std::string VectorsWriter::problem_of(const std::string& space, Vector vector) {
  if (std::string problem = problem_of_space(space); !problem.empty()) return problem;
  if (vector.size() > kLongestVector)
    return "its vector has " + std::to_string(vector.size()) + " numbers, the most are " +
           std::to_string(kLongestVector);
  if (find_encoder_.find_integer(space))
    return "the space " + space + " is an encoder's, whose vectors alone are in it";
  const std::size_t length = length_of(space);
  if (length != 0 && vector.size() != length)
    return "its vector has " + std::to_string(vector.size()) + " numbers, those of the space " +
           space + " have " + std::to_string(length);
  if (!std::all_of(vector.begin(), vector.end(), [](float v) { return std::isfinite(v); }))
    return "its vector holds a value that is not finite";
  if (std::all_of(vector.begin(), vector.end(), [](float v) { return v == 0; }))
    return "its vector is all zeros";
  return "";
}

std::optional<std::int64_t> VectorsWriter::track_of(const TrackIds& ids, std::size_t row) {
  if (const auto number = ids.number(row)) return find_track_.find_integer(*number);
  for (std::size_t kind = 0; kind < TrackIds::kKinds.size(); ++kind) {
    const std::string_view text = ids.text(kind, row);
    if (text.empty()) continue;
    if (const auto track = find_id_.find_integer(static_cast<std::int64_t>(kind) + 1, text))
      return track;
  }
  return std::nullopt;
}

Outcome VectorsWriter::write(Kept& kept, const std::string& space, std::int64_t owner,
                             Vector vector) {
  lengths_[space] = vector.size();
  spaces_.insert(space);
  const std::string_view bytes(reinterpret_cast<const char*>(vector.data()),
                               vector.size() * sizeof(float));
  kept.find.start(space, owner);
  const bool is_there = kept.find.step();
  const bool is_same = is_there && kept.find.text(0) == bytes;
  kept.find.reset();
  if (is_same) return Outcome::kDuplicate;
  kept.put.start(space, owner, static_cast<std::int64_t>(vector.size()));
  kept.put.bind_blob(4, bytes);
  kept.put.step();
  kept.put.reset();
  return is_there ? Outcome::kUpdated : Outcome::kNew;
}

void VectorsWriter::write_vectors(const TableView& table, RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const TextView spaces = table.texts("space");
  const TrackIds ids(table);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::string space(spaces[row]);
    const Vector vector = table.vector(row);
    const std::string problem = !ids.has(row)    ? "it has no id"
                                : vector.empty() ? "it has no vector"
                                                 : problem_of(space, vector);
    if (!problem.empty()) {
      put_malformed(records, record[row], problem);
    } else if (const auto track = track_of(ids, row)) {
      records.note(record[row], write(of_tracks_, space, *track, vector));
    } else {
      records.note(record[row], Outcome::kUnmatched);
    }
  }
}

void VectorsWriter::write_prompts(const TableView& table, const FileContext& file,
                                  RecordBuckets& records) {
  const auto record = table.numbers<std::int64_t>("record");
  const auto times = table.numbers<std::int64_t>("ts");
  const TextView texts = table.texts("text"), users = table.texts("user"),
                 spaces = table.texts("space");
  const TrackIds ids(table);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::string text = tidy(texts[row]), name = tidy(users[row]), space(spaces[row]);
    const Vector vector = table.vector(row);
    const auto time = told(times, row);
    std::string problem = problem_of_text(text);
    if (problem.empty() && time && !is_possible_time(*time))
      problem = "its time is not between 1970 and 2100";
    if (problem.empty() && !vector.empty()) problem = problem_of(space, vector);
    if (!problem.empty()) {
      put_malformed(records, record[row], problem);
      continue;
    }
    const auto track = track_of(ids, row);
    if (ids.has(row) && !track) {
      records.note(record[row], Outcome::kUnmatched);
      continue;
    }
    std::optional<std::int64_t> user;
    if (!name.empty()) {
      user = names_.user(name, file.now);
    } else if (!track || file.is_user_named) {
      user = file.user_id();
    }
    auto prompt = find_prompt_.find_integer(user, track, text, time);
    Outcome outcome = prompt ? Outcome::kDuplicate : Outcome::kNew;
    if (!prompt) {
      put_prompt_.run(user, track, text, time.value_or(file.now));
      prompt = sqlite3_last_insert_rowid(store_.handle());
    }
    const bool has_other_vector =
        !vector.empty() && write(of_prompts_, space, *prompt, vector) != Outcome::kDuplicate;
    if (has_other_vector) outcome = std::max(outcome, Outcome::kUpdated);
    records.note(record[row], outcome);
  }
}

}  // namespace engine::import
