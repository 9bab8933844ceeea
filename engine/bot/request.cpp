#include "bot/request.hpp"

#include <cassert>

#include "core/ascii.hpp"

namespace engine::bot {
namespace {

std::string_view without_blanks_around(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower_case(c);
  return result;
}

}  // namespace

Request request_of(const Update& update) {
  Request request;
  if (update.kind == Update::Kind::kPress) {
    request.kind = Request::Kind::kPress;
    const std::size_t colon = update.data.find(':');
    request.name = update.data.substr(0, colon);
    if (colon != std::string::npos) request.rest = update.data.substr(colon + 1);
    return request;
  }
  const std::string_view text = without_blanks_around(update.text);
  if (!text.starts_with('/') || text.size() < 2) {
    request.rest = text;
    return request;
  }
  request.kind = Request::Kind::kCommand;
  const std::string_view word = text.substr(1, text.find_first_of(" \t\r\n") - 1);
  request.name = lower(word.substr(0, word.find('@')));
  request.rest = without_blanks_around(text.substr(1 + word.size()));
  return request;
}

std::string request_key(const Update& update) {
  const Request request = request_of(update);
  std::string key = std::to_string(static_cast<int>(request.kind)) + "\n" + request.name;
  // All words that are no command are told the same.
  if (request.kind == Request::Kind::kWords) return key;
  key += "\n" + request.rest;
  if (request.kind == Request::Kind::kPress) key += "\n" + std::to_string(update.message);
  if (update.reply_to != 0) key += "\n" + std::to_string(update.reply_to);
  return key;
}

std::string button_data(std::string_view name, std::string_view rest) {
  std::string data(name);
  if (!rest.empty()) data.append(":").append(rest);
  assert(data.size() <= 64);
  return data;
}

const std::vector<CommandHelp>& commands() {
  static const std::vector<CommandHelp> kCommands = {
      {"next", "", "be asked about one song"},
      {"discover", "", "look for songs new to you"},
      {"refresh", "[LIST]", "the next version of your lists"},
      {"playlist", "[LIST]", "a list, with links"},
      {"mood", "[WORDS | off]", "the mood for now, or set it"},
      {"cycling", "[1-10 [LIST]]", "how fast lists turn over"},
      {"why", "[NUMBER]",
       "why a song is there: its number in the list shown last, or answer a message"},
      {"snapshot", "[LIST]", "put lists aside as they are"},
      {"undo", "", "take back what you said last"},
      {"stats", "", "your listening in figures"},
      {"help", "", "what there is"},
  };
  return kCommands;
}

}  // namespace engine::bot
