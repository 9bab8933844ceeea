// Suggestions for a person: drawn from the channels that find new music, and asked about one at a
// time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "discovery/answers.hpp"
#include "discovery/queue.hpp"
#include "library/feedback.hpp"

namespace engine::app {

/// A track as it is asked about.
struct AskedTrack {
  std::int64_t id = 0;
  std::string title, artist, album;  // "" where not known
  std::string spotify_uri;           // "" without one
  /// Where it is known to be played from: "file" of the person's, "spotify". None: nowhere.
  std::vector<std::string> places = {};
};

struct NewSuggestions {
  std::string user;
  std::int64_t run = 0;  // of recipes/discover.lua
  std::vector<std::pair<AskedTrack, discovery::Suggestion>> queued;
  std::size_t waiting = 0;  // in the queue now
};

/// Runs recipes/discover.lua for the caller's person, draws `count` of what it found by Thompson
/// sampling over source and kind, and queues them. What waits or was answered already is not queued
/// again. The same caller, library and `now` draw the same. Throws Error(kStore) while another
/// process draws or answers.
NewSuggestions make_suggestions(const Caller& caller, std::size_t count);

/// What is asked about next.
struct NextQuestion {
  enum class Kind : std::uint8_t { kSuggestion, kTrial } kind = Kind::kSuggestion;
  AskedTrack track;
  discovery::Suggestion suggestion;  // of kSuggestion
  std::int64_t approved = 0;         // of kTrial: when
  std::int64_t plays = 0;            // of kTrial: since then
  /// Of kSuggestion: what a language model makes of why it was found (context_sentence.hpp); "":
  /// the reason stands.
  std::string context = {};

  /// "suggestion:12", "trial:345".
  [[nodiscard]] std::string reference() const;
};

struct Questions {
  std::string user;
  std::optional<NextQuestion> next;  // trials that were heard often enough come first
  std::size_t waiting = 0;           // suggestions, the next one too
  std::size_t put_off = 0, trials = 0;
  discovery::Row row;  // rejections in a row that have something in common
  std::string artist;  // by whom all of them are; "" by several
};

/// Of the caller's person, as of `now`.
Questions questions(const Caller& caller);

enum class Reply : std::uint8_t { kApprove, kReject, kSkip, kListen };

/// Answers what questions() asks next; `reference`, where it is not "", must be that one's: throws
/// Error(kInput) for another, and where nothing is asked, and Error(kStore) while another process
/// draws or answers. `reason`: of kReject.
struct Replied {
  NextQuestion question;
  library::FeedbackEntry said;
};
Replied reply(const Caller& caller, Reply reply, const std::string& reason,
              const std::string& reference);

/// Takes back the last answer that reply() gave and that still holds, so that its question is asked
/// again. Throws Error(kInput) where there is none.
library::UndoneFeedback undo_reply(const Caller& caller);

/// Of everything the caller's person answered by `now`.
std::vector<discovery::Acceptance> acceptance(const Caller& caller);

}  // namespace engine::app
