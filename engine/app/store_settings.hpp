// Settings kept in the library: what `engine config set` changes.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace engine::app {

/// Lays the library's own settings over `settings`; nothing when there is no library yet.
void load_store_settings(Settings& settings, const std::string& library);

/// Checks and keeps one value; "" forgets it. Throws Error(kUsage) for a wrong key or value.
void set_store_setting(const std::string& library, const std::string& key,
                       const std::string& value);

}  // namespace engine::app
