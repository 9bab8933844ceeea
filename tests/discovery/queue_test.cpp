// What became of a suggestion is read off what was said of its track since.
#include "discovery/queue.hpp"

#include <catch2/catch.hpp>

#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::FeedbackRow;
using engine::FeedbackSubject;
using engine::Store;
using engine::Verdict;
using engine::discovery::answers_of;
using engine::discovery::Queue;
using engine::discovery::Queued;
using engine::discovery::State;
using engine::discovery::Suggestion;

namespace {

struct Book {
  TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  Queue queue{store};
  engine::FeedbackLog log{store};

  Book() {
    engine::require_user(store, "ann", 0);
    store.execute(
        "INSERT INTO tracks (track_id, title, song_key) VALUES (1, 'A', 'a'), (2, 'B', 'b'), "
        "(3, 'B - Live', 'b'), (4, 'C', 'c'), (5, 'D', 'd')");
    for (const std::int64_t track : {1, 2, 3, 4, 5}) {
      Suggestion suggestion;
      suggestion.user = 1;
      suggestion.track = track;
      suggestion.ts = 100;
      suggestion.expires = 1000;
      suggestion.source = "als";
      suggestion.kind = "rock";
      suggestion.reason = "near";
      suggestion.propensity = 0.5;
      queue.add(suggestion);
    }
  }
  std::int64_t say(Verdict verdict, std::int64_t track, std::int64_t ts,
                   FeedbackSubject subject = FeedbackSubject::kTrack) {
    FeedbackRow row;
    row.user = 1;
    row.ts = ts;
    row.verdict = verdict;
    row.subject = subject;
    row.track = track;
    row.origin = "cli";
    if (verdict == Verdict::kLater) row.expires = ts + 50;
    return log.append(row);
  }
  /// "waiting accepted ..." of the five, as of then.
  [[nodiscard]] std::string states(std::int64_t now) {
    const char* const words[] = {"waiting", "put-off", "accepted", "rejected", "expired"};
    std::string text;
    for (const Queued& queued : queue.list(1, now))
      text += (text.empty() ? "" : " ") + std::string(words[static_cast<int>(queued.state)]);
    return text;
  }
};

}  // namespace

TEST_CASE("a suggestion waits until it is answered, put off or too old", "[discovery][queue]") {
  Book book;
  CHECK(book.states(99).empty());
  CHECK(book.states(100) == "waiting waiting waiting waiting waiting");
  book.say(Verdict::kReject, 5, 50);  // said before it was suggested
  book.say(Verdict::kApprove, 1, 200);
  book.say(Verdict::kReject, 2, 210, FeedbackSubject::kSong);
  book.say(Verdict::kLater, 4, 220);
  CHECK(book.states(199) == "waiting waiting waiting waiting waiting");
  CHECK(book.states(230) == "accepted rejected rejected put-off waiting");
  CHECK(book.states(270) == "accepted rejected rejected waiting waiting");
  CHECK(book.states(1000) == "accepted rejected rejected expired expired");
  // The first verdict answers; what is said of an accepted song later is not about the suggestion.
  book.say(Verdict::kReject, 1, 300);
  CHECK(book.states(310) == "accepted rejected rejected waiting waiting");
}

TEST_CASE("an answer that is taken back lets the suggestion wait again", "[discovery][queue]") {
  Book book;
  const std::int64_t said = book.say(Verdict::kReject, 1, 200);
  FeedbackRow undo;
  undo.user = 1;
  undo.ts = 300;
  undo.verdict = Verdict::kUndo;
  undo.track = 1;
  undo.origin = "cli";
  undo.undoes = said;
  book.log.append(undo);
  CHECK(book.states(250) == "rejected waiting waiting waiting waiting");
  CHECK(book.states(300) == "waiting waiting waiting waiting waiting");
  CHECK(answers_of(book.queue.list(1, 300)).empty());
}

TEST_CASE("answers come in their order, with what drew them", "[discovery][queue]") {
  Book book;
  book.say(Verdict::kLove, 4, 200);
  book.say(Verdict::kBan, 1, 150);
  const auto answers = answers_of(book.queue.list(1, 400));
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].ts == 150);
  CHECK_FALSE(answers[0].is_accepted);
  CHECK(answers[1].is_accepted);
  CHECK(answers[1].source == "als");
  CHECK(answers[1].kind == "rock");
  CHECK(answers[1].propensity == 0.5);
}
