// Being asked about songs: a suggestion or a song on trial, the buttons below it, and what they do.
#pragma once

#include <string>

#include "bot/answering.hpp"

namespace engine::bot {

/// As `engine next --json` has it under "question", with its buttons.
Reply question_reply(const verbs::Json& question, const std::string& timezone);

/// The chance that a suggestion's score stands for: the recipe discover scores by log odds.
double predicted_match(double score);

/// /next
void answer_next(Answering& here);
/// /discover
void answer_discover(Answering& here);
/// A button below a question. False where there is none such.
bool press_question(Answering& here, const std::string& name, const std::string& rest);
/// The button that takes an answer back: a row of the log.
void undo_answer(Answering& here, const std::string& row);

}  // namespace engine::bot
