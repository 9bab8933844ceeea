#include "support/browser.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "support/json.hpp"

namespace support {
namespace {

using nlohmann::json;

constexpr int kAnswerMs = 60'000;

/// Two ends of a pipe, neither of them a number that the browser's own get.
std::array<int, 2> pipe_above(int least) {
  std::array<int, 2> made{}, moved{};
  if (pipe2(made.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  for (std::size_t k = 0; k < 2; ++k) {
    moved[k] = fcntl(made[k], F_DUPFD_CLOEXEC, least);
    close(made[k]);
  }
  return moved;
}

}  // namespace

std::string Browser::program() {
  const char* path = std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
      const std::string file = folder + "/" + name;
      if (access(file.c_str(), X_OK) == 0) return file;
    }
  }
  return "";
}

Browser::Browser(const std::vector<std::string>& more) {
  std::signal(SIGPIPE, SIG_IGN);  // a browser that has ended is told by what it does not answer
  const std::array<int, 2> commands = pipe_above(10), answers = pipe_above(10);
  // As root it runs without a sandbox or not at all; it sees nothing but our own page.
  std::vector<std::string> words = {program(),
                                    "--headless",
                                    "--no-sandbox",
                                    "--disable-gpu",
                                    "--disable-dev-shm-usage",
                                    "--no-first-run",
                                    "--disable-background-networking",
                                    "--disable-component-update",
                                    "--remote-debugging-pipe",
                                    "--user-data-dir=" + folder_.file("profile")};
  words.insert(words.end(), more.begin(), more.end());
  words.push_back("about:blank");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  process_ = fork();
  if (process_ == 0) {
    setpgid(0, 0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) dup2(nothing, stream);
    dup2(commands[0], 3);
    dup2(answers[1], 4);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(commands[0]);
  close(answers[1]);
  commands_ = commands[1];
  answers_ = answers[0];
  const json target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}})
                 .at("sessionId");
  for (const char* domain : {"Page", "Runtime", "Log", "Network"})
    call(std::string(domain) + ".enable");
}

Browser::~Browser() {
  close(commands_);  // then it ends
  close(answers_);
  for (int look = 0; look < 50; ++look) {
    if (waitpid(process_, nullptr, WNOHANG) != 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (look == 49) {
      kill(-process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
  }
}

json Browser::next_message() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kAnswerMs);
  for (;;) {
    if (const std::size_t end = read_.find('\0'); end != std::string::npos) {
      const json message = support::parse_json(read_.substr(0, end));
      read_.erase(0, end + 1);
      return message;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd polled{answers_, POLLIN, 0};
    std::array<char, 65'536> buffer;
    const bool is_there = left.count() > 0 && poll(&polled, 1, static_cast<int>(left.count())) > 0;
    const ssize_t count = is_there ? read(answers_, buffer.data(), buffer.size()) : 0;
    if (count <= 0) throw std::runtime_error("the browser does not answer");
    read_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void Browser::note(const json& event) {
  const std::string method = event.value("method", "");
  if (method == "Page.loadEventFired") is_loaded_ = true;
  if (method == "Runtime.exceptionThrown")
    errors_.push_back(event.at("params").at("exceptionDetails").dump());
  if (method == "Runtime.consoleAPICalled" && event.at("params").at("type") == "error")
    errors_.push_back(event.at("params").at("args").dump());
  if (method == "Log.entryAdded" && event.at("params").at("entry").at("level") == "error")
    errors_.push_back(event.at("params").at("entry").dump());
  if (method == "Network.requestWillBeSent")
    requests_.push_back(event.at("params").at("request").at("url"));
}

json Browser::call(const std::string& method, const json& parameters) {
  json message = {{"id", ++last_call_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  std::string text = message.dump();
  text += '\0';
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = write(commands_, text.data() + sent, text.size() - sent);
    if (count <= 0) throw std::runtime_error("the browser has ended");
    sent += static_cast<std::size_t>(count);
  }
  for (;;) {
    const json answer = next_message();
    if (answer.value("id", 0) != last_call_) {
      note(answer);
      continue;
    }
    if (answer.contains("error"))
      throw std::runtime_error(method + ": " + answer.at("error").dump());
    return answer.at("result");
  }
}

void Browser::set_screen(int width, int height, bool is_dark) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", width < 600}});
  call("Emulation.setEmulatedMedia",
       {{"features", {{{"name", "prefers-color-scheme"}, {"value", is_dark ? "dark" : "light"}}}}});
}

void Browser::open(const std::string& page, int width, int height, bool is_dark) {
  set_screen(width, height, is_dark);
  is_loaded_ = false;
  const bool is_address = page.find("://") != std::string::npos;
  const json told = call("Page.navigate", {{"url", is_address ? page : "file://" + page}});
  if (told.contains("errorText"))
    throw std::runtime_error(page + ": " + told.at("errorText").get<std::string>());
  while (!is_loaded_) note(next_message());
}

json Browser::value(const std::string& expression) {
  const json answer =
      call("Runtime.evaluate",
           {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (answer.contains("exceptionDetails"))
    throw std::runtime_error(expression + ": " + answer.at("exceptionDetails").dump());
  return answer.at("result").value("value", json());
}

void Browser::until(const std::string& expression, double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (value("Boolean(" + expression + ")") != true) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("it never held: " + expression);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void Browser::mouse(const char* type, double x, double y, int buttons) {
  call("Input.dispatchMouseEvent", {{"type", type},
                                    {"x", x},
                                    {"y", y},
                                    {"button", buttons == 0 ? "none" : "left"},
                                    {"clickCount", buttons}});
}

void Browser::point_at(double x, double y) {
  mouse("mouseMoved", x, y, 0);
}

void Browser::click(double x, double y) {
  point_at(x, y);
  mouse("mousePressed", x, y, 1);
  mouse("mouseReleased", x, y, 1);
}

void Browser::type(const std::string& text) {
  call("Input.insertText", {{"text", text}});
}

void Browser::press(const std::string& key) {
  // What a key does of itself goes by its number: Enter presses the button that has the focus.
  constexpr std::pair<const char*, int> kNumbers[] = {
      {"Tab", 9},      {"Enter", 13},      {"Escape", 27},    {" ", 32},     {"ArrowLeft", 37},
      {"ArrowUp", 38}, {"ArrowRight", 39}, {"ArrowDown", 40}, {"Delete", 46}};
  json event = {{"key", key}, {"code", key == " " ? "Space" : key}};
  for (const auto& [name, number] : kNumbers)
    if (key == name) event["windowsVirtualKeyCode"] = number;
  if (key == "Enter") event["text"] = "\r";
  if (key.size() == 1) event["text"] = key;
  event["type"] = "keyDown";
  call("Input.dispatchKeyEvent", event);
  event["type"] = "keyUp";
  event.erase("text");
  call("Input.dispatchKeyEvent", event);
}

}  // namespace support
