// What the client is made of: messages as bytes, secrets, times to wait, rates, kept answers.
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "http/answer_cache.hpp"
#include "http/messages.hpp"
#include "http/rate.hpp"
#include "http/retry_after.hpp"
#include "http/secrets.hpp"
#include "support/temporary_folder.hpp"

using engine::http::Answer;
using engine::http::AnswerCache;
using engine::http::pack;
using engine::http::Rate;
using engine::http::Request;
using engine::http::retry_after_seconds;
using engine::http::Secrets;
using engine::http::Service;
using engine::http::unpack_answer;
using engine::http::unpack_request;

namespace fs = std::filesystem;

namespace {

Answer answer_of(const std::string& body) {
  Answer answer;
  answer.status = 200;
  answer.headers = {{"content-type", "text/plain"}, {"x-a", ""}};
  answer.body = body;
  return answer;
}

std::string written_over(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string only_file(const std::string& folder) {
  std::string path;
  for (const auto& entry : fs::directory_iterator(folder)) {
    REQUIRE(path.empty());
    path = entry.path();
  }
  return path;
}

}  // namespace

TEST_CASE("requests and answers come out of their bytes as they were", "[http][messages]") {
  Request request;
  request.method = "PATCH";
  request.target = "/x?y=\xff";
  request.headers = {{"A", "b"}, {"", ""}};
  request.body = std::string("a\0b", 3);
  request.is_repeatable = true;
  request.timeout_seconds = 0.25;
  request.cache_seconds = 1LL << 40;
  const Request read = unpack_request(pack(request));
  CHECK(read.method == "PATCH");
  CHECK(read.target == request.target);
  REQUIRE(read.headers.size() == 2);
  CHECK(read.headers[0].name == "A");
  CHECK(read.headers[0].value == "b");
  CHECK(read.body == request.body);
  CHECK(read.is_repeatable);
  CHECK(read.timeout_seconds == 0.25);
  CHECK(read.cache_seconds == 1LL << 40);
  CHECK(pack(read) == pack(request));

  Answer answer = answer_of("body");
  answer.problem = "p";
  answer.age_seconds = 3;
  answer.retry_at = 4;
  const Answer again = unpack_answer(pack(answer));
  CHECK(again.status == 200);
  CHECK(again.headers[0].value == "text/plain");
  CHECK(pack(again) == pack(answer));
}

TEST_CASE("bytes that are cut, longer or another message's are none", "[http][messages]") {
  const std::string request = pack(Request{}), answer = pack(answer_of("x"));
  for (std::size_t length = 0; length < request.size(); ++length)
    CHECK_THROWS_AS(unpack_request(request.substr(0, length)), std::invalid_argument);
  for (std::size_t length = 0; length < answer.size(); ++length)
    CHECK_THROWS_AS(unpack_answer(answer.substr(0, length)), std::invalid_argument);
  CHECK_THROWS_AS(unpack_request(request + "x"), std::invalid_argument);
  CHECK_THROWS_AS(unpack_request(answer), std::invalid_argument);
  CHECK_THROWS_AS(unpack_answer(request), std::invalid_argument);
  CHECK_THROWS_AS(unpack_answer(pack(Answer{})), std::invalid_argument);  // and no word why
  Request timeless;
  timeless.timeout_seconds = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(unpack_request(pack(timeless)), std::invalid_argument);
  std::string many = request;
  many[1 + 8 + 3 + 8] = '\x7f';  // headers without number
  CHECK_THROWS_AS(unpack_request(many), std::invalid_argument);
}

TEST_CASE("secrets are found in every spelling", "[http][secrets]") {
  Service service;
  service.secrets = {"p&ss w/rd", "", "50%"};
  service.credentials = {{"Authorization", "Bearer t0ken"}};
  const Secrets secrets(service);
  for (const char* text : {"p&ss w/rd", "p%26ss%20w%2Frd", "p%26ss+w%2frd",
                           "%70%26%73%73%20%77%2F%72%64", "p%2526ss%2520w%252Frd", "p&ss w\\/rd",
                           "50%", "50%25", "t0ken", "Bearer t0ken", "Bearer%20t0ken", "t%30ken"}) {
    CAPTURE(text);
    CHECK(secrets.are_in(text));
    CHECK(secrets.scrubbed(text) == "***");
    CHECK(secrets.scrubbed("a=" + std::string(text) + "&b=1") == "a=***&b=1");
    CHECK(secrets.scrubbed(std::string(text) + "," + text) == "***,***");
  }
  for (const char* text : {"", "p&ss w", "%", "%2", "token", "50 percent"}) {
    CHECK_FALSE(secrets.are_in(text));
    CHECK(secrets.scrubbed(text) == text);
  }
  Service stars;
  stars.secrets = {"*"};
  CHECK(Secrets(stars).scrubbed("a*b") == "a*b");
}

TEST_CASE("a Retry-After is seconds or a date", "[http][retry]") {
  const double now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example
  CHECK(retry_after_seconds("120", now) == 120.0);
  CHECK(retry_after_seconds(" 0 ", now) == 0.0);
  CHECK(retry_after_seconds("1.5", now) == 1.5);
  CHECK(retry_after_seconds("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60.0);
  CHECK(retry_after_seconds("Sunday, 06-Nov-94 08:50:37 GMT", now) == 60.0);
  CHECK(retry_after_seconds("Sun Nov  6 08:50:37 1994", now) == 60.0);
  CHECK(retry_after_seconds("Sun, 06 Nov 1994 08:49:00 GMT", now) == 0.0);
  CHECK(retry_after_seconds("1" + std::string(400, '0'), now) == engine::http::kLongestRetryAfter);
  for (const char* text : {"", " ", "soon", "-1", "1s", "1.2.3", "nan", "inf", "0x10",
                           "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37 CET"})
    CHECK_FALSE(retry_after_seconds(text, now).has_value());
}

TEST_CASE("a backoff doubles, within its bounds", "[http][retry]") {
  CHECK(engine::http::backoff_seconds(1, 0.5, 60, 0.5) == 0.5);
  CHECK(engine::http::backoff_seconds(2, 0.5, 60, 0.5) == 1.0);
  CHECK(engine::http::backoff_seconds(3, 0.5, 60, 0.0) == 1.0);
  CHECK(engine::http::backoff_seconds(3, 0.5, 60, 0.999) == Approx(2.998));
  CHECK(engine::http::backoff_seconds(1'000'000, 0.5, 60, 0.5) == 60);
}

TEST_CASE("a bucket gives its burst at once and then its rate", "[http][rate]") {
  const TemporaryFolder folder;
  const bool has_file = GENERATE(false, true);
  Rate rate(has_file ? folder.path() : "", "a");
  const double now = 1.7e9;
  for (int i = 0; i < 3; ++i) CHECK(rate.take(now, 2, 3).is_given);
  const Rate::Turn turn = rate.take(now, 2, 3);
  CHECK_FALSE(turn.is_given);
  CHECK_FALSE(turn.is_left_alone);
  CHECK(turn.wait_seconds == Approx(0.5).margin(1e-5));
  CHECK(rate.take(now + 0.5, 2, 3).is_given);
  CHECK_FALSE(rate.take(now + 0.9, 2, 3).is_given);
  CHECK(rate.take(now + 1, 2, 3).is_given);
  for (int i = 0; i < 3; ++i) CHECK(rate.take(now + 1000, 2, 3).is_given);
  CHECK_FALSE(rate.take(now + 1000, 2, 3).is_given);
  CHECK(rate.take(now + 1000, 0, 3).is_given);  // no rate
  // A clock that was put back by a year.
  CHECK(rate.take(now - 3e7, 2, 3).wait_seconds <= 0.5 + 1e-5);
}

TEST_CASE("a bucket is shared through its file, and a damaged file is as good as none",
          "[http][rate]") {
  const TemporaryFolder folder;
  Rate one(folder.path(), "a"), two(folder.path(), "a"), other(folder.path(), "b");
  const double now = 1.7e9;
  CHECK(one.take(now, 1, 2).is_given);
  CHECK(two.take(now, 1, 2).is_given);
  CHECK_FALSE(one.take(now, 1, 2).is_given);
  CHECK(other.take(now, 1, 2).is_given);
  two.leave_alone_until(now + 30, now);
  CHECK(one.take(now + 10, 1, 2).is_left_alone);
  CHECK(one.take(now + 10, 1, 2).wait_seconds == Approx(20));
  CHECK(one.take(now + 31, 1, 2).is_given);
  fs::remove_all(folder.path() + "/rates");
  CHECK(two.take(now + 31, 1, 1).is_given);
  CHECK_FALSE(one.take(now + 31, 1, 1).is_given);  // by the file that the other has made
  for (const std::string& bytes :
       {std::string(), std::string(31, 'x'), std::string(32, '\xff'), std::string(1 << 20, 'x')}) {
    Rate third(folder.path(), "c");
    third.take(now, 1, 1);
    for (const auto& entry : fs::directory_iterator(folder.path() + "/rates"))
      written_over(entry.path(), bytes);
    CHECK(Rate(folder.path(), "c").take(now, 1, 1).is_given);
  }
}

TEST_CASE("a bucket whose file is held for long is this process' own meanwhile", "[http][rate]") {
  const TemporaryFolder folder;
  Rate rate(folder.path(), "a");
  const double now = 1.7e9;
  CHECK(rate.take(now, 1, 2).is_given);
  const int held = ::open(only_file(folder.path() + "/rates").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(held, LOCK_EX) == 0);
  const Rate::Turn turn = rate.take(now, 1, 2);
  CHECK_FALSE(turn.is_given);
  CHECK(turn.wait_seconds < 0.01);
  CHECK(rate.take(now + 1.1, 1, 1).is_given);
  CHECK_FALSE(rate.take(now + 1.2, 1, 1).is_given);
  ::close(held);
  CHECK(rate.take(now + 2.2, 1, 1).is_given);
}

TEST_CASE("a kept answer is found by its question, and damage is a miss", "[http][cache]") {
  const TemporaryFolder folder;
  AnswerCache cache(folder.path(), 1 << 20);
  CHECK_FALSE(cache.find("q").has_value());
  cache.keep("q", answer_of("body"), 1'700'000'000);
  REQUIRE(cache.find("q").has_value());
  CHECK(cache.find("q")->answer.body == "body");
  CHECK(cache.find("q")->came_at == 1'700'000'000);
  CHECK_FALSE(cache.find("r").has_value());
  const std::string path = only_file(folder.path() + "/answers");
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    written_over(path, changed);
    CHECK_FALSE(cache.find("q").has_value());
    written_over(path, bytes.substr(0, i));
    CHECK_FALSE(cache.find("q").has_value());
  }
  written_over(path, bytes);
  CHECK(cache.find("q").has_value());
  fs::rename(path, path.substr(0, path.size() - 32) + std::string(32, '0'));
  CHECK_FALSE(cache.find("q").has_value());
  fs::create_directory(path);  // something else stands there
  CHECK_FALSE(cache.find("q").has_value());
}

TEST_CASE("the cache stays within its size, and the oldest answers go", "[http][cache]") {
  const TemporaryFolder folder;
  AnswerCache cache(folder.path(), 1 << 20);
  for (int i = 0; i < 60; ++i) {
    cache.keep("q" + std::to_string(i), answer_of(std::string(50'000, 'x')), 1'700'000'000 + i);
    for (const auto& entry : fs::directory_iterator(folder.path() + "/answers"))
      fs::last_write_time(entry, fs::last_write_time(entry) - std::chrono::seconds(1));
  }
  std::uintmax_t size = 0;
  for (const auto& entry : fs::directory_iterator(folder.path() + "/answers"))
    size += entry.file_size();
  CHECK(size <= (1 << 20));
  CHECK(size > (1 << 19));
  CHECK(cache.find("q59").has_value());
  CHECK_FALSE(cache.find("q0").has_value());
  cache.keep("large", answer_of(std::string(200'000, 'x')), 1);  // more than an eighth of all
  CHECK_FALSE(cache.find("large").has_value());
}

TEST_CASE("a writer that is killed leaves whole answers only", "[http][cache]") {
  const TemporaryFolder folder;
  // On a busy machine most rounds may end before the writer has begun: there are more, until enough
  // were in the midst of it.
  const auto whole_answers = [&] {
    std::size_t count = 0;
    if (!fs::exists(folder.path() + "/answers")) return count;
    for (const auto& entry : fs::directory_iterator(folder.path() + "/answers"))
      count += entry.path().filename().string().find("making") == std::string::npos;
    return count;
  };
  int cut = 0;
  for (int round = 0; round < 300 && cut < 20; ++round) {
    const pid_t writer = ::fork();
    if (writer == 0) {
      AnswerCache cache(folder.path(), 64 << 20);
      for (int i = 0;; ++i) {
        const char c = static_cast<char>('a' + i % 26);
        cache.keep("q" + std::to_string(i % 5), answer_of(std::string(400'000, c)), 1);
      }
    }
    ::usleep(static_cast<useconds_t>(2'000 + round % 30 * 700));
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    cut += whole_answers() == 5;
    const AnswerCache cache(folder.path(), 64 << 20);
    for (int i = 0; i < 5; ++i) {
      const auto kept = cache.find("q" + std::to_string(i));
      if (cut > 0) CHECK(kept.has_value());
      if (!kept) continue;
      CHECK(kept->answer.body == std::string(400'000, kept->answer.body[0]));
    }
  }
  CHECK(cut == 20);
  AnswerCache(folder.path(), 64 << 20).keep("q", answer_of("x"), 1);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder.path() + "/answers")) {
    CHECK(entry.path().filename().string().find("making") == std::string::npos);
    ++files;
  }
  CHECK(files == 6);
}
