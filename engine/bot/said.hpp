// What a person has said, as the log of feedback has it: found, said, and taken back.
#pragma once

#include <optional>
#include <string>

#include "bot/answering.hpp"

namespace engine::bot {

/// The row of the log by which the question was answered and that holds.
std::optional<verbs::Json> row_of(const Answering& here, const std::string& reference);
/// The answer of a button, as feedback. Nothing is asked where the suggestion is not known.
Told say_feedback(const Answering& here, const std::string& reference, const std::string& answer,
                  const std::string& reason);
MessageText undone_text(const verbs::Json& data);

/// Before what is said with this request the log has this row last.
void plan_row(const Answering& here);
bool is_later_than_planned(const Answering& here, const verbs::Json& row);
/// A reason by which the artist is rejected.
inline constexpr const char* kOfArtist = "dislike-artist";

/// /undo
void answer_undo(Answering& here);

}  // namespace engine::bot
