#include "batch/manifest.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string path_in(const std::string& folder) {
  return (fs::path(folder) / "batch.json").string();
}

/// What either of them says and the other does not, or otherwise.
std::string differences(const Json& found, const Json& wanted) {
  Json all = wanted;
  for (const auto& [name, had] : found.items())
    if (!wanted.contains(name)) all[name] = nullptr;
  std::string text;
  for (const auto& [name, value] : all.items()) {
    if (name == "library") continue;
    const Json had = found.value(name, Json());
    if (had == value) continue;
    const bool is_text = name.ends_with("hash") || name == "settings";
    text += (text.empty() ? "" : "; ") + name + " " +
            (is_text ? "differs" : "was " + json_text(had) + ", is " + json_text(value));
  }
  return text;
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
  if (!fs::exists(path)) {
    const std::string temporary = path + ".making" + std::to_string(::getpid());
    write_file_atomically(temporary, json_text(wanted, 2) + "\n");
    const bool is_there = ::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST;
    const int error = errno;
    ::unlink(temporary.c_str());
    if (!is_there)
      throw Error(Exit::kInput, "cannot write " + path, {"", "", std::strerror(error), ""});
  }
  const Json found = *read_manifest(folder);
  const std::string different = differences(found, wanted);
  if (different.empty()) return found;
  throw Error(Exit::kInput, folder + " holds the lists of another batch",
              {path, "", different, "choose another folder with --out, or ask for the same again"});
}

}  // namespace engine::batch
