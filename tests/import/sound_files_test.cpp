// engine import --files --audio: what is measured in music lies beside what was imported, is never put
// in its place, and is measured once; and how far it is from the truth.
#include "import/sound_files.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "data/as_of.hpp"
#include "import/music_files.hpp"
#include "library/merge.hpp"
#include "library/sound_agreement.hpp"
#include "support/import_run.hpp"
#include "support/music_sound.hpp"
#include "support/synthetic_music.hpp"

using engine::Store;
using engine::import::import_music;
using engine::import::ImportResult;
using engine::library::SoundAgreement;
using test::import_options;
using test::SyntheticMusic;
using test::write_file;

namespace {

namespace fs = std::filesystem;

ImportResult listen(const std::string& store, const std::string& music) {
  engine::import::ImportOptions options = import_options(store, {music});
  options.listens = true;
  return import_music(options);
}

std::int64_t count(const std::string& store, const std::string& what) {
  return Store::open(store, {.is_read_only = true}).integer("SELECT count(*) FROM " + what);
}

std::string wav_of(SyntheticMusic music) {
  return test::float_wav(test::synthesise(music), test::kSyntheticRate);
}

/// Half a second of a tone: quickly listened to, too short for a tempo.
std::string short_tone(double hertz) {
  std::vector<float> samples(11'025);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    samples[k] = static_cast<float>(0.1 * std::sin(k * hertz * 6.283185307 / 22'050));
  }
  return test::float_wav(samples, 22'050);
}

/// "Artist 3 - Title 7.wav": what names a track of a WAV without tags.
std::string file_name(int k) {
  return "Artist " + std::to_string(k % 5) + " - Title " + std::to_string(k) + ".wav";
}

/// 240 pieces in all keys, from slow to fast, soft to loud; written, and told as a table.
std::string make_pieces(const std::string& folder, int count) {
  std::vector<SyntheticMusic> pieces;
  std::string table = "title,artist,energy,key,loudness,mode,tempo\n";
  std::mt19937_64 random(11);
  const auto between = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(random() >> 11) / 9007199254740992.0;
  };
  for (int k = 0; k < count; ++k) {
    SyntheticMusic piece{.seed = static_cast<std::uint64_t>(k) + 1};
    piece.tempo = between(60, 180);
    piece.key = k % 12;
    piece.is_major = (k / 12) % 2 == 0;
    piece.energy = between(0, 1);  // lively music is mixed louder, more or less
    piece.loudness = -25 + 14 * piece.energy + between(-4, 4);
    pieces.push_back(piece);
    char line[160];
    std::snprintf(line, sizeof line, "Title %d,Artist %d,%.3f,%d,%.3f,%d,%.3f\n", k, k % 5,
                  piece.energy, piece.key, piece.loudness, piece.is_major ? 1 : 0, piece.tempo);
    table += line;
  }
  std::vector<std::jthread> players;
  for (int first = 0; first < 2; ++first) {
    players.emplace_back([&, first] {
      for (int k = first; k < count; k += 2) {
        write_file(folder + "/" + file_name(k), wav_of(pieces[static_cast<std::size_t>(k)]));
      }
    });
  }
  return table;
}

}  // namespace

TEST_CASE("what is measured in 240 pieces lies beside what is known of them, with its error",
          "[import][sound]") {
  constexpr int kPieces = 240;
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  const std::string table = make_pieces(music, kPieces);
  engine::import::import_paths(import_options(store, {write_file(folder.file("t.csv"), table)}));
  const ImportResult result = listen(store, music);
  REQUIRE(result.sound);
  CHECK(result.is_good());
  CHECK(result.sound->heard == kPieces);
  CHECK(result.sound->unheard == 0);

  const SoundAgreement& found = result.sound->agreement;
  const std::string text = engine::library::agreement_text(found);
  INFO(text);
  CHECK(found.tempo.tracks >= kPieces * 95 / 100);  // of a few no beat stands out
  CHECK(found.key.tracks >= kPieces * 98 / 100);
  REQUIRE(found.loudness.tracks == kPieces);
  REQUIRE(found.energy.tracks == kPieces);
  // Tempos are even between 60 and 180, so a third of them lie where half or double are likelier.
  CHECK(found.tempo.within >= kPieces * 65 / 100);
  CHECK(found.tempo.within_octaves >= kPieces * 88 / 100);
  CHECK(found.key.exact >= kPieces * 80 / 100);
  CHECK(found.key.exact + found.key.relative + found.key.fifth >= kPieces * 95 / 100);
  CHECK(found.loudness.error < 0.1);
  // No music has a true energy: what is told here is how dense and bright a piece was made.
  CHECK(found.energy.correlation > 0.7);
  CHECK_THAT(engine::import::import_text(result),
             Catch::Contains("sound of 240 tracks measured, of 0 before") &&
                 Catch::Contains("measured beside imported:\n  tempo "));

  // What was imported stands as it was.
  const Store opened = Store::open(store, {.is_read_only = true});
  CHECK(opened.integer("SELECT count(*) FROM tracks WHERE key_pitch = (track_id - 1) % 12") ==
        kPieces);
}

