// Files of a playlist that a request asks for: FORMAT:FILE, or FORMAT:FILE,NAME=VALUE,... where the
// format takes arguments.
#pragma once

#include <string>
#include <vector>

#include "core/output_file.hpp"

namespace engine::app {

/// "m3u8:weekly.m3u8", in its parts.
struct RunOutput {
  std::string format;  // with its arguments: "rekordbox,root=/music", see recipe/output.hpp
  std::string file;
};
/// Throws Error(kUsage).
RunOutput parse_output(const std::string& text);

/// The files behind `outputs`, in their order. Throws Error(kUsage) for one that cannot be written,
/// and for two that are the same.
std::vector<OutputFile> output_files(const std::vector<RunOutput>& outputs, const KeptFiles& kept,
                                     bool makes_folders);

}  // namespace engine::app
