#include "cluster/snapshot.hpp"

#include <filesystem>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "cluster/library_part.hpp"
#include "cluster/part_manifest.hpp"
#include "core/hash.hpp"
#include "core/shard.hpp"
#include "models/models.hpp"

namespace engine::cluster {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Of all that decides about a list.
std::string key_of(const LibraryParts& parts) {
  std::string text = parts.state().base + "\n" + parts.state().all + "\n";
  for (const ModelVersion& model : list_models(parts.whole()))
    if (model.user_id == 0) text += model.name + " " + version_mark(model) + "\n";
  return content_hash(text);
}

}  // namespace

Snapshot snapshot_catalogue(const ColumnOptions& columns, const std::string& folder) {
  LibraryParts parts(columns, folder);
  Snapshot snapshot{(fs::path(folder) / "library.db").string(), key_of(parts)};
  settle_manifest(folder, "snapshot.json", Json{{"format", 1}, {"key", snapshot.key}});
  snapshot.was_there = fs::exists(snapshot.library);
  if (snapshot.was_there) return snapshot;
  // The models and the columns are named after the library, which comes into place last.
  const fs::path making = fs::path(folder) / "library.making";
  for (const char* beside : {"", ".columns", ".models"})
    fs::remove_all(fs::path(folder) / ("library.db" + std::string(beside)));
  fs::remove_all(making);
  fs::create_directories(making);
  parts.make((making / "library.db").string(), std::string(kCatalogueAlone),
             [](const User&) { return false; });
  for (const char* beside : {".columns", ".models", ""})
    if (const fs::path made = making / ("library.db" + std::string(beside)); fs::exists(made))
      fs::rename(made, fs::path(folder) / made.filename());
  fs::remove_all(making);
  return snapshot;
}

}  // namespace engine::cluster
