#include "config/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <new>
#include <sstream>

#include <lua.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"

namespace engine {
namespace {

using Type = SettingType;

const SettingDeclaration* declaration(std::string_view key) {
  for (const SettingDeclaration& d : setting_declarations()) {
    if (key == d.key) return &d;
  }
  return nullptr;
}

std::string range_text(const SettingDeclaration& d) {
  std::ostringstream text;
  text << d.min << ".." << d.max;
  return text.str();
}

/// "" when `value` fits, else what is accepted.
std::string accepted_by(const SettingDeclaration& d, const std::string& value) {
  if (d.type == Type::kText || d.type == Type::kTexts) return "";
  if (d.type == Type::kBoolean) {
    return value == "true" || value == "false" ? "" : "it accepts true or false";
  }
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = error == std::errc() && end == value.data() + value.size();
  const bool is_whole = number == static_cast<double>(static_cast<std::int64_t>(number));
  if (is_number && number >= d.min && number <= d.max && (d.type != Type::kInteger || is_whole))
    return "";
  return std::string("it accepts a ") + (d.type == Type::kInteger ? "whole " : "") + "number " +
         range_text(d);
}

/// The same for any key; an element's own settings are texts that only it can judge.
std::string wrong_value(const std::string& key, const std::string& value) {
  const SettingDeclaration* d = declaration(key);
  return d == nullptr ? "" : accepted_by(*d, value);
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const SettingDeclaration& d : setting_declarations()) keys.emplace_back(d.key);
  return keys;
}

std::string unknown_key(const std::string& key) {
  const std::string near = nearest(key, all_keys());
  return "there is no setting \"" + key + "\"" +
         (near.empty() ? "" : "; did you mean " + near + "?");
}

/// "limits.wall_seconds" is PLAYLIST_LIMITS_WALL_SECONDS in the environment.
std::string environment_name(std::string_view key) {
  std::string name = "PLAYLIST_";
  for (const char c : key)
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// The text of a Lua value as set() takes it; false for types no setting has.
bool value_text(lua_State* lua, int index, std::string& text) {
  switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN:
      text = lua_toboolean(lua, index) ? "true" : "false";
      return true;
    case LUA_TNUMBER:
    case LUA_TSTRING:
      lua_pushvalue(lua, index);
      text = lua_tostring(lua, -1);
      lua_pop(lua, 1);
      return true;
    case LUA_TTABLE:
      text.clear();
      for (int i = 1; i <= static_cast<int>(lua_objlen(lua, index)); ++i) {
        lua_rawgeti(lua, index, i);
        const bool is_text = lua_isstring(lua, -1);
        if (i > 1) text += ':';
        if (is_text) text += lua_tostring(lua, -1);
        lua_pop(lua, 1);
        if (!is_text) return false;
      }
      return true;
    default:
      return false;
  }
}

constexpr std::string_view kElements = "elements.";

/// Walks over the string keys of the table at `index`; `take` finds the value at the top.
template <typename Take>
void for_each_field(lua_State* lua, int index, const Take& take) {
  for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) {
    take(lua_type(lua, -2) == LUA_TSTRING ? std::string(lua_tostring(lua, -2)) : std::string("?"));
  }
}

struct CloseLua {
  void operator()(lua_State* lua) const { lua_close(lua); }
};

// A settings file is a table, and may compute a little on its way there. It is read by every verb
// and by each question that a server answers, so one that never ends or that fills the memory is
// refused after about a tenth of a second.
constexpr int kMostInstructions = 10'000'000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

/// Throws away what it is asked for beyond kMostBytes; `used` is a std::size_t.
void* bounded_memory(void* used, void* block, std::size_t old_size, std::size_t new_size) {
  auto& bytes = *static_cast<std::size_t*>(used);
  if (new_size == 0) {
    std::free(block);
    bytes -= old_size;
    return nullptr;
  }
  if (block == nullptr) old_size = 0;
  if (bytes - old_size + new_size > kMostBytes && new_size > old_size) return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved != nullptr) bytes = bytes - old_size + new_size;
  return moved;
}

void end_overdue(lua_State* lua, lua_Debug* at) {
  lua_getinfo(lua, "Sl", at);
  lua_pushfstring(lua, "%s:%d: it does not come to an end: settings are a table, not a program",
                  at->short_src, at->currentline);
  lua_error(lua);
}

