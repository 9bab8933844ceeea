// engine serve: the page and the API.
//
// First of all the HTTP front is forked and confined; what is left is the desk. The two ends of this
// are Ctrl-C and the front's end, which is an error.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/caller.hpp"

namespace engine::serve {

struct ServeOptions {
  std::string address =
      "localhost";  // a name or number of this machine; "localhost" is both loopbacks
  int port = 8533;  // 0: one that is free
  std::vector<std::string> names;  // by which else the machine is called: "music.example.org"
  bool is_secure = false;          // behind a proxy with TLS
  std::size_t workers = 0;         // at once, for calls and for jobs; 0: as many as processors
  app::Asked usual = {};           // what a request does not say: whose, as of when
  std::string key_file;
};

struct Serving {
  std::string url;   // with the token
  std::string page;  // without
  bool is_loopback = true;
};

/// Serves until Ctrl-C. `ready` is called once it can be reached. Throws Error(kUsage) for another
/// address than the machine's own loopback without a password, Error(kInput) where the address is
/// taken or no address, Error(kPlugin) when the front has crashed. The process must have one thread.
void serve(const ServeOptions& options, std::function<std::unique_ptr<app::Home>()> make_home,
           const std::function<void(const Serving&)>& ready,
           const std::function<void(const std::string&)>& note);

}  // namespace engine::serve
