#include "cli/dialogue.hpp"

#include <iostream>
#include <optional>
#include <unistd.h>

namespace engine {
namespace {

using verbs::Choice;

/// What was typed, without spaces at its ends; nothing at the end of the input.
std::optional<std::string> typed(const Cli& cli, const std::string& prompt) {
  cli.out(prompt);
  std::string line;
  if (!std::getline(std::cin, line)) {
    cli.out("\n");
    return std::nullopt;
  }
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

/// "a approve, r reject".
std::string keys_of(const std::vector<Choice>& choices) {
  std::string text;
  for (const Choice& choice : choices)
    text += (text.empty() ? "" : ", ") + std::string(1, choice.key) + " " + choice.label;
  return text;
}

/// By its key or its label.
const Choice* find_choice(const std::vector<Choice>& choices, const std::string& word) {
  for (const Choice& choice : choices)
    if (word == std::string(1, choice.key) || word == choice.label) return &choice;
  return nullptr;
}

/// One of the choices; nullptr for an empty line where `may_be_none`, and at the end of the input,
/// where `is_over` is set.
const Choice* choose(const Cli& cli, const std::vector<Choice>& choices,
                     const std::string& question, bool may_be_none, bool& is_over) {
  while (true) {
    const auto word = typed(cli, question);
    is_over = !word || *word == "q" || *word == "quit";
    if (is_over || (may_be_none && word->empty())) return nullptr;
    if (const Choice* choice = find_choice(choices, *word)) return choice;
    cli.out("it takes " + keys_of(choices) + ", q quit\n");
  }
}

verbs::Answer asked_verb(Cli& cli, const verbs::Verb& verb, const verbs::Given& given) {
  verbs::Answer answer = verb.answer(cli.caller(), verbs::Arguments(verb, given));
  cli.out(answer.text);
  return answer;
}

/// The verb asked with what was chosen. Nothing where that was refused, which is told.
std::optional<verbs::Answer> carry_out(Cli& cli, const verbs::Verb& verb, const Choice& choice,
                                       const Choice* then) {
  verbs::Given given = choice.given;
  if (then != nullptr) given.insert(then->given.begin(), then->given.end());
  try {
    return asked_verb(cli, verb, given);
  } catch (const Error& error) {
    cli.error(error);
    return std::nullopt;
  }
}

}  // namespace

bool may_converse(Cli& cli, const verbs::Verb& verb, const verbs::Given& given) {
  if (verb.choices.empty() || !given.empty() || cli.common.json) return false;
  return ::isatty(STDIN_FILENO) != 0 && cli.caller().screen.columns > 0;
}

Exit converse(Cli& cli, const verbs::Verb& verb) {
  std::optional<verbs::Answer> answer;
  while (true) {
    if (!answer) answer = asked_verb(cli, verb, {});
    if (!answer->is_question) return answer->exit;
    bool is_over = false;
    const Choice* choice =
        choose(cli, verb.choices, keys_of(verb.choices) + ", q quit> ", false, is_over);
    if (is_over) return Exit::kDone;
    const Choice* then = nullptr;
    if (!choice->choices.empty()) {
      then = choose(cli, choice->choices,
                    choice->then + " " + keys_of(choice->choices) + ", Enter for none> ", true,
                    is_over);
      if (is_over) return Exit::kDone;
    }
    answer = carry_out(cli, verb, *choice, then);
  }
}

}  // namespace engine
