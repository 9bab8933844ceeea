// What a person says of what they were given: engine feedback, and whoever asks for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/feedback.hpp"

namespace engine::library {

/// As it is asked for.
struct FeedbackRequest {
  Verdict verdict = Verdict::kReject;
  /// A name of subject.hpp, or "song:NAME" for all versions of it, "album:ARTIST - ALBUM",
  /// "playlist:NAME", "device:NAME"; of kMood a track, or "text:WORDS". "" with `first`: all that was heard from
  /// then on.
  std::string subject;
  std::optional<std::int64_t> first, last;  // of kForget; without `last` up to now
  std::string reason;                       // of kReject: one of feedback_reasons()
  std::string moods;  // of kMood in words: the moods that these were taken for, "calm, slow"
  std::string list;
  std::optional<std::int64_t> seconds;  // it holds for; the reason's, or for ever
  std::optional<double> rating;         // of kRate
  std::string origin = "cli";
  std::optional<std::int64_t> run;
  std::optional<double> propensity;
};

/// A row with what names its subject.
struct FeedbackEntry {
  FeedbackRow row;
  std::string reference;                  // "track:12", "artist:5", "playlist:Kids" ...
  std::string label;                      // for people
  std::int64_t ended = INT64_MAX;         // of a row that is no undo: when it ends, or ended
  std::optional<std::int64_t> undone_by;  // the row that took it back
};

/// Adds it to the log, in one transaction. Throws Error(kInput) for a subject that is nobody's or
/// several's, Error(kUsage) for what does not go with the verdict.
FeedbackEntry say_feedback(Store& store, std::int64_t user, const FeedbackRequest& request,
                           std::int64_t now);

/// Takes row `id` back, or the last that was said and still holds: an undo that names it, or, of an
/// undo, the same said again. Returns the row that was added and the one it is about. Throws
/// Error(kInput) where there is nothing to take back.
struct UndoneFeedback {
  FeedbackEntry added, about;
};
UndoneFeedback undo_feedback(Store& store, std::int64_t user, std::optional<std::int64_t> id,
                             const std::string& origin, std::int64_t now);

/// Newest first, said by `now`; at most `limit`.
std::vector<FeedbackEntry> list_feedback(const Store& store, std::int64_t user, std::int64_t now,
                                         std::int64_t limit);

}  // namespace engine::library
