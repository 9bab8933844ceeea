#include "core/message_bound.hpp"

namespace engine {

std::optional<std::string> MessageBound::take(std::string_view message) {
  if (++count_ > kMessages) return std::nullopt;
  if (message.size() <= kBytes) return std::string(message);
  std::size_t length = kBytes;
  while (length > 0 && (static_cast<unsigned char>(message[length]) & 0xc0) == 0x80) --length;
  return std::string(message.substr(0, length)) + " ...";
}

std::string MessageBound::rest() const {
  if (count_ <= kMessages) return "";
  const std::size_t more = count_ - kMessages;
  return "and " + std::to_string(more) + (more == 1 ? " message more" : " messages more");
}

}  // namespace engine
