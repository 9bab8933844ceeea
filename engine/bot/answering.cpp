#include "bot/answering.hpp"

#include "bot/rendering.hpp"
#include "core/json_text.hpp"

namespace engine::bot {

using verbs::Json;

MessageText problem_text(const Told::Problem& problem) {
  MessageText text;
  text.add("That did not work: ").add(problem.what).add(".");
  if (!problem.why.empty()) text.add("\n").add(problem.why);
  if (!problem.fix.empty()) text.add("\nWhat helps: ").add(problem.fix);
  return text;
}

bool Answering::is_told(const Told& told) {
  if (!told.problem) return true;
  say(with_notes(problem_text(*told.problem), told.notes));
  return false;
}

Reply& Answering::say(MessageText text, Buttons buttons) {
  Reply& reply = replies_.emplace_back();
  reply.text = std::move(text);
  reply.buttons = std::move(buttons);
  return reply;
}

void Answering::say_soon(const std::string& text) const {
  Reply reply;
  reply.text.add(text);
  reply.is_silent = true;
  talk.say_now(reply);
}

Reply& Answering::edit(MessageText text, Buttons buttons) {
  Reply& reply = say(std::move(text), std::move(buttons));
  // A message that Telegram no longer tells of cannot be changed.
  if (update.message == 0) return reply;
  reply.kind = Reply::Kind::kEdit;
  reply.message = update.message;
  return reply;
}

void Answering::edit_buttons(std::int64_t message, Buttons buttons, bool closes) {
  if (message == 0) return;
  Reply& reply = say({}, std::move(buttons));
  reply.kind = Reply::Kind::kButtons;
  reply.message = message;
  reply.closes_question = closes;
}

Json Answering::planned(const char* what) const {
  const Json plan = Json::parse(talk.memory.plan(), nullptr, /*allow_exceptions=*/false);
  return plan.is_object() && plan.contains(what) ? plan.at(what) : Json(nullptr);
}

void Answering::plan(const char* what, const Json& value) const {
  Json plan = Json::parse(talk.memory.plan(), nullptr, /*allow_exceptions=*/false);
  if (!plan.is_object()) plan = Json::object();
  plan[what] = value;
  talk.memory.keep_plan(json_text(plan));
}

}  // namespace engine::bot
