#include "app/outputs.hpp"

#include "core/error.hpp"

namespace engine::app {

RunOutput parse_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw Error(Exit::kUsage, "cannot read --to \"" + text + "\"",
                {"", "", "it takes FORMAT:FILE", "e.g. --to m3u8:weekly.m3u8"});
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::vector<OutputFile> output_files(const std::vector<RunOutput>& outputs, const KeptFiles& kept,
                                     bool makes_folders) {
  std::vector<OutputFile> files;
  for (const RunOutput& output : outputs) {
    OutputFile file(output.file, kept, {.makes_folders = makes_folders});
    for (const OutputFile& other : files) {
      if (other.path() != file.path()) continue;
      throw Error(Exit::kUsage, "two outputs are to be written to " + file.path(),
                  {"", "", "the second would replace the first", "give each a file of its own"});
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace engine::app
