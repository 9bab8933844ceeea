#include "app/context_sentence.hpp"

#include "app/http_outside.hpp"
#include "app/language_model.hpp"
#include "complete/question.hpp"
#include "core/shown_text.hpp"
#include "data/tellable_tracks.hpp"
#include "library/feedback.hpp"

namespace engine::app {
namespace {

/// What sentences are held together by, and nothing that says how something sounds, who somebody is
/// or what became of them.
constexpr const char* kPlainWords[] = {
    "a",         "about", "after",   "again",   "all",     "along",    "also",     "among",
    "an",        "and",   "another", "are",     "artist",  "artists",  "as",       "at",
    "because",   "been",  "before",  "beside",  "between", "both",     "but",      "by",
    "came",      "can",   "close",   "comes",   "enjoy",   "ever",     "every",    "find",
    "first",     "fits",  "for",     "found",   "from",    "goes",     "has",      "have",
    "hear",      "heard", "here",    "if",      "in",      "into",     "is",       "it",
    "its",       "kind",  "like",    "liked",   "likes",   "listen",   "listened", "listening",
    "may",       "might", "more",    "much",    "music",   "near",     "new",      "next",
    "not",       "of",    "often",   "on",      "one",     "or",       "other",    "others",
    "people",    "play",  "played",  "playing", "plays",   "same",     "share",    "shares",
    "similar",   "since", "so",      "some",    "song",    "songs",    "sound",    "sounds",
    "suggested", "taste", "that",    "the",     "their",   "them",     "there",    "these",
    "they",      "this",  "those",   "through", "to",      "together", "too",      "track",
    "tracks",    "try",   "turn",    "up",      "way",     "well",     "were",     "what",
    "when",      "where", "which",   "while",   "who",     "whose",    "why",      "will",
    "with",      "worth", "yet",     "you",     "your"};

constexpr std::size_t kFewestWords = 4, kMostWords = 30;

/// Since the reason was written something was said to be forgotten; it may speak of just that.
bool has_forgotten_since(const Store& store, const discovery::Suggestion& suggestion,
                         std::int64_t now) {
  for (const library::FeedbackEntry& entry :
       library::list_feedback(store, suggestion.user, now, INT64_MAX))
    if (entry.row.verdict == Verdict::kForget && entry.row.ts >= suggestion.ts) return true;
  return false;
}

}  // namespace

std::string context_sentence(const Caller& caller, const AskedTrack& track,
                             const discovery::Suggestion& suggestion, const Store& store,
                             const AsOf& tables) {
  constexpr std::string_view kPurpose[] = {"context"};
  if (!may_be_asked(caller.home.accounts_file(), kPurpose)) return "";
  const std::vector<std::int64_t> heard = heard_tracks(store, suggestion.user, caller.asked.now);
  if (!TellableTracks(tables, heard).may_tell(tables.track_number(track.id))) return "";
  complete::Question question;
  question.purpose = "context";
  question.instruction =
      "Tell a listener in one sentence why this song is suggested. Say what the facts say, and "
      "nothing else.";
  const auto add = [&question](const char* name, const std::string& text, bool is_whole = false) {
    if (!text.empty()) question.facts.push_back({name, text, is_whole});
  };
  add("title", track.title, /*is_whole=*/true);
  add("artist", track.artist, /*is_whole=*/true);
  add("kind", suggestion.kind);
  if (!has_forgotten_since(store, suggestion, caller.asked.now)) add("reason", suggestion.reason);
  question.form = complete::Form::kWords;
  question.choices.assign(std::begin(kPlainWords), std::end(kPlainWords));
  question.least = kFewestWords;
  question.most = kMostWords;
  question.now = caller.asked.now;
  const complete::Completion completion = caller.home.outside().complete_now(question);
  if (!completion.why.empty())
    caller.note_once("the reason stands as it is: " + one_line(completion.why));
  return completion.is_given ? completion.text : "";
}

}  // namespace engine::app
