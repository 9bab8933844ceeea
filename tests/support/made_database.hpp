// SQLite databases that a test makes.
#pragma once

#include <string>

namespace test {

/// The bytes of the file that these statements make.
std::string make_database(const std::string& sql);
/// The same of tests/data/PATH, with more statements behind them.
std::string make_database_of(const std::string& path, const std::string& more = "");

}  // namespace test
