// Where a browser is led after a login: a listener on this machine, for one answer.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace engine::accounts {

/// Bound to 127.0.0.1, on a port that the system chooses. Answers what is not awaited with an error,
/// and goes on waiting: browsers ask for more than they are led to, and so may others here.
class LoopbackListener {
 public:
  /// Throws Error(kInput) where there can be none.
  LoopbackListener();
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  /// "http://127.0.0.1:PORT/callback".
  [[nodiscard]] std::string redirect_uri() const;
  /// The query of the first request to /callback that `page_for` has a page for, which the browser
  /// is shown; nothing when none has come in time. Nothing is listened to after that.
  std::optional<std::string> wait(
      double seconds,
      const std::function<std::optional<std::string>(const std::string& query)>& page_for);

 private:
  int socket_ = -1, port_ = 0;
};

}  // namespace engine::accounts
