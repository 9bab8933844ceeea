#include "store/feedback.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace engine {
namespace {

constexpr std::int64_t kDays = 86'400;

constexpr std::array<std::pair<Verdict, std::string_view>, 9> kVerdicts = {{
    {Verdict::kApprove, "approve"},
    {Verdict::kReject, "reject"},
    {Verdict::kLater, "later"},
    {Verdict::kLove, "love"},
    {Verdict::kBan, "ban"},
    {Verdict::kRate, "rate"},
    {Verdict::kForget, "forget"},
    {Verdict::kMood, "mood"},
    {Verdict::kUndo, "undo"},
}};

constexpr std::array<std::pair<FeedbackSubject, std::string_view>, 8> kSubjects = {{
    {FeedbackSubject::kTrack, "track"},
    {FeedbackSubject::kSong, "song"},
    {FeedbackSubject::kArtist, "artist"},
    {FeedbackSubject::kAlbum, "album"},
    {FeedbackSubject::kPlaylist, "playlist"},
    {FeedbackSubject::kTimes, "times"},
    {FeedbackSubject::kDevice, "device"},
    {FeedbackSubject::kText, "text"},
}};

template <typename Table, typename Value>
std::string_view word_in(const Table& table, Value value) {
  return std::ranges::find(table, value, [](const auto& pair) { return pair.first; })->second;
}

template <typename Table>
auto value_in(const Table& table, std::string_view word)
    -> std::optional<typename Table::value_type::first_type> {
  const auto found = std::ranges::find(table, word, [](const auto& pair) { return pair.second; });
  if (found == table.end()) return std::nullopt;
  return found->first;
}

constexpr std::string_view kColumns =
    "feedback_id, user_id, ts, verdict, subject, track_id, artist_id, name, first_ts, last_ts, "
    "rating, reason, list, expires_at, origin, run_id, propensity, undoes";

std::optional<std::int64_t> integer_in(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}
std::optional<double> real_in(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

/// A word of a later engine's is an undo of nothing: it says nothing that this one understands.
FeedbackRow read_row(const Statement& row) {
  FeedbackRow made;
  made.id = row.integer(0);
  made.user = row.integer(1);
  made.ts = row.integer(2);
  made.verdict = verdict_of(row.text(3)).value_or(Verdict::kUndo);
  made.subject = subject_of(row.text(4)).value_or(FeedbackSubject::kText);
  made.track = integer_in(row, 5);
  made.artist = integer_in(row, 6);
  made.name = row.text(7);
  made.first = integer_in(row, 8);
  made.last = integer_in(row, 9);
  made.rating = real_in(row, 10);
  made.reason = row.text(11);
  made.list = row.text(12);
  made.expires = integer_in(row, 13);
  made.origin = row.text(14);
  made.run = integer_in(row, 15);
  made.propensity = real_in(row, 16);
  made.undoes = integer_in(row, 17);
  return made;
}

}  // namespace

std::string_view word_of(Verdict verdict) {
  return word_in(kVerdicts, verdict);
}
std::optional<Verdict> verdict_of(std::string_view word) {
  return value_in(kVerdicts, word);
}
std::string_view word_of(FeedbackSubject subject) {
  return word_in(kSubjects, subject);
}
std::optional<FeedbackSubject> subject_of(std::string_view word) {
  return value_in(kSubjects, word);
}

const std::vector<FeedbackReason>& feedback_reasons() {
  static const std::vector<FeedbackReason> reasons = {
      {"not-now", 14 * kDays, "for two weeks"},
      {"wrong-mood", 7 * kDays, "for a week"},
      {"overplayed", 60 * kDays, "for 60 days"},
      {"dislike-track", 0, "for ever, all versions of the song"},
      {"dislike-version", 0, "for ever, this version only"},
      {"dislike-artist", 0, "for ever, everything by the artist"},
  };
  return reasons;
}

std::vector<std::string> feedback_reason_words() {
  std::vector<std::string> words;
  for (const FeedbackReason& reason : feedback_reasons()) words.emplace_back(reason.word);
  return words;
}

const FeedbackReason* find_reason(std::string_view word) {
  const auto& reasons = feedback_reasons();
  const auto found = std::ranges::find(reasons, word, &FeedbackReason::word);
  return found == reasons.end() ? nullptr : &*found;
}

bool is_own_origin(std::string_view origin) {
  return origin == "cli" || origin == "next" || origin == "page" || origin == "bot";
}

std::vector<FeedbackSpan> spans_of(const std::vector<FeedbackRow>& rows) {
  std::unordered_map<std::int64_t, std::int64_t> undone;  // row, when
  for (const FeedbackRow& row : rows) {
    if (row.verdict != Verdict::kUndo || !row.undoes) continue;
    const auto [first, is_first] = undone.emplace(*row.undoes, row.ts);
    if (!is_first) first->second = std::min(first->second, row.ts);
  }
  std::vector<FeedbackSpan> made;
  for (const FeedbackRow& row : rows) {
    if (row.verdict == Verdict::kUndo) continue;
    const auto undo = undone.find(row.id);
    const std::int64_t since = row.ts == 0 ? INT64_MIN : row.ts;
    // Undone as of the time that it was said as of, it never held.
    const std::int64_t taken_back = undo == undone.end()     ? INT64_MAX
                                    : undo->second <= row.ts ? since
                                                             : undo->second;
    made.push_back({row, since, std::min(taken_back, row.expires.value_or(INT64_MAX))});
  }
  return made;
}

std::vector<FeedbackRow> feedback_of(const Store& store, std::int64_t user) {
  Statement select = store.prepare("SELECT " + std::string(kColumns) +
                                   " FROM feedback WHERE user_id = ?1 ORDER BY feedback_id");
  std::vector<FeedbackRow> found;
  for (select.start(user); select.step();) found.push_back(read_row(select));
  return found;
}

FeedbackRow undo_of(const FeedbackRow& row, std::int64_t at, std::string origin) {
  FeedbackRow undo = row;
  undo.id = 0;
  undo.ts = at;
  undo.verdict = Verdict::kUndo;
  undo.rating = undo.propensity = std::nullopt;
  undo.expires = undo.run = std::nullopt;
  undo.reason.clear();
  undo.origin = std::move(origin);
  undo.undoes = row.id;
  return undo;
}

FeedbackLog::FeedbackLog(const Store& store)
    : insert_(store.prepare("INSERT INTO feedback (user_id, ts, verdict, subject, track_id, "
                            "artist_id, name, first_ts, last_ts, rating, reason, list, expires_at, "
                            "origin, run_id, propensity, undoes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                            "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) "
                            "RETURNING feedback_id")),
      find_(store.prepare("SELECT " + std::string(kColumns) +
                          " FROM feedback WHERE user_id = ?1 AND feedback_id = ?2")),
      lasting_(store.prepare(
          "SELECT " + std::string(kColumns) +
          // By the subject: a person may have said more than anybody said of one.
          " FROM feedback f WHERE (track_id = ?4 OR artist_id = ?5) AND +user_id = ?1 AND "
          "verdict = ?2 AND subject = ?3 AND list = '' AND expires_at IS NULL AND NOT EXISTS "
          "(SELECT 1 FROM feedback u WHERE u.undoes = f.feedback_id) ORDER BY feedback_id")),
      undone_(store.prepare("SELECT 1 FROM feedback WHERE undoes = ?1")) {}

std::int64_t FeedbackLog::append(const FeedbackRow& row) {
  return insert_
      .find_integer(row.user, row.ts, word_of(row.verdict), word_of(row.subject), row.track,
                    row.artist, row.name, row.first, row.last, row.rating, row.reason, row.list,
                    row.expires, row.origin, row.run, row.propensity, row.undoes)
      .value();
}

std::optional<FeedbackRow> FeedbackLog::find(std::int64_t user, std::int64_t id) {
  find_.start(user, id);
  if (!find_.step()) return std::nullopt;
  FeedbackRow found = read_row(find_);
  find_.reset();
  return found;
}

std::vector<FeedbackRow> FeedbackLog::lasting(const FeedbackRow& like) {
  std::vector<FeedbackRow> found;
  lasting_.start(like.user, word_of(like.verdict), word_of(like.subject), like.track, like.artist);
  while (lasting_.step()) found.push_back(read_row(lasting_));
  return found;
}

bool FeedbackLog::is_undone(std::int64_t id) {
  return undone_.find_integer(id).has_value();
}

}  // namespace engine
