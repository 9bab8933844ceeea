// Frames over a stream socket: 4 bytes of kind, 8 bytes of length, the bytes. Host byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <sys/types.h>

#include "worker/shared_page.hpp"
#include "worker/worker.hpp"

namespace engine::worker {

struct FrameHeader {
  static constexpr std::size_t kBytes = 12;
  std::uint32_t kind = 0;
  std::uint64_t length = 0;

  void write(char* bytes) const {
    std::memcpy(bytes, &kind, 4);
    std::memcpy(bytes + 4, &length, 8);
  }
  static FrameHeader read(const char* bytes) {
    FrameHeader header;
    std::memcpy(&header.kind, bytes, 4);
    std::memcpy(&header.length, bytes + 4, 8);
    return header;
  }
};

/// Sends as much of header[sent..) + bytes as the socket takes in one call; -1 with errno set.
/// `flags` as for send(2); never SIGPIPE.
ssize_t send_some(int socket, const char* header, std::string_view bytes, std::size_t sent,
                  int flags);

/// The worker's end: blocking.
class WorkerChannel final : public Channel {
 public:
  WorkerChannel(int socket, SharedPage& page) : socket_(socket), page_(page) {}
  void send(std::uint32_t kind, std::string_view bytes) override;
  bool receive(std::uint32_t& kind, std::string& bytes) override;

 private:
  bool read_exactly(char* bytes, std::size_t length);

  int socket_;
  SharedPage& page_;
};

}  // namespace engine::worker
