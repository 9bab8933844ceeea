// Artifacts: what is written is what is read, and what was damaged is refused by name.
#include "models/artifact.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "models/models.hpp"
#include "support/json.hpp"
#include "support/temporary_folder.hpp"

using engine::Artifact;
using engine::ArtifactWriter;
using engine::Error;
using engine::ModelShelf;
using engine::ModelVersion;

namespace {

constexpr float kFactors[] = {1, 2, 3, 4, 5, 6};
constexpr std::uint64_t kOffsets[] = {0, 2, 2, 3};
constexpr std::int32_t kValues[] = {7, 8, 9};
constexpr float kWeights[] = {0.5f, 0.25f, 1};

playlist_lists lists_of(const std::uint64_t* offsets) {
  return {sizeof(playlist_lists), 0, 3, offsets, kValues, kWeights};
}

/// One of everything, in FOLDER/model.example/1-1; the version as the store would know it.
ModelVersion write_example(const std::string& folder) {
  ArtifactWriter writer;
  writer.matrix("factors", {sizeof(playlist_matrix), 2, 3, kFactors});
  std::int64_t ids[] = {11, 12};
  const playlist_column column{sizeof column, PLAYLIST_I64, "id", ids, nullptr};
  const playlist_column* columns[] = {&column};
  writer.table("tracks", {sizeof(playlist_table), 1, 2, columns});
  writer.lists("similar", lists_of(kOffsets));
  writer.bytes("tree", std::string_view("a\0b", 3));
  writer.card(R"({"metrics": {"auc": 0.5}, "model": "it cannot name itself"})");
  ModelVersion version{1, "model.example", 1, "", folder + "/model.example/1-1"};
  writer.write(version.path, {{"model", "model.example"}});
  version.card = Artifact::open(version.path)->card();
  return version;
}

std::string refusal(const ModelVersion& version) {
  ModelShelf shelf({version});
  try {
    shelf.find(version.name);
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kStore);
    return error.text();
  }
  return "";
}

void overwrite(const std::string& path, std::size_t at, char byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

}  // namespace

TEST_CASE("an artifact gives back what was written into it", "[models]") {
  const TemporaryFolder folder;
  const ModelVersion version = write_example(folder.path());
  const auto artifact = Artifact::open(version.path);
  const playlist_matrix* factors = artifact->matrix("factors");
  REQUIRE(factors != nullptr);
  CHECK(factors->rows == 3);
  CHECK(factors->columns == 2);
  CHECK(std::equal(kFactors, kFactors + 6, factors->data));
  const playlist_table* tracks = artifact->table("tracks");
  REQUIRE(tracks != nullptr);
  CHECK(tracks->rows == 2);
  CHECK(static_cast<const std::int64_t*>(tracks->columns[0]->data)[1] == 12);
  const playlist_lists* similar = artifact->lists("similar");
  REQUIRE(similar != nullptr);
  CHECK(std::equal(kOffsets, kOffsets + 4, similar->offsets));
  CHECK(std::equal(kValues, kValues + 3, similar->values));
  CHECK(std::equal(kWeights, kWeights + 3, similar->weights));
  std::uint64_t length = 0;
  const void* tree = artifact->bytes("tree", length);
  REQUIRE(length == 3);
  CHECK(std::string_view(static_cast<const char*>(tree), 3) == std::string_view("a\0b", 3));

  CHECK(artifact->matrix("no_such") == nullptr);
  CHECK(artifact->table("no_such") == nullptr);
  CHECK(artifact->table("bytes:tree") == nullptr);
  CHECK(artifact->lists("no_such") == nullptr);
  CHECK(artifact->bytes("no_such", length) == nullptr);
  const auto card = support::parse_json(artifact->card());
  CHECK(card.at("metrics").at("auc") == 0.5);
  CHECK(card.at("model") == "model.example");  // what the engine notes stands above
}

