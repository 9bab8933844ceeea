#include "bot/reply.hpp"

#include <cassert>
#include <stdexcept>

#include "core/json_text.hpp"

namespace engine::bot {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLabelUnits = 60, kMostData = 64;

json button_json(const Button& button) {
  json told{{"text", cut_text(button.label, kMostLabelUnits)}};
  assert(button.data.size() <= kMostData && button.data.empty() != button.address.empty());
  if (button.address.empty())
    told["callback_data"] = button.data;
  else
    told["url"] = button.address;
  return told;
}

json keyboard_json(const Buttons& buttons) {
  json rows = json::array();
  for (const auto& row : buttons) {
    rows.push_back(json::array());
    for (const Button& button : row) rows.back().push_back(button_json(button));
  }
  return {{"inline_keyboard", rows}};
}

}  // namespace

WrittenReply written(const Reply& reply) {
  WrittenReply result;
  result.message = reply.message;
  result.question = reply.question;
  result.list = reply.list;
  result.run = reply.run;
  result.closes_question = reply.closes_question;
  json& parameters = result.parameters = json::object();
  if (reply.kind != Reply::Kind::kSend) parameters["message_id"] = reply.message;
  if (reply.kind == Reply::Kind::kSend && reply.is_silent)
    parameters["disable_notification"] = true;
  if (reply.kind != Reply::Kind::kButtons) {
    parameters["text"] = reply.text.html();
    parameters["parse_mode"] = "HTML";
    parameters["link_preview_options"] = {{"is_disabled", true}};
  }
  // Of an edit no buttons are said, too: those that were there go.
  if (!reply.buttons.empty() || reply.kind != Reply::Kind::kSend)
    parameters["reply_markup"] = keyboard_json(reply.buttons);
  result.method = reply.kind == Reply::Kind::kSend   ? "sendMessage"
                  : reply.kind == Reply::Kind::kEdit ? "editMessageText"
                                                     : "editMessageReplyMarkup";
  return result;
}

std::string packed(const WrittenReply& reply) {
  return json_text(json{{"method", reply.method},
                        {"parameters", reply.parameters},
                        {"message", reply.message},
                        {"question", reply.question},
                        {"list", reply.list},
                        {"run", reply.run},
                        {"closes", reply.closes_question}});
}

WrittenReply unpacked_reply(const std::string& text) {
  try {
    json value = json::parse(text);
    WrittenReply reply;
    reply.method = value.at("method").get<std::string>();
    reply.parameters = std::move(value.at("parameters"));
    reply.message = value.at("message").get<std::int64_t>();
    reply.question = value.at("question").get<std::string>();
    reply.list = value.at("list").get<std::string>();
    reply.run = value.at("run").get<std::int64_t>();
    reply.closes_question = value.at("closes").get<bool>();
    return reply;
  } catch (const json::exception& error) {
    throw std::invalid_argument(error.what());
  }
}

}  // namespace engine::bot
