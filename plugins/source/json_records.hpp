// The loops that all files share which are records of JSON: one list of them, or one a line.
#pragma once

#include "playlist/plugin.hpp"

#include <functional>
#include <span>
#include <string_view>

#include "json.hpp"

namespace source {

/// Reads the list of records that `text` is: sets `values` (as many as `fields` has) and calls
/// `take` for each, which puts the record somewhere; broken ones are put into "malformed" here.
/// `first_keys` are those a record can begin with. Text behind the list, or none where it should be
/// closed, is said in a notice.
void read_records(std::string_view text, std::span<const std::string_view> first_keys,
                  JsonFields& fields, JsonValue* values, playlist::SourceCall& call,
                  const std::function<void()>& take);

/// Reads a text of one JSON object a line: calls `read`, which takes the object from the reader,
/// and for a sound one `take`, which puts the record somewhere. Lines that are broken, hold more
/// than that or are longer than `longest` (a multiple of 1 MiB) are put into "malformed" here;
/// blank ones are no records.
void read_lines(std::string_view text, std::size_t longest, playlist::SourceCall& call,
                const std::function<bool(JsonReader&)>& read, const std::function<void()>& take);

/// Says that the text goes on behind what was read, when it does.
void notice_rest(JsonReader& reader, playlist::SourceCall& call);

}  // namespace source
