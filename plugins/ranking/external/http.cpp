#include "http.hpp"

#include <cerrno>
#include <cmath>
#define CURL_DISABLE_TYPECHECK  // its checks are macros that take the functions' names
#include <curl/curl.h>
#include <exception>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/system_library.hpp"

namespace external {
namespace {

constexpr std::size_t kMostBytes = 4u << 20;

struct Curl : shared::SystemLibrary {
  Curl() : SystemLibrary("libcurl.so.4") {}
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_cleanup);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_getinfo);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_init);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_perform);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_setopt);
  PLAYLIST_SYSTEM_FUNCTION(curl_easy_strerror);
  PLAYLIST_SYSTEM_FUNCTION(curl_free);
  PLAYLIST_SYSTEM_FUNCTION(curl_slist_append);
  PLAYLIST_SYSTEM_FUNCTION(curl_slist_free_all);
  PLAYLIST_SYSTEM_FUNCTION(curl_url);
  PLAYLIST_SYSTEM_FUNCTION(curl_url_cleanup);
  PLAYLIST_SYSTEM_FUNCTION(curl_url_get);
  PLAYLIST_SYSTEM_FUNCTION(curl_url_set);
};

const Curl& curl() {
  static const Curl kCurl;
  return kCurl;
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl().curl_url_cleanup(url); }
};
struct FreeHandle {
  void operator()(CURL* handle) const { curl().curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl().curl_slist_free_all(list); }
};

/// A part of the address, "" where it has none.
std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl().curl_url_get(url, which, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl().curl_free(text);
  return copy;
}

/// "127.x.x.x", each x a number up to 255.
bool is_loopback_v4(const std::string& host) {
  if (!host.starts_with("127.")) return false;
  int dots = 0, digits = 0, value = 0;
  for (const char c : host) {
    if (c == '.') {
      if (digits == 0) return false;
      ++dots;
      digits = value = 0;
      continue;
    }
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
    if (++digits > 3 || value > 255) return false;
  }
  return dots == 3 && digits > 0;
}

struct Transfer {
  std::string body;
  bool is_too_long = false;
  const std::function<void()>* beat = nullptr;
  std::exception_ptr thrown;
};

std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.body.size() + size * count > kMostBytes) {
    transfer.is_too_long = true;
    return 0;
  }
  try {
    transfer.body.append(bytes, size * count);
  } catch (...) {
    transfer.thrown = std::current_exception();
    return 0;
  }
  return size * count;
}

int look(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    (*transfer.beat)();
    return 0;
  } catch (...) {  // must not pass through C
    transfer.thrown = std::current_exception();
    return 1;
  }
}

/// A confined run may open no connection; curl's own message would not say so.
void require_network() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0 && errno == EACCES)
    throw NoAnswer("this run may open no connection: set limits.network to allow it");
  if (probe >= 0) ::close(probe);
}

void set_up(CURL* handle, const std::string& url, const std::string& json, double seconds,
            curl_slist* headers, Transfer& transfer) {
  const auto milliseconds = static_cast<long>(std::ceil(seconds * 1000));
  curl().curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl().curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl().curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl().curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl().curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds);
  curl().curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
  curl().curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl().curl_easy_setopt(handle, CURLOPT_POSTFIELDS, json.data());
  curl().curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                          static_cast<curl_off_t>(json.size()));
  curl().curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl().curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl().curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look);
  curl().curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
  curl().curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

}  // namespace

bool is_loopback(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl().curl_url());
  if (!parsed || curl().curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return false;
  if (part(parsed.get(), CURLUPART_SCHEME) != "http") return false;
  if (!part(parsed.get(), CURLUPART_USER).empty()) return false;
  const std::string host = part(parsed.get(), CURLUPART_HOST);
  return host == "localhost" || host == "[::1]" || is_loopback_v4(host);
}

std::string post(const std::string& url, const std::string& json, double seconds,
                 const std::function<void()>& beat) {
  require_network();
  const std::unique_ptr<CURL, FreeHandle> handle(curl().curl_easy_init());
  std::unique_ptr<curl_slist, FreeList> headers(
      curl().curl_slist_append(nullptr, "Content-Type: application/json"));
  if (!handle || !headers) throw NoAnswer("libcurl cannot be set up");
  // Some servers wait for a second round that a short body is not worth.
  if (curl().curl_slist_append(headers.get(), "Expect:") == nullptr)
    throw NoAnswer("libcurl cannot be set up");
  Transfer transfer;
  transfer.beat = &beat;
  set_up(handle.get(), url, json, seconds, headers.get(), transfer);
  const CURLcode ended = curl().curl_easy_perform(handle.get());
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (transfer.is_too_long) throw NoAnswer(url + " answers with more than 4 MiB");
  if (ended == CURLE_OPERATION_TIMEDOUT) throw NoAnswer(url + " gave no whole answer in time");
  if (ended != CURLE_OK) throw NoAnswer(url + ": " + curl().curl_easy_strerror(ended));
  long status = 0;
  curl().curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) throw NoAnswer(url + " answers with status " + std::to_string(status));
  return std::move(transfer.body);
}

}  // namespace external
