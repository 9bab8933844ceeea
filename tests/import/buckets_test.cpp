// Every record is in exactly one bucket, and importing again adds nothing.
#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/rows_receiver.hpp"
#include "library/tellings.hpp"
#include "store/listen_flags.hpp"
#include "support/import_run.hpp"

using engine::import::BucketCounts;
using test::DirectImport;
using test::Row;

namespace {

Row play(std::int64_t ts, std::int64_t ms, const std::string& title = "Song") {
  Row row = {{"ts", std::to_string(ts)}, {"artist", "A"}, {"title", title}};
  if (ms >= 0) row.emplace_back("ms_played", std::to_string(ms));
  return row;
}
Row coarse(std::int64_t ts, std::int64_t ms) {
  Row row = play(ts, ms);
  row.emplace_back("precision", "60");
  return row;
}

}  // namespace

TEST_CASE("listens are new, short or duplicate", "[import][buckets]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("catalogue", "c", "tracks",
              {{ {"title", "Jingle"},
                 {"artist", "A"},
                 { "duration_ms",
                   "40000" } }});
  const auto result =
      import.file("x", "h", "listens",
                  {play(1000, 30'000), play(2000, 29'999), play(1000, 30'000), play(1000, 31'000),
                   play(3000, 20'000, "Jingle"), play(4000, 19'999, "Jingle"), play(5000, -1)});
  // 30 s or half the track; an unknown length of play counts.
  CHECK(result.buckets == BucketCounts{{"duplicate", 1}, {"new", 4}, {"short", 2}});
  CHECK(result.rows == 7);
  CHECK(result.first == 1000);
  CHECK(result.last == 5000);
  CHECK(import.store().integer("SELECT count(*) FROM listens") == 6);
  CHECK(import.store().integer(
            "SELECT sum(last - first + 1) FROM ingestion_rows WHERE ingestion_id = 2") == 7);
}

TEST_CASE("what a listen's source told is kept in its flags", "[import]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  Row row = play(1000, 5000);
  for (const auto& [name, value] : Row{{"skipped", "1"},
                                       {"shuffle", "1"},
                                       {"incognito", "0"},
                                       {"reason_start", "click-row"},
                                       {"reason_end", "fwdbtn"},
                                       {"country", "DE"}}) {
    row.emplace_back(name, value);
  }
  import.file("x", "h", "listens", {row});
  const std::int64_t flags = import.store().integer("SELECT flags FROM listens");
  CHECK(engine::ListenFlags::skipped(flags) == 1);
  CHECK((flags & engine::ListenFlags::kShuffle) != 0);
  CHECK((flags & engine::ListenFlags::kIncognito) == 0);
  CHECK(engine::ListenFlags::start(flags) == engine::PlayReason::kClickRow);
  CHECK(engine::ListenFlags::end(flags) == engine::PlayReason::kForward);
  CHECK(import.store().integer("SELECT count(*) FROM listens WHERE country = 'DE'") == 1);
}