TEST_CASE("a measured feature fills what no import told, and nothing else", "[import][sound]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  engine::import::import_paths(
      import_options(store, {write_file(folder.file("t.csv"),
                                        "title,artist,key,mode,tempo\nTitle 0,Artist 0,3,,0\n"
                                        "Title 1,Artist 1,-1,0,77\n")}));
  const SyntheticMusic piece{.seed = 3, .tempo = 120, .key = 7, .is_major = true, .loudness = -14};
  for (int k = 0; k < 3; ++k) write_file(music + "/" + file_name(k), wav_of(piece));
  REQUIRE(listen(store, music).sound->heard == 3);
  Store::open(store).prepare("INSERT INTO users (name) VALUES ('ann')").run();

  engine::AsOfOptions options;
  options.store = store;
  options.user = "ann";
  options.now = 1'800'000'000;
  const auto tables = engine::load_as_of(options);
  const playlist_table& tracks = *tables->table("tracks");
  REQUIRE(tracks.rows == 3);
  const auto tempo = engine::column_of<float>(tracks, "tempo"),
             loudness = engine::column_of<float>(tracks, "loudness");
  const auto key = engine::column_of<std::int32_t>(tracks, "key"),
             mode = engine::column_of<std::int32_t>(tracks, "mode");
  CHECK(tempo[0] == Approx(120).epsilon(0.01));  // an imported 0 means that none was found
  CHECK(tempo[1] == 77);
  CHECK(tempo[2] == Approx(120).epsilon(0.01));
  CHECK(key[0] == 3);  // and its mode is not another key's
  CHECK(mode[0] == INT32_MIN);
  CHECK(key[1] == 7);  // -1: none was detected
  CHECK(mode[1] == 1);
  CHECK(key[2] == 7);
  CHECK(mode[2] == 1);
  for (const float value : loudness) CHECK(value == Approx(-14).margin(0.1));
}

TEST_CASE("music is listened to once, wherever it is moved to, until it changes",
          "[import][sound]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  for (int k = 0; k < 3; ++k) write_file(music + "/" + file_name(k), short_tone(200 + 50 * k));
  CHECK(import_music(import_options(store, {music})).sound == std::nullopt);
  engine::import::ImportOptions dry = import_options(store, {music});
  dry.listens = dry.is_dry_run = true;
  CHECK_THAT(engine::import::import_text(import_music(dry)),
             Catch::Contains("sound of 3 tracks would be measured, of 0 before"));
  CHECK(count(store, "track_sound") == 0);
  CHECK(listen(store, music).sound->heard == 3);

  const ImportResult again = listen(store, music);
  CHECK(again.sound->heard == 0);
  CHECK(again.sound->known == 3);

  fs::create_directories(music + "/moved");
  fs::rename(music + "/" + file_name(1), music + "/moved/" + file_name(1));
  CHECK(listen(store, music).sound->heard == 0);

  write_file(music + "/" + file_name(2), short_tone(440));
  fs::last_write_time(music + "/" + file_name(2),
                      fs::last_write_time(music + "/" + file_name(2)) + std::chrono::seconds(2));
  const ImportResult changed = listen(store, music);
  CHECK(changed.sound->heard == 1);
  CHECK(changed.sound->known == 2);

  for (int k : {0, 2}) fs::remove(music + "/" + file_name(k));
  listen(store, music);
  CHECK(count(store, "track_sound") == 3);  // the tracks sound as they did
}

