// What verbs write beside their result: --to FORMAT:FILE, --html FILE, --out DIR.
#pragma once

#include <string>
#include <vector>

#include "core/output_file.hpp"

namespace CLI {
class App;
}

namespace engine {

class Cli;

/// "m3u8:weekly.m3u8", in its parts.
struct RunOutput {
  std::string format, file;
};
/// Throws Error(kUsage).
RunOutput parse_output(const std::string& text);

/// What no output of this call may replace: the library and what belongs to it, caches, settings,
/// the log, and `recipes` by whatever names they are asked for.
KeptFiles kept_files(Cli& cli, const std::vector<std::string>& recipes = {});

/// The files behind `outputs`, in their order. Throws Error(kUsage) for one that cannot be written,
/// and for two that are the same.
std::vector<OutputFile> output_files(const std::vector<RunOutput>& outputs, const KeptFiles& kept,
                                     bool makes_folders);

/// A page that a verb writes beside its table. Standard output takes one of the two: with
/// --html - the table is left out, and --json beside it is refused, Error(kUsage).
class PageOutput {
 public:
  /// "" for `file`: no page.
  PageOutput(Cli& cli, const std::string& file, bool makes_folders,
             const std::vector<std::string>& recipes);
  [[nodiscard]] bool is_wanted() const { return !file_.empty(); }
  [[nodiscard]] bool leaves_standard_output() const;
  void write(Cli& cli, const std::string& page) const;

 private:
  std::vector<OutputFile> file_;  // none or one
};

/// --make-folders.
void add_make_folders(CLI::App& verb, bool& makes_folders);

}  // namespace engine
