// How the store knows again that it has read a file: by its content, and by what else the reading
// depended on ("--columns", "--dates", the time zone of the listener's clock). The same bytes read
// otherwise are another reading of one content, and take the earlier one's place.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace engine::import {

/// What a reading depended on, by name: {"timezone", "Europe/Berlin"}.
using ReadingSettings = std::map<std::string, std::string>;

/// "HASH" or "HASH?dates=day-first&timezone=UTC".
std::string reading_identity(std::string_view content_hash, const ReadingSettings& settings);

/// The hash in an identity.
std::string_view content_of(std::string_view identity);
/// What stands behind it: "dates=day-first&timezone=UTC", "" when it depended on nothing.
std::string_view settings_of(std::string_view identity);

/// Every identity that a reading can have which depended on some of these settings.
std::vector<std::string> possible_identities(std::string_view content_hash,
                                             const ReadingSettings& settings);

}  // namespace engine::import
