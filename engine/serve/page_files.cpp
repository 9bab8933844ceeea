#include "serve/page_files.hpp"

#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "core/paths.hpp"

namespace engine {

/// engine/serve/page: each file's name and its text.
std::span<const std::pair<std::string_view, std::string_view>> page_files();

}  // namespace engine

namespace engine::serve {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEditorFolder = "/usr/share/javascript/codemirror";
constexpr std::pair<const char*, const char*> kEditorFiles[] = {
    {"editor/codemirror.js", "lib/codemirror.js"},
    {"editor/codemirror.css", "codemirror.css"},
    {"editor/lua.js", "mode/lua/lua.js"},
    {"editor/show-hint.js", "addon/hint/show-hint.js"},
    {"editor/show-hint.css", "addon/hint/show-hint.css"},
    {"editor/matchbrackets.js", "addon/edit/matchbrackets.js"},
    {"editor/closebrackets.js", "addon/edit/closebrackets.js"},
    {"editor/active-line.js", "addon/selection/active-line.js"},
    {"editor/comment.js", "addon/comment/comment.js"}};

std::string type_of(const std::string& name) {
  const std::string ending = fs::path(name).extension().string();
  if (ending == ".html") return "text/html; charset=utf-8";
  if (ending == ".css") return "text/css; charset=utf-8";
  if (ending == ".js") return "text/javascript; charset=utf-8";
  if (ending == ".svg") return "image/svg+xml";
  if (ending == ".webmanifest") return "application/manifest+json";
  return "application/octet-stream";
}

}  // namespace

std::vector<Asset> page_assets() {
  std::vector<Asset> assets;
  for (const auto& [name, text] : page_files())
    assets.push_back({std::string(name), type_of(std::string(name)), std::string(text)});
  return assets;
}

std::vector<Asset> editor_assets() {
  std::vector<Asset> assets;
  for (const auto& [name, file] : kEditorFiles) {
    const fs::path path = fs::path(kEditorFolder) / file;
    std::error_code failed;
    if (!fs::is_regular_file(path, failed)) return {};
    assets.push_back({name, type_of(name), read_file(path.string())});
  }
  return assets;
}

}  // namespace engine::serve
