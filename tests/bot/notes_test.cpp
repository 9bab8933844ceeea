// When a bot may speak by itself, and when a mood has shifted.
#include "bot/notes.hpp"

#include <catch2/catch.hpp>

using Catch::Contains;
using namespace engine::bot;
using engine::verbs::Json;

namespace {

Json mood(double energy, const char* words) {
  return {{"plays", 20},
          {"words", words == nullptr ? Json(nullptr) : Json(words)},
          {"features",
           {{{"feature", "energy"}, {"value", 0.1}, {"rank", energy}, {"word", nullptr}},
            {{"feature", "valence"}, {"value", 0.1}, {"rank", 0.5}, {"word", nullptr}}}}};
}

}  // namespace

TEST_CASE("notes are told where they are wanted, outside the quiet hours, so many a day",
          "[bot][notes]") {
  BotOptions options;
  options.quiet_hours = {22 * 3600, 8 * 3600};
  options.notes_per_day = 2;
  CHECK_FALSE(may_tell(options, 12 * 3600, 0));
  options.has_notes = true;
  CHECK(may_tell(options, 12 * 3600, 0));
  CHECK(may_tell(options, 12 * 3600, 1));
  CHECK_FALSE(may_tell(options, 12 * 3600, 2));
  CHECK_FALSE(may_tell(options, 23 * 3600, 0));
  CHECK_FALSE(may_tell(options, 3 * 3600, 0));
  options.notes_per_day = 0;
  CHECK_FALSE(may_tell(options, 12 * 3600, 0));
}

TEST_CASE("a mood has shifted where a feature ranks elsewhere", "[bot][notes]") {
  CHECK(mood_shift(mood(0.8, "loud"), mood(0.8, "loud")).empty());
  CHECK(mood_shift(mood(0.8, "loud"), mood(0.46, nullptr)).empty());
  CHECK(mood_shift(mood(0.8, "loud"), mood(0.3, "calm")) ==
        "Played last: calm; then: loud. energy: more than 30 % of your library have, it was 80 %.");
  CHECK_THAT(mood_shift(mood(0.1, nullptr), mood(0.9, "loud")),
             Contains("then: nothing in particular"));
  CHECK(mood_shift(nullptr, mood(0.9, "loud")).empty());
}