TEST_CASE("the same teller may know more of a play later", "[import][buckets]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const auto began = [](Row row, const char* reason) {
    row.emplace_back("reason_start", reason);
    row.emplace_back("shuffle", "0");
    return row;
  };
  const auto starts = [&] {
    std::string text;
    engine::Statement flags = import.store().prepare("SELECT flags FROM listens ORDER BY ts");
    while (flags.step()) {
      const std::int32_t code = engine::code_of(engine::ListenFlags::start(flags.integer(0)));
      text += (code < 0 ? "-" : engine::play_reason_words()[static_cast<std::size_t>(code)]) + " " +
              std::to_string(engine::ListenFlags::shuffle(flags.integer(0))) + "\n";
    }
    return text;
  };
  const Row first = play(10'000, 200'000), second = play(20'000, 200'000);
  import.file("extended", "1", "listens", {first, second});
  CHECK(starts() == "- 255\n- 255\n");
  SECTION("alone") {
    CHECK(import.file("extended", "2", "listens", {began(first, "clickrow"), second}).buckets ==
          BucketCounts{{"duplicate", 1}, {"updated", 1}});
    CHECK(starts() == "clickrow 0\n- 255\n");
    // What is known stays.
    CHECK(import.file("extended", "3", "listens", {began(first, "fwdbtn")}).buckets ==
          BucketCounts{{"duplicate", 1}});
    CHECK(starts() == "clickrow 0\n- 255\n");
  }
  SECTION("beside another teller of other plays") {
    import.file("account", "2", "listens", {coarse(30'000, 100'000)});
    CHECK(import.file("extended", "3", "listens", {began(first, "clickrow"), second}).buckets ==
          BucketCounts{{"duplicate", 1}, {"updated", 1}});
    CHECK(starts() == "clickrow 0\n- 255\n- 255\n");
  }
  SECTION("of a play that several told") {
    import.file("account", "2", "listens", {coarse(10'050, 200'500)});
    CHECK(import.store().integer("SELECT count(*) FROM tellings") == 2);
    CHECK(import.file("extended", "3", "listens", {began(first, "clickrow")}).buckets ==
          BucketCounts{{"updated", 1}});
    CHECK(starts() == "clickrow 0\n- 255\n");
    // Taken apart again, the telling has it too.
    engine::library::take_back(import.store(), 1, 2);
    CHECK(starts() == "clickrow 0\n- 255\n");
  }
}

TEST_CASE("the same play in two exports is kept once, the more exact one", "[import][buckets]") {
  const TemporaryFolder folder;
  const std::vector<Row> exact = {play(10'000, 200'000), play(20'000, 100'000)};
  const std::vector<Row> vague = {coarse(10'050, 200'500), coarse(30'000, 100'000)};
  SECTION("the exact one first") {
    DirectImport import(folder.file("a.db"));
    import.file("extended", "1", "listens", exact);
    CHECK(import.file("account", "2", "listens", vague).buckets ==
          BucketCounts{{"duplicate", 1}, {"new", 1}});
    CHECK(import.store().integer("SELECT count(*) FROM listens") == 3);
    CHECK(import.store().integer("SELECT count(*) FROM listens WHERE ts = 10000") == 1);
  }
  SECTION("the exact one later") {
    DirectImport import(folder.file("a.db"));
    import.file("account", "2", "listens", vague);
    CHECK(import.file("extended", "1", "listens", exact).buckets ==
          BucketCounts{{"new", 1}, {"refined", 1}});
    CHECK(import.store().integer("SELECT count(*) FROM listens") == 3);
    CHECK(import.store().integer("SELECT count(*) FROM listens WHERE ts = 10000") == 1);
    CHECK(import.store().integer("SELECT count(*) FROM listens WHERE ts = 10050") == 0);
  }
  SECTION("too far apart, another track, another person, the same export") {
    // To the minute 10 140 .. 10 199: 140 s behind, and 120 s are allowed.

    DirectImport import(folder.file("a.db"));
    import.file("extended", "1", "listens", {play(10'000, 200'000)});
    CHECK(import
              .file("account", "2", "listens",
                    {coarse(10'180, 200'000), play(10'010, 200'000, "Other")})
              .buckets == BucketCounts{{"new", 2}});
    CHECK(import.file("extended", "3", "listens", {play(9'950, 200'000)}).buckets ==
          BucketCounts{{"new", 1}});
    DirectImport other(folder.file("a.db"), "bob");
    CHECK(other.file("account", "4", "listens", {coarse(10'000, 200'000)}).buckets ==
          BucketCounts{{"new", 1}});
  }
}

TEST_CASE("likes keep the earliest time that is known", "[import][buckets]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const auto like = [](const std::string& ts) {
    Row row = {{"artist", "A"}, {"title", "Song"}};
    if (!ts.empty()) row.emplace_back("ts", ts);
    return row;
  };
  CHECK(import.file("x", "1", "likes", {like("")}).buckets == BucketCounts{{"new", 1}});
  CHECK(import.file("x", "2", "likes", {like("5000")}).buckets == BucketCounts{{"updated", 1}});
  CHECK(import.file("x", "3", "likes", {like("7000"), like("")}).buckets ==
        BucketCounts{{"duplicate", 2}});
  CHECK(import.file("x", "4", "likes", {like("4000")}).buckets == BucketCounts{{"updated", 1}});
  CHECK(import.store().integer("SELECT ts FROM likes") == 4000);
}

