#include "cli/run_outputs.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/supervised_run.hpp"
#include "cli/cli.hpp"
#include "core/error.hpp"
#include "core/paths.hpp"

namespace engine {

RunOutput parse_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw Error(Exit::kUsage, "cannot read --to \"" + text + "\"",
                {"", "", "it takes FORMAT:FILE", "e.g. --to m3u8:weekly.m3u8"});
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

KeptFiles kept_files(Cli& cli, const std::vector<std::string>& recipes) {
  KeptFiles kept{cli.library_path(), {config_home() + "/engine.lua"}, {cache_home()}};
  if (!cli.common.config.empty()) kept.files.push_back(cli.common.config);
  if (const std::string& log = cli.settings().text("log.file"); !log.empty())
    kept.files.push_back(log);
  for (const std::string& recipe : recipes) {
    std::error_code ignored;
    if (std::filesystem::exists(recipe, ignored)) kept.files.push_back(recipe);
  }
  return kept;
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

PageOutput::PageOutput(Cli& cli, const std::string& file, bool makes_folders,
                       const std::vector<std::string>& recipes) {
  if (file.empty()) return;
  file_.emplace_back(file, kept_files(cli, recipes),
                     OutputFile::Options{.makes_folders = makes_folders});
  if (file_.front().is_standard_output() && cli.common.json) {
    throw Error(Exit::kUsage, "--html and --json both go to standard output",
                {"", "", "", "name a file for --html"});
  }
}

bool PageOutput::leaves_standard_output() const {
  return !is_wanted() || !file_.front().is_standard_output();
}

void PageOutput::write(Cli& cli, const std::string& page) const {
  file_.front().write(page);
  if (leaves_standard_output()) cli.note("wrote " + file_.front().path());
}

void add_make_folders(CLI::App& verb, bool& makes_folders) {
  verb.add_flag("--make-folders", makes_folders,
                "Make the folders that what is written needs, where they are missing");
}

}  // namespace engine
