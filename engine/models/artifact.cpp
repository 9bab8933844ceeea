#include "models/artifact.hpp"

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kColumns = "/artifact.columns";
constexpr const char* kCard = "/card.json";
constexpr const char* kKey = "artifact 1";
constexpr const char* kBytes = "bytes:";

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument("it wrote " + what);
}

std::string in_quotes(std::string_view name) {
  return "\"" + std::string(name) + "\"";
}

/// What changes whenever somebody writes to a file or puts another in its place; null: there is
/// none.
Json state_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return nullptr;
  return Json{file.st_size, file.st_ino, file.st_ctim.tv_sec, file.st_ctim.tv_nsec};
}

template <typename T>
std::vector<T> copied(const void* data, std::size_t count) {
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), data, count * sizeof(T));
  return values;
}

}  // namespace

struct ArtifactWriter::Content {
  ColumnWriter writer{kKey};
  // What the writer points at until it has written; a deque does not move its items.
  std::deque<std::vector<float>> f32;
  std::deque<std::vector<double>> f64;
  std::deque<std::vector<std::int32_t>> i32;
  std::deque<std::vector<std::int64_t>> i64;
  std::deque<std::vector<std::uint8_t>> u8;
  std::deque<std::vector<std::uint64_t>> offsets;
  std::deque<Dictionary> dictionaries;
  std::map<std::string, int, std::less<>> names;  // "matrix factors" ...
  Json card = Json::object();

  void take_name(const std::string& kind, std::string_view name) {
    if (name.empty()) refuse("a " + kind + " without a name");
    if (++names[kind + " " + std::string(name)] > 1)
      refuse("two " + kind + (kind == "matrix" ? "" : "s") + " called " + in_quotes(name));
  }

  void column(const playlist_column& column, std::size_t rows) {
    const std::string name = column.name == nullptr ? "" : column.name;
    switch (column.type) {
      case PLAYLIST_F32:
        return writer.column(name, f32.emplace_back(copied<float>(column.data, rows)));
      case PLAYLIST_F64:
        return writer.column(name, f64.emplace_back(copied<double>(column.data, rows)));
      case PLAYLIST_I32:
        return writer.column(name, i32.emplace_back(copied<std::int32_t>(column.data, rows)));
      case PLAYLIST_I64:
        return writer.column(name, i64.emplace_back(copied<std::int64_t>(column.data, rows)));
      case PLAYLIST_U8:
        return writer.column(name, u8.emplace_back(copied<std::uint8_t>(column.data, rows)));
      case PLAYLIST_STRING:
        return texts(name, column, rows);
      default:
        refuse("a column " + in_quotes(name) + " of no known type");
    }
  }

  void texts(const std::string& name, const playlist_column& column, std::size_t rows) {
    if (column.dict == nullptr) refuse("a text column " + in_quotes(name) + " without texts");
    Dictionary& texts = dictionaries.emplace_back();
    auto& codes = i32.emplace_back(copied<std::int32_t>(column.data, rows));
    for (const std::int32_t code : codes) {
      if (code < -1 || code >= static_cast<std::int64_t>(column.dict->count))
        refuse("a text column " + in_quotes(name) + " with a code its texts do not have");
    }
    for (std::uint32_t k = 0; k < column.dict->count; ++k) {
      const std::uint64_t begin = column.dict->offsets[k], end = column.dict->offsets[k + 1];
      texts.append({column.dict->bytes + begin, end - begin});
    }
    writer.column(name, codes, texts);
  }
};

ArtifactWriter::ArtifactWriter() : content_(std::make_unique<Content>()) {}
ArtifactWriter::~ArtifactWriter() = default;

void ArtifactWriter::matrix(std::string_view name, const playlist_matrix& matrix) {
  content_->take_name("matrix", name);
  if (matrix.rows < 0)
    refuse("a matrix " + in_quotes(name) + " with " + std::to_string(matrix.rows) + " rows");
  const std::size_t items = static_cast<std::size_t>(matrix.rows) * matrix.columns;
  content_->writer.matrix(std::string(name), matrix.columns,
                          content_->f32.emplace_back(copied<float>(matrix.data, items)));
}

