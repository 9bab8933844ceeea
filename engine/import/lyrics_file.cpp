#include "import/lyrics_file.hpp"

#include <string_view>

#include "core/error.hpp"
#include "core/mapped_file.hpp"
#include "core/shown_text.hpp"
#include "import/text_form.hpp"

namespace engine::import {
namespace {

[[noreturn]] void refuse_lyrics(const std::string& path, const std::string& why,
                                const std::string& fix) {
  throw Error(Exit::kInput, "cannot read the lyrics " + valid_utf8(path),
              {.where = path, .source = {}, .why = why, .fix = fix});
}

/// Bytes that are not UTF-8, but mostly Western letters, whose accents stand alone among others, or
/// UTF-8 with some damage. In other scripts' old encodings nearly every byte is beyond ASCII.
bool can_be_told(std::string_view bytes) {
  std::size_t beyond = 0, in_a_row = 0, damaged = 0;
  while (!bytes.empty()) {
    const FirstCharacter first = first_character(bytes);
    const bool is_damaged = first.character < 0;
    beyond += first.character >= 0 && first.character < 0x80 ? 0 : 1;
    damaged += is_damaged ? 1 : 0;
    bytes.remove_prefix(is_damaged ? 1 : first.length);
    if (is_damaged && !bytes.empty() && static_cast<unsigned char>(bytes.front()) >= 0x80)
      ++in_a_row;
  }
  return 4 * in_a_row <= beyond || 4 * damaged <= beyond;
}

}  // namespace

std::string read_lyrics_file(const std::string& path) {
  const MappedFile mapped(path);
  if (mapped.size() > kMostLyricsFile) {
    refuse_lyrics(path, "it has more than 1 MiB", "give it another name, if it holds no lyrics");
  }
  const std::string_view bytes(reinterpret_cast<const char*>(mapped.data()), mapped.size());
  const auto plain = as_plain_text(bytes);
  std::string text = plain ? plain->bytes.substr(0, plain->size) : std::string(bytes);
  const bool is_utf16 = bytes.find('\0') != std::string_view::npos ||
                        bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
  if (!is_utf16 && !is_utf8(bytes) && !can_be_told(bytes)) {
    refuse_lyrics(path, "it is neither UTF-8 nor UTF-16, and its old encoding cannot be told",
                  "save it as UTF-8");
  }
  if (text.find('\0') != std::string::npos) refuse_lyrics(path, "it is no text", "");
  text.append(kZerosBehind, '\0');
  return text;
}

}  // namespace engine::import
