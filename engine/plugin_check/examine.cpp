#include "plugin_check/examine.hpp"

#include <filesystem>

#include "plugin/descriptor.hpp"
#include "plugin/elf.hpp"
#include "plugin/loader.hpp"

namespace engine {
namespace {

constexpr std::size_t kNamedSymbols = 5;

using Report = std::function<void(const std::string&)>;

void examine_permissions(const std::string& path, const Report& problem) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  for (const std::string& place : {path, folder}) {
    try {
      check_permissions(place);
    } catch (const Refusal& refusal) {
      problem(refusal.what());
    }
  }
}

/// A library that exports more than it should can take over calls of another library.
void examine_exports(const ElfLibrary& elf, const Report& problem) {
  std::string others;
  std::size_t count = 0;
  for (const std::string& symbol : elf.exported) {
    if (symbol == "playlist_plugin_abi" || symbol == "playlist_plugin_main") continue;
    if (symbol.starts_with("__odr_asan.")) continue;  // AddressSanitizer's marks of those two
    if (++count <= kNamedSymbols) others += (others.empty() ? "" : ", ") + symbol;
  }
  if (count == 0) return;
  if (count > kNamedSymbols) others += ", ...";
  problem("it exports more than its two symbols: " + others +
          "; build it with playlist_add_plugin(), or -fvisibility=hidden and plugin.map");
}

}  // namespace

LibraryFacts examine_library(const std::string& path, const std::string& copies,
                             const std::function<void(const std::string&)>& problem,
                             const std::function<void(const std::string&)>& doing) {
  LibraryFacts facts;
  doing("reading " + path);
  try {
    const std::string bytes = read_library_file(path);
    examine_permissions(path, problem);
    const ElfLibrary elf = read_elf(bytes);
    facts.needed = elf.needed;
    if (elf.problem.empty() && elf.exports("playlist_plugin_abi")) examine_exports(elf, problem);
    doing("loading " + path);
    const playlist_plugin& plugin = open_library(path, bytes, copies);
    doing("looking at the description of " + path);
    const auto problems = description_problems(plugin);
    for (const std::string& wrong : problems) problem(wrong);
    if (!problems.empty()) return facts;
    facts.id = plugin.id;
    facts.version = plugin.version;
    for (const playlist_element* element : listed(plugin.elements)) {
      facts.elements.emplace_back(element->name);
    }
  } catch (const Refusal& refusal) {
    problem(refusal.what());
  }
  return facts;
}

}  // namespace engine
