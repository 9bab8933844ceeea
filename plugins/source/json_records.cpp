#include "json_records.hpp"

#include <string>

#include "json_list.hpp"

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

void notice_rest(JsonReader& reader, playlist::SourceCall& call) {
  reader.peek();
  if (reader.position() == reader.end()) return;
  call.notice("the text behind byte " + std::to_string(reader.offset()) + " is not read");
}

}  // namespace source
