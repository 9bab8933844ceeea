// `engine serve` as a person starts it, in a home of its own with the demo library, and requests to
// it as a program sends them.
#pragma once

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "serve/served_front.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

namespace serve_test {

using Json = nlohmann::ordered_json;

class RunningServer {
 public:
  explicit RunningServer(std::vector<std::string> more = {}, bool has_library = true)
      : library_(home_.path("library.db")) {
    if (has_library) std::filesystem::copy_file(support::demo_library(), library_);
    start(std::move(more));
  }
  ~RunningServer() {
    if (process_ > 0) stop(SIGKILL);
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  void start(std::vector<std::string> more) {
    std::vector<std::string> argv{std::string(PLAYLIST_BUILD_DIR) + "/engine",
                                  "--library",
                                  library_,
                                  "--json",
                                  "serve",
                                  "--port",
                                  std::to_string(port_)};
    argv.insert(argv.end(), more.begin(), more.end());
    int out[2];
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      for (const auto& [name, value] : home_.environment())
        ::setenv(name.c_str(), value.c_str(), 1);
      ::dup2(out[1], 1);
      if (::chdir(home_.path("").c_str()) != 0) ::_exit(9);
      std::vector<char*> words;
      for (std::string& word : argv) words.push_back(word.data());
      words.push_back(nullptr);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    REQUIRE(line.starts_with("{"));
    url_ = support::parse_ordered_json(line).at("url");
    const std::size_t port = url_.find(':', 7) + 1, query = url_.find("token=");
    port_ = std::stoi(url_.substr(port));
    token_ = url_.substr(query + 6);
  }
  /// The exit status, 128 + signal when killed.
  int stop(int signal = SIGINT) {
    ::kill(process_, signal);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int process() const { return process_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const support::EngineHome& home() const { return home_; }
  [[nodiscard]] const std::string& library() const { return library_; }

  [[nodiscard]] std::string request(const std::string& method, const std::string& target,
                                    const std::string& body = "") const {
    std::string text = method + " " + target +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                       "\r\nAuthorization: Bearer " + token_ + "\r\n";
    if (method == "POST")
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n";
    return text + "\r\n" + body;
  }
  [[nodiscard]] Reply ask(const std::string& method, const std::string& target,
                          const std::string& body = "") const {
    Client client(port_);
    client.send(request(method, target, body));
    return client.reply();
  }
  /// POST with a JSON body; the answer's JSON. CHECKs that it has that status.
  [[nodiscard]] Json post(const std::string& path, const Json& body, int status = 200) const {
    const Reply reply = ask("POST", "/api/" + path, body.dump());
    CAPTURE(path, reply.body);
    CHECK(reply.status == status);
    return support::parse_ordered_json(reply.body);
  }
  [[nodiscard]] Json get(const std::string& path, int status = 200) const {
    const Reply reply = ask("GET", "/api/" + path);
    CAPTURE(path, reply.body);
    CHECK(reply.status == status);
    return support::parse_ordered_json(reply.body);
  }
  /// The job once it has ended.
  [[nodiscard]] Json ended_job(const Json& job) const {
    const double end = seconds_now() + 60;
    for (;;) {
      Json told = get("jobs/" + job.dump());
      const std::string state = told.at("state");
      if (state != "waiting" && state != "running") return told;
      REQUIRE(seconds_now() < end);
      ::usleep(20'000);
    }
  }

 private:
  support::EngineHome home_;
  std::string library_, url_, token_;
  int port_ = 0, process_ = -1;
};

}  // namespace serve_test
