// What comes from Telegram, and what is made of it: an update that is read is the same when it is read
// again, its request too; a message is markup that ends, of no more than what Telegram takes, and says
// what it was made of.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "bot/message_text.hpp"
#include "bot/reply.hpp"
#include "bot/request.hpp"
#include "bot/update.hpp"
#include "core/shown_text.hpp"

namespace {

using namespace engine::bot;
using nlohmann::json;

void require(bool is_so) {
  if (!is_so) std::abort();
}

void read(const json& value) {
  const auto update = read_update(value);
  if (!update) return;
  require(update->id > 0 && update->from > 0 && update->chat != 0);
  require(engine::is_utf8(update->text) && utf16_units(update->text) <= 4096);
  require(update->data.size() <= 64);
  require(packed(unpacked(packed(*update))) == packed(*update));
  const Request request = request_of(*update);
  require(request.name.find(' ') == std::string::npos || request.kind == Request::Kind::kPress);
  require(request_key(*update) == request_key(unpacked(packed(*update))));
}

/// The units of the text, and that every tag of it ends.
std::size_t units_of_markup(const std::string& html) {
  std::string plain;
  int open = 0;
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '<') {
      const bool is_end = html.compare(at, 2, "</") == 0;
      open += is_end ? -1 : 1;
      require(open == 0 || open == 1);
      at = html.find('>', at);
      require(at != std::string::npos);
      ++at;
    } else if (html[at] == '&') {
      at = html.find(';', at);
      require(at != std::string::npos);
      ++at;
      plain += 'x';
    } else {
      require(html[at] != '>' && html[at] != '"');
      plain += html[at++];
    }
  }
  require(open == 0);
  return utf16_units(plain);
}

void write(const std::string& text) {
  MessageText message;
  message.bold(text).add(text).name(text).link(text, "https://example.org/" + text).code(text);
  for (const std::size_t most : {std::size_t{1}, std::size_t{2}, text.size(), std::size_t{4096}})
    if (most > 0) require(units_of_markup(message.html(most)) <= most);
  require(utf16_units(cut_text(text, 10)) <= 10);
  Reply reply;
  reply.text = message;
  reply.question = text.substr(0, 20);
  const std::string kept = packed(written(reply));
  require(packed(unpacked_reply(kept)) == kept);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(json::parse(text, nullptr, /*allow_exceptions=*/false));
  read({{"update_id", 7},
        {"message",
         {{"message_id", 1},
          {"from", {{"id", 42}}},
          {"chat", {{"id", 42}, {"type", "private"}}},
          {"text", engine::valid_utf8(text)}}}});
  read({{"update_id", 7},
        {"callback_query",
         {{"id", "1"}, {"from", {{"id", 42}}}, {"data", engine::valid_utf8(text)}}}});
  write(text);
  return 0;
}
