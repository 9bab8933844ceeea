// The loop that all files share which are one JSON list of records.
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

/// Says that the text goes on behind what was read, when it does.
void notice_rest(JsonReader& reader, playlist::SourceCall& call);

}  // namespace source
