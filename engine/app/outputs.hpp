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

/// A person's name as a file name that no other person's gives: what cannot stand there, a dot at the
/// beginning, and % itself as %2F is for /; a name too long for a file ends in its hash.
std::string person_file_name(const std::string& user);

}  // namespace engine::app
