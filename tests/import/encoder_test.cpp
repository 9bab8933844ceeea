// engine import --files --encoder: vectors of music by an encoder that the person brings; a space is one
// encoder's, and another encoder makes it anew.
#include "support/encoder.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/encoders.hpp"
#include "import/music_files.hpp"
#include "library/merge.hpp"
#include "support/import_run.hpp"
#include "support/synthetic_music.hpp"

using Catch::Contains;
using engine::Store;
using engine::import::BucketCounts;
using engine::import::import_music;
using engine::import::ImportOptions;
using engine::import::ImportResult;
using test::import_options;
using test::make_encoder;
using test::write_file;

namespace {

namespace fs = std::filesystem;

constexpr int kToneRate = 22'050;

std::string tone(double hertz, double seconds = 2) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * kToneRate));
  for (std::size_t k = 0; k < samples.size(); ++k)
    samples[k] = static_cast<float>(
        0.3 * std::sin(6.283185307 * hertz * static_cast<double>(k) / kToneRate));
  return test::float_wav(samples, kToneRate);
}

/// A folder of a dark, a bright and a silent song, and a library.
struct Room {
  Room() {
    write_file(music + "/Band - Dark.wav", tone(80));
    write_file(music + "/Band - Bright.wav", tone(5000));
    write_file(music + "/Band - Silent.wav",
               test::float_wav(std::vector<float>(kToneRate), kToneRate));
  }
  [[nodiscard]] ImportOptions options(const std::string& encoder) const {
    ImportOptions options = import_options(store, {music});
    options.encoder = folder.file(encoder);
    options.space = "tiny";
    return options;
  }
  [[nodiscard]] ImportResult import(const std::string& encoder) const {
    return import_music(options(encoder));
  }
  [[nodiscard]] std::vector<float> vector_of(const std::string& title) const {
    const Store opened = Store::open(store, {.is_read_only = true});
    engine::Statement select = opened.prepare(
        "SELECT vector FROM embeddings JOIN tracks USING (track_id) WHERE space = 'tiny' AND "
        "title = ?1");
    select.start(title);
    std::vector<float> vector;
    if (!select.step()) return vector;
    vector.resize(select.text(0).size() / sizeof(float));
    std::memcpy(vector.data(), select.text(0).data(), select.text(0).size());
    return vector;
  }
  [[nodiscard]] std::int64_t count(const std::string& what) const {
    return Store::open(store, {.is_read_only = true}).integer("SELECT count(*) FROM " + what);
  }

  TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
};

}  // namespace

TEST_CASE("an encoder makes vectors of music, once", "[import][encoder]") {
  const Room room;
  if (!make_encoder(room.folder.file("tiny.pt"))) return;
  const ImportResult result = room.import("tiny.pt");
  REQUIRE(result.encoded);
  CHECK(result.encoded->heard == 2);
  CHECK(result.encoded->unheard == 1);
  CHECK_THAT(engine::import::import_text(result),
             Contains("sound of 2 tracks encoded into the space tiny, of 0 before; nothing can be "
                      "heard in 1 file\n"));
  const std::vector<float> dark = room.vector_of("Dark"), bright = room.vector_of("Bright");
  REQUIRE(dark.size() == 3);
  REQUIRE(bright.size() == 3);
  for (const auto& vector : {dark, bright})
    CHECK(std::hypot(vector[0], vector[1]) == Approx(1).margin(1e-5));
  CHECK(bright[0] > 0.95);
  CHECK(dark[0] < 0.4);

  const ImportResult again = room.import("tiny.pt");
  CHECK(again.encoded->heard == 0);
  CHECK(again.encoded->known == 2);
  CHECK_FALSE(again.encoded->are_new);

  // Another sound in a file is another vector, also where the encoder lies somewhere else.
  fs::rename(room.folder.file("tiny.pt"), room.folder.file("moved.pt"));
  write_file(room.music + "/Band - Dark.wav", tone(3000, 3));
  CHECK(room.import("moved.pt").encoded->heard == 1);
  CHECK(room.vector_of("Dark")[0] > 0.9);
  CHECK(room.vector_of("Bright") == bright);
}

