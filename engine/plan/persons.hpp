// How recipes write and name other people: pl.person("bob").likes, t.plays_of.bob.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/declared_tables.hpp"

namespace engine {

/// user, or pl.person("bob") for a name.
std::string written_person(const std::string& name);

/// What is wrong with a name that nobody has.
struct UnknownPerson {
  std::string what, why, fix;
};
UnknownPerson unknown_person(const std::string& name, const std::vector<std::string>& known);

/// Each of its columns is there of every person: t.plays_of.bob beside t.plays.
bool has_columns_of_people(const DeclaredTable& table);
/// "plays_of" for "plays".
std::string columns_of_people(std::string_view column);

}  // namespace engine
