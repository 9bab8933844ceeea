#include "store/users.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/temporary_folder.hpp"

using engine::Store;
using engine::Transaction;

namespace {

const std::string kComposed = "Jos\xc3\xa9", kDecomposed = "Jose\xcc\x81";

std::string refusal(const Store& store, const std::string& name) {
  try {
    return "it is " + engine::choose_user(store, name).name;
  } catch (const engine::Error& error) {
    return error.text();
  }
}

}  // namespace

TEST_CASE("the two ways to write an accent are one person", "[store][users]") {
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("a.db"));
  Transaction transaction(store);
  const auto first = engine::require_user(store, kDecomposed, 1);
  CHECK(first.name == kComposed);
  CHECK(engine::require_user(store, kComposed, 1).id == first.id);
  CHECK(engine::find_user(store, kDecomposed)->id == first.id);
  CHECK(engine::require_user(store, "jos\xc3\xa9", 1).id != first.id);
  CHECK(engine::list_users(store).size() == 2);
}

TEST_CASE("a name that nobody has brings the one that is meant to mind", "[store][users]") {
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("a.db"));
  Transaction transaction(store);
  for (const char* name : {"Ana", "Bartholomew", "José", "Straße"}) {
    engine::require_user(store, name, 1);
  }
  CHECK_THAT(refusal(store, "ANA"), Catch::Contains("did you mean Ana?"));
  CHECK_THAT(refusal(store, "bartholomew"), Catch::Contains("did you mean Bartholomew?"));
  CHECK_THAT(refusal(store, "Bartolomew"), Catch::Contains("did you mean Bartholomew?"));
  CHECK_THAT(refusal(store, "jose"), Catch::Contains("did you mean José?"));
  CHECK_THAT(refusal(store, "STRASSE"), Catch::Contains("did you mean Straße?"));
  CHECK_THAT(refusal(store, "somebody else"), !Catch::Contains("did you mean"));
}

TEST_CASE("people of a store of before get their names composed", "[store][users]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  {
    Store store = Store::open(path, {.migrations = engine::store_migrations().first(3)});
    store.prepare("INSERT INTO users (name) VALUES (?1), ('Zoe\xcc\x88'), ('Zo\xc3\xab')")
        .run(kDecomposed);
  }
  const Store store = Store::open(path);
  CHECK(engine::find_user(store, kComposed)->id == 1);
  CHECK(engine::find_user(store, kDecomposed)->id == 1);
  // Two who were told apart before are both still there.
  CHECK(engine::find_user(store, "Zoe\xcc\x88")->id == 2);
  CHECK(engine::find_user(store, "Zo\xc3\xab")->id == 3);
}
