#include "serve/gate.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "core/ascii.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"

namespace engine::serve {
namespace {

constexpr std::size_t kLongestTarget = 8 << 10, kLongestHead = 24 << 10;
constexpr std::size_t kLongestForm = 4 << 10;
constexpr std::string_view kTokenSession = "token";  // all programs are one of those that ask

struct Refused {
  int status;
  Error error;
  std::vector<Header> headers = {};
};

[[noreturn]] void deny(int status, const char* what, std::string why = {}, std::string fix = {}) {
  const Exit exit = status == 429 || status == 503 ? Exit::kLimits : Exit::kUsage;
  throw Refused{status, Error(exit, what, {"", "", std::move(why), std::move(fix)})};
}

[[noreturn]] void deny_method(const char* allowed) {
  throw Refused{405,
                Error(Exit::kUsage, "this address cannot be asked in this way",
                      {"", "", std::string("it takes ") + allowed, ""}),
                {{"Allow", allowed}}};
}

/// For programs that send two of what can only be one, and for heads that two readers would read
/// in two ways.
[[noreturn]] void deny_head(std::string why) {
  throw Refused{400,
                Error(Exit::kUsage, "the request cannot be read", {"", "", std::move(why), ""}),
                {{"Connection", "close"}}};
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), lower_case);
  return lower;
}

std::vector<std::string> origins_of(const FrontOptions& options) {
  std::vector<std::string> origins;
  for (const std::string& host : options.hosts)
    origins.push_back((options.is_secure ? "https://" : "http://") + lowered(host));
  return origins;
}

/// Cookies do not tell ports apart: two servers of a machine would take each other's away.
std::string cookie_name(const FrontOptions& options) {
  const std::string host = options.hosts.empty() ? "" : options.hosts.front();
  const std::size_t colon = host.rfind(':');
  std::string name = options.is_secure ? "__Host-playlist" : "playlist";
  if (colon == std::string::npos || host.ends_with(']')) return name;
  return name + "_" + host.substr(colon + 1);
}

