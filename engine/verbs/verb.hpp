// What the engine can be asked for, declared once for every front end.
//
// A verb is a name, parameters with their types, ranges and help, and a function that answers. The
// command line derives its flags and its help from it, `--json` is the answer's data, and a server
// or a bot finds the same verbs in the same table (verbs.hpp) and checks what it was given by the
// same declarations. Nothing here knows of a terminal, a socket or a page.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/caller.hpp"
#include "core/error.hpp"

namespace engine::verbs {

using Json = nlohmann::ordered_json;

enum class Type { kText, kInteger, kNumber, kFlag };

struct Parameter {
  std::string name = {};  // "as-of": --as-of on a command line, `as-of` in a request
  char letter = 0;        // 'n': -n on a command line, too
  Type type = Type::kText;
  std::string value_name = {};  // for help: "FILE"; none for flags
  std::string help = {};
  std::string usual = {};  // the value when none is given; "": none
  std::vector<std::string> one_of = {};
  double least = 0, most = 0;  // of numbers; not checked where both are 0
  bool is_first = false;       // by its place on a command line, without its name
  bool is_required = false;
  bool is_several = false;                // may be given more than once
  char separator = 0;                     // between several in one word
  std::string needs = {}, excludes = {};  // another parameter's name
  bool is_local = false;      // names a file of this machine, or asks for what only its user may
  bool may_be_empty = false;  // "" is a value of this text, too
};

/// What is given for a verb's parameters, as it was written. A front end makes it; a verb reads it.
using Given = std::map<std::string, std::vector<std::string>>;

struct Verb;

/// Checked once, so that a verb reads values that fit their declarations.
class Arguments {
 public:
  /// Throws Error(kUsage): a parameter that the verb does not have, none that it must have, a value
  /// that does not fit, two that do not go together.
  Arguments(const Verb& verb, Given given);

  /// Given, and not only by its usual value.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  /// "" for none.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  /// 0 for none.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& texts(std::string_view name) const;

 private:
  const Parameter& declared(std::string_view name, Type type) const;

  const Verb* verb_;
  Given given_;   // what was written
  Given values_;  // with what is usual where nothing was
};

/// What comes of it. A verb may leave out the form that nobody reads (app::Screen::is_json), where
/// that takes long to make.
struct Answer {
  Exit exit = Exit::kDone;
  Json data = {};                               // for programs
  std::string text = {};                        // for people; "" when there is nothing to show
  std::function<std::string()> page = nullptr;  // as HTML, of verbs with a page
  /// What is told once the answer has been given.
  std::function<void()> afterwards = nullptr;
  /// Undoes what only the answer would have told of: called when it could not be given.
  std::function<void()> lost = nullptr;
  bool is_question = false;  // of verbs with choices: it waits for one of them
};

/// What somebody at a terminal may say to an answer that is a question.
struct Choice {
  char key = 0;
  std::string label = {};            // "approve"
  Given given = {};                  // what the verb is asked with
  std::string then = {};             // what is asked before that ...
  std::vector<Choice> choices = {};  // ... of these, whose `given` is added; or of none
};

struct Verb {
  std::string name = {};  // "library merge": below another, with a space between
  std::string help = {};
  std::vector<Parameter> parameters = {};
  std::string footer = {};
  /// Empty for a name that only stands above others.
  std::function<Answer(const app::Caller&, const Arguments&)> answer = nullptr;
  std::string page_help = {};  // of verbs whose answer has a page
  /// Of verbs that ask: on a terminal, without any of its parameters, it goes on asking.
  std::vector<Choice> choices = {};
};

/// What is wrong with one value, "" when it fits.
std::string problem_of(const Parameter& parameter, const std::string& value);

/// The verb and its parameters as data: for a description of what a server offers.
Json verb_json(const Verb& verb);

}  // namespace engine::verbs
