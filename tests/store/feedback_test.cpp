// The log of what people said: rows are added only, and what holds as of a time is read off them.
#include "store/feedback.hpp"

#include <catch2/catch.hpp>

#include "store/holdings.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::FeedbackLog;
using engine::FeedbackRow;
using engine::FeedbackSpan;
using engine::FeedbackSubject;
using engine::Holding;
using engine::HoldingKind;
using engine::Holdings;
using engine::Store;
using engine::Verdict;

namespace {

struct Book {
  TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  FeedbackLog log{store};
  Book() {
    engine::require_user(store, "ann", 0);
    store.execute(
        "INSERT INTO artists (artist_id, name, key) VALUES (5, 'A', 'a');"
        "INSERT INTO tracks (track_id, title, artist_id) VALUES (7, 'T', 5), (8, 'U', 5)");
  }
  FeedbackRow row(Verdict verdict, std::int64_t ts) const {
    FeedbackRow made;
    made.user = 1;
    made.ts = ts;
    made.verdict = verdict;
    made.track = 7;
    made.origin = "cli";
    return made;
  }
  FeedbackRow undo(std::int64_t id, std::int64_t ts) const {
    FeedbackRow made = row(Verdict::kUndo, ts);
    made.undoes = id;
    return made;
  }
  /// "ban 100..200 by cli" of every row that is no undo, where it ever held.
  [[nodiscard]] std::string spans() {
    std::string text;
    for (const FeedbackSpan& span : engine::spans_of(engine::feedback_of(store, 1))) {
      if (span.since >= span.ended) continue;
      text += (text.empty() ? "" : "; ") + std::string(word_of(span.row.verdict)) + " " +
              (span.since == INT64_MIN ? "" : std::to_string(span.since)) + ".." +
              (span.ended == INT64_MAX ? "" : std::to_string(span.ended)) + " by " +
              span.row.origin;
    }
    return text;
  }
};

/// The times in which the holdings, and the log, say that something is banned or liked by a person.
std::vector<std::string> banned_times(const Store& store, const char* sql) {
  std::vector<std::string> times;
  engine::Statement select = store.prepare(sql);
  for (select.start(); select.step();) times.emplace_back(select.text(0));
  return times;
}

}  // namespace

TEST_CASE("a row of the log comes back as it was said", "[store][feedback]") {
  Book book;
  FeedbackRow said = book.row(Verdict::kReject, 100);
  said.subject = FeedbackSubject::kSong;
  said.reason = "overplayed";
  said.list = "weekly";
  said.expires = 900;
  said.run = 12;
  said.propensity = 0.25;
  said.id = book.log.append(said);
  FeedbackRow rated = book.row(Verdict::kRate, 101);
  rated.rating = 4.5;
  book.log.append(rated);
  const auto rows = engine::feedback_of(book.store, 1);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].id == said.id);
  CHECK(rows[0].subject == FeedbackSubject::kSong);
  CHECK(rows[0].track == 7);
  CHECK_FALSE(rows[0].artist);
  CHECK(rows[0].reason == "overplayed");
  CHECK(rows[0].list == "weekly");
  CHECK(rows[0].expires == 900);
  CHECK(rows[0].run == 12);
  CHECK(rows[0].propensity == 0.25);
  CHECK_FALSE(rows[0].rating);
  CHECK(rows[1].rating == 4.5);
  CHECK(book.log.find(1, said.id)->ts == 100);
  CHECK_FALSE(book.log.find(2, said.id));
}

TEST_CASE("a row holds until it is undone or expires, whichever comes first", "[store][feedback]") {
  Book book;
  FeedbackRow later = book.row(Verdict::kLater, 100);
  later.expires = 500;
  const std::int64_t first = book.log.append(later);
  CHECK(book.spans() == "later 100..500 by cli");
  book.log.append(book.undo(first, 300));
  CHECK(book.spans() == "later 100..300 by cli");
  CHECK(book.log.is_undone(first));
  // A second undo of it does not make it hold for longer.
  book.log.append(book.undo(first, 400));
  CHECK(book.spans() == "later 100..300 by cli");
  const FeedbackSpan span = engine::spans_of(engine::feedback_of(book.store, 1)).front();
  CHECK_FALSE(span.holds(99));
  CHECK(span.holds(100));
  CHECK_FALSE(span.holds(300));
  FeedbackRow always = book.row(Verdict::kReject, 0);
  book.log.append(always);
  CHECK(book.spans() == "later 100..300 by cli; reject .. by cli");
}