/// Without libraries; hooks are called by the interpreter only.
std::unique_ptr<lua_State, CloseLua> settings_state(std::size_t& used_bytes) {
  std::unique_ptr<lua_State, CloseLua> state(lua_newstate(bounded_memory, &used_bytes));
  if (state == nullptr) throw std::bad_alloc();
  luaJIT_setmode(state.get(), 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  lua_sethook(state.get(), end_overdue, LUA_MASKCOUNT, kMostInstructions);
  return state;
}

[[noreturn]] void cannot_read(const std::string& path, const std::string& why) {
  throw Error(Exit::kUsage, "cannot read the settings: " + why,
              {path, "", "", "see: engine config default"});
}

/// A folder is told as one, and a FIFO that nobody writes into is not waited for.
std::string settings_text(const std::string& path) {
  try {
    return read_file(path);
  } catch (const Error& error) {
    cannot_read(path, error.what());
  }
}

}  // namespace

const std::vector<SettingDeclaration>& setting_declarations() {
  static const std::vector<SettingDeclaration> declarations = {
      {"user", Type::kText, "", 0, 0,
       "whose history, where the library holds several people: what --user is when it is not "
       "given"},
      {"paths.library", Type::kText, "", 0, 0,
       "the store; empty: $XDG_DATA_HOME/playlist-engine/library.db"},
      {"paths.plugins", Type::kTexts, "", 0, 0,
       "folders searched for plugins before the engine's own"},
      {"paths.scripts", Type::kTexts, "", 0, 0,
       "folders that recipes may require modules from, before the engine's own"},
      {"paths.recipes", Type::kTexts, "", 0, 0,
       "folders of recipes, before $XDG_CONFIG_HOME/playlist-engine/recipes and the engine's own"},
      {"limits.recipe_seconds", Type::kNumber, "10", 0.01, 3600,
       "seconds a recipe's own Lua code may run"},
      {"limits.recipe_megabytes", Type::kInteger, "256", 8, 65536,
       "MiB of memory a recipe's Lua code may use"},
      {"limits.print_kilobytes", Type::kInteger, "1024", 0, 1048576,
       "KiB that a recipe may print; the rest is counted and dropped"},
      {"limits.wall_seconds", Type::kNumber, "60", 0.05, 86400,
       "seconds a whole run may take before its worker is stopped"},
      {"limits.cpu_seconds", Type::kNumber, "120", 1, 86400, "CPU seconds a run's worker may use"},
      {"limits.memory_megabytes", Type::kInteger, "4096", 64, 1048576,
       "MiB of address space a run's worker may add"},
      {"limits.heartbeat_seconds", Type::kNumber, "0", 0, 3600,
       "seconds of silence after which a worker is stopped; 0: never"},
      {"limits.confine", Type::kBoolean, "true", 0, 0,
       "run recipes under seccomp: no writing, no network, no programs"},
      {"limits.network", Type::kBoolean, "false", 0, 0,
       "let elements of runs open connections themselves, and ask any http address of this "
       "machine"},
      {"http.contact", Type::kText, "", 0, 0,
       "an address of yours that services are told with each question, as MusicBrainz wishes; "
       "empty: "
       "none"},
      {"http.offline", Type::kBoolean, "false", 0, 0,
       "ask nothing over the network; answers of services that are kept are used, however old"},
      {"http.timeout_seconds", Type::kNumber, "30", 0.05, 3600,
       "seconds to wait for a service's answer, where the element that asks does not say"},
      {"http.artwork", Type::kBoolean, "false", 0, 0,
       "fetch the pictures of albums that the page of engine serve shows: their servers then see "
       "which albums you look at"},
      {"import.wall_seconds", Type::kNumber, "86400", 1, 864000, "seconds an import may take"},
      {"import.memory_megabytes", Type::kInteger, "16384", 256, 1048576,
       "MiB of address space an import's worker may add"},
      {"import.archive_gigabytes", Type::kNumber, "64", 0.001, 10000,
       "GiB that one archive may unpack to"},
      {"import.archive_members", Type::kInteger, "10000", 1, 10000000,
       "files that one archive may hold"},
      {"import.archive_ratio", Type::kNumber, "250", 2, 100000,
       "how many times its size an archive may unpack to"},
      {"import.likeness", Type::kNumber, "0.9", 0, 1,
       "how alike the title of a track without an id must be to one of its artist's that has an "
       "id, "
       "to be taken for it; 0: none is"},
      {"play.min_seconds", Type::kNumber, "30", 0, 3600, "a listen this long counts as a play"},
      {"play.min_share", Type::kNumber, "0.5", 0, 1,
       "a listen of this share of the track counts as a play too"},
      {"play.session_gap_minutes", Type::kInteger, "30", 1, 1440,
       "a pause this long parts two listening sessions"},
      {"train.wall_seconds", Type::kNumber, "86400", 1, 864000, "seconds a training may take"},
      {"train.memory_megabytes", Type::kInteger, "16384", 256, 1048576,
       "MiB of address space a training's worker may add"},
      {"train.patience_seconds", Type::kNumber, "10", 0, 86400,
       "seconds that the tasks of a shared training wait for one that stays away, at least"},
      {"train.kept", Type::kInteger, "5", 1, 1000, "versions of a model that are kept"},
      {"retrain.days", Type::kInteger, "14", 1, 3650,
       "days after which engine retrain trains a model again whose card does not say when"},
      {"weekly.day", Type::kInteger, "1", 1, 7,
       "day on which engine update-weekly makes new lists; 1: Monday, 7: Sunday"},
      {"weekly.hour", Type::kInteger, "6", 0, 23, "hour of that day, in each user's time zone"},
      {"discovery.candidates", Type::kInteger, "30", 1, 1000,
       "suggestions that engine discover queues at once"},
      {"discovery.off", Type::kTexts, "", 0, 0,
       "channels that engine discover leaves out, such as popular"},
      {"discovery.expires_days", Type::kInteger, "30", 1, 3650,
       "days after which a suggestion that nobody answered is dropped"},
      {"discovery.trial_listens", Type::kInteger, "3", 1, 100,
       "plays of an approved song after which engine next asks for a verdict"},
      {"discovery.rejections", Type::kInteger, "5", 2, 1000,
       "rejections of a kind in a row after which engine next says what to leave out"},
      {"playlists.snapshot_days", Type::kInteger, "30", 0, 36500,
       "days after which engine refresh puts a kept playlist's list aside once more; 0: never"},
      {"log.file", Type::kText, "", 0, 0,
       "file that notes and errors are appended to, with the time; empty: none"},
      {"log.megabytes", Type::kInteger, "10", 1, 10000,
       "MiB after which the log file is put aside; three such files are kept"},
      {"run.record", Type::kBoolean, "true", 0, 0,
       "keep a record of every run, for why, why-not and replay"},
      {"run.explain", Type::kText, "auto", 0, 0,
       "how run tells why: short, one line a track; log, the weekly mix's own log lines; auto: "
       "short on a terminal, log elsewhere"},
      {"run.default_track_seconds", Type::kNumber, "210", 10, 3600,
       "length assumed for tracks whose length is unknown"},
      {"watch.cache_megabytes", Type::kInteger, "1024", 16, 65536,
       "MiB in which engine watch keeps results of nodes from run to run"},
  };
  return declarations;
}

