// What a bot answers: messages, and changes of messages that it sent before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bot/message_text.hpp"

namespace engine::bot {

struct Button {
  std::string label;
  std::string data = {};     // what comes back when it is pressed: 1 to 64 bytes
  std::string address = {};  // or: https, that it opens
};
using Buttons = std::vector<std::vector<Button>>;  // row by row

struct Reply {
  enum class Kind : std::uint8_t {
    kSend,
    kEdit,     // text and buttons of `message`
    kButtons,  // buttons of `message` alone
  };
  Kind kind = Kind::kSend;
  std::int64_t message = 0;
  MessageText text = {};
  Buttons buttons = {};
  bool is_silent = false;  // the phone makes no sound

  // What is to be known of it once it has been sent or done.
  std::string question = {};     // the reference of what is asked by it: "suggestion:12"
  bool closes_question = false;  // `message` waits for an answer no more
  std::string list = {};         // the kept playlist that it shows ...
  std::int64_t run = 0;          // ... as this run made it
};

/// As the Bot API is asked for it, without the chat.
struct WrittenReply {
  std::string method;         // "sendMessage"
  nlohmann::json parameters;  // without "chat_id"
  std::int64_t message = 0;   // that it changes; 0: none
  std::string question, list;
  std::int64_t run = 0;
  bool closes_question = false;
};
WrittenReply written(const Reply& reply);

/// Between processes.
std::string packed(const WrittenReply& reply);
WrittenReply unpacked_reply(const std::string& text);

}  // namespace engine::bot
