// What comes from Telegram, read with suspicion: anybody can write to a bot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace engine::bot {

struct Update {
  enum class Kind : std::uint8_t { kMessage, kPress };

  std::int64_t id = 0;
  Kind kind = Kind::kMessage;
  std::int64_t from = 0;      // who wrote or pressed
  std::int64_t chat = 0;      // with whom; of a private chat it is the same number
  bool is_private = false;    // and no group, no channel
  std::int64_t message = 0;   // that was written, or whose button was pressed; 0: not told
  std::int64_t reply_to = 0;  // the message that it answers; 0: none
  std::int64_t date = 0;      // Unix seconds; 0 of presses
  std::string text;           // of a message; "" of pictures and the like
  std::string data;           // of a press
  std::string press;          // of a press: by which it is acknowledged
};

/// The number alone, of whatever kind it is; nothing where there is none.
std::optional<std::int64_t> update_number(const nlohmann::json& json);

/// Nothing for kinds that a bot of ours does not know (edits, polls ...), and for what lacks who wrote.
/// Texts are UTF-8 without NUL, of 4,096 characters at most.
std::optional<Update> read_update(const nlohmann::json& json);

/// As it is kept until it is answered, and back. Throws std::invalid_argument for a text that is none.
std::string packed(const Update& update);
Update unpacked(const std::string& text);

}  // namespace engine::bot
