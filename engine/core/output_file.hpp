// Files that a verb writes because the user named them: --to, --html, --out and their kind. The
// engine's own files go through write_file_atomically() (core/paths.hpp).
//
// A path         "-" is standard output, "~" at the beginning the home folder. Links are followed:
//                what they point at is written, and they stay.
// What is there  A file is replaced in one step, and keeps its mode. What is no file (a FIFO, a
//                terminal, /dev/null) stays what it is and is written into; a folder, a socket and
//                a disk are refused.
// Folders        A missing one is an error, or made, as the caller says.
// Kept           What the engine lives on is never replaced: a library or another database, its
//                caches and models, recipes, scripts and settings (*.lua), plugins (*.so).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// What outputs must leave alone, beside what is known by its name or content.
struct KeptFiles {
  std::string library;               // with all in its folder that is named after it; "": none
  std::vector<std::string> files;    // recipes by other names, settings, logs
  std::vector<std::string> folders;  // nothing is written below them: caches
};

/// One file to be written. It is checked when it is named, so that nobody computes for a file that
/// cannot be written, and again when it is written.
class OutputFile {
 public:
  struct Options {
    bool makes_folders = false;
    bool may_be_lua = false;  // annotations for editors are Lua
  };
  /// Throws Error(kUsage) that names the path and why it cannot be.
  OutputFile(std::string asked, const KeptFiles& kept, Options options);
  OutputFile(std::string asked, const KeptFiles& kept)
      : OutputFile(std::move(asked), kept, Options()) {}

  /// Absolute, for messages; "standard output".
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_standard_output() const { return is_standard_output_; }

  /// All of it. Throws Error(kInput) when it cannot be written, Error(kUsage) when by now something
  /// stands there that must stay, OutputClosed (core/standard_output.hpp).
  void write(std::string_view bytes) const;

 private:
  void look();
  std::string asked_;
  KeptFiles kept_;
  Options options_;
  std::string path_;
  bool is_standard_output_ = false, is_special_ = false;
};

/// "~" and "~/lists/x.m3u8" begin in the home folder. Throws Error(kUsage) where there is none.
std::string with_home(const std::string& asked);

/// A folder for several files, absolute. It may be missing, and is made by whoever writes the first
/// of them (with makes_folders); those above it may be missing only with `makes_folders`. Throws
/// Error(kUsage) as OutputFile does.
std::string output_folder(const std::string& asked, const KeptFiles& kept, bool makes_folders);

}  // namespace engine
