#include "bot/moods.hpp"

#include <algorithm>

#include "bot/kept_lists.hpp"
#include "bot/reference.hpp"
#include "bot/rendering.hpp"
#include "bot/said.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"

namespace engine::bot {

using verbs::Given;
using verbs::Json;

namespace {

std::string first_word(const std::string& text) {
  return text.substr(0, text.find(' '));
}

std::string after_first_word(const std::string& text) {
  const std::size_t blank = text.find_first_not_of(' ', first_word(text).size());
  return blank == std::string::npos ? "" : text.substr(blank);
}

/// What was set before this was cut short is not set again.
Told set_mood(const Answering& here, const std::string& words) {
  plan_row(here);
  if (here.talk.is_again) {
    Told told = here.ask("mood");
    if (told.problem) return told;
    const Json& said = told.data.at("said");
    if (said.is_object() && text_in(said, "text") == words &&
        is_later_than_planned(here, said.at("row")))
      return told;
  }
  return here.ask("mood", {{"text", {words}}});
}

MessageText played_text(const Json& mood) {
  MessageText text;
  const auto plays = mood.at("plays").get<std::int64_t>();
  if (plays == 0) return text.add("Nothing was played yet.");
  if (mood.at("features").empty())
    return text.add("It is not known how what you played last sounds.");
  const std::string words = text_in(mood, "words"), cluster = text_in(mood, "cluster");
  text.add("Played last: ");
  if (words.empty())
    text.add("nothing stands out");
  else
    text.bold(words);
  text.add(" (of " + counted(plays, "play") + ", the latest counting most)");
  if (!cluster.empty()) text.add(", most of it of the cluster ").name(cluster);
  return text.add(".");
}

MessageText mood_text(const Answering& here, const Json& mood) {
  MessageText text;
  const Json& said = mood.at("said");
  if (said.is_object()) {
    text.add("Mood: ").bold(text_in(said, "label"));
    if (const std::string taken = text_in(said, "moods"); !taken.empty())
      text.add(" (a language model takes it for ").name(taken).add(")");
    text.add(", until " + clock_text(time_in(said, "until"), here.talk.timezone, here.talk.now) +
             ".\n");
  }
  return text.append(played_text(mood));
}

MessageText resting_text(const Answering& here, const Json& resting) {
  MessageText text;
  const Json& tracks = resting.at("tracks");
  const std::string rule = json_text(resting.at("plays")) + " plays within " +
                           counted(resting.at("within_days").get<std::int64_t>(), "day");
  if (tracks.empty()) return text.add("; nothing rests, none had " + rule);
  text.add("; " + counted(tracks.size(), "song") + (tracks.size() == 1 ? " rests" : " rest") +
           ", after " + rule + " or more:");
  constexpr std::size_t kShown = 8;
  for (std::size_t k = 0; k < std::min(tracks.size(), kShown); ++k) {
    const Json& track = tracks.at(k);
    text.add("\n• ")
        .append(track_text(track))
        .add(" until " + day_text(time_in(track, "until"), here.talk.timezone));
  }
  if (tracks.size() > kShown) text.add("\n• " + std::to_string(tracks.size() - kShown) + " more");
  return text;
}

}  // namespace

void answer_mood(Answering& here, const std::string& words) {
  if (words.empty()) {
    const Told told = here.ask("mood");
    if (here.is_told(told)) here.say(mood_text(here, told.data));
    return;
  }
  const bool is_cleared = words == "off" || words == "clear";
  const Told told = is_cleared ? here.ask("mood", {{"clear", {"true"}}}) : set_mood(here, words);
  if (!here.is_told(told)) return;
  here.say(with_notes(mood_text(here, told.data), told.notes));
  if (is_cleared && !told.data.at("cleared").get<bool>()) return;
  const Told lists = here.ask("playlist list");
  if (!lists.problem && !lists.data.at("playlists").empty()) answer_refresh(here, "");
}

void answer_cycling(Answering& here, const std::string& rest) {
  Given given;
  if (!rest.empty()) {
    const auto level = whole_number(first_word(rest));
    if (!level || *level < 1 || *level > 10)
      return void(here.say(MessageText().add(
          "/cycling takes a number from 1, hardly, to 10, another list soon: /cycling 7")));
    given["level"] = {std::to_string(*level)};
    if (const std::string list = after_first_word(rest); !list.empty()) given["playlist"] = {list};
  }
  const Told told = here.ask("cycling", given);
  if (!here.is_told(told)) return;
  MessageText text;
  for (const Json& one : told.data.at("playlists")) {
    if (!text.is_empty()) text.add("\n");
    text.bold(text_in(one, "playlist")).add(": " + json_text(one.at("level")) + " of 10");
    if (!given.empty()) text.add(", from the next refresh on");
    if (one.contains("resting")) text.append(resting_text(here, one.at("resting")));
  }
  here.say(with_notes(std::move(text), told.notes));
}

}  // namespace engine::bot
