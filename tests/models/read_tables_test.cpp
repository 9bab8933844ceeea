// What a card says a model was learned from.
#include "models/read_tables.hpp"

#include <catch2/catch.hpp>

#include "support/element_library.hpp"

using engine::ReadTables;
using support::TinyLibrary;

namespace {

struct Kind {
  std::string title = "One", tag = "calm";
  float plays = 1, vector = 0.5f;
};

TinyLibrary library_of(const Kind& kind) {
  TinyLibrary library;
  library.add({.title = kind.title, .artists = {"A"}});
  library.tag_artist("A", kind.tag);
  library.user_track(0, 0, kind.plays);
  library.embed("clap", 0, {1, kind.vector});
  return library;
}

std::string hash_of(const Kind& kind, bool is_all, bool is_turned = false) {
  const TinyLibrary library = library_of(kind);
  const ReadTables tables(library);
  if (is_turned && is_all) static_cast<void>(tables.embedding("clap"));
  CHECK(tables.lists("user_tracks") == library.lists("user_tracks"));
  if (is_all) {
    for (const char* name : {"tracks", "tags"}) CHECK(tables.table(name) == library.table(name));
    CHECK(tables.lists("artist_tags") == library.lists("artist_tags"));
    CHECK(tables.embedding("clap") == library.embedding("clap"));
    CHECK(tables.embedding("none") == nullptr);
  }
  return tables.hash();
}

}  // namespace

TEST_CASE("the hash of what was read is that of its contents", "[read]") {
  const std::string all = hash_of({}, true);
  CHECK(hash_of({}, true) == all);
  CHECK(hash_of({}, true, true) == all);
  CHECK(hash_of({.title = "Two"}, true) != all);
  CHECK(hash_of({.tag = "loud"}, true) != all);
  CHECK(hash_of({.plays = 2}, true) != all);
  CHECK(hash_of({.vector = 0.25f}, true) != all);
}

TEST_CASE("what was not read does not change the hash", "[read]") {
  const std::string plays = hash_of({}, false);
  CHECK(plays != hash_of({}, true));
  CHECK(hash_of({.title = "Two", .tag = "loud", .vector = 0}, false) == plays);
  CHECK(hash_of({.plays = 2}, false) != plays);
}
