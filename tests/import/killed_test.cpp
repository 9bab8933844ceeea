// kill -9 at any moment, then import again: the same store as without the kill. And two imports at
// once.
#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/import.hpp"
#include "library/imports.hpp"
#include "support/import_run.hpp"

using engine::Store;
using test::import_options;
using test::write_file;

namespace {

constexpr std::int64_t kRecords = 36'000 + 34'000 + 8'500;

/// Files of several batches each: a catalogue, a Last.fm export, an account export with the same
/// plays to the minute.
std::vector<std::string> make_files(const TemporaryFolder& folder) {
  std::mt19937 random(7);
  std::string catalogue = "track_id,track_name,artists,duration_ms,energy,track_genre\n";
  for (int i = 0; i < 36'000; ++i) {
    char id[32];
    std::snprintf(id, sizeof id, "%022d", i);
    catalogue += std::string(id) + ",Song " + std::to_string(i % 30'000) + ",Artist " +
                 std::to_string(i % 700) + "," + std::to_string(100'000 + i) + ",0.5,genre " +
                 std::to_string(i % 30) + "\n";
  }
  std::string lastfm = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n";
  std::string account = "[";
  for (int i = 0; i < 34'000; ++i) {
    const int song = static_cast<int>(random() % 45'000);
    const std::int64_t ts = 1'600'000'000 + i * 200;
    lastfm += std::string("\"") + std::to_string(ts) + "\",\"\",\"Artist " +
              std::to_string(song % 700) + "\",\"\",\"Album\",\"\",\"Song " + std::to_string(song) +
              "\",\"\"\n";
    if (i % 4 != 0) continue;
    const std::time_t end = ts + 180;
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", std::gmtime(&end));
    account += std::string(account.size() > 1 ? "," : "") + "{\"endTime\":\"" + text +
               "\",\"artistName\":\"Artist " + std::to_string(song % 700) +
               "\",\"trackName\":\"Song " + std::to_string(song) +
               "\",\"msPlayed\":" + std::to_string(random() % 180'000) + "}";
  }
  return {write_file(folder.file("in/1.csv"), catalogue),
          write_file(folder.file("in/2.csv"), lastfm),
          write_file(folder.file("in/StreamingHistory0.json"), account + "]")};
}

/// Runs `body` in a child process.
pid_t in_child(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int code = 0;
  try {
    body();
  } catch (...) {
    code = 1;
  }
  ::_exit(code);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

std::int64_t records_done(const std::string& store) {
  try {
    return Store::open(store, {.is_read_only = true})
        .integer("SELECT ifnull(sum(records_done), 0) FROM ingestions");
  } catch (const engine::Error&) {
    return 0;  // not made yet
  }
}

}  // namespace

TEST_CASE("an import that was killed and repeated gives the same store", "[import][kill]") {
  const TemporaryFolder folder;
  const std::vector<std::string> files = make_files(folder);
  const auto started = std::chrono::steady_clock::now();
  const auto whole = import_paths(import_options(folder.file("whole.db"), files, "ann"));
  const auto took = std::chrono::steady_clock::now() - started;
  REQUIRE(whole.rows() == kRecords);
  REQUIRE(whole.buckets().at("refined") > 1000);
  const std::string expected = test::dump(folder.file("whole.db"));

  std::mt19937 random(2026);
  int cut_in_the_middle = 0;
  for (int round = 0; round < 12; ++round) {
    const std::string store = folder.file("killed.db");
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(store + end);
    const pid_t child = in_child([&] { import_paths(import_options(store, files, "ann")); });
    if (round % 2 == 0) {  // at a random moment
      std::this_thread::sleep_for(took * (random() % 1000) / 1000.0);
    } else {  // when a random number of records is in
      const auto enough = static_cast<std::int64_t>(random() % (kRecords - 1000));
      const auto deadline = std::chrono::steady_clock::now() + 10 * took;
      while (records_done(store) <= enough && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    }
    ::kill(child, SIGKILL);
    wait_for(child);
    const std::int64_t done = records_done(store);
    if (done > 0 && done < kRecords) ++cut_in_the_middle;

    const auto again = import_paths(import_options(store, files, "ann"));
    CAPTURE(round, done);
    CHECK(again.is_good());
    for (const auto& file : again.files) CHECK(test::sum(file.buckets) == file.rows);
    const bool is_same = test::dump(store) == expected;  // too long to print
    CHECK(is_same);
  }
  CHECK(cut_in_the_middle >= 3);
}

TEST_CASE("undoing an import that was killed has happened or has not", "[import][kill][undo]") {
  const TemporaryFolder folder;
  const std::vector<std::string> files = make_files(folder);
  const std::string made = folder.file("made.db"), store = folder.file("undone.db");
  import_paths(import_options(made, files, "ann"));
  Store::open(made).checkpoint();
  const std::int64_t import = Store::open(made).integer("SELECT max(ingestion_id) FROM ingestions");
  const auto copy = [&] {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(store + end);
    std::filesystem::copy_file(made, store);
  };
  const auto undo = [&] {
    Store opened = Store::open(store);
    engine::library::undo_imports(opened, {import});
  };
  copy();
  const std::string before = test::dump(store);
  const auto started = std::chrono::steady_clock::now();
  undo();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  const std::string after = test::dump(store);
  REQUIRE(before != after);

  std::mt19937 random(2026);
  int killed_before_the_end = 0;
  for (int round = 0; round < 8; ++round) {
    copy();
    const pid_t child = in_child(undo);
    std::this_thread::sleep_for(took * static_cast<double>(random() % 1200) / 1000.0);
    ::kill(child, SIGKILL);
    wait_for(child);
    const std::string left = test::dump(store);
    const bool is_either = left == before || left == after;
    CAPTURE(round);
    CHECK(is_either);
    if (left == before) ++killed_before_the_end;
    // How long it takes hangs on what else the machine does: what is killed too late is killed
    // earlier the next time.
    took *= left == before ? 1.2 : 0.8;
    if (left == before) undo();
    const bool is_done = test::dump(store) == after;
    CHECK(is_done);
  }
  CHECK(killed_before_the_end >= 2);
}

TEST_CASE("two imports at once both arrive", "[import][processes]") {
  const TemporaryFolder folder;
  const std::vector<std::string> files = make_files(folder);
  const std::string store = folder.file("both.db");
  const pid_t child = in_child([&] {
    import_paths(import_options(store, {files[0], files[1]}, "ann"));
  });
  const auto mine = import_paths(import_options(store, {files[2], files[1]}, "bob"));
  CHECK(mine.is_good());
  CHECK(wait_for(child) == 0);
  const Store both = Store::open(store);
  CHECK(both.check().empty());
  CHECK(both.integer("SELECT count(*) FROM listens WHERE user_id = "
                     "(SELECT user_id FROM users WHERE name = 'ann')") == 34'000);
  CHECK(both.integer("SELECT sum(records) FROM ingestions WHERE is_complete = 1") ==
        kRecords + 34'000);
  // Neither made an artist twice, nor a track of a name whose length nobody tells.
  CHECK(both.integer("SELECT count(*) - count(DISTINCT key) FROM artists") == 0);
  CHECK(both.integer("SELECT count(*) - count(DISTINCT key) FROM tracks "
                     "WHERE duration_ms IS NULL") == 0);
}
