#include "bot/questions.hpp"

#include <algorithm>
#include <cmath>

#include "bot/reference.hpp"
#include "bot/rendering.hpp"
#include "bot/request.hpp"
#include "bot/said.hpp"
#include "core/counted.hpp"
#include "core/json_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::bot {

using verbs::Given;
using verbs::Json;

namespace {

constexpr double kLeastMatchTold = 0.005;  // of a suggestion

Buttons question_buttons(const std::string& reference, const std::string& link) {
  const bool on_trial = is_trial(reference);
  Buttons buttons = {{{on_trial ? "It stays" : "Approve", button_data("approve", reference)},
                      {"Reject …", button_data("reasons", reference)}}};
  if (on_trial)
    buttons.push_back({{"Not sure yet", button_data("skip", reference)}});
  else
    buttons.push_back({{"Skip", button_data("skip", reference)},
                       {"Listen first", button_data("listen", reference)}});
  if (!link.empty()) buttons.push_back({{.label = "Open in Spotify", .address = link}});
  return buttons;
}

/// The words that `engine next` takes for a rejection.
std::vector<std::string> rejection_reasons() {
  for (const verbs::Parameter& parameter : verbs::find_verb("next")->parameters)
    if (parameter.name == "reason") return parameter.one_of;
  return {};
}

std::string in_words(std::string word) {
  std::ranges::replace(word, '-', ' ');
  return word;
}

/// What an answer has come to, as `answered` of engine next or a row of the log has it.
std::string outcome_text(const std::string& reference, const std::string& verdict,
                         const std::string& reason, std::int64_t expires, const Talk& talk) {
  if (verdict == "love") return "stays";
  if (verdict == "approve")
    return is_trial(reference) ? "stays on trial"
                               : "is on trial: I ask again once you have heard it";
  if (verdict == "later")
    return expires > 0 ? "comes again on " + day_text(expires, talk.timezone) : "is put off";
  if (verdict == "reject") return "is rejected" + (reason.empty() ? "" : ": " + in_words(reason));
  return "was answered: " + verdict;
}

void ask_question(Answering& here, const Json& question, const Json& state) {
  const std::string reference = text_in(question, "reference");
  for (const KeptQuestion& open : here.talk.memory.open_questions())
    if (open.reference == reference && open.message != here.update.message)
      here.edit_buttons(open.message, {}, /*closes=*/true);
  Reply reply = question_reply(question, here.talk.timezone);
  const auto waiting = state.at("waiting").get<std::int64_t>();
  if (waiting > 1) reply.text.add("\n" + std::to_string(waiting) + " wait.");
  here.add(std::move(reply));
}

void show_state(Answering& here, const Told& told) {
  const Json& question = told.data.at("question");
  if (const std::string advice = text_in(told.data, "advice"); !advice.empty())
    here.say(MessageText().add("A thought: ").add(advice));
  if (question.is_object()) return ask_question(here, question, told.data);
  const auto put_off = told.data.at("put_off").get<std::int64_t>();
  MessageText text;
  text.add("Nothing waits for you");
  if (put_off > 0) text.add("; " + std::to_string(put_off) + " put off");
  here.say(text.add("."), {{{"Look for more", button_data("discover")}}});
}

/// Whoever presses a button twice says nothing new.
bool is_answered(const Answering& here) {
  const auto kept = here.talk.memory.question(here.update.message);
  return kept && !kept->is_open;
}

void ask_reason(Answering& here, const std::string& reference) {
  if (is_answered(here)) return;
  Buttons buttons;
  for (const std::string& reason : rejection_reasons()) {
    if (buttons.empty() || buttons.back().size() == 2) buttons.emplace_back();
    buttons.back().push_back({in_words(reason), button_data("reject", reference + ":" + reason)});
  }
  buttons.push_back(
      {{"No reason", button_data("reject", reference)}, {"Back", button_data("back", reference)}});
  here.edit_buttons(here.update.message, std::move(buttons), /*closes=*/false);
}

void ask_again(Answering& here, const std::string& reference) {
  if (is_answered(here)) return;
  const Told told = here.ask("next");
  if (!here.is_told(told)) return;
  const Json& question = told.data.at("question");
  const bool is_same = question.is_object() && text_in(question, "reference") == reference;
  here.edit_buttons(here.update.message,
                    question_buttons(reference, is_same ? text_in(question, "link") : ""),
                    /*closes=*/false);
}

/// The message of the question, with what became of it in place of its buttons.
void close_question(Answering& here, const Json& track, const std::string& outcome,
                    std::int64_t row) {
  MessageText text = track_text(track, spotify_address(track));
  text.add(" " + outcome + ".");
  Buttons buttons = {
      {{"Undo", button_data("undo", std::to_string(row))}, {"Next", button_data("next")}}};
  here.edit(std::move(text), std::move(buttons)).closes_question = true;
}

/// Who puts a song off has heard enough for now.
bool asks_on(const std::string& answer) {
  return answer == "approve" || answer == "reject";
}

/// It is not what is asked now: somebody has answered it elsewhere, or we have before we were cut
/// short, or another one goes first; then it is said as feedback, from which the queue takes it, too.
void answer_another(Answering& here, const std::string& reference, const std::string& answer,
                    const std::string& reason, const Told& refused) {
  std::optional<Json> row = row_of(here, reference);
  const bool was_answered = row.has_value();
  if (!row) {
    const Told said = say_feedback(here, reference, answer, reason);
    if (said.problem || !said.data.is_object()) {
      here.edit_buttons(here.update.message, {}, /*closes=*/true);
      here.is_told(!said.problem ? refused : said);
      return answer_next(here);
    }
    row = said.data.at("row");
  }
  MessageText text;
  text.name(text_in(*row, "label")).add(" ");
  text.add(outcome_text(reference, text_in(*row, "verdict"), text_in(*row, "reason"),
                        time_in(*row, "expires"), here.talk) +
           ".");
  here.edit(std::move(text), {{{"Undo", button_data("undo", json_text(row->at("row")))},
                               {"Next", button_data("next")}}})
      .closes_question = true;
  if (asks_on(answer) && (!was_answered || here.talk.is_again)) answer_next(here);
}

void answer_question(Answering& here, const std::string& reference, const std::string& answer,
                     const std::string& reason) {
  if (is_answered(here)) return;
  if (reason == kOfArtist) plan_row(here);
  Given given{{"answer", {answer}}, {"of", {reference}}};
  if (!reason.empty()) given["reason"] = {reason};
  const Told told = here.ask("next", given);
  if (told.problem) return answer_another(here, reference, answer, reason, told);
  const Json& answered = told.data.at("answered");
  close_question(here, answered.at("track"),
                 outcome_text(reference, text_in(answered, "verdict"), reason,
                              time_in(answered, "expires"), here.talk),
                 answered.at("row").get<std::int64_t>());
  if (asks_on(answer)) show_state(here, told);
}

}  // namespace

