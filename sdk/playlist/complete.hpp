// For elements that ask a language model: playlist/complete.h, which says what may be asked.
//
//   const playlist::Completer model(call);
//   const playlist::Completion answer = model.ask({.form = PLAYLIST_ANSWER_LABELS,
//                                                  .purpose = "moods",
//                                                  .instruction = "Which moods fit these words?",
//                                                  .facts = {{"words", text}},
//                                                  .choices = {"calm", "happy", "sad"},
//                                                  .least = 1,
//                                                  .most = 2});
//   if (!answer.is_given) return by_rule(text);
#pragma once

#include "playlist/call.hpp"
#include "playlist/complete.h"
#include "playlist/error.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace playlist {

struct Question {
  playlist_answer_form form = PLAYLIST_ANSWER_NUMBERS;
  std::string purpose, instruction;
  std::vector<std::pair<std::string, std::string>> facts = {};  // name, text
  std::vector<std::string> choices = {};
  std::uint64_t least = 1, most = 1;
};

struct Completion {
  bool is_given = false;
  std::vector<std::uint32_t> picks;
  std::string text, model;
  std::string why;  // where none is given; "" where nobody wanted one
};

/// The user's language model, as one call of an element has it. Of an engine that offers none nothing
/// is given.
class Completer {
 public:
  explicit Completer(const Call& call)
      : host_(call.host()),
        service_(find_service<playlist_complete>(host_, PLAYLIST_SERVICE_COMPLETE)) {}

  /// Throws Error for a question that is none, and Cancelled when the user stopped the run.
  [[nodiscard]] Completion ask(const Question& question) const {
    if (service_ == nullptr) return {};
    std::vector<const char*> facts, choices;
    for (const auto& [name, text] : question.facts) {
      facts.push_back(name.c_str());
      facts.push_back(text.c_str());
    }
    facts.push_back(nullptr);
    for (const std::string& choice : question.choices) choices.push_back(choice.c_str());
    choices.push_back(nullptr);
    playlist_question asked{};
    asked.size = sizeof asked;
    asked.form = static_cast<std::uint32_t>(question.form);
    asked.purpose = question.purpose.c_str();
    asked.instruction = question.instruction.c_str();
    asked.facts = facts.data();
    asked.choices = choices.data();
    asked.least = question.least;
    asked.most = question.most;
    const playlist_completion* got = nullptr;
    const playlist_status status = service_->ask(host_, &asked, &got);
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    if ((status != PLAYLIST_OK && status != PLAYLIST_NO_DATA) || got == nullptr)
      throw Error("the engine does not ask this", status);
    Completion completion;
    completion.is_given = status == PLAYLIST_OK;
    completion.picks.assign(got->picks, got->picks + got->pick_count);
    completion.text = got->text;
    completion.model = got->model;
    completion.why = got->why;
    return completion;
  }

  /// Whether a question may name the track.
  [[nodiscard]] bool may_tell(std::int32_t track) const {
    return service_ != nullptr && service_->may_tell(host_, track) != 0;
  }

 private:
  const playlist_host* host_;
  const playlist_complete* service_;
};

}  // namespace playlist
