#include "app/outputs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>

#include "app/list_players.hpp"
#include "app/push.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "recipe/output.hpp"
#include "store/music_paths.hpp"

namespace engine::app {

namespace {

/// Where ",name=value" begins that ends the text, or npos. A file's name that ends so cannot be told
/// from it; nobody has been seen to have one.
std::size_t last_argument(const std::string& text) {
  std::size_t comma = text.rfind(',');
  while (comma != std::string::npos && comma > 0) {
    std::size_t first = comma;
    while (first > 0 && text[first - 1] == ',') --first;
    if ((comma - first) % 2 == 0) break;  // else it is one written twice, in a value
    comma = first == 0 ? std::string::npos : text.rfind(',', first - 1);
  }
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

RunOutput parse_output(const std::string& text, const std::string& player) {
  std::size_t colon = text.find(':');
  RunOutput output;
  if (colon == std::string::npos && !player.empty() && !text.empty()) {
    output = {std::string(list_player(player).formats.front().name), text};
  } else if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw Error(Exit::kUsage, "cannot read --to \"" + text + "\"",
                {"", "", "it takes FORMAT:FILE", "e.g. --to m3u8:weekly.m3u8"});
  } else {
    output = {text.substr(0, colon), text.substr(colon + 1)};
  }
  std::string arguments;
  for (std::size_t at; (at = last_argument(output.file)) != std::string::npos;) {
    arguments = output.file.substr(at) + arguments;
    output.file.resize(at);
  }
  output.format += arguments;
  return output;
}

const std::string* argument_named(const FormatArguments& arguments, std::string_view name) {
  for (const auto& [argument, value] : arguments)
    if (argument == name) return &value;
  return nullptr;
}

/// A folder of this machine as it is from anywhere; one of Windows stays as it is.
std::string absolute_folder(const std::string& folder) {
  const bool is_of_windows = folder.starts_with("\\\\") || (folder.size() > 1 && folder[1] == ':');
  if (is_of_windows) return folder;
  std::string path = with_home(folder);
  path = std::filesystem::absolute(path).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool is_mapping(const std::string& prefix) {
  const std::size_t equals = prefix.find('=');
  return equals != 0 && equals != std::string::npos;
}

std::string absolute_prefix(const std::string& prefix) {
  const std::size_t equals = prefix.find('=');
  if (!is_mapping(prefix)) {
    throw Error(Exit::kUsage, "prefix \"" + prefix + "\" is not FROM=TO",
                {"", "", "files below the folder FROM are below TO where the list is read",
                 "e.g. --prefix ~/Music=/music"});
  }
  return absolute_folder(prefix.substr(0, equals)) + prefix.substr(equals);
}

constexpr const char *kPlayer = "player", *kRelativeTo = "relative_to", *kMapped = "prefix",
                     *kOfList = "list";

/// The output as every later run of it understands it.
RunOutput settled(RunOutput output, const ListFileOptions& options) {
  FormatArguments arguments = arguments_of_format(output.format);
  const std::string name = name_of_format(output.format);
  if (!options.player.empty() && argument_named(arguments, kPlayer) == nullptr)
    arguments.emplace_back(kPlayer, options.player);
  if (!options.relative_to.empty() && argument_named(arguments, kRelativeTo) == nullptr)
    arguments.emplace_back(kRelativeTo, options.relative_to);
  if (argument_named(arguments, kMapped) == nullptr)
    for (const std::string& prefix : options.prefixes)
      arguments.emplace_back(kMapped, absolute_prefix(prefix));
  for (auto& [argument, value] : arguments) {
    if (argument == kRelativeTo && value != kOfList && !value.empty())
      value = absolute_folder(value);
    // An output of somebody else's may mean something else by it.
    if (argument == kMapped && is_mapping(value)) value = absolute_prefix(value);
  }
  if (const std::string* asked = argument_named(arguments, kPlayer)) {
    const ListPlayer& player = list_player(*asked);
    output.file = file_for(player, format_for(player, name), output.file);
  }
  output.format = format_with(name, arguments);
  return output;
}

std::string folder_of(const std::string& file) {
  if (file == "-") {
    throw Error(Exit::kUsage, "a list on standard output lies in no folder",
                {"", "", "its paths are to be relative to the list's own",
                 "name a folder: relative_to=/music, or write a file"});
  }
  return std::filesystem::absolute(with_home(file)).lexically_normal().parent_path().string();
}

}  // namespace

RunOutput asked_output(const Caller& caller, const std::string& text,
                       const ListFileOptions& options) {
  RunOutput output = parse_output(text, options.player);
  if (is_remote(caller, output)) return output;
  // Left as it is where nothing is said: others than ours may have a comma in a value of theirs.
  const bool is_plain = options.player.empty() && options.relative_to.empty() &&
                        options.prefixes.empty() && output.format.find(',') == std::string::npos;
  return is_plain ? output : settled(std::move(output), options);
}

std::string written_format(const RunOutput& output) {
  FormatArguments arguments = arguments_of_format(output.format);
  std::string name = name_of_format(output.format);
  if (const std::string* asked = argument_named(arguments, kPlayer)) {
    const ListPlayer::Format& format = format_for(list_player(*asked), name);
    name = format.written_as;
    std::erase_if(arguments, [](const auto& one) { return one.first == kPlayer; });
    const std::string usual = name + "," + std::string(format.arguments);
    for (auto& [argument, value] : arguments_of_format(format.arguments.empty() ? name : usual))
      if (argument_named(arguments, argument) == nullptr) arguments.emplace_back(argument, value);
  }
  for (auto& [argument, value] : arguments) {
    if (argument != kRelativeTo || value != kOfList) continue;
    value = folder_of(output.file);
    // From there .. leads anywhere, unless somebody said otherwise.
    const FormatArguments told = arguments_of_format(output.format);
    if (argument_named(told, "only_below") == nullptr)
      std::erase_if(arguments, [](const auto& one) { return one.first == "only_below"; });
    break;
  }
  return format_with(name, arguments);
}

void ask_outputs(const Caller& caller, RunRequest& request, const std::vector<RunOutput>& outputs) {
  bool may_name_files = false;
  for (const RunOutput& output : outputs) {
    const bool is_list = is_remote(caller, output);
    request.output_formats.push_back(is_list ? output.format : written_format(output));
    may_name_files = may_name_files || !is_list;
  }
  if (!may_name_files) return;
  request.music = std::make_shared<const MusicPaths>(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}));
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
