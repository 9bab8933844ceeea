#include "json_records.hpp"

#include <algorithm>
#include <string>

#include "json_list.hpp"
#include "text.hpp"

namespace source {

void read_records(std::string_view text, std::span<const std::string_view> first_keys,
                  JsonFields& fields, JsonValue* values, playlist::SourceCall& call,
                  const std::function<void()>& take) {
  JsonReader reader(text);
  JsonList list(reader, first_keys);
  while (list.next()) {
    if (list.read(fields, values)) {
      take();
    } else {
      call.malformed(list.problem());
    }
    call.next(reader.offset());
  }
  if (list.is_cut()) call.notice("the file ends before its list is closed");
  notice_rest(reader, call);
}

void read_lines(std::string_view text, std::size_t longest, playlist::SourceCall& call,
                const std::function<bool(JsonReader&)>& read, const std::function<void()>& take) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trim(text.substr(at, end - at));
    at = std::min(end + 1, text.size());
    if (line.empty()) continue;
    JsonReader reader(line);
    if (line.size() > longest) {
      call.malformed(playlist::concat("longer than ", longest >> 20, " MiB"));
    } else if (!read(reader)) {
      call.malformed(reader.error());
    } else if (reader.peek() != '\0' || reader.position() != reader.end()) {
      call.malformed("more text behind the record");
    } else {
      take();
    }
    call.next(at);
  }
}

void notice_rest(JsonReader& reader, playlist::SourceCall& call) {
  reader.peek();
  if (reader.position() == reader.end()) return;
  call.notice("the text behind byte " + std::to_string(reader.offset()) + " is not read");
}

}  // namespace source