TEST_CASE("a record with several rows counts once, for the most it told", "[import][buckets]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const Row track = {{"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}};
  const Row like = {{"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}, {"ts", "9"}};
  import.file("catalogue", "0", "tracks", {track});
  const auto result =
      import.records("x", "1", {{{"tracks", track}, {"likes", like}}, {{"tracks", track}}});
  CHECK(result.buckets == BucketCounts{{"duplicate", 1}, {"new", 1}});
  CHECK(result.user == "ann");
}

TEST_CASE("an own export does not make its tracks part of the catalogue", "[import]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const Row mine = {{"artist", "A"}, {"title", "Mine"}, {"energy", "0.5"}};
  import.records("x", "1",
                 {{ {"tracks", mine},
                    { "likes",
                      { {"artist", "A"},
                        { "title",
                          "Mine" } } } }});
  import.file("catalogue", "2", "tracks", {{ {"artist", "A"}, { "title", "Theirs" } }});
  CHECK(import.store().integer("SELECT in_catalogue FROM tracks WHERE title = 'Mine'") == 0);
  CHECK(import.store().integer("SELECT energy * 10 FROM tracks WHERE title = 'Mine'") == 5);
  CHECK(import.store().integer("SELECT in_catalogue FROM tracks WHERE title = 'Theirs'") == 1);
}

TEST_CASE("playlists: two of one name, a newer state, an older one", "[import][buckets]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const auto list = [](const std::string& ts) {
    return std::pair<std::string, Row>{"playlists", {{"playlist", "Mix"}, {"ts", ts}}};
  };
  const auto item = [](int position, const std::string& title) {
    return std::pair<std::string, Row>{"playlist_tracks",
                                       {{"playlist", "Mix"},
                                        {"position", std::to_string(position)},
                                        {"artist", "A"},
                                        {"title", title}}};
  };
  const auto tracks_in = [&](int playlist) {
    return import.store().integer("SELECT count(*) FROM playlist_tracks WHERE playlist_id = " +
                                  std::to_string(playlist));
  };
  import.records("x", "1", {{list("100")}, {item(0, "a")}, {item(1, "b")}, {list("100")}, {
                              item(0, "c")
                            }});
  CHECK(import.store().integer("SELECT count(*) FROM playlists") == 2);
  CHECK(tracks_in(1) == 2);
  CHECK(tracks_in(2) == 1);
  CHECK(import.records("x", "2", {{list("200")}, {item(0, "d")}}).buckets ==
        BucketCounts{{"new", 1}, {"updated", 1}});
  CHECK(tracks_in(1) == 1);
  CHECK(import.records("x", "3", {{list("50")}, {item(0, "e")}}).buckets ==
        BucketCounts{{"duplicate", 2}});
  CHECK(tracks_in(1) == 1);
  // A data set's playlist belongs to nobody.
  import.records("mpd", "4", {{ { "playlists", { {"playlist", "Mix"}, { "owner", "x" } } } }});
  CHECK(import.store().integer("SELECT count(*) FROM playlists WHERE user_id = "
                               "(SELECT user_id FROM users WHERE name = 'x')") == 1);
}

