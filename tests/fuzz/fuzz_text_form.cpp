// Files in other forms than UTF-8 with line feeds: what comes out is text with its zeros behind it,
// and whatever a file is, it can be named.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "import/foreign_files.hpp"
#include "import/text_form.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto require = [](bool is_right) {
    if (!is_right) std::abort();
  };
  if (const auto plain = engine::import::as_plain_text(bytes)) {
    require(!plain->notes.empty());
    require(plain->bytes.size() == plain->size + 64);
    require(plain->bytes.find_first_not_of('\0', plain->size) == std::string::npos);
  }
  engine::import::name_document(bytes);
  engine::import::name_foreign_file(bytes, "x.csv");
  return 0;
}