void ArtifactWriter::table(std::string_view name, const playlist_table& table) {
  content_->take_name("table", name);
  if (name.starts_with(kBytes)) refuse("a table called " + in_quotes(name) + ", as bytes are");
  if (table.rows < 0)
    refuse("a table " + in_quotes(name) + " with " + std::to_string(table.rows) + " rows");
  const auto rows = static_cast<std::size_t>(table.rows);
  content_->writer.table(std::string(name), rows);
  for (std::uint32_t k = 0; k < table.column_count; ++k) content_->column(*table.columns[k], rows);
}

void ArtifactWriter::lists(std::string_view name, const playlist_lists& lists) {
  content_->take_name("list", name);
  const auto rows = static_cast<std::size_t>(lists.rows);
  const auto& offsets =
      content_->offsets.emplace_back(copied<std::uint64_t>(lists.offsets, rows + 1));
  for (std::size_t row = 0; row < rows; ++row) {
    if (offsets[row] > offsets[row + 1]) refuse("lists " + in_quotes(name) + " that go backwards");
  }
  const auto& values = content_->i32.emplace_back(
      copied<std::int32_t>(lists.values, static_cast<std::size_t>(offsets.back())));
  std::span<const float> weights;
  if (lists.weights != nullptr)
    weights = content_->f32.emplace_back(copied<float>(lists.weights, values.size()));
  content_->writer.lists(std::string(name), offsets, values, weights);
}

void ArtifactWriter::bytes(std::string_view name, std::string_view bytes) {
  content_->take_name("bytes", name);
  content_->writer.table(kBytes + std::string(name), bytes.size());
  content_->writer.column(
      "byte", content_->u8.emplace_back(copied<std::uint8_t>(bytes.data(), bytes.size())));
}

void ArtifactWriter::card(std::string_view json) {
  Json card = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!card.is_object()) refuse("a card that is not a JSON object: " + std::string(json));
  content_->card.update(card);
}

bool ArtifactWriter::is_empty() const {
  return content_->names.empty();
}

std::string ArtifactWriter::write(const std::string& folder, const Json& noted) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(Exit::kStore, "cannot make " + folder, {"", "", error.message(), ""});
  (void)content_->writer.write(folder + kColumns);
  content_->card.update(noted);
  content_->card["hash"] = content_hash_of_file(folder + kColumns);
  content_->card["file"] = state_of(folder + kColumns);
  std::string card = json_text(content_->card, 2) + "\n";
  write_file_atomically(folder + kCard, card);
  return card;
}

std::shared_ptr<const Artifact> Artifact::open(const std::string& folder) {
  const auto refused = [&](const std::string& why) {
    return Error(Exit::kStore, "the model in " + folder + " cannot be used",
                 {"", "", why, "train it again: engine train"});
  };
  auto artifact = std::make_shared<Artifact>();
  try {
    artifact->card_ = read_file(folder + kCard);
  } catch (const Error& error) {
    throw refused(error.what());
  }
  const Json card = Json::parse(artifact->card_, nullptr, /*allow_exceptions=*/false);
  if (!card.is_object() || !card.contains("hash")) throw refused("card.json is damaged");
  const Json state = state_of(folder + kColumns);
  if (state.is_null()) throw refused("artifact.columns is missing");
  // Hashing a hundred megabytes costs more than a whole run. A file that is the very one that was
  // written, by size, inode and time, is taken as it is; any other, such as a copy, is read
  // through.
  if (!card.contains("file") || card["file"] != state) {
    if (content_hash_of_file(folder + kColumns) != card["hash"]) {
      throw refused("artifact.columns is damaged: it is not what was written (" +
                    std::to_string(std::filesystem::file_size(folder + kColumns)) + " bytes)");
    }
  }
  std::string why_not;
  artifact->columns_ = ColumnFile::open(folder + kColumns, kKey, why_not);
  if (artifact->columns_ == nullptr) throw refused("artifact.columns: " + why_not);
  return artifact;
}

const playlist_table* Artifact::table(std::string_view name) const {
  return name.starts_with(kBytes) ? nullptr : columns_->table(name);
}

const void* Artifact::bytes(std::string_view name, std::uint64_t& length) const {
  const playlist_table* table = columns_->table(kBytes + std::string(name));
  if (table == nullptr) return nullptr;
  length = static_cast<std::uint64_t>(table->rows);
  return table->columns[0]->data;
}

}  // namespace engine
