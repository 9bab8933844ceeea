// What people said: one log of every verdict, to which rows are only ever added.
//
// Row      Who said what of which subject and when, why, for which list and until when, by which
//          way in (origin), in answer to which run, and how probable it was that they were asked.
// Undo     A row too, which names the one that it takes back. To take an undo back is to say the
//          same again: a new row, which names the undo. What holds as of a time is read off the rows up to that time, so
//          that a list as of yesterday stays what it was.
// Bans and likes without an end and for every list also stand in `holdings`, which knows which
//          service's lists have them; holdings.hpp writes both in one transaction.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

enum class Verdict : std::uint8_t {
  kApprove,  // take it in: it is on trial until another verdict of it
  kReject,   // do not suggest it
  kLater,    // not now
  kLove,
  kBan,     // keep it out of lists
  kRate,    // 1 to 5
  kForget,  // what was heard of it tells nothing of taste
  kMood,    // what lists are to fit for now
  kUndo,
};
/// As the store and people write it: "approve" ...
std::string_view word_of(Verdict verdict);
/// Nothing for what is no verdict.
std::optional<Verdict> verdict_of(std::string_view word);

enum class FeedbackSubject : std::uint8_t {
  kTrack,
  kSong,  // every version of the track
  kArtist,
  kAlbum,     // of the artist, by name
  kPlaylist,  // by name
  kTimes,     // all that was heard in [first, last)
  kDevice,    // all that was heard on it, by name (devices.hpp)
  kText,      // of a mood
};
std::string_view word_of(FeedbackSubject subject);
std::optional<FeedbackSubject> subject_of(std::string_view word);

struct FeedbackRow {
  std::int64_t id = 0;  // given by the log
  std::int64_t user = 0;
  std::int64_t ts = 0;  // Unix seconds; 0: not told, always
  Verdict verdict = Verdict::kReject;
  FeedbackSubject subject = FeedbackSubject::kTrack;
  std::optional<std::int64_t> track, artist;  // ids of the store, of the subjects that have one
  std::string name;                           // the album's, playlist's, device's, a mood's words
  std::optional<std::int64_t> first, last;    // of kTimes
  std::optional<double> rating;               // of kRate, 1..5
  std::string reason;                         // one of feedback_reasons(); "": not told
  std::string list;                           // recipe or kept playlist that it is about; "": all
  std::optional<std::int64_t> expires;        // no longer holds from then on
  std::string origin;                         // "cli", "next", "page", "bot", or a service
  std::optional<std::int64_t> run;            // the run that it answers
  std::optional<double> propensity;           // 0..1: of having been drawn, where it was
  std::optional<std::int64_t> undoes;         // row that an undo, or what is said again, takes back
};

/// A reason that may be given with a rejection, and for how long the rejection then holds.
struct FeedbackReason {
  std::string_view word;
  std::int64_t seconds = 0;  // 0: for ever
  std::string_view help;
};
const std::vector<FeedbackReason>& feedback_reasons();
std::vector<std::string> feedback_reason_words();
/// nullptr for what is none.
const FeedbackReason* find_reason(std::string_view word);

/// Ways in by which people speak for themselves; every other origin is a service, or an import.
bool is_own_origin(std::string_view origin);

/// How long `later` holds when nothing is said of it.
inline constexpr std::int64_t kLaterSeconds = 14 * std::int64_t{86'400};

/// A row that is no undo, and the times in which it holds.
struct FeedbackSpan {
  FeedbackRow row;
  std::int64_t since = 0, ended = 0;  // [since, ended); INT64_MIN: always, INT64_MAX: still
  [[nodiscard]] bool holds(std::int64_t now) const { return since <= now && now < ended; }
};
/// Of one user's rows, by id: a row ends with the first undo that names it, or as it expires.
std::vector<FeedbackSpan> spans_of(const std::vector<FeedbackRow>& rows);

/// By id, of everything that the user ever said.
std::vector<FeedbackRow> feedback_of(const Store& store, std::int64_t user);

/// What takes the row back as of then, to be appended.
FeedbackRow undo_of(const FeedbackRow& row, std::int64_t at, std::string origin);

/// The table of it. Threads: one, as its Store. Append inside a transaction.
class FeedbackLog {
 public:
  explicit FeedbackLog(const Store& store);

  /// Its id.
  std::int64_t append(const FeedbackRow& row);
  [[nodiscard]] std::optional<FeedbackRow> find(std::int64_t user, std::int64_t id);
  /// By id: those of the same user, verdict, subject, track and artist that nothing has undone, for
  /// every list and without an end.
  [[nodiscard]] std::vector<FeedbackRow> lasting(const FeedbackRow& like);
  [[nodiscard]] bool is_undone(std::int64_t id);

 private:
  Statement insert_, find_, lasting_, undone_;
};

}  // namespace engine