Settings::Settings() {
  for (const SettingDeclaration& d : setting_declarations())
    values_[d.key] = {d.default_value, "default"};
}

void Settings::set(const std::string& key, const std::string& value, const std::string& origin) {
  const SettingDeclaration* d = declaration(key);
  if (d == nullptr && !is_element_key(key))
    throw Error(Exit::kUsage, unknown_key(key), {origin, "", "", "see: engine config show"});
  if (const std::string accepted = wrong_value(key, value); !accepted.empty()) {
    throw Error(Exit::kUsage, "setting " + key + " cannot be \"" + value + "\"",
                {origin, "", accepted, d->help});
  }
  values_[key] = {value, origin};
}

void Settings::load_file(const std::string& path) {
  std::size_t used_bytes = 0;
  const std::unique_ptr<lua_State, CloseLua> state = settings_state(used_bytes);
  lua_State* lua = state.get();
  const std::string text = settings_text(path);
  if (luaL_loadbufferx(lua, text.data(), text.size(), ("@" + path).c_str(), "t") != 0 ||
      lua_pcall(lua, 0, 1, 0) != 0) {
    const char* why = lua_tostring(lua, -1);
    cannot_read(path, why != nullptr ? why : "unknown error");
  }
  if (!lua_istable(lua, -1)) {
    throw Error(Exit::kUsage, "a settings file must return a table",
                {path, "", "", "see: engine config default"});
  }
  std::vector<std::string> problems;
  const auto take = [&](const std::string& key) {
    std::string text;
    if (!is_element_key(key) && declaration(key) == nullptr) {
      problems.push_back(unknown_key(key));
    } else if (!value_text(lua, lua_gettop(lua), text)) {
      problems.push_back(key + " has a value of type " + luaL_typename(lua, -1));
    } else if (const std::string wrong = wrong_value(key, text); !wrong.empty()) {
      problems.push_back(key + " cannot be \"" + text + "\": " + wrong);
    } else {
      values_[key] = {text, path};
    }
  };
  const auto take_table = [&](const std::string& group, const auto& take_field) {
    if (!lua_istable(lua, -1)) {
      problems.push_back("\"" + group + "\" must be a table of settings");
    } else {
      for_each_field(lua, lua_gettop(lua), take_field);
    }
  };
  for_each_field(lua, 1, [&](const std::string& group) {
    if (declaration(group) != nullptr) return take(group);
    take_table(group, [&](const std::string& name) {
      const std::string key = group + "." + name;
      if (group + "." != kElements) return take(key);
      take_table(key, [&](const std::string& setting) { take(key + "." + setting); });
    });
  });
  if (problems.empty()) return;
  std::sort(problems.begin(), problems.end());
  std::string why;
  for (const std::string& p : problems) why += (why.empty() ? "" : "\n         ") + p;
  throw Error(Exit::kUsage, "the settings file has wrong values",
              {path, "", why, "see: engine config default"});
}

