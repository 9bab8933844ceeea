#include "app/outputs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace engine::app {

namespace {

/// Where ",name=value" begins that ends the text, or npos. A file's name that ends so cannot be told
/// from it; nobody has been seen to have one.
std::size_t last_argument(const std::string& text) {
  const std::size_t comma = text.rfind(',');
  if (comma == std::string::npos) return comma;
  const std::size_t equals = text.find('=', comma);
  if (equals == std::string::npos || equals == comma + 1) return std::string::npos;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool is_name = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(comma) + 1,
                                   text.begin() + static_cast<std::ptrdiff_t>(equals), is_part);
  return is_name ? comma : std::string::npos;
}

}  // namespace

RunOutput parse_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw Error(Exit::kUsage, "cannot read --to \"" + text + "\"",
                {"", "", "it takes FORMAT:FILE", "e.g. --to m3u8:weekly.m3u8"});
  }
  RunOutput output{text.substr(0, colon), text.substr(colon + 1)};
  std::string arguments;
  for (std::size_t at; (at = last_argument(output.file)) != std::string::npos;) {
    arguments = output.file.substr(at) + arguments;
    output.file.resize(at);
  }
  output.format += arguments;
  return output;
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

std::string person_file_name(const std::string& user) {
  constexpr std::size_t kLongest = 200;  // of 255, with room for a hash and the format
  std::string name;
  for (const char c : user) {
    const auto byte = static_cast<unsigned char>(c);
    if (c != '/' && c != '%' && byte >= ' ' && byte != 127 && !(c == '.' && name.empty())) {
      name += c;
      continue;
    }
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", byte);
    name += escaped;
  }
  if (name.size() <= kLongest) return name;
  std::size_t end = kLongest;
  while ((static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;  // no half character
  return name.substr(0, end) + "%%" + content_hash(user);
}

}  // namespace engine::app
