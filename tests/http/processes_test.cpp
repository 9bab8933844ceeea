// The client beside other processes: a shared bucket, host look-ups, a host that is not itself.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "http/client.hpp"
#include "support/fake_server.hpp"
#include "support/temporary_folder.hpp"

using engine::http::Answer;
using engine::http::Client;
using engine::http::Request;
using engine::http::Service;
using support::fake_reply;
using support::FakeRequest;
using support::FakeServer;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::ptrdiff_t threads() {
  return std::distance(fs::directory_iterator("/proc/self/task"), {});
}

Request get(const std::string& target) {
  Request request;
  request.target = target;
  return request;
}

Service music(const std::string& address) {
  Service service;
  service.name = "music:home";
  service.address = address;
  service.requests_per_second = 0;
  service.attempts = 1;
  return service;
}

}  // namespace

TEST_CASE("two processes share one bucket", "[http][rate]") {
  const TemporaryFolder folder;
  std::vector<double> times;  // guarded by the server: it answers one after the other
  const auto begin = Clock::now();
  FakeServer server(FakeServer::Answer([&](const FakeRequest&) {
    times.push_back(since(begin));
    return fake_reply("yes");
  }));
  Service service = music(server.origin());
  service.requests_per_second = 40;
  service.burst = 10;
  pid_t processes[2];
  for (pid_t& process : processes) {
    process = ::fork();
    if (process != 0) continue;
    Client::Options options;
    options.folder = folder.path();
    Client client(options);
    int good = 0;
    for (int i = 0; i < 25; ++i)
      client.start(service, get("/"), [&](const Answer& answer) { good += answer.status == 200; });
    while (client.under_way() > 0) {
      pollfd waiting{client.descriptor(), POLLIN, 0};
      ::poll(&waiting, 1, client.milliseconds_to_next_look());
      client.look();
    }
    ::_exit(good == 25 ? 0 : 1);
  }
  for (const pid_t process : processes) {
    int status = 0;
    ::waitpid(process, &status, 0);
    CHECK(status == 0);
  }
  REQUIRE(times.size() == 50);
  // The burst, and then 40 a second.
  CHECK(times.back() >= 40 / 40.0 - 0.05);
  CHECK(times.back() < 10);
  std::ranges::sort(times);
  for (std::size_t i = 0; i + 30 < times.size(); ++i) CHECK(times[i + 30] - times[i] > 0.1);
}

TEST_CASE("look() does not wait for another process that holds the rates' file", "[http][rate]") {
  const TemporaryFolder folder;
  FakeServer server(FakeServer::Answer([](const FakeRequest&) { return fake_reply("yes"); }));
  Client::Options options;
  options.folder = folder.path();
  Client client(options);
  const Service service = music(server.origin());
  REQUIRE(client.ask(service, get("/")).status == 200);
  int file = -1;
  for (const auto& entry : fs::directory_iterator(folder.path() + "/rates"))
    file = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(file, LOCK_EX) == 0);
  bool is_done = false;
  client.start(service, get("/"), [&](const Answer& answer) { is_done = answer.status == 200; });
  double longest = 0;
  const auto begin = Clock::now();
  while (!is_done && since(begin) < 5) {
    pollfd waiting{client.descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, client.milliseconds_to_next_look());
    const auto look = Clock::now();
    client.look();
    longest = std::max(longest, since(look));
  }
  CHECK(is_done);
  CHECK(longest < 0.9);  // it is held for ever
  CHECK(since(begin) < 5);
  ::close(file);
}