TEST_CASE("where nothing can be heard in a file another one of its track is tried",
          "[import][sound]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  const std::vector<float> silence(22'050, 0);
  write_file(music + "/a/" + file_name(0), test::float_wav(silence, 22'050));
  write_file(music + "/b/" + file_name(0), short_tone(300));
  write_file(music + "/c/" + file_name(1), test::float_wav(silence, 22'050));
  const ImportResult result = listen(store, music);
  CHECK(result.is_good());
  CHECK(result.sound->heard == 1);
  CHECK(result.sound->unheard == 2);
  REQUIRE(result.sound->examples.size() == 2);
  CHECK_THAT(result.sound->examples[0],
             Catch::EndsWith("there is no sound of 0.4 s or more in it"));
  const ImportResult again = listen(store, music);  // told again, and not listened to again
  CHECK(again.sound->heard == 0);
  CHECK(again.sound->known == 1);
  CHECK(again.sound->unheard == 2);
}

TEST_CASE("tracks that are merged take what was measured along, and back",
          "[import][sound][merge]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  for (int k = 0; k < 2; ++k) write_file(music + "/" + file_name(k), short_tone(200 + 50 * k));
  listen(store, music);
  Store opened = Store::open(store);
  const std::int64_t merge = engine::library::merge_tracks(opened, 1, 2, 1);
  CHECK(opened.integer("SELECT count(*) FROM track_sound") == 1);
  engine::library::unmerge_tracks(opened, merge);
  CHECK(opened.integer("SELECT count(*) FROM track_sound WHERE track_id = 2") == 1);
}

TEST_CASE("without its plugin the import says what to install", "[import][sound]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/" + file_name(0), short_tone(200));
  import_music(import_options(store, {music}));
  engine::import::ImportOptions options = import_options(store, {music});
  options.listens = true;
  options.load_plugins = [] { return engine::Registry::load({}); };
  CHECK_THROWS_WITH(import_music(options), Catch::Contains("nothing here listens to music"));
}

TEST_CASE("a listener that dies costs at most the file that it listened to", "[import][sound]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  constexpr int kFiles = 12;
  for (int k = 0; k < kFiles; ++k) {
    write_file(music + "/" + file_name(k),
               wav_of({.seed = static_cast<std::uint64_t>(k), .seconds = 8}));
  }
  import_music(import_options(store, {music}));
  engine::import::ImportOptions options = import_options(store, {music});
  options.listens = true;
  const std::string mark = folder.file("has died");
  options.load_plugins = [load = options.load_plugins, mark] {
    auto registry = load();
    if (!fs::exists(mark)) {
      write_file(mark, "");
      const itimerval soon = {{0, 0}, {0, 250'000}};  // of its processor time
      ::setitimer(ITIMER_VIRTUAL, &soon, nullptr);
    }
    return registry;
  };
  const ImportResult result = import_music(options);
  const auto lost = static_cast<std::int64_t>(result.refused.size());
  CHECK(lost <= 1);
  CHECK(result.sound->heard == kFiles - lost);
  CHECK(listen(store, music).sound->heard == lost);
}

TEST_CASE("music that was half listened to when the import was killed is listened to once",
          "[import][sound][kill]") {
  const TemporaryFolder folder;
  const std::string music = folder.file("music"), whole = folder.file("whole.db");
  constexpr int kFiles = 40;
  for (int k = 0; k < kFiles; ++k) {
    write_file(music + "/" + file_name(k), short_tone(100 + 10 * k));
  }
  const auto sounds_of = [](const std::string& store) {
    const Store opened = Store::open(store, {.is_read_only = true});
    engine::Statement select = opened.prepare(
        "SELECT group_concat(title || ' ' || ifnull(s.energy, '') || ' ' || s.loudness || ' ' || "
        "ifnull(s.key_pitch, '') || ' ' || s.modified_ns, char(10)) FROM (SELECT * FROM tracks "
        "ORDER BY title) JOIN track_sound s USING (track_id)");
    return select.step() ? std::string(select.text(0)) : "";
  };
  const auto started = std::chrono::steady_clock::now();
  REQUIRE(listen(whole, music).sound->heard == kFiles);
  const auto took = std::chrono::steady_clock::now() - started;
  for (int round = 1; round <= 4; ++round) {
    const std::string store = folder.file("killed" + std::to_string(round) + ".db");
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        listen(store, music);
      } catch (...) {
      }
      ::_exit(0);
    }
    std::this_thread::sleep_for(took * round / 5.0);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::int64_t done = 0;
    try {
      if (fs::exists(store)) done = count(store, "track_sound");
    } catch (const engine::Error&) {  // not made yet
    }
    const ImportResult again = listen(store, music);
    CAPTURE(round, done);
    CHECK(again.sound->known == done);
    CHECK(again.sound->heard == kFiles - done);
    const bool is_same = sounds_of(store) == sounds_of(whole);
    CHECK(is_same);
  }
}
