// The HTTP side of `engine serve`: parses requests, knows who may ask, gives out the page's files, and
// hands everything below /api/ to the desk. To be run in a confined process of its own.
//
// One thread: libmicrohttpd's epoll beside the desk's socket (messages.hpp). A request that waits for
// the desk is suspended, so that hundreds of open streams cost a connection each and no thread. What
// is decided of a request when its head is there is the gate's (gate.hpp).
//
// Who may ask. Every request names one of `hosts` (DNS rebinding); one that changes something comes
// from the page's own origin. Programs send `Authorization: Bearer TOKEN`. A browser is let in by
// GET /sign-in?token=TOKEN, or by POST /sign-in with the password where there is one, which set a
// cookie (HttpOnly, SameSite=Strict) and go on to /; with the cookie, whatever is not GET needs the
// header Playlist-Token that GET /api/session tells, too. The cookie is signed with `secret`: a
// server that was started again with the same one knows it.
//
//   GET  /                   the page; without a cookie, how to get in
//   GET  /assets/NAME        its files, with their hash as ETag
//   GET  /sign-in            see above, and the form for a password
//   POST /sign-out           ends the session, with its Playlist-Token: 204 once the desk has written
//                            that down, and the cookie goes
//   GET  /api/session        {"token", "version", "has_editor"}
//   *    /api/...            the desk's
//
// Answers have a Content-Security-Policy without inline script and other hosts, nosniff, no referrer
// for other sites, and may not be framed. Only heads that libmicrohttpd itself cannot read (no HTTP,
// or more than 64 KiB) get its own bare answer, a fixed text. A path with "..", "//", backslashes or
// encoded slashes, and a name that comes twice in a query, are 400. Slow clients are cut off: a request must be whole within `request_seconds`
// (an upload: must go on), a stream's reader must take what is sent before `stream_bytes` wait.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace engine::serve {

struct Asset {
  std::string name;  // "page.js", "editor/codemirror.js"
  std::string type;  // "text/javascript; charset=utf-8"
  std::string bytes;
};

struct FrontOptions {
  std::vector<int> listening;      // sockets that listen already; taken over
  int desk = -1;                   // SocketPair::front; taken over
  std::vector<std::string> hosts;  // "127.0.0.1:8533", "localhost:8533", as a browser names them
  std::string secret;              // 32 bytes or more
  std::map<std::string, double> signed_out = {};  // sessions, by id, until when they went on
  std::string token;                              // what lets in by link or as Bearer
  std::string password_hash;  // libsodium's crypto_pwhash_str (argon2id); "": no password
  bool is_secure = false;     // behind TLS: the cookie says so
  std::string version;        // of the engine
  bool has_editor = false;    // CodeMirror is among the assets
  std::vector<Asset> assets;  // "index.html" is the page

  std::size_t connections = 1024, connections_per_address = 512;
  std::size_t body_bytes = 1 << 20;                 // of a request's body
  std::size_t upload_bytes = std::size_t{4} << 30;  // of one to /api/upload
  double request_seconds = 15, idle_seconds = 75;   // for its head and body; between two
  double answer_bytes_per_second = 16 << 10;        // what a client takes at least, beyond those
  double sign_ins_per_minute =
      10;  // wrong ones, of an address or a browser that is known; then 429
  double requests_per_second = 200;  // of a session, in the long run; then 429
  std::size_t stream_bytes = 1 << 20;
  std::size_t streams_per_session = 256;
};

/// Serves until the desk has gone or its end is told (Message::kStreamEnd of number 0); connections
/// that wait then get 503. Returns the exit status. Throws std::runtime_error when it cannot start.
/// To be called before confine_process(), which it calls itself once everything is open.
int serve_http(FrontOptions options);

}  // namespace engine::serve
