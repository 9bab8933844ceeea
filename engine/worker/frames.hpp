// Frames over a stream socket: 8 bytes of mark, 8 of length, 4 of kind, the bytes. Host byte order.
//
// The mark is drawn for each worker. A plugin that writes to descriptors which are not its own puts
// bytes between the frames; without the mark they would be taken for a kind and a length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <sys/types.h>

#include "worker/shared_page.hpp"
#include "worker/worker.hpp"

namespace engine::worker {

/// Kinds that the two ends keep to themselves; those of jobs are smaller.
enum : std::uint32_t { kQuestionFrame = 0xffff0000, kAnswerFrame = 0xffff0001 };

struct FrameHeader {
  static constexpr std::size_t kBytes = 20;
  static constexpr std::uint64_t kLongest = std::uint64_t{8} << 30;  // bytes of one frame
  std::uint64_t mark = 0;
  std::uint64_t length = 0;
  std::uint32_t kind = 0;

  void write(char* bytes) const {
    std::memcpy(bytes, &mark, 8);
    std::memcpy(bytes + 8, &length, 8);
    std::memcpy(bytes + 16, &kind, 4);
  }
  static FrameHeader read(const char* bytes) {
    FrameHeader header;
    std::memcpy(&header.mark, bytes, 8);
    std::memcpy(&header.length, bytes + 8, 8);
    std::memcpy(&header.kind, bytes + 16, 4);
    return header;
  }
  [[nodiscard]] bool is_sound(std::uint64_t its_mark) const {
    return mark == its_mark && length <= kLongest;
  }
};

/// Sends as much of header[sent..) + bytes as the socket takes in one call; -1 with errno set.
/// `flags` as for send(2); never SIGPIPE.
ssize_t send_some(int socket, const char* header, std::string_view bytes, std::size_t sent,
                  int flags);

/// The worker's end: blocking. Throws std::runtime_error when the socket is gone, or gives what is
/// no frame.
class WorkerChannel final : public Channel {
 public:
  WorkerChannel(int socket, std::uint64_t mark, SharedPage& page)
      : socket_(socket), mark_(mark), page_(page) {}
  void send(std::uint32_t kind, std::string_view bytes) override;
  bool receive(std::uint32_t& kind, std::string& bytes) override;
  std::string ask(std::string_view question) override;

 private:
  bool read_exactly(char* bytes, std::size_t length);

  int socket_;
  std::uint64_t mark_;
  SharedPage& page_;
};

}  // namespace engine::worker