TEST_CASE("every ban, and every like that a person says, is in the log", "[store][feedback]") {
  Book book;
  Holdings holdings(book.store);
  const auto holding = [](HoldingKind kind, std::string_view teller) {
    return Holding{1, kind, kind == HoldingKind::kBannedArtist ? 5 : 7, "", teller};
  };
  holdings.hold(holding(HoldingKind::kBannedTrack, "spotify"), 0, 1, 100);
  holdings.hold(holding(HoldingKind::kBannedArtist, "you"), 150, 0, 150);
  holdings.hold(holding(HoldingKind::kLike, "you"), 160, 0, 160);
  // What a service lists of likes is what somebody has.
  holdings.hold(holding(HoldingKind::kLike, "spotify"), 50, 1, 160);
  CHECK(book.spans() == "ban .. by spotify; ban 150.. by cli; love 160.. by cli");
  // Its date is learned, then moved.
  holdings.hold(holding(HoldingKind::kBannedTrack, "spotify"), 40, 2, 200);
  CHECK(book.spans() == "ban 150.. by cli; love 160.. by cli; ban 40.. by spotify");
  holdings.date_anew(holding(HoldingKind::kBannedTrack, "spotify"), 60);
  CHECK(book.spans() == "ban 150.. by cli; love 160.. by cli; ban 60.. by spotify");
  holdings.end_for_all(holding(HoldingKind::kBannedTrack, ""), 300, "you");
  holdings.end(holding(HoldingKind::kLike, "spotify"), 310, "spotify");
  holdings.end(holding(HoldingKind::kLike, "you"), 320, "you");
  CHECK(book.spans() == "ban 150.. by cli; love 160..320 by cli; ban 60..300 by spotify");
  holdings.hold(holding(HoldingKind::kBannedTrack, "you"), 400, 0, 400);
  CHECK(book.spans() ==
        "ban 150.. by cli; love 160..320 by cli; ban 60..300 by spotify; ban 400.. by cli");

  // The same as the holdings tell, whichever way one reads them.
  CHECK(banned_times(book.store,
                     "SELECT kind || ' ' || id || ' ' || ts || ' ' || ifnull(ended_at, '') FROM "
                     "holdings WHERE kind IN (4, 5) ORDER BY 1") ==
        banned_times(book.store,
                     "SELECT iif(f.subject = 'track', 4, 5) || ' ' || ifnull(f.track_id, "
                     "f.artist_id) || ' ' || f.ts || ' ' || ifnull(u.ts, '') FROM feedback f LEFT "
                     "JOIN feedback u ON u.undoes = f.feedback_id WHERE f.verdict = 'ban' AND "
                     "ifnull(u.ts > f.ts, 1) ORDER BY 1"));
}

TEST_CASE("a store of before gets its bans and words into the log", "[store][feedback]") {
  TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    Store store = Store::open(path, {.migrations = engine::store_migrations().first(13)});
    engine::require_user(store, "ann", 0);
    store.execute(
        "INSERT INTO tracks (track_id, title) VALUES (7, 'T'), (8, 'U');"
        "INSERT INTO artists (artist_id, name, key) VALUES (5, 'A', 'a');"
        "INSERT INTO holdings (user_id, kind, id, teller, ts, ended_at, ended_by) VALUES "
        "(1, 4, 7, 'spotify', 0, NULL, NULL), (1, 4, 8, 'you', 100, 200, 'you'), "
        "(1, 5, 5, '', 50, NULL, NULL), (1, 1, 7, 'you', 300, NULL, NULL), "
        "(1, 1, 8, 'spotify', 300, NULL, NULL)");
  }
  const Store store = Store::open(path);
  std::string text;
  for (const FeedbackSpan& span : engine::spans_of(engine::feedback_of(store, 1)))
    text += std::string(word_of(span.row.verdict)) + " " + std::string(word_of(span.row.subject)) +
            " " + std::to_string(span.row.ts) + ".." +
            (span.ended == INT64_MAX ? "" : std::to_string(span.ended)) + " " + span.row.origin +
            "; ";
  CHECK(text ==
        "ban track 0.. spotify; ban artist 50.. import; ban track 100..200 cli; love track 300.. "
        "cli; ");
}