void Settings::load_environment() {
  for (const SettingDeclaration& d : setting_declarations()) {
    const std::string name = environment_name(d.key);
    if (const char* value = std::getenv(name.c_str())) set(d.key, value, "environment " + name);
  }
  for (const std::string& key : element_keys()) {
    const std::string name = environment_name(key);
    if (const char* value = std::getenv(name.c_str())) set(key, value, "environment " + name);
  }
}

const char* ElementSettings::find(std::string_view key) const {
  const std::string name = environment_name(std::string(kElements) + std::string(key));
  if (const char* value = std::getenv(name.c_str())) return value;
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : found->second.c_str();
}

ElementSettings Settings::elements() const {
  std::map<std::string, std::string, std::less<>> values;
  for (const std::string& key : element_keys()) values[key.substr(kElements.size())] = text(key);
  return ElementSettings(std::move(values));
}

std::vector<std::string> Settings::element_keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : values_) {
    if (is_element_key(key)) keys.push_back(key);
  }
  return keys;
}

bool is_element_key(std::string_view key) {
  return key.starts_with(kElements) && std::count(key.begin(), key.end(), '.') == 3 &&
         key.find("..") == std::string_view::npos && key.back() != '.';
}

const Settings::Value& Settings::at(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::logic_error("undeclared setting " + std::string(key));
  return found->second;
}

double Settings::number(std::string_view key) const {
  return std::strtod(at(key).text.c_str(), nullptr);
}
std::int64_t Settings::integer(std::string_view key) const {
  return static_cast<std::int64_t>(number(key));
}
bool Settings::boolean(std::string_view key) const {
  return at(key).text == "true";
}
const std::string& Settings::text(std::string_view key) const {
  return at(key).text;
}
const std::string& Settings::origin(std::string_view key) const {
  return at(key).origin;
}

std::vector<std::string> Settings::texts(std::string_view key) const {
  std::vector<std::string> items;
  std::istringstream text(at(key).text);
  for (std::string item; std::getline(text, item, ':');) {
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

const std::string* Settings::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second.text;
}

std::string default_settings_file() {
  std::string text =
      "-- Settings of the engine: every one with its default. Copy to\n"
      "-- $XDG_CONFIG_HOME/playlist-engine/engine.lua and keep only what you change.\n"
      "-- Order: defaults < this file < `engine config set` < environment (PLAYLIST_GROUP_NAME) < "
      "flags.\n"
      "return {\n";
  std::string group;
  for (const SettingDeclaration& d : setting_declarations()) {
    const std::string key = d.key;
    const std::size_t dot = key.find('.');
    const std::string now = dot == std::string::npos ? "" : key.substr(0, dot);
    if (now != group) {
      if (!group.empty()) text += "  },\n";
      text += "  " + now + " = {\n";
      group = now;
    }
    std::string value = d.default_value;
    if (d.type == Type::kText) value = "\"" + value + "\"";
    if (d.type == Type::kTexts) value = "{}";
    text += std::string(group.empty() ? "  " : "    ") + key.substr(dot + 1) + " = " + value +
            ", -- " + d.help + "\n";
  }
  return text +
         "  },\n"
         "  -- Settings of plugin elements, a table each; the element's help names them, e.g.\n"
         "  --   [\"ranking.external\"] = { url = \"http://127.0.0.1:8080/rank\" },\n"
         "  -- In the environment: PLAYLIST_ELEMENTS_RANKING_EXTERNAL_URL; secrets belong there.\n"
         "  elements = {},\n"
         "}\n";
}

}  // namespace engine
