// source.pls: lists as PLS.
//
//   [playlist]
//   File1=../artist/title.flac        a path, a file URI, an address
//   Title1=Artist - Title             for tracks whose file is not known here
//
// Records   every entry with a file or a title, by their numbers. The list is called like the file
// Bytes     as source.m3u
// Buckets   empty
// Limits    numbers up to 9 999 999
#include "playlist/plugin.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "elements.hpp"
#include "list_files.hpp"
#include "recognise.hpp"
#include "text.hpp"

namespace source {
namespace {

constexpr std::string_view kHeader = "[playlist]";

/// 12 of "File12" for "file".
std::optional<std::int64_t> number_of(std::string_view key, std::string_view name) {
  constexpr std::size_t kMostDigits = 7;
  if (!equals_ignoring_case(key.substr(0, name.size()), name)) return std::nullopt;
  const std::string_view digits = key.substr(name.size());
  if (digits.empty() || digits.size() > kMostDigits ||
      digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return read_integer(digits);
}

class Pls final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view head = trim(without_bom(input.head()));
    return equals_ignoring_case(head.substr(0, kHeader.size()), kHeader) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    struct Entry {
      std::string_view place, title;
    };
    std::map<std::int64_t, Entry> entries;
    std::optional<std::int64_t> told;
    const std::string_view text = without_bom(call.input().bytes());
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
      const std::string_view line = trim(text.substr(at, end - at));
      at = end + 1;
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';'))
        continue;
      const std::string_view key = trim(line.substr(0, equals)),
                             value = trim(line.substr(equals + 1));
      if (const auto file = number_of(key, "File")) entries[*file].place = value;
      if (const auto title = number_of(key, "Title")) entries[*title].title = value;
      if (equals_ignoring_case(key, "NumberOfEntries")) told = read_integer(value);
    }
    LibraryRows library(call);
    LibraryRows::Playlist list;
    list.name = list_name("", call.input());
    std::uint64_t row = 0;
    for (const auto& [number, entry] : entries) {
      Track track;
      put_shown_name(list_text(entry.title), track);
      put_place(entry.place, /*is_uri=*/false, track);
      add_to_list(library, list, track, call);
      call.next(++row);
    }
    if (told && *told != static_cast<std::int64_t>(entries.size())) {
      call.notice(
          playlist::concat("it says that it has ", *told, " entries, and has ", entries.size()));
    }
    call.finish();
  }
};

}  // namespace

constinit const playlist::Element kPls = playlist::element<Pls>(
    "source.pls", "A list as PLS: matched by its music files, or the names beside them.");

}  // namespace source
