// What the HTTP front and the desk say to each other.
//
// The front (http_front.hpp) is a confined child that parses HTTP and knows who may ask; the desk
// (desk.hpp) is the process with the store, which answers. Between them is one stream socket. A
// request has a number, drawn by the front and never used again; everything said of it carries that
// number. Its body comes in pieces, so that neither end holds a file of gigabytes.
//
//   front -> desk   kRequest, kBody ..., kBodyEnd; kGone at any moment: nobody waits any more
//   desk -> front   kResponse, a whole answer; or kStream, kPiece ..., kStreamEnd
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace engine::serve {

struct Message {
  enum Kind : std::uint32_t {
    kRequest = 1,  // bytes: RequestHead
    kBody,         // a piece of the body
    kBodyEnd,
    kGone,
    kResponse,  // bytes: ResponseHead, with the whole body behind it
    kStream,    // bytes: ResponseHead, of a body whose pieces follow as they come
    kPiece,     // of a stream; pieces are given out whole and at once
    kStreamEnd  // the stream is over, and its connection with it
  };
  Kind kind = kRequest;
  std::uint64_t number = 0;
  std::string bytes = {};
};

/// What the front lets through: it has checked the host, the origin, who asks, and the sizes.
struct RequestHead {
  std::string method;                        // GET, POST, PUT, DELETE
  std::string path;                          // below /api/, percent-decoded: "playlist/show"
  std::map<std::string, std::string> query;  // percent-decoded
  std::string session;                       // whose turn it is among those that ask
  bool has_body = false;                     // kBody and kBodyEnd follow

  [[nodiscard]] std::string packed() const;
  /// Throws Error(kPlugin) for bytes that are none.
  static RequestHead unpacked(std::string_view bytes);
};

struct ResponseHead {
  int status = 200;
  std::string type = "application/json";
  std::map<std::string, std::string> headers = {};  // beside those that the front always sets

  /// With the body, of a kResponse.
  [[nodiscard]] std::string packed(std::string_view body = {}) const;
  /// The rest of `bytes` is the body.
  static ResponseHead unpacked(std::string_view& bytes);
};

/// One end of the socket. It never blocks: what the other end does not take yet is kept, and
/// pump() gives it when the socket can be written. Threads: one.
class MessageSocket {
 public:
  /// Takes over the descriptor and makes it non-blocking.
  explicit MessageSocket(int descriptor);
  ~MessageSocket();
  MessageSocket(const MessageSocket&) = delete;
  MessageSocket& operator=(const MessageSocket&) = delete;

  void send(Message::Kind kind, std::uint64_t number, std::string_view bytes = {});
  /// Reads and writes what can be without waiting. False once the other end is gone.
  bool pump();
  /// The next message that came whole, or false. Throws Error(kPlugin) for bytes that are none.
  bool take(Message& message);

  /// For poll(): POLLIN, and POLLOUT where something waits to be written.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] short events() const;
  /// Bytes that wait to be written: who makes more than the other end takes, waits.
  [[nodiscard]] std::size_t unsent() const { return outgoing_.size() - sent_; }

 private:
  void write_some();
  void read_some();

  int descriptor_;
  bool is_open_ = true;
  std::string incoming_, outgoing_;
  std::size_t taken_ = 0, sent_ = 0;
};

/// Both ends of a new one: pair.first for the desk, pair.second for the front.
struct SocketPair {
  int desk = -1, front = -1;
};
/// Throws std::runtime_error.
SocketPair message_sockets();

}  // namespace engine::serve
