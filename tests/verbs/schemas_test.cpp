// Every verb that answers has a schema, and every schema a verb. That answers are as their schemas
// say is shown by tests/schemas_hold.py.
#include "verbs/schemas.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "verbs/verbs.hpp"

using namespace engine;
using verbs::Json;

namespace {

/// Every object that a schema describes by its fields.
void each_object(const Json& schema, const std::function<void(const Json&)>& use) {
  if (schema.is_object() && schema.contains("properties")) use(schema);
  if (schema.is_structured())
    for (const Json& part : schema) each_object(part, use);
}

void each_reference(const Json& schema, const std::function<void(const std::string&)>& use) {
  if (schema.is_object() && schema.contains("$ref") && schema.at("$ref").is_string())
    use(schema.at("$ref").get<std::string>());
  if (schema.is_structured())
    for (const Json& part : schema) each_reference(part, use);
}

}  // namespace

TEST_CASE("every verb that answers has a schema, and every schema a verb", "[verbs][schemas]") {
  // Of the command line alone.
  std::set<std::string> expected = {"bot", "completion", "manual", "serve", "version", "watch"};
  for (const verbs::Verb& verb : verbs::verbs())
    if (verb.answer) expected.insert(verb.name);
  const std::vector<std::string> names = verbs::schema_names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::set<std::string>(names.begin(), names.end()) == expected);
}

TEST_CASE("a schema is whole in itself and closed", "[verbs][schemas]") {
  for (const std::string& name : verbs::schema_names()) {
    CAPTURE(name);
    const Json schema = verbs::find_schema(name).value();
    CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
    CHECK_FALSE(schema.at("title").get<std::string>().empty());
    each_reference(schema, [&](const std::string& reference) {
      CAPTURE(reference);
      REQUIRE(reference.starts_with("#/$defs/"));
      CHECK(schema.at("$defs").contains(reference.substr(8)));
    });
    // The schema of schemas alone is open: what is asked for is another's.
    if (name != "schema")
      each_object(schema, [](const Json& object) {
        CHECK(object.value("additionalProperties", Json(true)) == false);
      });
  }
  CHECK_FALSE(verbs::find_schema("definitions"));
  CHECK_FALSE(verbs::find_schema("no such verb"));
}