void answer_next(Answering& here) {
  const Told told = here.ask("next");
  if (here.is_told(told)) show_state(here, told);
}

bool press_question(Answering& here, const std::string& name, const std::string& rest) {
  const auto [reference, reason] = reference_and_rest(rest);
  if (!is_reference(reference)) return false;
  if (name == "approve" || name == "skip" || name == "listen")
    answer_question(here, reference, name, "");
  else if (name == "reject")
    answer_question(here, reference, "reject", reason);
  else if (name == "reasons")
    ask_reason(here, reference);
  else if (name == "back")
    ask_again(here, reference);
  else
    return false;
  return true;
}

void undo_answer(Answering& here, const std::string& row) {
  if (!whole_number(row)) return;
  const Told told = here.ask("feedback", {{"undo", {row}}});
  if (told.problem && here.talk.is_again) return answer_next(here);
  if (!here.is_told(told)) return;
  here.edit(undone_text(told.data));
  answer_next(here);
}

void answer_discover(Answering& here) {
  here.say_soon("Looking for songs that are new to you …");
  const Told told = here.ask("discover");
  if (!here.is_told(told)) return;
  const Json& queued = told.data.at("queued");
  const Json& waiting = told.data.at("waiting");
  MessageText text;
  text.add(counted(queued.size(), "new suggestion"));
  if (waiting.is_number()) text.add("; " + json_text(waiting) + " wait for an answer");
  text.add(".");
  constexpr std::size_t kShown = 5;
  for (std::size_t k = 0; k < std::min(queued.size(), kShown); ++k)
    text.add("\n• ").append(track_text(queued.at(k).at("track")));
  if (queued.size() > kShown) text.add("\n• " + std::to_string(queued.size() - kShown) + " more");
  for (const Json& way : told.data.at("ways"))
    text.add("\n").add(way.is_string() ? way.get<std::string>() : json_text(way));
  const bool has_some = waiting.is_number() && waiting.get<std::int64_t>() > 0;
  here.say(std::move(text), has_some ? Buttons{{{"Ask me", button_data("next")}}} : Buttons{});
}

double predicted_match(double score) {
  return 1 / (1 + std::exp(-score));
}

Reply question_reply(const Json& question, const std::string& timezone) {
  const Json& track = question.at("track");
  const std::string reference = text_in(question, "reference"), link = text_in(question, "link");
  const std::string title = text_in(track, "title");
  Reply reply;
  reply.question = reference;
  MessageText& text = reply.text;
  text.bold(title.empty() ? "track " + json_text(track.at("id")) : title);
  if (const std::string artist = text_in(track, "artist"); !artist.empty())
    text.add("\nby ").name(artist);
  if (const std::string album = text_in(track, "album"); !album.empty())
    text.add("\nfrom ").italic(album);
  const Json& suggestion = question.at("suggestion");
  if (suggestion.is_object()) {
    const std::string context = text_in(question, "context"), kind = text_in(suggestion, "kind");
    text.add("\n\n").add(context.empty() ? text_in(suggestion, "reason")
                                         : context + " (a language model's words)");
    text.add("\nFound by ").name(text_in(suggestion, "source"));
    if (!kind.empty()) text.add(", ").name(kind);
    // What nobody knows the chance of stands at the end of the recipe's list, as if it had none.
    const Json& score = suggestion.at("score");
    const double match = score.is_number() ? predicted_match(score.get<double>()) : 0;
    if (match >= kLeastMatchTold) {
      char told[48];
      std::snprintf(told, sizeof told, "; predicted match %.0f %%", 100 * match);
      text.add(told);
    }
    text.add("; waits until " + day_text(time_in(suggestion, "expires"), timezone) + ".");
  } else {
    text.add("\n\nOn trial since " + day_text(time_in(question, "approved"), timezone) +
             ", heard " + counted(question.at("plays").get<std::int64_t>(), "time") +
             ". Does it stay?");
  }
  if (track.at("places").empty())
    text.add(
        "\nIt is not known where you can play it: it is in no file of yours and has no Spotify "
        "id.");
  reply.buttons = question_buttons(reference, link);
  return reply;
}

}  // namespace engine::bot
