// Likes and bans have tellers, a beginning and an end.
#include "store/holdings.hpp"

#include <catch2/catch.hpp>

#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::Holding;
using engine::HoldingKind;
using engine::Holdings;
using engine::Store;
using Told = engine::Holdings::Told;

namespace {

/// A store with the user 1; every holding is a like of track 7 unless a test says otherwise.
struct Book {
  TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  Holdings holdings{store};
  Book() {
    engine::require_user(store, "ann", 0);
    store.execute(
        "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 20) "
        "INSERT INTO tracks (track_id) SELECT k FROM n");
  }
  static Holding by(std::string_view teller) { return {1, HoldingKind::kLike, 7, "", teller}; }
  /// "spotify 0..100; you 100.." by teller and time.
  [[nodiscard]] std::string text() const {
    std::string text;
    engine::Statement select = store.prepare(
        "SELECT teller || ' ' || ts || '..' || ifnull(ended_at, '') FROM holdings "
        "ORDER BY teller, ts");
    for (select.start(); select.step();)
      text += (text.empty() ? "" : "; ") + std::string(select.text(0));
    return text;
  }
};

}  // namespace

TEST_CASE("a like holds by a teller's word until that teller ends it", "[store][holdings]") {
  Book book;
  Holdings& h = book.holdings;
  CHECK(h.hold(Book::by("spotify"), 0, 1, 100) == Told::kNew);
  CHECK(h.hold(Book::by("spotify"), 0, 1, 100) == Told::kKnown);
  CHECK(h.hold(Book::by("listenbrainz"), 50, 2, 100) == Told::kNew);
  CHECK(h.hold(Book::by("listenbrainz"), 40, 2, 100) == Told::kDated);
  CHECK(h.hold(Book::by("listenbrainz"), 60, 2, 100) == Told::kKnown);
  CHECK(h.end(Book::by("spotify"), 200, "spotify"));
  CHECK_FALSE(h.end(Book::by("spotify"), 300, "spotify"));
  CHECK(book.text() == "listenbrainz 40..; spotify 0..200");
  CHECK(h.tellers(Book::by("")) == std::vector<std::string>{"listenbrainz"});
  // The view of before tells what holds.
  CHECK(book.store.integer("SELECT count(*) FROM likes") == 1);
  CHECK(book.store.integer("SELECT ts FROM likes") == 40);
}

TEST_CASE("liked again: since it is listed again, or since its later date", "[store][holdings]") {
  Book book;
  Holdings& h = book.holdings;
  h.hold(Book::by("spotify"), 50, 1, 100);
  h.end(Book::by("spotify"), 200, "spotify");
  CHECK(h.hold(Book::by("spotify"), 50, 2, 300) == Told::kNew);
  CHECK(book.text() == "spotify 50..200; spotify 300..");
  // The old date does not reach back over the time without.
  CHECK(h.hold(Book::by("spotify"), 50, 3, 400) == Told::kKnown);
  h.end(Book::by("spotify"), 500, "spotify");
  CHECK(h.hold(Book::by("spotify"), 550, 4, 600) == Told::kNew);
  CHECK(book.text() == "spotify 50..200; spotify 300..500; spotify 550..");
}

TEST_CASE("told and taken back at the same time leaves no trace", "[store][holdings]") {
  Book book;
  Holdings& h = book.holdings;
  h.hold(Book::by("you"), 100, 0, 100);
  h.end(Book::by("you"), 100, "you");
  CHECK(book.text().empty());
  h.hold(Book::by("spotify"), 50, 1, 100);
  h.end(Book::by("spotify"), 200, "spotify");
  h.hold(Book::by("spotify"), 50, 2, 200);
  CHECK(book.text() == "spotify 50..");
}

TEST_CASE("what the person ended stays ended while the exports go on listing it",
          "[store][holdings]") {
  Book book;
  Holdings& h = book.holdings;
  h.hold(Book::by("spotify"), 0, 1, 100);
  CHECK(h.end_for_all(Book::by(""), 200, "you") == std::vector<std::string>{"spotify"});
  CHECK(h.hold(Book::by("spotify"), 0, 2, 300) == Told::kKnown);
  CHECK(h.end_unlisted(1, HoldingKind::kLike, "spotify", 2, 300).empty());
  CHECK(book.text() == "spotify 0..200");
  SECTION("until the service dates it later") {
    CHECK(h.hold(Book::by("spotify"), 250, 3, 400) == Told::kNew);
    CHECK(book.text() == "spotify 0..200; spotify 250..");
  }
  SECTION("until the service has dropped it and lists it again") {
    CHECK(h.end_unlisted(1, HoldingKind::kLike, "spotify", 3, 400).empty());
    CHECK(h.hold(Book::by("spotify"), 0, 4, 500) == Told::kNew);
    CHECK(book.text() == "spotify 0..200; spotify 500..");
  }
  SECTION("until the person says so") {
    CHECK(h.hold(Book::by("you"), 600, 0, 600) == Told::kNew);
    CHECK(book.text() == "spotify 0..200; you 600..");
  }
}

