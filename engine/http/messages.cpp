#include "http/messages.hpp"

#include <cmath>
#include <stdexcept>

#include "http/bytes.hpp"

namespace engine::http {
namespace {

// The first byte of each; another layout gets other ones.
constexpr char kRequest = 'q', kAnswer = 'a';

void write_headers(ByteWriter& bytes, const std::vector<Header>& headers) {
  bytes.number(static_cast<std::uint64_t>(headers.size()));
  for (const Header& one : headers) {
    bytes.text(one.name);
    bytes.text(one.value);
  }
}

std::vector<Header> read_headers(ByteReader& bytes) {
  std::vector<Header> headers;
  // No room is made ahead for a count that nothing has proven.
  for (auto count = bytes.number<std::uint64_t>(); count > 0; --count) {
    const std::string_view name = bytes.text();
    headers.push_back({std::string(name), std::string(bytes.text())});
  }
  return headers;
}

void require(bool is_so, const char* else_what) {
  if (!is_so) throw std::invalid_argument(else_what);
}

}  // namespace

std::string pack(const Request& request) {
  ByteWriter bytes;
  bytes.number(kRequest);
  bytes.text(request.method);
  bytes.text(request.target);
  write_headers(bytes, request.headers);
  bytes.text(request.body);
  bytes.number(static_cast<char>(request.is_repeatable ? 1 : 0));
  bytes.number(request.timeout_seconds);
  bytes.number(request.cache_seconds);
  return bytes.take();
}

Request unpack_request(std::string_view packed) {
  ByteReader bytes(packed);
  require(bytes.number<char>() == kRequest, "these bytes are no request");
  Request request;
  request.method = bytes.text();
  request.target = bytes.text();
  request.headers = read_headers(bytes);
  request.body = bytes.text();
  const char is_repeatable = bytes.number<char>();
  request.is_repeatable = is_repeatable == 1;
  request.timeout_seconds = bytes.number<double>();
  request.cache_seconds = bytes.number<std::int64_t>();
  require(is_repeatable == 0 || is_repeatable == 1, "a request's is_repeatable is neither");
  require(std::isfinite(request.timeout_seconds) && request.timeout_seconds >= 0,
          "a request's timeout is no length of time");
  require(request.cache_seconds >= 0, "a request's cache_seconds are below 0");
  require(bytes.left() == 0, "more bytes than a request's");
  return request;
}

std::string pack(const Answer& answer) {
  ByteWriter bytes;
  bytes.number(kAnswer);
  bytes.number(static_cast<std::int32_t>(answer.status));
  bytes.text(answer.problem);
  write_headers(bytes, answer.headers);
  bytes.text(answer.body);
  bytes.number(answer.age_seconds);
  bytes.number(answer.retry_at);
  return bytes.take();
}

Answer unpack_answer(std::string_view packed) {
  ByteReader bytes(packed);
  require(bytes.number<char>() == kAnswer, "these bytes are no answer");
  Answer answer;
  answer.status = bytes.number<std::int32_t>();
  answer.problem = bytes.text();
  answer.headers = read_headers(bytes);
  answer.body = bytes.text();
  answer.age_seconds = bytes.number<std::int64_t>();
  answer.retry_at = bytes.number<std::int64_t>();
  require(answer.status == 0 || (answer.status >= 100 && answer.status <= 999),
          "an answer's status is none");
  require(answer.status != 0 || !answer.problem.empty(), "no answer, and no word why");
  require(answer.age_seconds >= 0 && answer.retry_at >= 0, "an answer's times are below 0");
  require(bytes.left() == 0, "more bytes than an answer's");
  return answer;
}

const std::string* header(const Answer& answer, std::string_view name) {
  for (const Header& one : answer.headers)
    if (one.name == name) return &one.value;
  return nullptr;
}

}  // namespace engine::http
