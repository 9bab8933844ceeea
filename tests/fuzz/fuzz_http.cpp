// What comes to the host's HTTP client from elsewhere: messages of workers, files of its cache,
// addresses of services. Read whole and the same again, or refused; an address leads libcurl to the
// host that was looked at.
#include <cstdint>
#include <cstdlib>
#include <curl/curl.h>
#include <stdexcept>
#include <string>

#include "http/address.hpp"
#include "http/answer_cache.hpp"
#include "http/messages.hpp"
#include "http/retry_after.hpp"
#include "http/secrets.hpp"

namespace {

using namespace engine::http;

void require(bool is_so) {
  if (!is_so) std::abort();
}

template <class Read>
bool is_read(const Read& read) {
  try {
    read();
    return true;
  } catch (const std::invalid_argument& error) {
    require(*error.what() != '\0');
    return false;
  }
}

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  require(curl_url_get(url, which, &text, CURLU_DEFAULT_PORT) == CURLUE_OK);
  std::string copy = text;
  curl_free(text);
  return copy;
}

void compare_with_libcurl(const Address& address) {
  CURLU* url = curl_url();
  const std::string text = address.text();
  require(curl_url_set(url, CURLUPART_URL, text.c_str(), 0) == CURLUE_OK);
  require(part(url, CURLUPART_SCHEME) == (address.is_https ? "https" : "http"));
  require(part(url, CURLUPART_HOST) == address.host);
  require(part(url, CURLUPART_PORT) == std::to_string(address.port));
  curl_url_cleanup(url);
}

void read_addresses(const std::string& text) {
  is_read([&] { compare_with_libcurl(parse_address(text)); });
  const Address home = parse_service_address("https://music.example.org/base");
  is_read([&] { compare_with_libcurl(target_address(home, text)); });
  is_read([&] { compare_with_libcurl(redirect_address(home, text)); });
  is_read([&] {
    const Address address = target_address(home, text);
    if (is_at_one_of(address, {"cdn.example.org"}, home))
      require(address.origin() == "https://cdn.example.org");
  });
}

void read_secrets(const std::string& text) {
  Service service;
  service.secrets = {"p&ss w/rd", "50%"};
  const Secrets secrets(service);
  if (!secrets.are_in(text)) require(secrets.scrubbed(text) == text);
  require(text.find("p&ss w/rd") == std::string::npos || secrets.are_in(text));
  require(secrets.scrubbed(text).find("p&ss w/rd") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  is_read([&] { require(pack(unpack_request(bytes)) == bytes); });
  is_read([&] { require(pack(unpack_answer(bytes)) == bytes); });
  (void)read_kept_answer(bytes, "question");
  // A checksum that fits is not to be guessed.
  Answer answer;
  if (is_read([&] { answer = unpack_answer(bytes); })) {
    const auto kept = read_kept_answer(kept_answer_bytes("question", {1, answer}), "question");
    require(kept.has_value() == (answer.status == 200));
  }
  read_addresses(bytes);
  read_secrets(bytes);
  if (const auto seconds = retry_after_seconds(bytes, 1.7e9))
    require(*seconds >= 0 && *seconds <= kLongestRetryAfter);
  return 0;
}
