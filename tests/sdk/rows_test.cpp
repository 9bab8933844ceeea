// playlist::Rows from a third party's source to the store: several tables, many batches.
#include "playlist/plugin.hpp"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/collected_rows.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

namespace {

using Json = nlohmann::ordered_json;

/// Imports `text` with source.two_tables, and gives back what the store's user has.
struct Imported {
  support::EngineHome home;
  Json result;
  std::string error;

  explicit Imported(const std::string& text) {
    std::ofstream(home.path("lists.txt")) << text;
    const support::Ended ended = home.engine({"--plugins", PLAYLIST_BUILD_DIR "/source-plugins",
                                              "import", home.path("lists.txt"), "--json"});
    error = ended.err;
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    result = support::parse_ordered_json(ended.out)["files"][0];
  }
};

/// A host that notes in which order a source hands over.
struct OrderHost : playlist_host {
  std::vector<std::string> calls;
  playlist_rows rows_service{};

  OrderHost() : playlist_host{} {
    size = sizeof(playlist_host);
    cancelled = [](const playlist_host*) { return 0; };
    service = [](const playlist_host* host, const char*) -> const void* {
      return &static_cast<const OrderHost*>(host)->rows_service;
    };
    rows_service.size = sizeof(playlist_rows);
    rows_service.append = [](const playlist_host* host, const char* table,
                             const playlist_table* rows) {
      of(host).calls.push_back(std::string(table) + ' ' + std::to_string(rows->rows));
      return playlist_status{PLAYLIST_OK};
    };
    rows_service.bucket = [](const playlist_host* host, std::int64_t record, const char* bucket,
                             const char* reason) {
      of(host).calls.push_back("bucket " + std::to_string(record) + ' ' + bucket + ' ' + reason);
      return playlist_status{PLAYLIST_OK};
    };
    log = [](const playlist_host* host, std::int32_t, const char* text) {
      of(host).calls.emplace_back(text);
    };
    rows_service.finish = [](const playlist_host* host, std::int64_t total) {
      of(host).calls.push_back("finish " + std::to_string(total));
      return playlist_status{PLAYLIST_OK};
    };
    rows_service.complete = [](const playlist_host* host, std::int64_t done) {
      of(host).calls.push_back("complete " + std::to_string(done));
      return playlist_status{PLAYLIST_OK};
    };
  }
  static OrderHost& of(const playlist_host* host) {
    return const_cast<OrderHost&>(static_cast<const OrderHost&>(*host));
  }
};

}  // namespace

