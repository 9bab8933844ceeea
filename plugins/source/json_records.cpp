#include "json_records.hpp"

#include <string>

#include "json_list.hpp"

namespace source {

void read_records(std::string_view text, std::span<const std::string_view> first_keys,
                  JsonFields& fields, JsonValue* values, Rows& rows,
                  const std::function<void()>& take) {
  JsonReader reader(text);
  JsonList list(reader, first_keys);
  while (list.next()) {
    if (list.read(fields, values)) {
      take();
    } else {
      rows.malformed(list.problem());
    }
    rows.next(reader.offset());
  }
  if (list.is_cut()) rows.notice("the file ends before its list is closed");
  notice_rest(reader, rows);
}

void notice_rest(JsonReader& reader, Rows& rows) {
  reader.peek();
  if (reader.position() == reader.end()) return;
  rows.notice("the text behind byte " + std::to_string(reader.offset()) + " is not read");
}

}  // namespace source
