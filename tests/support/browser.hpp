// A page in a real browser without a screen: Chromium, spoken to by its DevTools protocol over pipes.
// A page that does not come, or a wait for what never holds, is a std::runtime_error.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/temporary_folder.hpp"

namespace support {

class Browser {
 public:
  /// Its program, or "" where there is none: then a test says so and ends.
  static std::string program();

  /// `more`: words of its command line, {"--host-resolver-rules=MAP evil.test 127.0.0.1"}.
  explicit Browser(const std::vector<std::string>& more = {});
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// Opens a file, or an address ("http://..."), on a screen of that size, and waits until it is
  /// loaded.
  void open(const std::string& page, int width, int height, bool is_dark = false);
  /// Another screen for the page that is open.
  void set_screen(int width, int height, bool is_dark);
  /// What a JavaScript expression gives. Throws where it throws.
  nlohmann::json value(const std::string& expression);
  /// Waits until an expression holds, and throws where it does not in so long: no test takes that, but on a machine
  /// with much else to do.
  void until(const std::string& expression, double seconds = 120);
  /// In pixels of the page, as it is scrolled.
  void point_at(double x, double y);
  void click(double x, double y);
  void type(const std::string& text);
  /// A key by its name: "Enter", "Escape", "Tab", "ArrowDown".
  void press(const std::string& key);

  /// What the console was told as an error, and exceptions that nobody caught, since the start.
  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }
  /// Every address that pages asked for since the start.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

 private:
  nlohmann::json call(const std::string& method,
                      const nlohmann::json& parameters = nlohmann::json::object());
  nlohmann::json next_message();
  void note(const nlohmann::json& event);
  void mouse(const char* type, double x, double y, int buttons);

  TemporaryFolder folder_;
  pid_t process_ = -1;
  int commands_ = -1, answers_ = -1;  // pipes
  int last_call_ = 0;
  std::string read_, session_;
  bool is_loaded_ = false;
  std::vector<std::string> errors_, requests_;
};

}  // namespace support
