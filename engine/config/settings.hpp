// The engine's own settings: a typed table with defaults, laid over by a file, the store, the
// environment, flags.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

enum class SettingType { kNumber, kInteger, kBoolean, kText, kTexts };

/// One setting as the code declares it. config/engine.lua, `engine config show` and the help derive
/// from it.
struct SettingDeclaration {
  const char* key;  // "limits.wall_seconds": group, dot, name
  SettingType type;
  const char* default_value;  // as it would stand on a command line; kTexts: separated by ':'
  double min, max;            // numbers
  const char* help;           // one line, names the unit
};

/// Every setting, grouped and in the order of config/engine.lua.
const std::vector<SettingDeclaration>& setting_declarations();

/// What plugin elements are told by host->setting(): free texts that only the element itself can
/// judge, by "ELEMENT.KEY", e.g. "ranking.external.url".
class ElementSettings {
 public:
  ElementSettings() = default;
  explicit ElementSettings(std::map<std::string, std::string, std::less<>> values)
      : values_(std::move(values)) {}

  /// The value, or nullptr when nobody gave one. The environment wins:
  /// PLAYLIST_ELEMENTS_RANKING_EXTERNAL_URL, which is also the place for secrets. The text lives as
  /// long as this object and the environment do.
  [[nodiscard]] const char* find(std::string_view key) const;
  /// As given, without the environment.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& values() const {
    return values_;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Values with where each came from. Later layers win.
class Settings {
 public:
  Settings();  // the defaults

  /// A Lua file that returns a table of groups; the group `elements` holds a table per element.
  /// Throws Error(kUsage) naming file, key and what is accepted, all wrong keys at once.
  void load_file(const std::string& path);
  /// PLAYLIST_GROUP_NAME variables.
  void load_environment();
  /// One value as text; `origin` is shown by `engine config show`. A key of an element is
  /// "elements.ranking.external.url". Throws Error(kUsage).
  void set(const std::string& key, const std::string& value, const std::string& origin);

  [[nodiscard]] double number(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] bool boolean(std::string_view key) const;
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  /// nullptr when there is no such setting.
  [[nodiscard]] const std::string* find(std::string_view key) const;
  [[nodiscard]] const std::string& origin(std::string_view key) const;
  [[nodiscard]] ElementSettings elements() const;
  /// Keys of element settings that have a value, sorted.
  [[nodiscard]] std::vector<std::string> element_keys() const;

 private:
  struct Value {
    std::string text, origin;
  };
  const Value& at(std::string_view key) const;
  std::map<std::string, Value, std::less<>> values_;
};

/// Whether `key` is one of an element, "elements.KIND.NAME.KEY".
bool is_element_key(std::string_view key);

/// config/engine.lua as it is shipped: every setting with its default and help.
std::string default_settings_file();

}  // namespace engine
