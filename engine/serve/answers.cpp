#include "serve/answers.hpp"

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "page/html.hpp"

namespace engine::serve {
namespace {

using Json = nlohmann::ordered_json;

std::string page_of(std::string_view title, std::string_view body) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"stylesheet\" href=\"/assets/sign-in.css\">\n<title>";
  page.append(title).append("</title>\n<main>\n<h1>").append(title).append("</h1>\n");
  return page.append(body).append("</main>\n</html>\n");
}

/// Errors begin with a small letter on a terminal.
std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  if (!text.ends_with('/')) text += '.';
  return html_escaped(text);
}

Answer html(int status, std::string page) {
  Answer answer;
  answer.status = status;
  answer.type = "text/html; charset=utf-8";
  answer.body = std::move(page);
  return answer;
}

}  // namespace

const std::vector<Header>& safe_headers() {
  // Referrers stay on this server. With "no-referrer" a browser would send the form of /sign-in
  // with the origin "null".
  static const std::vector<Header> kHeaders = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
  };
  return kHeaders;
}

std::string_view status_words(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Sign in";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Too Large";
    case 414:
      return "Address Too Long";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Headers Too Large";
    case 500:
      return "Server Error";
    case 503:
      return "Not There";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

Answer error_answer(int status, const Error& error) {
  const Error::Parts& parts = error.parts();
  const Json json = {{"error",
                      {{"exit", static_cast<int>(error.exit())},
                       {"message", error.what()},
                       {"where", parts.where},
                       {"source", parts.source},
                       {"why", parts.why},
                       {"fix", parts.fix},
                       {"text", error.text()}}}};
  Answer answer;
  answer.status = status;
  answer.type = "application/json";
  answer.body = json_text(json);
  return answer;
}

Answer error_page(int status, const Error& error) {
  std::string body = "<p>" + sentence(error.what()) + "</p>\n";
  if (!error.parts().why.empty()) body += "<p>" + sentence(error.parts().why) + "</p>\n";
  if (!error.parts().fix.empty())
    body += "<p class=\"fix\">" + sentence(error.parts().fix) + "</p>\n";
  return html(status, page_of(status_words(status), body));
}

Answer sign_in_page(int status, bool has_password, std::string_view wrong) {
  std::string body;
  if (!wrong.empty()) body += "<p class=\"wrong\" role=\"alert\">" + html_escaped(wrong) + "</p>\n";
  if (has_password) {
    body +=
        "<form method=\"post\" action=\"/sign-in\">\n<label for=\"password\">Password</label>\n"
        "<input id=\"password\" name=\"password\" type=\"password\" required autofocus "
        "autocomplete=\"current-password\">\n<button>Sign in</button>\n</form>\n";
  }
  body += has_password ? "<p>Or open the link" : "<p>Open the link";
  body +=
      " that <code>engine serve</code> shows in its terminal. It lets this browser in for 30 "
      "days.</p>\n<p class=\"fix\">You just did? <a href=\"/\">Go on to the page</a>.</p>\n";
  return html(status, page_of("Playlist Engine", body));
}

}  // namespace engine::serve
