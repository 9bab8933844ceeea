// One request of a person while it is answered: who answers it asks verbs, says, and plans by this.
//
// Every figure and every reason is a verb's (its `--json`); nothing is made up here. Who asks the
// verbs, and where what was before is kept, is the caller's: nothing here knows of a network or a
// process.
//
// Twice     A request that was cut short is answered again with `is_again`. What cannot be done twice
//           is planned before (plan()), or looked up before it is done again.
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

/// What did not work, and what helps.
MessageText problem_text(const Told::Problem& problem);

class Answering {
 public:
  Answering(const Update& its_update, const Talk& its_talk) : update(its_update), talk(its_talk) {}

  const Update& update;
  const Talk& talk;

  [[nodiscard]] Told ask(const std::string& verb, const verbs::Given& given = {}) const {
    return talk.ask(verb, given);
  }
  /// False where it did not answer, which is told then.
  bool is_told(const Told& told);

  // ---- what is said, in order ----

  Reply& say(MessageText text, Buttons buttons = {});
  Reply& add(Reply reply) { return replies_.emplace_back(std::move(reply)); }
  /// Before the answer has ended, without a sound.
  void say_soon(const std::string& text) const;
  /// In place of the message whose button was pressed, where Telegram still tells of it.
  Reply& edit(MessageText text, Buttons buttons = {});
  void edit_buttons(std::int64_t message, Buttons buttons, bool closes);
  std::vector<Reply> take_replies() { return std::move(replies_); }

  // ---- what is planned, so that nothing is done twice ----

  /// null: nothing under that name.
  [[nodiscard]] verbs::Json planned(const char* what) const;
  /// On the disk when it returns.
  void plan(const char* what, const verbs::Json& value) const;

 private:
  std::vector<Reply> replies_;
};

}  // namespace engine::bot
