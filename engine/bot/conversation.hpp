// What a request of a person comes to: which verbs are asked with what, and what is answered.
//
// Every figure and every reason is a verb's (its `--json`); nothing is made up here. Who asks the
// verbs, and where what was before is kept, is the caller's: nothing here knows of a network or a
// process.
//
// Twice     A request that was cut short is answered again with `is_again`. What cannot be done twice
//           is planned before (Memory::keep_plan), or looked up before it is done again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/reply.hpp"
#include "bot/state.hpp"
#include "bot/update.hpp"
#include "verbs/verb.hpp"

namespace engine::bot {

/// What a verb has answered.
struct Told {
  struct Problem {
    std::string what, why, fix;
  };
  verbs::Json data = {};
  std::vector<std::string> notes = {};  // said on the way
  std::optional<Problem> problem = {};  // where it did not answer
  bool is_busy = false;                 // as others do what it would have done
};

struct Talk {
  std::function<Told(const std::string& verb, const verbs::Given& given)> ask;
  std::function<void(const Reply&)> say_now;  // before the answer has ended
  Memory& memory;
  std::string timezone = "UTC";
  std::int64_t now = 0;
  bool is_again = false;
  std::size_t equal = 0;     // requests like this that came with it and are answered by it
  std::size_t left_out = 0;  // requests of the chat that came before it and were too many
};

/// The answer, in order.
std::vector<Reply> answer(const Update& update, const Talk& talk);

/// A suggestion or a song on trial, as `engine next --json` has it under "question", with its buttons.
Reply question_reply(const verbs::Json& question, const std::string& timezone);

/// The chance that a suggestion's score stands for: the recipe discover scores by log odds.
double predicted_match(double score);

/// What did not work, and what helps.
MessageText problem_text(const Told::Problem& problem);

}  // namespace engine::bot
