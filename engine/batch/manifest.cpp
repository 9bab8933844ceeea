#include "batch/manifest.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "core/json_differences.hpp"
#include "core/json_text.hpp"
#include "core/new_file.hpp"
#include "core/paths.hpp"

namespace engine::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string path_in(const std::string& folder) {
  return (fs::path(folder) / "batch.json").string();
}

/// Where the library stands makes no list another one.
std::string differences(Json found, Json wanted) {
  found.erase("library");
  wanted.erase("library");
  return json_differences(found, wanted, [](std::string_view name) {
    return name.ends_with("hash") || name == "settings";
  });
}

}  // namespace

std::optional<Json> read_manifest(const std::string& folder) {
  const std::string path = path_in(folder);
  if (!fs::exists(path)) return std::nullopt;
  Json manifest = Json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_object() || manifest.value("format", Json()) != 1 ||
      !manifest.value("now", Json()).is_string()) {
    throw Error(Exit::kInput, path + " does not say what the lists beside it were made from",
                {"", "", "it is no batch.json of format 1", "choose another folder with --out"});
  }
  return manifest;
}

Json settle_manifest(const std::string& folder, const Json& wanted) {
  const std::string path = path_in(folder);
  if (!fs::exists(path)) write_file_once(path, json_text(wanted, 2) + "\n");
  const Json found = *read_manifest(folder);
  const std::string different = differences(found, wanted);
  if (different.empty()) return found;
  throw Error(Exit::kInput, folder + " holds the lists of another batch",
              {path, "", different, "choose another folder with --out, or ask for the same again"});
}

}  // namespace engine::batch
