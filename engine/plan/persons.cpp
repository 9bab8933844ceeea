#include "plan/persons.hpp"

#include "core/error.hpp"

namespace engine {

std::string written_person(const std::string& name) {
  return name.empty() ? "user" : "pl.person(\"" + name + "\")";
}

UnknownPerson unknown_person(const std::string& name, const std::vector<std::string>& known) {
  std::string all;
  for (const std::string& person : known) all += (all.empty() ? "" : ", ") + person;
  const std::string near = nearest(name, known);
  return {"nobody here is called \"" + name + "\"",
          (all.empty() ? "nobody else's data is at hand" : "there are " + all) +
              "; others are read where the recipe's own text says pl.person or pl.everyone",
          near.empty() ? "see: engine library users" : "did you mean " + near + "?"};
}

bool has_columns_of_people(const DeclaredTable& table) {
  return table.owner == TableOwner::kUser && table.rows == TableRows::kTracks;
}

std::string columns_of_people(std::string_view column) {
  return std::string(column) + "_of";
}

}  // namespace engine