TEST_CASE("an artifact refuses what no reader could use, by name", "[models]") {
  ArtifactWriter writer;
  writer.matrix("factors", {sizeof(playlist_matrix), 2, 3, kFactors});
  CHECK_THROWS_WITH(writer.matrix("factors", {sizeof(playlist_matrix), 2, 3, kFactors}),
                    Catch::Contains("two matrix called \"factors\"") ||
                        Catch::Contains("two matrices called \"factors\""));
  CHECK_THROWS_WITH(writer.matrix("", {sizeof(playlist_matrix), 2, 3, kFactors}),
                    "it wrote a matrix without a name");
  CHECK_THROWS_WITH(writer.matrix("less", {sizeof(playlist_matrix), 2, -1, kFactors}),
                    Catch::Contains("\"less\"") && Catch::Contains("-1 rows"));
  constexpr std::uint64_t kBackwards[] = {0, 2, 1, 3};
  CHECK_THROWS_WITH(writer.lists("similar", lists_of(kBackwards)),
                    Catch::Contains("\"similar\"") && Catch::Contains("backwards"));
  CHECK_THROWS_WITH(writer.card("[1]"), Catch::Contains("not a JSON object: [1]"));
}

TEST_CASE("a damaged artifact is refused by the model's name, with what to do", "[models]") {
  const TemporaryFolder folder;
  const ModelVersion version = write_example(folder.path());
  const std::string columns = version.path + "/artifact.columns",
                    card = version.path + "/card.json";
  REQUIRE(refusal(version).empty());
  const std::string whole = engine::read_file(columns);
  std::string why;

  SECTION("by one changed bit, wherever it is") {
    for (std::size_t at = 0; at < whole.size(); at += 37) {
      overwrite(columns, at, static_cast<char>(whole[at] ^ 4));
      CAPTURE(at);
      CHECK_THAT(refusal(version), Catch::Contains("artifact.columns is damaged"));
      overwrite(columns, at, whole[at]);
    }
    CHECK(refusal(version).empty());
    overwrite(columns, whole.size() / 2, static_cast<char>(whole[whole.size() / 2] ^ 1));
    why = "artifact.columns is damaged";
  }
  SECTION("by a missing end") {
    for (const std::size_t length : {std::size_t{0}, std::size_t{10}, whole.size() - 1}) {
      std::filesystem::resize_file(columns, length);
      CHECK_THAT(refusal(version), Catch::Contains(std::to_string(length) + " bytes"));
    }
    why = "artifact.columns is damaged";
  }
  SECTION("by a missing card") {
    std::filesystem::remove(card);
    why = "card.json";
  }
  SECTION("by a card that is none") {
    engine::write_file_atomically(card, "{\"hash\": ");
    why = "card.json is damaged";
  }
  SECTION("by a card of another shape") {
    engine::write_file_atomically(card, "{\"hash\": [1, {}]}");
    why = "artifact.columns is damaged";
  }
  SECTION("by being gone") {
    std::filesystem::remove_all(version.path);
    why = "card.json";
  }
  SECTION("by being another version than the store knows") {
    ArtifactWriter other;
    other.matrix("factors", {sizeof(playlist_matrix), 3, 2, kFactors});
    other.write(version.path, {{"model", "model.example"}});
    why = "holds another version than the library knows";
  }
  const std::string text = refusal(version);
  CHECK_THAT(text, Catch::Contains("model.example as of 1970-01-01T00:00:01Z is refused"));
  CHECK_THAT(text, Catch::Contains(why));
  CHECK_THAT(text, Catch::Contains("train it again: engine train example"));
}

TEST_CASE("a shelf knows what was found", "[models]") {
  const TemporaryFolder folder;
  ModelShelf shelf({write_example(folder.path())});
  CHECK(shelf.find("model.other") == nullptr);
  CHECK(shelf.used().empty());
  CHECK(shelf.find("model.example") != nullptr);
  CHECK(shelf.find("model.example") == shelf.find("model.example"));
  REQUIRE(shelf.used().size() == 1);
  CHECK(shelf.used()[0]->name == "model.example");
}
