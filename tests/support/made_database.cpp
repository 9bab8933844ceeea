#include "support/made_database.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace test {

std::string make_database(const std::string& sql) {
  sqlite3* handle = nullptr;
  sqlite3_open(":memory:", &handle);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(handle, sqlite3_close);
  const auto compare = [](void*, int length, const void* a, int other, const void* b) {
    const int order = std::memcmp(a, b, static_cast<std::size_t>(length < other ? length : other));
    return order != 0 ? order : length - other;
  };
  sqlite3_create_collation(handle, "NATURALSORT", SQLITE_UTF8, nullptr, compare);
  if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(handle));
  }
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(handle, "main", &size, 0);
  std::string made(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return made;
}

std::string make_database_of(const std::string& path, const std::string& more) {
  std::ifstream file(std::string(PLAYLIST_SOURCE_DIR "/tests/data/") + path, std::ios::binary);
  const std::string sql{std::istreambuf_iterator<char>(file), {}};
  return make_database(sql + more);
}

}  // namespace test
