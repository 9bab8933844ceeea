#include "discovery/queue.hpp"

#include <algorithm>
#include <unordered_map>

namespace engine::discovery {
namespace {

/// What was said of tracks, by track: the rows of the user's log that are about one.
using WordsByTrack = std::unordered_map<std::int64_t, std::vector<const FeedbackSpan*>>;

WordsByTrack words_by_track(const Store& store, const std::vector<FeedbackSpan>& spans) {
  WordsByTrack words;
  // Of a song every version.
  Statement versions = store.prepare(
      "SELECT other.track_id FROM tracks t JOIN tracks other ON other.song_key = t.song_key WHERE "
      "t.track_id = ?1 AND other.track_id <> t.track_id");
  for (const FeedbackSpan& span : spans) {
    if (!span.row.track) continue;
    words[*span.row.track].push_back(&span);
    if (span.row.subject != FeedbackSubject::kSong) continue;
    for (versions.start(*span.row.track); versions.step();)
      words[versions.integer(0)].push_back(&span);
  }
  return words;
}

State state_of(Verdict verdict) {
  const bool is_accepted = verdict == Verdict::kApprove || verdict == Verdict::kLove;
  return is_accepted ? State::kAccepted : State::kRejected;
}

bool is_answer(Verdict verdict) {
  return verdict == Verdict::kApprove || verdict == Verdict::kLove || verdict == Verdict::kReject ||
         verdict == Verdict::kBan;
}

/// What became of it by now: a word that was taken back is none.
void set_state(Queued& queued, const std::vector<const FeedbackSpan*>& words, std::int64_t now) {
  const Suggestion& suggestion = queued.suggestion;
  for (const FeedbackSpan* word : words) {
    const FeedbackRow& row = word->row;
    if (row.ts < suggestion.ts || row.ts > now || !row.list.empty()) continue;
    // An answer whose time is over (rejected for two weeks) was an answer all the same.
    const bool is_undone = word->ended <= now && word->ended < row.expires.value_or(INT64_MAX);
    if (is_undone) continue;
    if (is_answer(row.verdict)) {
      queued.state = state_of(row.verdict);
      queued.answer = row.id;
      queued.answered = row.ts;
      return;
    }
    if (row.verdict == Verdict::kLater && word->holds(now)) {
      queued.state = State::kPutOff;
      queued.until = word->ended;
    }
  }
  if (suggestion.expires <= now) queued.state = State::kExpired;
}

}  // namespace

Queue::Queue(const Store& store)
    : store_(store),
      insert_(store.prepare("INSERT INTO suggestions (user_id, track_id, ts, expires_at, source, "
                            "kind, reason, score, propensity, run_id) VALUES (?1, ?2, ?3, ?4, ?5, "
                            "?6, ?7, ?8, ?9, ?10) RETURNING suggestion_id")),
      select_(store.prepare("SELECT suggestion_id, track_id, ts, expires_at, source, kind, reason, "
                            "score, propensity, run_id FROM suggestions WHERE user_id = ?1 AND ts "
                            "<= ?2 ORDER BY suggestion_id")) {}

std::int64_t Queue::add(const Suggestion& s) {
  return insert_
      .find_integer(s.user, s.track, s.ts, s.expires, s.source, s.kind, s.reason, s.score,
                    s.propensity, s.run)
      .value();
}

std::vector<Queued> Queue::list(std::int64_t user, std::int64_t now) {
  const std::vector<FeedbackSpan> spans = [&] {
    std::vector<FeedbackRow> rows = feedback_of(store_, user);
    std::erase_if(rows, [now](const FeedbackRow& row) { return row.ts > now; });
    return spans_of(rows);
  }();
  WordsByTrack words = words_by_track(store_, spans);
  std::vector<Queued> queue;
  for (select_.start(user, now); select_.step();) {
    Queued& queued = queue.emplace_back();
    Suggestion& s = queued.suggestion;
    s.id = select_.integer(0);
    s.user = user;
    s.track = select_.integer(1);
    s.ts = select_.integer(2);
    s.expires = select_.integer(3);
    s.source = select_.text(4);
    s.kind = select_.text(5);
    s.reason = select_.text(6);
    if (!select_.is_null(7)) s.score = select_.real(7);
    s.propensity = select_.real(8);
    if (!select_.is_null(9)) s.run = select_.integer(9);
    set_state(queued, words[s.track], now);
  }
  return queue;
}

std::vector<Answer> answers_of(const std::vector<Queued>& queue) {
  std::vector<const Queued*> answered;
  for (const Queued& queued : queue)
    if (queued.answer) answered.push_back(&queued);
  std::ranges::sort(answered, {}, [](const Queued* queued) {
    return std::pair(queued->answered, *queued->answer);
  });
  std::vector<Answer> answers;
  for (const Queued* queued : answered) {
    const Suggestion& s = queued->suggestion;
    answers.push_back(
        {s.source, s.kind, queued->answered, queued->state == State::kAccepted, s.propensity});
  }
  return answers;
}

}  // namespace engine::discovery
