#include "app/store_settings.hpp"

#include <cstring>
#include <filesystem>

#include "store/store.hpp"

namespace engine::app {
namespace {

/// The settings table also holds the store's own counters; these keys are ours.
constexpr const char* kPrefix = "config.";

}  // namespace

void load_store_settings(Settings& settings, const std::string& library) {
  if (!std::filesystem::exists(library)) return;
  StoreOptions options;
  options.is_read_only = true;
  const Store store = Store::open(library, options);
  for (const SettingDeclaration& d : setting_declarations()) {
    const std::string value = store.setting(std::string(kPrefix) + d.key);
    if (!value.empty()) settings.set(d.key, value, "engine config set");
  }
  for (const auto& [key, value] : store.settings(std::string(kPrefix) + "elements.")) {
    if (!value.empty()) settings.set(key.substr(std::strlen(kPrefix)), value, "engine config set");
  }
}

void set_store_setting(const std::string& library, const std::string& key,
                       const std::string& value) {
  Settings checked;
  if (value.empty()) {
    if (checked.find(key) == nullptr && !is_element_key(key))
      checked.set(key, value, "command line");  // throws, with the nearest name
  } else {
    checked.set(key, value, "command line");
  }
  Store store = Store::open(library);
  Transaction transaction(store);
  store.set_setting(std::string(kPrefix) + key, value);
  transaction.commit();
}

}  // namespace engine::app
