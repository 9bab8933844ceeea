#include "bot/update.hpp"

#include <algorithm>
#include <stdexcept>

#include "bot/message_text.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"

namespace engine::bot {
namespace {

using nlohmann::json;

constexpr std::size_t kMostUnits = 4096;  // Telegram's own limit of a message
constexpr std::size_t kLongestData = 64, kMostPress = 256;

/// A whole number that fits; 0 where there is none.
std::int64_t number_in(const json& object, const char* name) {
  if (!object.is_object() || !object.contains(name)) return 0;
  const json& value = object.at(name);
  if (value.is_number_unsigned())
    return value.get<std::uint64_t>() > INT64_MAX ? 0 : value.get<std::int64_t>();
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::string text_in(const json& object, const char* name) {
  if (!object.is_object() || !object.contains(name) || !object.at(name).is_string()) return "";
  std::string text = valid_utf8(object.at(name).get<std::string>());
  std::erase(text, '\0');
  return text;
}

const json& part(const json& object, const char* name) {
  static const json kNone;
  return object.is_object() && object.contains(name) ? object.at(name) : kNone;
}

/// Beginning without an ellipsis: what somebody wrote is not added to.
std::string beginning(const std::string& text, std::size_t units) {
  if (utf16_units(text) <= units) return text;
  const std::string cut = cut_text(text, units + 1);
  return cut.substr(0, cut.size() - std::string_view("…").size());
}

std::optional<Update> read_message(const json& message) {
  Update update;
  update.from = number_in(part(message, "from"), "id");
  update.chat = number_in(part(message, "chat"), "id");
  update.is_private = text_in(part(message, "chat"), "type") == "private";
  update.message = number_in(message, "message_id");
  update.reply_to = number_in(part(message, "reply_to_message"), "message_id");
  update.date = number_in(message, "date");
  update.text = beginning(text_in(message, "text"), kMostUnits);
  if (update.from <= 0 || update.chat == 0) return std::nullopt;
  return update;
}

std::optional<Update> read_press(const json& press) {
  Update update;
  update.kind = Update::Kind::kPress;
  update.from = number_in(part(press, "from"), "id");
  update.press = text_in(press, "id");
  update.data = text_in(press, "data");
  if (update.from <= 0 || update.press.empty() || update.press.size() > kMostPress ||
      update.data.size() > kLongestData)
    return std::nullopt;
  // Old messages are told of by their number alone, or not at all.
  const json& message = part(press, "message");
  update.message = number_in(message, "message_id");
  update.chat = number_in(part(message, "chat"), "id");
  const std::string type = text_in(part(message, "chat"), "type");
  if (update.chat == 0) update.chat = update.from;
  update.is_private = type == "private" || (type.empty() && update.chat == update.from);
  return update;
}

}  // namespace

std::optional<std::int64_t> update_number(const json& value) {
  const std::int64_t number = number_in(value, "update_id");
  // The next one is asked for by the number behind it.
  if (number <= 0 || number >= INT64_MAX) return std::nullopt;
  return number;
}

std::optional<Update> read_update(const json& value) {
  const std::optional<std::int64_t> number = update_number(value);
  if (!number) return std::nullopt;
  std::optional<Update> update;
  if (value.contains("message")) update = read_message(value.at("message"));
  if (!update && value.contains("callback_query")) update = read_press(value.at("callback_query"));
  if (update) update->id = *number;
  return update;
}

std::string packed(const Update& update) {
  return json_text(json{{"id", update.id},
                        {"kind", update.kind == Update::Kind::kPress ? "press" : "message"},
                        {"from", update.from},
                        {"chat", update.chat},
                        {"private", update.is_private},
                        {"message", update.message},
                        {"reply_to", update.reply_to},
                        {"date", update.date},
                        {"text", update.text},
                        {"data", update.data},
                        {"press", update.press}});
}

Update unpacked(const std::string& text) {
  try {
    const json value = json::parse(text);
    Update update;
    update.id = value.at("id").get<std::int64_t>();
    update.kind = value.at("kind") == "press" ? Update::Kind::kPress : Update::Kind::kMessage;
    update.from = value.at("from").get<std::int64_t>();
    update.chat = value.at("chat").get<std::int64_t>();
    update.is_private = value.at("private").get<bool>();
    update.message = value.at("message").get<std::int64_t>();
    update.reply_to = value.at("reply_to").get<std::int64_t>();
    update.date = value.at("date").get<std::int64_t>();
    update.text = value.at("text").get<std::string>();
    update.data = value.at("data").get<std::string>();
    update.press = value.at("press").get<std::string>();
    return update;
  } catch (const json::exception& error) {
    throw std::invalid_argument(error.what());
  }
}

}  // namespace engine::bot