bool is_reading(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

/// A head that can be read in one way only.
struct Gate::Asked {
  const Head& head;
  Target target = {};
  bool has_body = false;
  std::optional<std::size_t> body_bytes = {};  // none: it comes in chunks
  std::string session = {};                    // "": not signed in
  bool is_program = false;                     // signed in by the token itself

  /// The parser of heads leaves out what it does not take: lines that go on with a blank, what follows a
  /// character 0. Another reader would not, and ends lines that have no CR: the bytes tell, with one blank
  /// or none before a value.
  void require_whole_head() const {
    if (head.bytes == 0) return;
    std::size_t least = head.method.size() + head.target.size() + head.version.size() + 6;
    for (const auto& [name, value] : head.headers) least += name.size() + value.size() + 3;
    if (head.bytes < least || head.bytes > least + head.headers.size())
      deny_head("its head has more, or less, than its lines say");
  }

  explicit Asked(const Head& of) : head(of) {
    if (head.target.size() > kLongestTarget)
      throw Refused{414, Error(Exit::kUsage, "the address asked for is longer than 8 KiB")};
    if (head.bytes > kLongestHead)
      throw Refused{431,
                    Error(Exit::kUsage, "the request's headers are longer than 24 KiB"),
                    {{"Connection", "close"}}};
    for (const auto& [name, value] : head.headers)
      if (!is_header_name(name) || !is_header_value(value))
        deny_head("a header has characters that none may have");
    require_whole_head();
    for (const char* name : {"host", "origin", "authorization", "content-type", "content-length",
                             "transfer-encoding", "playlist-token", "cookie", "if-none-match"})
      static_cast<void>(single(name));
    read_body_size();
    if (head.version != "HTTP/1.1" && head.version != "HTTP/1.0")
      deny(505, "this version of HTTP is not spoken here", "", "use HTTP/1.1");
    try {
      target = parse_target(head.target);
    } catch (const Error& error) {
      throw Refused{400, error};
    }
  }

  /// "" where there is none.
  [[nodiscard]] const std::string& single(std::string_view name) const {
    static const std::string kNone;
    const std::string* value = nullptr;
    for (const Header& header : head.headers) {
      if (!equal_ignoring_case(header.first, name)) continue;
      if (value != nullptr) deny_head("it has two headers " + std::string(name));
      value = &header.second;
    }
    return value == nullptr ? kNone : *value;
  }

 private:
  void read_body_size() {
    const std::string &length = single("content-length"), &coding = single("transfer-encoding");
    if (!length.empty() && !coding.empty()) deny_head("it tells its length in two ways");
    if (!coding.empty() && !equal_ignoring_case(coding, "chunked"))
      deny_head("its transfer-encoding is not \"chunked\"");
    has_body = !coding.empty();
    if (has_body) return;
    body_bytes = 0;
    if (length.empty()) return;
    const auto [end, error] =
        std::from_chars(length.data(), length.data() + length.size(), *body_bytes);
    if (error != std::errc() || end != length.data() + length.size())
      deny_head("its content-length is no number");
    has_body = *body_bytes > 0;
  }
};

Gate::Gate(FrontOptions options)
    : options_(std::move(options)),
      origins_(origins_of(options_)),
      sessions_(options_.secret, cookie_name(options_), options_.is_secure, options_.signed_out),
      requests_(options_.requests_per_second, 2 * options_.requests_per_second),
      tries_(options_.sign_ins_per_minute / 60, options_.sign_ins_per_minute),
      all_tries_(options_.sign_ins_per_minute / 6, 10 * options_.sign_ins_per_minute) {
  if (origins_.empty()) throw std::runtime_error("the server has no name to be asked by");
  for (Asset& asset : options_.assets) {
    std::string tag = "\"" + content_hash(asset.bytes) + "\"";
    files_[asset.name] = {asset.type, std::move(asset.bytes), std::move(tag)};
  }
}

Answer Gate::refusal(std::string_view path, int status, const Error& error) {
  return path.starts_with("/api/") ? error_answer(status, error) : error_page(status, error);
}

Verdict Gate::look(const Head& head, double now) {
  Verdict verdict;
  std::optional<Asked> asked;
  try {
    asked.emplace(head);
    verdict = route(*asked, now);
    if (verdict.way != Verdict::kAnswer && asked->body_bytes.value_or(0) > verdict.longest_body)
      deny(413, "the request's body is too long",
           "it may have " + std::to_string(verdict.longest_body) + " bytes");
  } catch (const Refused& refused) {
    verdict = {.answer = refusal(head.target, refused.status, refused.error)};
    for (const Header& header : refused.headers) verdict.answer.headers.push_back(header);
  }
  if (verdict.way == Verdict::kAnswer) {
    verdict.longest_body = options_.body_bytes;
    verdict.is_body_refused = !asked || asked->body_bytes.value_or(0) > verdict.longest_body;
  }
  return verdict;
}

Verdict Gate::route(Asked& asked, double now) {
  const std::string &path = asked.target.path, &method = asked.head.method;
  check_host(asked);
  check_origin(asked);
  find_session(asked, now);
  const std::string& whose = asked.session.empty() ? asked.head.address : asked.session;
  if (!requests_.take(whose, now))
    throw Refused{429,
                  Error(Exit::kLimits, "too many requests", {"", "", "", "wait a second"}),
                  {{"Retry-After", "1"}}};

  if (path.starts_with("/api/")) return api(asked, now);
  if (path == "/sign-in" && method == "POST") {
    if (!is_media_type(asked.single("content-type"), "application/x-www-form-urlencoded"))
      deny(415, "the body is no form", "", "send application/x-www-form-urlencoded");
    return {.way = Verdict::kSignIn,
            .longest_body = kLongestForm,
            .browser = sessions_.known(asked.single("cookie"), now)};
  }
  if (path == "/sign-out") {
    if (method != "POST") deny_method("POST");
    return api(asked, now);
  }
  const bool is_file = path.starts_with("/assets/");
  if (path != "/" && path != "/sign-in" && !is_file)
    deny(404, "there is no such page", "", "go to /");
  if (!is_reading(method)) deny_method(path == "/sign-in" ? "GET, HEAD, POST" : "GET, HEAD");
  if (is_file) return {.answer = file(path.substr(8), asked)};
  if (path == "/sign-in") return {.answer = link(asked, now)};
  if (asked.session.empty())
    return {.answer = sign_in_page(401, !options_.password_hash.empty(), "")};
  return {.answer = file("", asked)};
}

/// For whom is signed in; what changes something has the page's token.
Verdict Gate::api(Asked& asked, double now) {
  const std::string &path = asked.target.path, &method = asked.head.method;
  if (!is_reading(method) && method != "POST" && method != "PUT" && method != "DELETE")
    deny_method("GET, HEAD, POST, PUT, DELETE");
  if (asked.session.empty()) {
    throw Refused{401,
                  Error(Exit::kUsage, "not signed in",
                        {"", "", "the request has neither the cookie of a session nor the token",
                         "open the link that engine serve shows, or send the header "
                         "\"Authorization: Bearer TOKEN\""}),
                  {{"WWW-Authenticate", "Bearer"}}};
  }
  const std::string token = sessions_.page_token(asked.session);
  if (!is_reading(method) && !asked.is_program &&
      !are_same_secrets(asked.single("playlist-token"), token))
    deny(403, "the request has no Playlist-Token of this session",
         "what changes something needs it, so that no other site can ask for it",
         "send the token that GET /api/session tells");

  if (path == "/sign-out" || path == "/api/sign-out") {
    if (method != "POST") deny_method("POST");
    const auto until = static_cast<long long>(sessions_.end(asked.session, now));
    return {.way = Verdict::kDesk,
            .answer = {.headers = {{"Set-Cookie", sessions_.no_cookie()}}},
            .asked = {"POST", "sign-out", {{"until", std::to_string(until)}}, asked.session, false},
            .longest_body = 0};
  }
  if (path == "/api/session") {
    if (!is_reading(method)) deny_method("GET, HEAD");
    const nlohmann::json json = {{"token", asked.is_program ? "" : token},
                                 {"version", options_.version},
                                 {"has_editor", options_.has_editor}};
    return {.answer = {.type = "application/json", .body = json_text(json)}};
  }

  const bool is_upload = path == "/api/upload" && method == "POST";
  if (asked.has_body && !is_upload &&
      !is_media_type(asked.single("content-type"), "application/json"))
    deny(415, "the body is no JSON", "", "send it with Content-Type: application/json");
  return {.way = Verdict::kDesk,
          .asked = {method == "HEAD" ? "GET" : method, path.substr(5), asked.target.query,
                    asked.session, asked.has_body},
          .is_upload = is_upload,
          .longest_body = is_upload ? options_.upload_bytes : options_.body_bytes};
}

/// An asset; "" is the page.
Answer Gate::file(const std::string& name, const Asked& asked) const {
  const auto found = files_.find(name.empty() ? "index.html" : name);
  if (found == files_.end() || name == "index.html") deny(404, "there is no such file");
  const File& file = found->second;
  Answer answer;
  answer.headers = {{"ETag", file.tag}, {"Cache-Control", "private, no-cache"}};
  if (asked.single("if-none-match").find(file.tag) != std::string::npos) {
    answer.status = 304;
    return answer;
  }
  answer.type = file.type;
  answer.file = &file.bytes;
  return answer;
}

Answer Gate::let_in(double now) const {
  return {.status = 303,
          .headers = {{"Location", "/"},
                      {"Set-Cookie", sessions_.new_cookie(now)},
                      {"Set-Cookie", sessions_.known_cookie(now)}}};
}

/// GET /sign-in?token=TOKEN. The right token is too long to be guessed: it lets in at any time, so
/// that others' tries do not lock its owner out.
Answer Gate::link(const Asked& asked, double now) {
  const auto token = asked.target.query.find("token");
  if (token == asked.target.query.end()) {
    if (asked.session.empty()) return sign_in_page(200, !options_.password_hash.empty(), "");
    return {.status = 303, .headers = {{"Location", "/"}}};
  }
  if (are_same_secrets(token->second, options_.token)) return let_in(now);
  if (const double wait = seconds_to_try(asked.head.address, now); wait > 0)
    return too_many_tries(wait);
  count_try(asked.head.address, now);
  return sign_in_page(
      403, !options_.password_hash.empty(),
      "This link lets nobody in any more. Open the one that engine serve shows now.");
}

Answer Gate::sign_in(std::string_view form, const std::string& address, double now,
                     const std::string& browser) {
  Fields fields;
  try {
    fields = parse_fields(form);
  } catch (const Error& error) {
    return refusal("/sign-in", 400, error);
  }
  if (const double wait = seconds_to_try(address, now, browser); wait > 0)
    return too_many_tries(wait);
  if (!options_.password_hash.empty() && is_password(options_.password_hash, fields["password"]))
    return let_in(now);
  count_try(address, now, browser);
  return sign_in_page(
      403, !options_.password_hash.empty(),
      options_.password_hash.empty() ? "There is no password here." : "That is not the password.");
}

Answer Gate::too_many_tries(double seconds) const {
  const std::string wait = std::to_string(static_cast<long long>(std::ceil(seconds)));
  Answer answer = sign_in_page(429, !options_.password_hash.empty(),
                               "Too many wrong tries came from your address. Try again in " + wait +
                                   (wait == "1" ? " second" : " seconds") +
                                   "; the link that engine serve shows lets in at any time.");
  answer.headers.emplace_back("Retry-After", wait);
  return answer;
}

/// Of a browser that has signed in before its own tries count: neither those of others behind the same
/// address, nor those of all the world, keep its owner out.
double Gate::seconds_to_try(const std::string& address, double now, const std::string& browser) {
  if (!browser.empty()) return tries_.wait("browser " + browser, now);
  return std::max(tries_.wait(address, now), all_tries_.wait("", now));
}

void Gate::count_try(const std::string& address, double now, const std::string& browser) {
  if (!browser.empty()) {
    tries_.take("browser " + browser, now);
    return;
  }
  tries_.take(address, now);
  all_tries_.take("", now);
}

/// A site that has its own name point to this machine (DNS rebinding) comes with that name.
void Gate::check_host(const Asked& asked) const {
  const std::string host = lowered(asked.single("host"));
  if (host.empty()) deny_head("it has no header Host");
  const auto is_it = [&](const std::string& known) { return lowered(known) == host; };
  if (std::ranges::none_of(options_.hosts, is_it))
    deny(403, "this server does not know that name of its own",
         "a site elsewhere could give itself a name that leads here",
         "start engine serve with --name NAME, or go to " + origins_.front() + "/");
}

/// No other site may have a browser change something here, or read from /api/.
void Gate::check_origin(const Asked& asked) const {
  const bool is_page = !asked.target.path.starts_with("/api/");
  if (is_page && is_reading(asked.head.method)) return;
  const std::string &origin = asked.single("origin"), &site = asked.single("sec-fetch-site");
  const bool is_own = origin.empty() || std::ranges::find(origins_, origin) != origins_.end();
  const bool is_same_site = site.empty() || site == "same-origin" || site == "none";
  if (!is_own || !is_same_site)
    deny(403, "the request comes from another site", "only this server's own page may ask it");
}

void Gate::find_session(Asked& asked, double now) {
  const std::string& authorization = asked.single("authorization");
  if (authorization.empty()) {
    asked.session = sessions_.proven(asked.single("cookie"), now).value_or("");
    return;
  }
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view text = authorization;
  if (equal_ignoring_case(text.substr(0, kScheme.size()), kScheme) &&
      are_same_secrets(text.substr(kScheme.size()), options_.token)) {
    asked.session = kTokenSession;
    asked.is_program = true;
    return;
  }
  if (const double wait = seconds_to_try(asked.head.address, now); wait > 0) {
    const std::string seconds = std::to_string(static_cast<long long>(std::ceil(wait)));
    throw Refused{429,
                  Error(Exit::kLimits, "too many wrong tokens",
                        {"", "", "", "wait " + seconds + " s; the right one is taken at any time"}),
                  {{"Retry-After", seconds}}};
  }
  count_try(asked.head.address, now);
}

}  // namespace engine::serve
