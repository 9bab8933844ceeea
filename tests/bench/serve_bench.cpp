// engine serve: what a page waits for.
//
// serve_first_page/N  from the start of the program to the page, over a library of N tracks
// serve_live/N        from a change of a text to its list: a formula edited over N tracks
// serve_runs          twenty runs asked at once beside two hundred streams of events: how long each
//                     took (p50_ms, p99_ms), and all of them against as many calls of `engine run`,
//                     one after the other (ratio)
// Counters: ms (median), best_ms, p99_ms.
#include <algorithm>
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/engine_process.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

const std::string kServedEngine = std::string(PLAYLIST_BUILD_DIR) + "/engine";

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Homes and libraries below one folder, so that nothing of the person's is touched.
std::string served_library(std::int64_t tracks) {
  const fs::path folder = fs::temp_directory_path() / ("engine-serve-" + std::to_string(tracks));
  for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
    ::setenv(name, (folder / name).c_str(), 1);
  if (!fs::exists(folder / "library.db"))
    bench::run_engine({"demo", folder.string(), "--now", "2026-11-21", "--tracks",
                       std::to_string(tracks), "--artists", std::to_string(tracks / 10)});
  return (folder / "library.db").string();
}

class Connection {
 public:
  explicit Connection(int port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Connection() { ::close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const std::string& bytes) const {
    if (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("cannot send");
  }
  /// Until `text` has come.
  void wait_for(const std::string& text) {
    while (bytes_.find(text) == std::string::npos) receive();
  }
  /// The next answer's body.
  std::string answer() {
    wait_for("\r\n\r\n");
    const std::size_t head = bytes_.find("\r\n\r\n") + 4, at = bytes_.find("Content-Length: ");
    const std::size_t length = std::stoul(bytes_.substr(at + 16));
    while (bytes_.size() < head + length) receive();
    const bool is_good = bytes_.compare(9, 3, "200") == 0;
    std::string body = bytes_.substr(head, length);
    bytes_.erase(0, head + length);
    if (!is_good) throw std::runtime_error(body);
    return body;
  }

 private:
  void receive() {
    char buffer[64 << 10];
    const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got <= 0) throw std::runtime_error("the server is gone");
    bytes_.append(buffer, static_cast<std::size_t>(got));
  }

  int descriptor_;
  std::string bytes_;
};

class Server {
 public:
  explicit Server(const std::string& library) : started_(Clock::now()) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execl(kServedEngine.c_str(), "engine", "--library", library.c_str(), "--now", "2026-11-21",
              "--json", "serve", "--port", "0", nullptr);
      ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    const std::string url = nlohmann::json::parse(line).at("url");
    port_ = std::stoi(url.substr(url.find(':', 7) + 1));
    token_ = url.substr(url.find("token=") + 6);
  }
  ~Server() {
    ::kill(process_, SIGINT);
    ::waitpid(process_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] Clock::time_point started() const { return started_; }
  [[nodiscard]] std::string request(const std::string& method, const std::string& target,
                                    const std::string& body = "") const {
    std::string text = method + " " + target +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                       "\r\nAuthorization: Bearer " + token_ + "\r\n";
    if (!body.empty())
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n";
    return text + "\r\n" + body;
  }

 private:
  Clock::time_point started_;
  pid_t process_ = 0;
  int port_ = 0;
  std::string token_;
};

void report_times(benchmark::State& state, std::vector<double> times) {
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  state.counters["ms"] = times[times.size() / 2];
  state.counters["best_ms"] = times.front();
  state.counters["p99_ms"] = times[(times.size() * 99 + 99) / 100 - 1];
}

void serve_first_page(benchmark::State& state) {
  const std::string library = served_library(state.range(0));
  std::vector<double> times;
  for (auto _ : state) {
    const Server server(library);
    Connection browser(server.port());
    browser.send(server.request("GET", "/"));
    browser.answer();
    times.push_back(ms_since(server.started()));
    state.SetIterationTime(times.back() / 1000);
  }
  report_times(state, std::move(times));
}

std::string edited(std::int64_t tracks, int k) {
  return "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"Bench\", random_seed = \"7\", build = function(p, user)\n"
         "  return pl.recall.catalogue { limit = " +
         std::to_string(tracks) +
         " }\n"
         "    :filter(function(t) return known(t.tempo, 120) < 190 end, \"too fast\")\n"
         "    :score(function(t) return " +
         std::to_string(0.5 + 0.01 * k) +
         " * known(t.energy, 0.5) + 0.3 * known(t.valence, 0.5) end)\n"
         "    :limit { tracks = 50, per_artist = 2 }\n"
         "end }\n";
}

void serve_live(benchmark::State& state) {
  const Server server(served_library(state.range(0)));
  Connection browser(server.port());
  const auto change = [&](int k) {
    const nlohmann::json body{{"recipe", "weekly"}, {"text", edited(state.range(0), k)}};
    const Clock::time_point start = Clock::now();
    browser.send(server.request("POST", "/api/live/bench", body.dump()));
    browser.answer();
    return ms_since(start);
  };
  change(0);  // makes the columns
  std::vector<double> times;
  for (auto _ : state) {
    ::usleep(200'000);  // a person takes longer than this between two keys
    times.push_back(change(static_cast<int>(times.size()) + 1));
    state.SetIterationTime(times.back() / 1000);
  }
  report_times(state, std::move(times));
}

void serve_runs(benchmark::State& state) {
  constexpr int kRuns = 20, kStreams = 200;
  const std::string library = served_library(5000);
  const Server server(library);
  std::vector<std::unique_ptr<Connection>> streams;
  for (int k = 0; k < kStreams; ++k) {
    streams.push_back(std::make_unique<Connection>(server.port()));
    streams.back()->send(server.request("GET", "/api/events"));
    streams.back()->wait_for("event: hello");
  }
  std::vector<double> times;
  double together = 0, apart = 0;
  for (auto _ : state) {
    std::vector<std::unique_ptr<Connection>> pages;
    for (int k = 0; k < kRuns; ++k) pages.push_back(std::make_unique<Connection>(server.port()));
    const Clock::time_point start = Clock::now();
    for (int k = 0; k < kRuns; ++k)
      pages[static_cast<std::size_t>(k)]->send(server.request(
          "POST", "/api/run", R"({"recipe": "weekly", "random-seed": )" + std::to_string(k) + "}"));
    for (const auto& page : pages) {
      page->answer();
      times.push_back(ms_since(start));
    }
    together += times.back();
    state.SetIterationTime(times.back() / 1000);
    for (int k = 0; k < kRuns; ++k)
      apart += bench::run_engine({"--library", library, "--now", "2026-11-21", "--random-seed",
                                  std::to_string(k), "--json", "run", "weekly"})
                   .ms;
  }
  report_times(state, std::move(times));
  state.counters["ratio"] = together / apart;
}

BENCHMARK(serve_first_page)
    ->Arg(100'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(10);
BENCHMARK(serve_live)->Arg(100'000)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(30);
BENCHMARK(serve_runs)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(5);

}  // namespace
