#include "bot/conversation.hpp"

#include "bot/kept_lists.hpp"
#include "bot/moods.hpp"
#include "bot/questions.hpp"
#include "bot/rendering.hpp"
#include "bot/request.hpp"
#include "bot/said.hpp"
#include "bot/stats.hpp"
#include "bot/why.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"

namespace engine::bot {
namespace {

MessageText help_text() {
  MessageText text;
  for (const CommandHelp& one : commands()) {
    const std::string parameters = *one.parameters == '\0' ? "" : " " + std::string(one.parameters);
    text.add(text.is_empty() ? "/" : "\n/").add(one.name + parameters + ": " + one.help);
  }
  return text;
}

void answer_help(Answering& here) {
  here.say(help_text());
}

void answer_start(Answering& here) {
  const Told stats = here.ask("stats");
  MessageText text;
  text.add("Hello! I am the bot of a Playlist Engine");
  if (!stats.problem) text.add(", and speak for ").name(text_in(stats.data, "user"));
  here.say(text.add(".\n\n").append(help_text()));
  if (stats.problem) here.say(problem_text(*stats.problem));
}

void tell_of_others(Answering& here) {
  if (here.talk.left_out > 0)
    here.say(MessageText().add(
        "That is more than I take in at once: " + counted(here.talk.left_out, "message") +
        " that you sent before this I have left out."));
  // Who presses a button again sees what it did.
  if (here.talk.equal > 0 && here.update.kind == Update::Kind::kMessage)
    here.say(MessageText().add("You asked for this " + std::to_string(here.talk.equal + 1) +
                               " times; here is the answer to all of them."));
}

void answer_command(Answering& here, const Request& request) {
  if (request.name == "start") return answer_start(here);
  if (request.name == "help") return answer_help(here);
  if (request.name == "next") return answer_next(here);
  if (request.name == "discover") return answer_discover(here);
  if (request.name == "refresh") return answer_refresh(here, request.rest);
  if (request.name == "playlist") return answer_playlist(here, request.rest);
  if (request.name == "mood") return answer_mood(here, request.rest);
  if (request.name == "cycling") return answer_cycling(here, request.rest);
  if (request.name == "why") return answer_why(here, request.rest);
  if (request.name == "snapshot") return answer_snapshot(here, request.rest);
  if (request.name == "undo") return answer_undo(here);
  if (request.name == "stats") return answer_stats(here);
  std::vector<std::string> known;
  for (const CommandHelp& one : commands()) known.emplace_back(one.name);
  const std::string near = nearest(request.name, known);
  MessageText text;
  text.add("There is no command /").name(cut_text(request.name, 64)).add(".");
  if (!near.empty()) text.add(" Did you mean /" + near + "?");
  here.say(text.add(" /help lists what there is."));
}

void answer_press(Answering& here, const Request& request) {
  if (request.name == "next") return answer_next(here);
  if (request.name == "discover") return answer_discover(here);
  if (request.name == "refresh") return answer_refresh(here, "");
  if (request.name == "undo") return undo_answer(here, request.rest);
  if (request.name == "list") return turn_page(here, request.rest, /*edits=*/false);
  if (request.name == "page") return turn_page(here, request.rest, /*edits=*/true);
  if (press_question(here, request.name, request.rest)) return;
  here.say(MessageText().add("I do not know that button any more. /help lists what there is."));
}

}  // namespace

std::vector<Reply> answer(const Update& update, const Talk& talk) {
  Answering here(update, talk);
  tell_of_others(here);
  const Request request = request_of(update);
  switch (request.kind) {
    case Request::Kind::kCommand:
      answer_command(here, request);
      break;
    case Request::Kind::kPress:
      answer_press(here, request);
      break;
    case Request::Kind::kWords:
      here.say(MessageText().add(
          "I understand commands: /help lists them. The mood for now, for one, is set with: /mood "
          "calm evening"));
  }
  return here.take_replies();
}

}  // namespace engine::bot
