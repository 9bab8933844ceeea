#include "bot/said.hpp"

#include "bot/reference.hpp"
#include "bot/rendering.hpp"
#include "core/json_text.hpp"

namespace engine::bot {

using verbs::Given;
using verbs::Json;

namespace {

// What a plan holds: the last row of the log before, the row that is taken back.
constexpr const char *kRowBefore = "row", *kRowToUndo = "undo";
constexpr std::size_t kLastFeedback = 50;  // rows that are looked through for one

/// Of which track it is.
std::optional<std::int64_t> track_of(const Answering& here, const std::string& reference) {
  const auto number = number_of(reference);
  if (!number || is_trial(reference)) return number;
  const auto suggested = here.talk.memory.suggested(*number);
  return suggested ? std::optional(suggested->track) : std::nullopt;
}

/// A rejection of the artist does not name the track: it is the one that was said since.
bool is_planned(const Answering& here, const Json& row) {
  return here.talk.is_again && text_in(row, "reason") == kOfArtist &&
         is_later_than_planned(here, row.at("row"));
}

}  // namespace

std::optional<Json> row_of(const Answering& here, const std::string& reference) {
  const auto track = track_of(here, reference);
  if (!track) return std::nullopt;
  const Told log =
      here.ask("feedback", {{"list", {"true"}}, {"limit", {std::to_string(kLastFeedback)}}});
  if (log.problem) return std::nullopt;
  const std::string name = "track:" + std::to_string(*track);
  for (const Json& row : log.data.at("rows")) {
    const std::string subject = text_in(row, "reference");
    const bool is_it = subject == name || subject == "song:" + name || is_planned(here, row);
    if (is_it && text_in(row, "state") == "holds") return row;
  }
  return std::nullopt;
}

Told say_feedback(const Answering& here, const std::string& reference, const std::string& answer,
                  const std::string& reason) {
  const auto track = track_of(here, reference);
  if (!track || is_trial(reference)) return {};
  Given given{{"verdict", {answer == "skip" || answer == "listen" ? "later" : answer}},
              {"subject", {"track:" + std::to_string(*track)}}};
  if (!reason.empty()) given["reason"] = {reason};
  if (answer == "skip") given["for"] = {"1d"};  // as engine next has it
  if (answer == "listen") given["for"] = {"3d"};
  return here.ask("feedback", given);
}

MessageText undone_text(const Json& data) {
  const Json& undone = data.at("undone");
  MessageText text;
  text.add("Taken back: ").name(text_in(undone, "verdict")).add(" ").name(text_in(undone, "label"));
  return text.add(".");
}

bool is_later_than_planned(const Answering& here, const Json& row) {
  const Json before = here.planned(kRowBefore);
  return before.is_number() && row > before;
}

void plan_row(const Answering& here) {
  if (!here.planned(kRowBefore).is_null()) return;
  const Told log = here.ask("feedback", {{"list", {"true"}}, {"limit", {"1"}}});
  const bool is_empty = log.problem || log.data.at("rows").empty();
  here.plan(kRowBefore, is_empty ? Json(0) : log.data.at("rows").at(0).at("row"));
}

/// The row is chosen and kept first, so that no second one goes when this is done again.
void answer_undo(Answering& here) {
  Json row = here.planned(kRowToUndo);
  if (row.is_null()) {
    const Told log =
        here.ask("feedback", {{"list", {"true"}}, {"limit", {std::to_string(kLastFeedback)}}});
    if (!here.is_told(log)) return;
    for (const Json& one : log.data.at("rows")) {
      if (text_in(one, "state") != "holds") continue;
      row = one.at("row");
      break;
    }
    if (row.is_null()) return void(here.say(MessageText().add("There is nothing to take back.")));
    here.plan(kRowToUndo, row);
  }
  const Told told = here.ask("feedback", {{"undo", {json_text(row)}}});
  if (told.problem && here.talk.is_again)
    return void(
        here.say(MessageText().add("I was cut short in the middle of this: what you said last is "
                                   "taken back.")));
  if (here.is_told(told)) here.say(undone_text(told.data));
}

}  // namespace engine::bot
