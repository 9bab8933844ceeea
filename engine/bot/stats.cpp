#include "bot/stats.hpp"

#include <algorithm>
#include <cstdio>

#include "bot/rendering.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"

namespace engine::bot {

using verbs::Json;

namespace {

void add_top(MessageText& text, const char* title, const Json& top) {
  if (top.empty()) return;
  text.add("\n\n").bold(title);
  constexpr std::size_t kShown = 5;
  for (std::size_t k = 0; k < std::min(top.size(), kShown); ++k) {
    const Json& one = top.at(k);
    text.add("\n" + std::to_string(k + 1) + ". ").name(text_in(one, "name"));
    if (const std::string artist = text_in(one, "artist"); !artist.empty())
      text.add(" by ").name(artist);
    text.add(": " + json_text(one.at("plays")));
  }
}

void add_acceptance(const Answering& here, MessageText& text) {
  const Told told = here.ask("stats discovery");
  if (told.problem) return;
  for (const Json& source : told.data.at("sources"))
    if (source.at("source").is_null())
      text.add("\n\nOf suggestions you took " + json_text(source.at("accepted")) + " of " +
               json_text(source.at("answers")) + ".");
}

}  // namespace

void answer_stats(Answering& here) {
  const Told told = here.ask("stats");
  if (!here.is_told(told)) return;
  const Json& data = told.data;
  MessageText text;
  text.bold(text_in(data, "user"))
      .add(": " + counted(data.at("plays").get<std::int64_t>(), "play"));
  char hours[32];
  std::snprintf(hours, sizeof hours, ", %.0f hours", data.at("hours").get<double>());
  text.add(hours);
  if (data.at("last").is_number())
    text.add(", the last on " +
             clock_text(data.at("last").get<std::int64_t>(), here.talk.timezone, here.talk.now));
  text.add("\n" + counted(data.at("tracks_heard").get<std::int64_t>(), "track") + " by " +
           counted(data.at("artists_heard").get<std::int64_t>(), "artist") + " heard, " +
           counted(data.at("library").get<std::int64_t>(), "track") + " in the library");
  add_top(text, "Artists", data.at("top_artists"));
  add_top(text, "Tracks", data.at("top_tracks"));
  add_acceptance(here, text);
  here.say(std::move(text));
}

}  // namespace engine::bot
