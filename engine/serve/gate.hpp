// Who may ask what: everything that the front decides of a request when it has its head.
//
// No sockets and no HTTP library: a head comes in, and out comes an answer, or what the desk is
// asked. Threads: one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "serve/answers.hpp"
#include "serve/http_front.hpp"
#include "serve/messages.hpp"
#include "serve/rates.hpp"
#include "serve/request_text.hpp"
#include "serve/sessions.hpp"

namespace engine::serve {

/// A request's head as it came.
struct Head {
  std::string method, target, version;
  std::vector<Header> headers;
  std::size_t bytes = 0;  // of all of it; 0: not counted
  std::string address;    // of the client; of IPv6 the network
};

struct Verdict {
  enum Way {
    kAnswer,  // `answer`; a body of `longest_body` at most is read and forgotten first
    kDesk,    // `asked`, and its body; what comes back gets the headers of `answer` besides
    kSignIn   // the body, a form, goes to sign_in()
  };
  Way way = kAnswer;
  Answer answer = {};
  RequestHead asked = {};
  bool is_upload = false;
  std::size_t longest_body = 0;
  std::string browser = {};      // of kSignIn: which known one it is, "" for none
  bool is_body_refused = false;  // `answer` comes before the body, and ends the connection
};

class Gate {
 public:
  /// Takes what it needs of the options. Throws std::runtime_error.
  explicit Gate(FrontOptions options);

  /// `now`: unix seconds.
  [[nodiscard]] Verdict look(const Head& head, double now);
  /// The form of POST /sign-in. `browser`: as the verdict has it.
  [[nodiscard]] Answer sign_in(std::string_view form, const std::string& address, double now,
                               const std::string& browser = "");
  /// Of a path's kind: JSON below /api/, else a page.
  [[nodiscard]] static Answer refusal(std::string_view path, int status, const Error& error);

 private:
  struct File {
    std::string type, bytes, tag;
  };
  struct Asked;

  Verdict route(Asked& asked, double now);
  Verdict api(Asked& asked, double now);
  Answer file(const std::string& name, const Asked& asked) const;
  Answer link(const Asked& asked, double now);
  Answer let_in(double now) const;
  Answer too_many_tries(double seconds) const;
  [[nodiscard]] double seconds_to_try(const std::string& address, double now,
                                      const std::string& browser = "");
  void count_try(const std::string& address, double now, const std::string& browser = "");
  void check_origin(const Asked& asked) const;
  void check_host(const Asked& asked) const;
  void find_session(Asked& asked, double now);

  FrontOptions options_;
  std::vector<std::string> origins_;
  std::map<std::string, File> files_;
  Sessions sessions_;
  Rates requests_, tries_, all_tries_;
};

}  // namespace engine::serve
