// What is asked of a bot: a command with what follows it, a button, or other words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bot/update.hpp"

namespace engine::bot {

struct Request {
  enum class Kind : std::uint8_t { kCommand, kPress, kWords };
  Kind kind = Kind::kWords;
  std::string name;  // of a command, without "/": "next"; of a button what it is for: "approve"
  std::string rest;  // what follows, without blanks around it
};

/// "/Mood@SomeBot  calm evening" is the command "mood" with "calm evening".
Request request_of(const Update& update);

/// The same for requests that are answered by the same: of several that wait, one is answered.
std::string request_key(const Update& update);

/// What a button says when it is pressed: "approve:suggestion:12". At most 64 bytes.
std::string button_data(std::string_view name, std::string_view rest = "");

struct CommandHelp {
  const char *name, *parameters, *help;
};
/// In the order of help.
const std::vector<CommandHelp>& commands();

}  // namespace engine::bot
