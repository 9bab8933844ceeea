// A service that one of the scripts beside this plays, in a process and a folder of its own: what is in the folder says what
// it answers, and it writes there what it was asked.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/music_players.hpp"
#include "support/temporary_folder.hpp"

namespace players_test {

/// All of a file; "" where there is none.
inline std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class FakeService {
 public:
  /// `script`: "fake_lastfm.py". `first`: files that it finds when it starts.
  explicit FakeService(const std::string& script,
                       const std::map<std::string, nlohmann::json>& first = {}) {
    for (const auto& [name, what] : first) put(name, what);
    const std::string port = folder_.file("port");
    server_ = std::make_unique<support::Background>(
        std::vector<std::string>{"/usr/bin/python3", "-B",
                                 PLAYLIST_SOURCE_DIR "/tests/players/" + script, folder_.path()},
        port);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!text_of_file(port).ends_with('\n')) {
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("it does not start");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    port_ = std::to_string(std::stoi(text_of_file(port)));
  }

  [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + port_; }
  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] std::string folder() const { return folder_.path(); }
  void put(const std::string& name, const nlohmann::json& what) const {
    std::ofstream(folder_.file(name)) << what.dump();
  }
  /// Of a file that it wrote.
  [[nodiscard]] std::string text(const std::string& name) const {
    return text_of_file(folder_.file(name));
  }
  /// The requests since this was last asked, a line each.
  std::vector<std::string> requests() const {
    std::istringstream lines(text("requests.log"));
    std::ofstream(folder_.file("requests.log"), std::ios::trunc);
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);) all.push_back(line);
    return all;
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<support::Background> server_;
  std::string port_;
};

}  // namespace players_test
