// When a bot may speak by itself, and when a mood has shifted.
#include "bot/notes.hpp"

#include <catch2/catch.hpp>

#include "support/temporary_folder.hpp"

using Catch::Contains;
using namespace engine::bot;
using engine::Store;
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

TEST_CASE("a mood that shifts is told once, and one that was said is no news", "[bot][notes]") {
  TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  BotOptions options;
  options.has_notes = true;
  options.notes_per_day = 3;
  options.least_match = 0.5;
  store
      .prepare(
          "INSERT INTO users (user_id, name, timezone, created_at) VALUES (1, 'ann', 'UTC', 0)")
      .run();
  Json heard = mood(0.8, "loud");
  heard["said"] = nullptr;
  const auto note_at = [&](std::int64_t now) {
    return look_for_note(store, {.bot = "123",
                                 .chat = 42,
                                 .user = 1,
                                 .timezone = "UTC",
                                 .now = now,
                                 .options = options,
                                 .ask = [&](const std::string& verb, const engine::verbs::Given&) {
                                   REQUIRE(verb == "mood");
                                   return Told{.data = heard};
                                 }});
  };
  constexpr std::int64_t kNoon = 1795953600;  // 2026-11-29T12:00:00Z
  CHECK_FALSE(note_at(kNoon));                // against what, is not known yet
  heard["features"][0]["rank"] = 0.5;
  CHECK_FALSE(note_at(kNoon + 600));
  heard["features"][0]["rank"] = 0.4;
  const auto note = note_at(kNoon + 1200);
  REQUIRE(note);
  CHECK_THAT(note->reply.text.plain(),
             Contains("Your mood has shifted since 12:00.") &&
                 Contains("more than 40 % of your library have, it was 80 %"));
  CHECK_FALSE(note_at(kNoon + 1800));
  // Slowly, it goes elsewhere without a shift: against a day ago.
  heard["features"][0]["rank"] = 0.7;
  CHECK_FALSE(note_at(kNoon + 1200 + 86'400));
  heard["features"][0]["rank"] = 0.95;
  CHECK_FALSE(note_at(kNoon + 1800 + 86'400));
  heard["features"][0]["rank"] = 0.3;
  heard["said"] = {{"text", "calm"}};
  CHECK_FALSE(note_at(kNoon + 2400 + 86'400));
  heard["said"] = nullptr;
  heard["plays"] = 5;
  CHECK_FALSE(note_at(kNoon + 2400 + 86'400));
  heard["plays"] = 20;
  CHECK(note_at(kNoon + 2400 + 86'400));
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
