#include "store/key_functions.hpp"

#include <string>
#include <string_view>

#include "core/text_key.hpp"
#include "store/statement.hpp"

namespace engine {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const void* bytes = sqlite3_value_blob(value);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void answer(sqlite3_context* context, const std::string& text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

TextKey key_of(sqlite3_value** values) {
  return text_key(text_of(values[0]), text_of(values[1]), text_of(values[2]));
}

void sql_track_key(sqlite3_context* context, int, sqlite3_value** values) {
  answer(context, key_of(values).track_key());
}

void sql_song_key(sqlite3_context* context, int, sqlite3_value** values) {
  answer(context, key_of(values).song_key());
}

void sql_title_version(sqlite3_context* context, int, sqlite3_value** values) {
  answer(context, text_key("", text_of(values[0])).version);
}

void sql_nfc(sqlite3_context* context, int, sqlite3_value** values) {
  answer(context, nfc(text_of(values[0])));
}

}  // namespace

void install_key_functions(sqlite3* database) {
  const auto install = [&](const char* name, int arguments, auto* function) {
    const int result = sqlite3_create_function_v2(
        database, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
        function, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) throw_store_error(database, "preparing a migration");
  };
  install("track_key", 3, sql_track_key);
  install("song_key", 3, sql_song_key);
  install("title_version", 1, sql_title_version);
  install("nfc", 1, sql_nfc);
}

}  // namespace engine
