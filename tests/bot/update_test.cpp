// What is read of Telegram's updates, and what is asked by them.
#include "bot/update.hpp"

#include <stdexcept>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "bot/request.hpp"
#include "support/json.hpp"

using namespace engine::bot;
using nlohmann::json;

namespace {

json message_json() {
  return support::parse_json(R"({"update_id": 1001, "message": {"message_id": 5, "date": 1767225600,
      "chat": {"id": 42, "type": "private"}, "from": {"id": 42, "is_bot": false, "first_name": "x"},
      "text": "/mood calm", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}})");
}

json press_json() {
  return support::parse_json(R"({"update_id": 1002, "callback_query": {"id": "9000",
      "from": {"id": 42, "is_bot": false, "first_name": "x"}, "chat_instance": "1",
      "data": "approve:suggestion:3", "message": {"message_id": 6, "date": 1767225601,
      "chat": {"id": 42, "type": "private"}, "text": "..."}}})");
}

Update said(const std::string& text) {
  json update = message_json();
  update["message"]["text"] = text;
  return read_update(update).value();
}

}  // namespace

TEST_CASE("messages and presses are read", "[bot][update]") {
  const Update message = read_update(message_json()).value();
  CHECK(message.id == 1001);
  CHECK(message.kind == Update::Kind::kMessage);
  CHECK(message.from == 42);
  CHECK(message.chat == 42);
  CHECK(message.is_private);
  CHECK(message.message == 5);
  CHECK(message.text == "/mood calm");
  const Update press = read_update(press_json()).value();
  CHECK(press.kind == Update::Kind::kPress);
  CHECK(press.press == "9000");
  CHECK(press.data == "approve:suggestion:3");
  CHECK(press.message == 6);
  CHECK(press.is_private);
}

TEST_CASE("an update is the same once it was kept", "[bot][update]") {
  for (const json& one : {message_json(), press_json()}) {
    const Update update = read_update(one).value();
    CHECK(packed(unpacked(packed(update))) == packed(update));
  }
  CHECK_THROWS_AS(unpacked("{}"), std::invalid_argument);
  CHECK_THROWS_AS(unpacked("nonsense"), std::invalid_argument);
}

TEST_CASE("a press below an old message has none, or a part of it", "[bot][update]") {
  json update = press_json();
  update["callback_query"].erase("message");
  const Update press = read_update(update).value();
  CHECK(press.chat == 42);
  CHECK(press.message == 0);
  CHECK(press.is_private);
  update["callback_query"]["message"] = {{"message_id", 6}, {"date", 0}, {"chat", {{"id", 42}}}};
  CHECK(read_update(update).value().is_private);
}

TEST_CASE("groups are told from private chats", "[bot][update]") {
  json update = message_json();
  update["message"]["chat"] = {{"id", -100}, {"type", "supergroup"}};
  CHECK_FALSE(read_update(update).value().is_private);
  update = press_json();
  update["callback_query"]["message"]["chat"] = {{"id", -100}, {"type", "group"}};
  CHECK_FALSE(read_update(update).value().is_private);
  update["callback_query"]["message"]["chat"] = {{"id", -100}};
  CHECK_FALSE(read_update(update).value().is_private);
}

TEST_CASE("what is no update of ours is none", "[bot][update]") {
  for (const char* text :
       {"null", "[]", "1", "{}", R"({"update_id": "1001"})", R"({"update_id": 1001})",
        R"({"update_id": -1, "message": {}})", R"({"update_id": 9223372036854775807})",
        R"({"update_id": 18446744073709551615})", R"({"update_id": 1.5})",
        R"({"update_id": 1, "message": null})",
        R"({"update_id": 1, "message": {"from": {"id": 0}}})",
        R"({"update_id": 1, "edited_message": {"from": {"id": 4}, "chat": {"id": 4}}})",
        R"({"update_id": 1, "callback_query": {"from": {"id": 4}}})",
        R"({"update_id": 1, "callback_query": {"from": {"id": 4}, "id": 5}})"}) {
    CAPTURE(text);
    CHECK_FALSE(read_update(support::parse_json(text)));
  }
  json update = press_json();
  update["callback_query"]["data"] = std::string(65, 'x');
  CHECK_FALSE(read_update(update));
  CHECK(update_number(support::parse_json(R"({"update_id": 7, "poll": {}})")) == 7);
}

TEST_CASE("texts are bounded, and UTF-8", "[bot][update]") {
  CHECK(said(std::string(5000, 'x')).text == std::string(4096, 'x'));
  CHECK(said(std::string("a\0b", 3)).text == "ab");
  json picture = message_json();
  picture["message"].erase("text");
  CHECK(read_update(picture).value().text.empty());
}

TEST_CASE("commands, buttons and words are told apart", "[bot][request]") {
  const auto request = [](const std::string& text) { return request_of(said(text)); };
  CHECK(request("/next").name == "next");
  CHECK(request("  /Mood@playlists_bot   calm  evening \n").name == "mood");
  CHECK(request("  /Mood@playlists_bot   calm  evening \n").rest == "calm  evening");
  CHECK(request("/mood\ncalm").rest == "calm");
  CHECK(request("/").kind == Request::Kind::kWords);
  CHECK(request("hello /next").kind == Request::Kind::kWords);
  CHECK(request("").kind == Request::Kind::kWords);
  const Request press = request_of(read_update(press_json()).value());
  CHECK(press.kind == Request::Kind::kPress);
  CHECK(press.name == "approve");
  CHECK(press.rest == "suggestion:3");
}

TEST_CASE("requests are equal where their answers are", "[bot][request]") {
  CHECK(request_key(said("/next")) == request_key(said("/Next ")));
  CHECK(request_key(said("/why 3")) != request_key(said("/why 4")));
  CHECK(request_key(said("hello")) == request_key(said("what?")));
  CHECK(request_key(said("next")) != request_key(said("/next")));
  json other = press_json();
  other["callback_query"]["message"]["message_id"] = 7;
  CHECK(request_key(read_update(press_json()).value()) != request_key(read_update(other).value()));
  json reply = message_json(), elsewhere = message_json();
  reply["message"]["reply_to_message"] = {{"message_id", 3}};
  elsewhere["message"]["reply_to_message"] = {{"message_id", 4}};
  CHECK(request_key(read_update(reply).value()) != request_key(read_update(elsewhere).value()));
}