TEST_CASE("a source's tables are handed over together, and complete at the edge of a record") {
  OrderHost host;
  playlist_io io{};
  playlist::SourceCall call(&host, &io);
  playlist::Rows& lists = call.rows("playlists");
  playlist::Rows& tracks = call.rows("playlist_tracks");
  lists.row(0);
  for (int i = 0; i < 4097; ++i) tracks.row(0);  // one record, more rows than a batch holds
  CHECK(host.calls == std::vector<std::string>{"playlists 1", "playlist_tracks 4096"});
  host.calls.clear();
  for (std::int64_t record = 1; record <= 32'768; ++record) tracks.row(record);
  // 4097 rows of before, and 7 x 4096: from 32 768 on, the next record completes those before it.
  std::vector<std::string> expected(7, "playlist_tracks 4096");
  expected.push_back("complete 28672");
  expected.push_back("playlist_tracks 4096");
  CHECK(host.calls == expected);
  host.calls.clear();
  call.finish(32'769);
  CHECK(host.calls.back() == "finish 32769");
}

TEST_CASE("a source that counts no records has the SDK count them") {
  OrderHost host;
  playlist_io io{};
  playlist::SourceCall call(&host, &io);
  playlist::Rows& likes = call.rows("likes");
  playlist::TextColumn& title = likes.text("title");
  likes.row();
  title.set("one");
  call.next(40);
  call.bucket("empty");
  call.next(70);
  call.malformed("no title");
  call.next(100);
  CHECK(call.record() == 3);
  call.finish();
  CHECK(host.calls == std::vector<std::string>{"bucket 1 empty ", "bucket 2 malformed no title",
                                               "likes 1", "finish 3"});
}

TEST_CASE("columns that no row has a value for are left out, unless they must be there") {
  playlist::Batch batch(2);
  batch.declare(std::vector<playlist::ColumnSpec>{
      {"title", PLAYLIST_STRING, playlist::Sent::kAlways},
      {"album", PLAYLIST_STRING},
      {"year", PLAYLIST_I32},
      {"energy", PLAYLIST_F32},
  });
  batch.next_row();
  batch.set_i32(2, 1999);
  playlist_table table = batch.table();
  REQUIRE(table.column_count == 2);
  CHECK(std::string(table.columns[0]->name) == "title");
  CHECK(playlist::Table(&table)["year"].i32()[0] == 1999);
  batch.clear();
  batch.next_row();
  batch.set_text(1, "Blue");
  batch.set_text_even_empty(0, "");
  batch.next_row();
  table = batch.table();
  REQUIRE(table.column_count == 2);  // the year was that of the batch before
  const playlist::Strings title = playlist::Table(&table)["title"].texts();
  CHECK(title.code(0) == 0);
  CHECK(title[0].empty());
  CHECK(title.code(1) == playlist::kMissingText);
  CHECK(playlist::Table(&table)["album"].texts()[0] == "Blue");
}

TEST_CASE("texts that are not UTF-8 are repaired, and the user is told once") {
  OrderHost host;
  playlist_io io{};
  playlist::SourceCall call(&host, &io);
  playlist::Rows& likes = call.rows("likes");
  playlist::TextColumn& title = likes.text("title");
  for (const std::string_view text : {"caf\xe9", "caf\xe9", "caf\xc3\xa9"}) {
    likes.row();
    title.set(text);
    call.next(0);
  }
  call.bucket("malformed", "\xff");
  call.notice("odd");
  call.notice("odd");
  call.notice("once");
  CHECK(call.record() == 3);
  call.next(0);
  call.finish();
  CHECK(host.calls == std::vector<std::string>{
                          "bucket 3 malformed \xef\xbf\xbd", "likes 3", "odd (2 times)", "once",
                          "2 texts held bytes that are not UTF-8: U+FFFD stands in their place",
                          "finish 4"});
}

TEST_CASE("text is sound where it is UTF-8 without NUL") {
  for (const std::string_view text :
       {"", "abc", "0123456789abcdef", "\xc3\xa9", "\xf0\x9f\x8e\xb5"}) {
    CHECK(playlist::is_sound_text(text));
    CHECK(playlist::sound_text(text) == text);
  }
  using namespace std::string_view_literals;
  // NUL, a byte that begins nothing, a cut, an overlong form, a surrogate, beyond U+10FFFF.
  for (const std::string_view text : {"\0"sv, "0123456\0"sv, "\xff"sv, "\xc3"sv, "\xc0\x80"sv,
                                      "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv}) {
    CHECK_FALSE(playlist::is_sound_text(text));
    CHECK(playlist::is_sound_text(playlist::sound_text(text)));
  }
}

TEST_CASE("texts set again and again in one row are kept apart") {
  playlist::Batch batch(2);
  playlist::TextColumn& text = batch.text("text");
  batch.next_row();
  for (int i = 0; i < 100; ++i) text.set("text number " + std::to_string(i));
  text.set("text number 3");
  batch.next_row();
  text.set("text number 99");
  const playlist_table table = batch.table();
  const playlist::Strings texts = playlist::Table(&table)["text"].texts();
  CHECK(texts[0] == "text number 3");
  CHECK(texts[1] == "text number 99");
  CHECK(texts.code_count() == 100);
}

TEST_CASE("vectors stand beside their rows, and what is not set has none") {
  playlist::Batch batch(4);
  playlist::VectorColumn& vector = batch.vector();
  const auto rows = [&] {
    const std::uint64_t* offsets = batch.vector().offsets(batch.rows());
    std::vector<std::vector<float>> found;
    for (std::size_t row = 0; row < batch.rows(); ++row)
      found.emplace_back(vector.values() + offsets[row], vector.values() + offsets[row + 1]);
    return found;
  };
  using Vectors = std::vector<std::vector<float>>;
  batch.next_row();
  batch.next_row();
  vector.set(std::vector<float>{9, 9, 9});
  vector.set(std::vector<float>{1, 2});  // in its place
  batch.next_row();
  batch.next_row();
  vector.set(std::vector<float>{3});
  CHECK(rows() == Vectors{{}, {1, 2}, {}, {3}});
  batch.clear();
  CHECK(rows().empty());
  batch.next_row();
  vector.set(std::vector<float>(1 << 21));
  CHECK(batch.is_full());  // a batch of long vectors goes before it has many rows
  batch.clear();
  batch.next_row();
  CHECK(rows() == Vectors{{}});
}

TEST_CASE("an engine that takes no vectors says so when a source brings some") {
  test::CollectedRows told;
  test::BareHost host(told);
  host.service = [](const playlist_host*, const char* id) -> const void* {
    return std::string_view(id) == PLAYLIST_SERVICE_ROWS ? test::CollectedRows::service(id)
                                                         : nullptr;
  };
  playlist_io io{};
  playlist::SourceCall call(&host, &io);
  CHECK_THROWS_WITH(call.space(), "this engine offers no playlist.vectors/1 here");
}

TEST_CASE("a third party's source with two tables and many batches imports whole") {
  std::string text = "# lists\n";
  for (int list = 0; list < 20; ++list) {
    text += "list Mix " + std::to_string(list) + '\n';
    for (int i = 0; i < 2'500; ++i) {
      text += "track Band " + std::to_string(i % 50) + "\tSong " + std::to_string(i) + '\n';
    }
  }
  text += "neither\n";
  const Imported imported(text);
  CAPTURE(imported.result.dump(), imported.error);
  CHECK(imported.result["format"] == "two_tables");
  CHECK(imported.result["rows"] == 20 * 2'501 + 1);
  CHECK(imported.result["buckets"]["malformed"] == 1);
  CHECK(imported.result["buckets"]["new"] == 20 * 2'501);
}

TEST_CASE("one record with more rows than a batch holds imports whole") {
  const Imported imported("# lists\nlist Small\nmany Large 20000\nlist Last\ntrack A\tB\n");
  CAPTURE(imported.result.dump(), imported.error);
  CHECK(imported.result["rows"] == 4);
  CHECK(imported.result["buckets"]["new"] == 4);
  const support::Ended summary = imported.home.engine({"library", "--json"});
  CAPTURE(summary.out);
  CHECK(summary.exit_code == 0);
  CHECK_THAT(summary.out, Catch::Contains("20001"));
}
