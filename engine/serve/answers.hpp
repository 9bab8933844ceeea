// What the front answers, and what every answer of it says of the page's safety.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace engine::serve {

using Header = std::pair<std::string, std::string>;

struct Answer {
  int status = 200;
  std::string type = {};  // "": there is no body
  std::vector<Header> headers = {};
  std::string body = {};
  const std::string* file = nullptr;  // instead of `body`: bytes that outlive the answer
};

/// Those that every answer has; `Cache-Control: no-store` too, where an answer has none.
const std::vector<Header>& safe_headers();

/// "Not Found"; "Unknown" for a number that HTTP has no words for.
std::string_view status_words(int status);

/// Below /api/ JSON as every verb's error, {"error": {"exit", "message", ...}}.
Answer error_answer(int status, const Error& error);
/// Elsewhere a small page.
Answer error_page(int status, const Error& error);

/// How to get in: the form where there is a password, and what was wrong with the last try. Its
/// style, and that of the pages above, is page/sign-in.css among the assets.
Answer sign_in_page(int status, bool has_password, std::string_view wrong);

}  // namespace engine::serve
