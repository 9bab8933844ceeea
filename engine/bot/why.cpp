#include "bot/why.hpp"

#include "bot/reference.hpp"
#include "bot/rendering.hpp"

namespace engine::bot {
namespace {

void tell_why(Answering& here, const std::string& run, const std::string& track) {
  const Told told = here.ask("why", {{"run", {run}}, {"track", {track}}});
  if (here.is_told(told)) here.say(MessageText().add(text_in(told.data, "answer")));
}

void why_asked(Answering& here, const std::string& reference) {
  const auto number = number_of(reference);
  const auto suggested =
      is_trial(reference) || !number ? std::nullopt : here.talk.memory.suggested(*number);
  if (suggested && suggested->run > 0)
    return tell_why(here, std::to_string(suggested->run), std::to_string(suggested->track));
  here.say(MessageText().add(is_trial(reference)
                                 ? "You approved it: it is on trial, and I ask whether it stays."
                                 : "How it was found is not known any more."));
}

}  // namespace

void answer_why(Answering& here, const std::string& asked) {
  if (asked.empty() || here.update.reply_to != 0) {
    const auto question = here.update.reply_to != 0
                              ? here.talk.memory.question(here.update.reply_to)
                              : here.talk.memory.last_question();
    if (question) return why_asked(here, question->reference);
  }
  const auto list = here.talk.memory.last_list();
  if (!list || asked.empty()) {
    here.say(
        MessageText().add("Of which song? Look at a list with /playlist, then: /why 3. Or answer "
                          "a message in which I "
                          "asked about a song with /why."));
    return;
  }
  const std::string track = whole_number(asked) ? "#" + asked : asked;
  tell_why(here, std::to_string(list->run), track);
}

}  // namespace engine::bot
