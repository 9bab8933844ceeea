// Navidrome's smart playlists as recipes: what they say, and what they cannot.
#include "recipe/smart_playlist.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/lua_run.hpp"

using namespace engine;
using test::error_of;

namespace {

std::string recipe(const std::string& json) {
  return smart_playlist_recipe(json, "name", "my.nsp");
}

std::string refusal(const std::string& json) {
  return error_of([&] { recipe(json); }).what();
}

}  // namespace

TEST_CASE("rules about the row are one formula, any of them an or", "[smart_playlist]") {
  const std::string text =
      recipe(R"({"name": "A \"B\"", "comment": "c", "all": [{"inTheRange": {"year": [1981, 1990]}},
               {"any": [{"gt": {"playCount": 3}}, {"contains": {"title": "LIVE"}}]},
               {"notInTheLast": {"lastPlayed": 30}}], "limit": 25})");
  CHECK_THAT(text, Catch::StartsWith("-- A \"B\": c\n") &&
                       Catch::Contains("title = \"A \\\"B\\\"\"") &&
                       Catch::Contains("(t.year >= 1981 and t.year <= 1990) and (t.plays > 3 or "
                                       "has(t.title, \"live\")) and not (t.days_since_played < "
                                       "30)") &&
                       Catch::Contains(":top(25)"));
}

TEST_CASE("what is loved is a set, alone or among others", "[smart_playlist]") {
  CHECK_THAT(recipe(R"({"all": [{"is": {"loved": true}}]})"),
             Catch::Contains("pl.filtering.in_set { user.likes }"));
  CHECK_THAT(recipe(R"({"all": [{"isNot": {"loved": true}}]})"),
             Catch::Contains("pl.filtering.not_in { user.likes }"));
  CHECK_THAT(recipe(R"({"any": [{"is": {"loved": true}}, {"gt": {"playCount": 3}}]})"),
             Catch::Contains(" + all_tracks\n"));
}

TEST_CASE("a missing value fits nothing but what asks for it", "[smart_playlist]") {
  CHECK_THAT(recipe(R"({"all": [{"isNot": {"year": 2000}}]})"),
             Catch::Contains("(t.year == t.year and t.year ~= 2000)"));
  CHECK_THAT(recipe(R"({"all": [{"isNot": {"album": "X"}}]})"),
             Catch::Contains("(t.album ~= nil and t.album ~= \"X\")"));
  CHECK_THAT(recipe(R"({"all": [{"isMissing": {"lastPlayed": true}}]})"),
             Catch::Contains("t.last_played ~= t.last_played"));
}

TEST_CASE("sorting is by the first key first, up or down", "[smart_playlist]") {
  const std::string text =
      recipe(R"({"all": [{"gt": {"playCount": 0}}], "sort": "-year, title", "order": "asc"})");
  const std::size_t by_title = text.find("place(t.title)"), by_year = text.find("\"year\"");
  REQUIRE(by_title != std::string::npos);
  REQUIRE(by_year != std::string::npos);
  CHECK(text.find(":order(function(t) return place(t.title) end)") < by_year);
  CHECK_THAT(text, Catch::Contains("{ \"year\", direction = \"down\" }"));
  CHECK_THAT(recipe(R"({"all": [{"gt": {"playCount": 0}}], "sort": "year", "order": "desc"})"),
             Catch::Contains("{ \"year\", direction = \"down\" }"));
  CHECK_THAT(recipe(R"({"all": [{"gt": {"playCount": -1}}], "sort": "random"})"),
             Catch::Contains("pl.ordering.shuffle") && Catch::Contains("random_seed = \"day\""));
}

TEST_CASE("everything that cannot be said is named at once", "[smart_playlist]") {
  const std::string what = refusal(
      R"({"all": [{"gt": {"rating": 3}}, {"contains": {"filepath": "x"}}, {"inPlaylist": {"id": "1"}},
          {"is": {"year": "late"}}], "sort": "bitRate"})");
  for (const char* part : {"my.nsp", "a library has no rating", "filepath", "inPlaylist",
                           "{\"is\":{\"year\":\"late\"}}", "\"sort\" by bitRate"})
    CHECK_THAT(what, Catch::Contains(part));
  CHECK_THAT(refusal("{\"all\": [1]}"), Catch::Contains("1, which is no rule"));
  CHECK_THAT(refusal("{}"), Catch::Contains("neither \"all\" nor \"any\""));
  CHECK_THAT(refusal("nonsense"), Catch::Contains("is no JSON"));
  CHECK_THAT(refusal("[]"), Catch::Contains("holds no object"));
  std::string deep = "{\"is\": {\"loved\": true}}";
  for (int k = 0; k < 40; ++k) deep = "{\"any\": [" + deep + "]}";
  CHECK_THAT(refusal(deep), Catch::Contains("more than 32 deep"));
}

TEST_CASE("a title cannot end the comment or the text that it stands in", "[smart_playlist]") {
  const std::string text = recipe(
      "{\"name\": \"a\\nerror()\\\"..x\", \"all\": [{\"is\": {\"title\": "
      "\"\\\" .. error() .. \\\"\"}}]}");
  CHECK_THAT(text, Catch::StartsWith("-- a?error()") &&
                       Catch::Contains("t.title == \"\\\" .. error() .. \\\"\""));
}