TEST_CASE("a space is one encoder's", "[import][encoder]") {
  const Room room;
  if (!make_encoder(room.folder.file("tiny.pt"))) return;
  make_encoder(room.folder.file("two.pt"), "two");
  REQUIRE(room.import("tiny.pt").encoded->heard == 2);
  // Vectors from elsewhere are not put beside its own.
  const std::string lines =
      write_file(room.folder.file("v.jsonl"), "{\"id\": 1, \"embedding\": [1, 2, 3]}\n");
  ImportOptions options = import_options(room.store, {lines});
  options.source = "embeddings";
  options.space = "tiny";
  const ImportResult refused = engine::import::import_paths(options);
  CHECK(refused.buckets() == BucketCounts{{"malformed", 1}});
  CHECK_THAT(engine::import::import_text(refused), Contains("the space tiny is an encoder's"));
  // Nor does it go where there are any.
  options.space = "elsewhere";
  REQUIRE(engine::import::import_paths(options).buckets() == BucketCounts{{"new", 1}});
  ImportOptions there = room.options("tiny.pt");
  there.space = "elsewhere";
  CHECK_THROWS_WITH(import_music(there),
                    Contains("the space elsewhere has vectors that were imported"));
  there.space = "audio";
  CHECK_THROWS_WITH(import_music(there),
                    Contains("the space audio is made from the audio features"));

  const ImportResult other = room.import("two.pt");
  CHECK(other.encoded->are_new);
  CHECK(other.encoded->heard == 2);
  CHECK(room.vector_of("Bright").size() == 2);
  CHECK(room.count("embeddings WHERE space = 'elsewhere'") == 1);
}

TEST_CASE("what an encoder cannot do costs its file and is tried again", "[import][encoder]") {
  const Room room;
  if (!make_encoder(room.folder.file("broken.pt"), "broken")) return;
  const ImportResult broken = room.import("broken.pt");
  CHECK(broken.encoded->heard == 0);
  REQUIRE(broken.refused.size() == 2);
  CHECK_THAT(broken.refused.front().second, Contains("encode_sound failed: "));
  CHECK(room.import("broken.pt").refused.size() == 2);

  write_file(room.folder.file("no.pt"), "not a file of TorchScript");
  CHECK_THROWS_WITH(room.import("no.pt"), Contains("nothing here encodes music"));
  CHECK_THROWS_AS(room.import("missing.pt"), engine::Error);
  make_encoder(room.folder.file("tiny.pt"));
  CHECK(room.import("tiny.pt").encoded->heard == 2);
}

TEST_CASE("a dry run tells how much would be encoded", "[import][encoder]") {
  const Room room;
  if (!make_encoder(room.folder.file("tiny.pt"))) return;
  REQUIRE(import_music(import_options(room.store, {room.music})).rows() == 3);
  ImportOptions options = room.options("tiny.pt");
  options.is_dry_run = true;
  CHECK(import_music(options).encoded->heard == 3);
  CHECK(room.count("encoders") == 0);
  CHECK(room.count("embeddings") == 0);
}

TEST_CASE("tracks that are merged take their vector along, and back", "[import][encoder][merge]") {
  const Room room;
  if (!make_encoder(room.folder.file("tiny.pt"))) return;
  REQUIRE(room.import("tiny.pt").encoded->heard == 2);
  Store opened = Store::open(room.store);
  const std::int64_t merge = engine::library::merge_tracks(opened, 1, 2, 1);
  CHECK(opened.integer("SELECT count(*) FROM encoded_tracks") == 1);
  engine::library::unmerge_tracks(opened, merge);
  CHECK(opened.integer("SELECT count(*) FROM encoded_tracks") == 2);
}
