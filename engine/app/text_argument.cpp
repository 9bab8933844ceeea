#include "app/text_argument.hpp"

#include "core/error.hpp"
#include "core/shown_text.hpp"

namespace engine::app {

void require_utf8(const std::string& flag, const std::string& text) {
  if (is_utf8(text)) return;
  throw Error(Exit::kUsage, flag + " \"" + one_line(text) + "\" is not UTF-8",
              {.where = {},
               .source = {},
               .why = "names and parameters are kept as UTF-8",
               .fix = "write it in a terminal with a UTF-8 locale"});
}

}  // namespace engine::app