TEST_CASE("rows that break the rules are refused and say why", "[import]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  engine::import::OpenedFile opened;
  class Nowhere final : public engine::Channel {
   public:
    void send(std::uint32_t, std::string_view) override {}
    bool receive(std::uint32_t&, std::string&) override { return false; }
  } channel;
  engine::import::RowsReceiver receiver(channel, opened, 0);
  std::int64_t record = 0;
  float wrong = 0;
  playlist_column columns[2] = {{sizeof(playlist_column), PLAYLIST_I64, "record", &record, nullptr},
                                {sizeof(playlist_column), PLAYLIST_F32, "ts", &wrong, nullptr}};
  const playlist_column* pointers[2] = {&columns[0], &columns[1]};
  const playlist_table table{sizeof(playlist_table), 2, 1, pointers};
  CHECK(receiver.append("listen", table) == PLAYLIST_ERROR);
  CHECK(receiver.problem() == "there is no table \"listen\"; did you mean \"listens\"?");
  CHECK(receiver.append("listens", table) == PLAYLIST_ERROR);
  CHECK(receiver.problem() == "column \"ts\" of table \"listens\" has the wrong type");
  columns[1].name = "tss";
  CHECK(receiver.append("listens", table) == PLAYLIST_ERROR);
  CHECK(receiver.problem() ==
        "there is no column \"tss\" of table \"listens\"; did you mean \"ts\"?");
  const playlist_table short_table{sizeof(playlist_table), 1, 1, pointers};
  CHECK(receiver.append("listens", short_table) == PLAYLIST_ERROR);
  CHECK(receiver.problem() == "column \"ts\" of table \"listens\" is missing");
  CHECK(receiver.finish(-1) == PLAYLIST_ERROR);

  const std::uint64_t right[] = {0, 1}, wrong_end[] = {1, 0};
  const float values[] = {1};
  CHECK(receiver.append("likes", short_table, {right, values}) == PLAYLIST_ERROR);
  CHECK(receiver.problem() == "rows of table \"likes\" have no vectors");
  std::int32_t code = -1;
  columns[1] = {sizeof(playlist_column), PLAYLIST_STRING, "space", &code, nullptr};
  CHECK(receiver.append("vectors", table, {wrong_end, values}) == PLAYLIST_ERROR);
  CHECK(receiver.problem() == "a vector of table \"vectors\" ends before it begins");
  CHECK(receiver.append("vectors", table, {right, values}) == PLAYLIST_OK);
}

TEST_CASE("vectors cross with the rows that are chosen", "[import]") {
  std::int64_t records[] = {0, 1, 2, 3};
  const playlist_column column{sizeof column, PLAYLIST_I64, "record", records, nullptr};
  const playlist_column* const pointers[] = {&column};
  const playlist_table table{sizeof table, 1, 4, pointers};
  const std::uint64_t offsets[] = {3, 5, 5, 6, 8};  // need not begin at 0
  const float values[] = {0, 0, 0, 1, 2, 3, 4, 5};
  const auto crossed = [&](std::span<const std::uint32_t> rows, bool is_all) {
    std::string bytes;
    engine::import::MessageWriter message(bytes);
    message.number(4);
    message.number(1);
    engine::import::write_table(bytes, "vectors", table, rows, is_all, {offsets, values});
    message.number(0);
    const auto view = engine::import::BatchView::read(bytes);
    std::vector<std::vector<float>> found;
    for (std::size_t row = 0; row < view.tables[0].rows; ++row) {
      const auto vector = view.tables[0].vector(row);
      found.emplace_back(vector.begin(), vector.end());
    }
    return found;
  };
  using Vectors = std::vector<std::vector<float>>;
  CHECK(crossed({}, true) == Vectors{{1, 2}, {}, {3}, {4, 5}});
  const std::uint32_t some[] = {1, 3};
  CHECK(crossed(some, false) == Vectors{{}, {4, 5}});
}

TEST_CASE("a message that is cut short is an error, not a crash", "[import]") {
  const TemporaryFolder folder;
  engine::Store store = engine::Store::open(folder.file("a.db"));
  engine::import::Session session(store, {});
  std::string open;
  engine::import::OpenedFile opened;
  opened.path = opened.hash = opened.format = "x";
  opened.write(open);
  session.take(engine::import::Message::kOpen, open);
  std::string batch;
  engine::import::MessageWriter message(batch);
  message.number(10);
  message.number(std::uint64_t{1} << 60);  // tables
  CHECK_THROWS_WITH(session.take(engine::import::Message::kBatch, batch),
                    Catch::Contains("broken message"));
  CHECK_THROWS_AS(session.take(engine::import::Message::kBatch, "xyz"), engine::Error);
}