TEST_CASE("hosts are looked up in a child process, once for all that ask", "[http][lookup]") {
  const TemporaryFolder folder;
  FakeServer server(FakeServer::Answer(
      [](const FakeRequest& request) { return fake_reply(request.header("host")); }));
  const std::string count = folder.file("count");
  Client::Options options;
  options.first_backoff_seconds = 0.02;
  SECTION("that are found") {
    options.lookup = [&](const std::string& host) -> std::vector<std::string> {
      std::ofstream(count, std::ios::app) << host << ' ' << ::getppid() << '\n';
      ::usleep(50'000);
      return {"127.0.0.1"};
    };
    Client client(options);
    const std::string port = std::to_string(server.port());
    const auto before = threads();
    int done = 0;
    for (int i = 0; i < 20; ++i)
      client.start(music("http://music.example.org:" + port), get("/"), [&](const Answer& answer) {
        CHECK(answer.body == "music.example.org:" + port);
        ++done;
      });
    while (done < 20) {
      pollfd waiting{client.descriptor(), POLLIN, 0};
      ::poll(&waiting, 1, client.milliseconds_to_next_look());
      client.look();
      // Counted before the connections are: the server may take one in between.
      const auto now = threads();
      CHECK(now <= before + server.connection_count());  // the server's, none of libcurl
    }
    std::ifstream file(count);
    std::string line;
    REQUIRE(std::getline(file, line));
    CHECK(line == "music.example.org " + std::to_string(::getpid()));
    CHECK_FALSE(std::getline(file, line));
  }
  SECTION("again where somebody kills the child") {
    options.lookup = [&](const std::string&) -> std::vector<std::string> {
      const bool is_first = ::access(count.c_str(), F_OK) != 0;
      std::ofstream(count) << "x";
      if (is_first) ::kill(::getpid(), SIGKILL);
      return {"127.0.0.1"};
    };
    Client client(options);
    CHECK(client.ask(music("http://a.example.org:" + std::to_string(server.port())), get("/"))
              .status == 200);
  }
  SECTION("that are not found") {
    options.lookup = [](const std::string& host) -> std::vector<std::string> {
      throw std::runtime_error("no such host " + host);
    };
    Client client(options);
    Service service = music("http://a.example.org");
    service.attempts = 2;
    CHECK(client.ask(service, get("/")).problem ==
          "music:home: the address of a.example.org is not known: no such host a.example.org");
  }
  SECTION("that nobody answers for in time") {
    options.lookup = [](const std::string&) -> std::vector<std::string> {
      ::sleep(30);
      return {};
    };
    Client client(options);
    Request request = get("/");
    request.timeout_seconds = 0.1;
    const auto begin = Clock::now();
    CHECK(client.ask(music("http://a.example.org"), request).problem ==
          "music:home: the address of a.example.org was not found in time");
    CHECK(since(begin) < 2);
  }
  SECTION("by the system") {
    Client client(options);
    CHECK(client.ask(music("http://nothing.invalid"), get("/"))
              .problem.starts_with("music:home: the address of nothing.invalid is not known: "));
    CHECK(client.ask(music("http://localhost:" + std::to_string(server.port())), get("/")).status ==
          200);
  }
}

TEST_CASE("a host that cannot prove to be itself gets no request", "[http][tls]") {
  const TemporaryFolder folder;
  const std::string key = folder.file("key"), certificate = folder.file("certificate");
  const std::string make =
      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 -keyout " + key +
      " -out " + certificate + " 2> /dev/null";
  REQUIRE(std::system(make.c_str()) == 0);
  const std::string log = folder.file("log");
  const pid_t server = ::fork();
  if (server == 0) {
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key.c_str(),
             "-cert", certificate.c_str(), "-www", nullptr);
    ::_exit(1);
  }
  std::string port;
  for (int i = 0; i < 500 && port.empty(); ++i) {
    ::usleep(10'000);
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("ACCEPT 127.0.0.1:")) port = line.substr(17);
  }
  REQUIRE_FALSE(port.empty());
  Client client({});
  const Answer answer = client.ask(music("https://localhost:" + port), get("/"));
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  CHECK(answer.status == 0);
  CHECK(answer.problem.starts_with("music:home: https://localhost:" + port +
                                   " does not prove that it is this host: "));
}

TEST_CASE("what the environment says about proxies is not obeyed", "[http]") {
  FakeServer server(FakeServer::Answer([](const FakeRequest&) { return fake_reply("yes"); }));
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
    ::setenv(name, "http://127.0.0.1:1", 1);
  Client client({});
  CHECK(client.ask(music(server.origin()), get("/")).status == 200);
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
}
