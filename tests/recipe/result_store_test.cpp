#include "plan/result_store.hpp"

#include <cstring>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace engine;

namespace {

std::optional<BlobRef> put(ResultStore& store, const std::string& name, const std::string& bytes) {
  return store.put(ResultKey::of(name), std::as_bytes(std::span(bytes.data(), bytes.size())));
}

std::string get(ResultStore& store, const std::string& name) {
  const auto ref = store.find(ResultKey::of(name));
  if (!ref) return "none";
  const auto bytes = store.find_again(*ref);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

}  // namespace

TEST_CASE("what one forked worker puts, the next one finds", "[reuse]") {
  ResultStore store(1 << 20);
  const pid_t worker = ::fork();
  if (worker == 0) {
    put(store, "a", "result");
    put(store, "empty", "");
    ::_exit(0);
  }
  ::waitpid(worker, nullptr, 0);
  CHECK(get(store, "a") == "result");
  CHECK(get(store, "empty").empty());
  CHECK(get(store, "b") == "none");
  store.clear();
  CHECK(get(store, "a") == "none");
}

TEST_CASE("a worker that is killed while it writes leaves whole blobs only", "[reuse]") {
  ResultStore store(64 << 20);
  const std::string big(4 << 20, 'x');
  for (int round = 0; round < 20; ++round) {
    const pid_t worker = ::fork();
    if (worker == 0) {
      store.begin_run();
      for (int k = 0;; ++k) put(store, std::to_string(round) + "-" + std::to_string(k % 8), big);
    }
    ::usleep(static_cast<useconds_t>(500 + 700 * round));
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
    for (int k = 0; k < 8; ++k) {
      const std::string seen = get(store, std::to_string(round) + "-" + std::to_string(k));
      CHECK((seen == "none" || seen == big));
    }
  }
}

TEST_CASE("a full store makes room with what was used longest ago", "[reuse]") {
  ResultStore store(40 << 10);  // ten pages
  const std::string page(4096, 'p');
  for (int k = 0; k < 10; ++k) REQUIRE(put(store, std::to_string(k), page));
  CHECK_FALSE(put(store, "more", page));  // all of this run
  store.begin_run();
  CHECK(get(store, "0") == page);  // used again
  const auto kept = store.find(ResultKey::of("0"));
  const auto old = store.find_again({1, 2});
  REQUIRE(old);
  store.begin_run();
  CHECK(get(store, "0") == page);
  REQUIRE(put(store, "new", page + page + page));
  CHECK(get(store, "0") == page);
  CHECK(get(store, "new") == page + page + page);
  CHECK(store.find_again(*kept));
  CHECK(store.usage().bytes <= store.usage().capacity);
  CHECK_FALSE(put(store, "too big", std::string(1 << 20, 'x')));
}

TEST_CASE("one worker writes at a time", "[reuse]") {
  ResultStore store(1 << 16);
  store.let_write(3);
  CHECK(store.may_write(3));
  CHECK_FALSE(store.may_write(2));
}
