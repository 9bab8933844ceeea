#include "cluster/part_manifest.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/new_file.hpp"
#include "core/paths.hpp"

namespace engine::cluster {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void settle_manifest(const std::string& folder, const std::string& name, const Json& wanted) {
  fs::create_directories(folder);
  const std::string path = (fs::path(folder) / name).string();
  if (!fs::exists(path)) {
    if (!fs::is_empty(folder))
      throw Error(Exit::kInput, folder + " has other files in it",
                  {"", "", "it has no " + name + ", so what is in it would be of nobody knows what",
                   "name a new folder, or an empty one"});
    write_file_once(path, json_text(wanted, 2) + "\n");  // another call may be as far
  }
  const Json found = Json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
  if (found == wanted) return;
  throw Error(Exit::kInput, folder + " is of another library, or of another state of this one",
              {path, "", "", "name another folder, or remove this one"});
}

}  // namespace engine::cluster