TEST_CASE("only what the teller said of that kind ends by its newer list", "[store][holdings]") {
  Book book;
  Holdings& h = book.holdings;
  const Holding other{1, HoldingKind::kLike, 8, "", "spotify"};
  const Holding ban{1, HoldingKind::kBannedTrack, 9, "", "spotify"};
  h.hold(Book::by("spotify"), 0, 1, 100);
  h.hold(other, 0, 1, 100);
  h.hold(ban, 0, 1, 100);
  h.hold(Book::by("you"), 100, 0, 100);
  h.hold(other, 0, 2, 200);
  const auto ended = h.end_unlisted(1, HoldingKind::kLike, "spotify", 2, 200);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].id == 7);
  CHECK(h.tellers(Book::by("")) == std::vector<std::string>{"you"});
  CHECK(h.tellers(other) == std::vector<std::string>{"spotify"});
  CHECK(h.tellers(ban) == std::vector<std::string>{"spotify"});
}

TEST_CASE("a store of schema 3 keeps its likes, albums, artists and bans", "[store][holdings]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    const Store store = Store::open(path, {.migrations = engine::store_migrations().first(3)});
    store.execute(
        "INSERT INTO users (user_id, name) VALUES (1, 'ann'), (2, 'bob');"
        "INSERT INTO artists (artist_id, name, key) VALUES (1, 'A', 'a');"
        "INSERT INTO tracks (track_id, title) VALUES (1, 'One'), (2, 'Two');"
        "INSERT INTO likes VALUES (1, 1, 500), (2, 2, 0);"
        "INSERT INTO saved_albums VALUES (1, 1, 'First', 600);"
        "INSERT INTO saved_artists VALUES (1, 1, 700);"
        "INSERT INTO banned VALUES (1, 1, 2, 0), (1, 2, 1, 0);"
        "INSERT INTO playlists (playlist_id, user_id, name) VALUES (1, 1, 'mine');"
        "INSERT INTO ingestions (user_id, path, hash, format, started_at, is_complete) VALUES "
        "(1, 'export/YourLibrary.json', 'h1', 'spotify_library', 0, 1), "
        "(2, 'liked.csv', 'h2', 'exportify', 0, 1), (2, 'x/feedback.jsonl', 'h3', "
        "'listenbrainz', 0, 1), (1, 'StreamingHistory0.json', 'h4', 'spotify_account', 0, 1)");
  }
  Store store = Store::open(path);
  CHECK(store.check().empty());
  CHECK(store.integer("SELECT ts FROM likes WHERE user_id = 1 AND track_id = 1") == 500);
  CHECK(store.integer("SELECT ts FROM saved_albums WHERE album = 'First'") == 600);
  CHECK(store.integer("SELECT ts FROM saved_artists WHERE artist_id = 1") == 700);
  CHECK(store.integer("SELECT id FROM banned WHERE kind = 1") == 2);
  CHECK(store.integer("SELECT id FROM banned WHERE kind = 2") == 1);
  // Whose word it is, where only one service can have said it; two may have said bob's like.
  CHECK(store.integer("SELECT count(*) FROM holdings WHERE user_id = 1 AND teller = 'spotify'") ==
        5);
  CHECK(store.integer("SELECT count(*) FROM holdings WHERE user_id = 2 AND teller = ''") == 1);
  // Their files are read again when they come again, the history is not.
  CHECK(store.integer("SELECT count(*) FROM ingestions WHERE is_superseded = 1 AND "
                      "file_name IN ('YourLibrary.json', 'liked.csv', 'feedback.jsonl')") == 3);
  CHECK(store.integer("SELECT count(*) FROM ingestions WHERE file_name = ''") == 1);

  // Bob's like becomes the word of the service that lists it.
  Holdings holdings(store);
  const Holding like{2, HoldingKind::kLike, 2, "", "listenbrainz"};
  CHECK(holdings.hold(like, 300, 9, 1000) == Told::kDated);
  CHECK(holdings.tellers(like) == std::vector<std::string>{"listenbrainz"});
}
