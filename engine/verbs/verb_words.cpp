#include "verbs/verb_words.hpp"

#include <algorithm>

#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

std::string joined_words(const std::vector<std::string>& words, std::size_t count) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) text += (k == 0 ? "" : " ") + words[k];
  return text;
}

/// The verb with the longest name that the words begin with, and how many they are.
std::pair<const Verb*, std::size_t> verb_of(const std::vector<std::string>& words) {
  for (std::size_t count = std::min<std::size_t>(words.size(), 3); count > 0; --count)
    if (const Verb* verb = find_verb(joined_words(words, count)); verb && verb->answer)
      return {verb, count};
  std::vector<std::string> names;
  for (const Verb& verb : verbs())
    if (verb.answer) names.push_back(verb.name);
  const std::string asked =
      words.empty() ? "" : joined_words(words, std::min<std::size_t>(words.size(), 2));
  std::string near = words.empty() ? "" : nearest(words[0], names);
  if (near.empty()) near = nearest(asked, names);
  throw Error(
      Exit::kUsage, "there is no verb \"" + one_line(words.empty() ? "" : words[0]) + "\"",
      {"", "", "",
       near.empty() ? "engine --help lists those there are" : "did you mean " + near + "?"});
}

/// A flag that every verb takes (cli/command_line.cpp).
struct CommonFlag {
  const char* name;
  char letter;
  bool has_value, may_stand;
};
constexpr CommonFlag kCommonFlags[] = {
    {"library", 0, true, false},    {"user", 0, true, false},       {"now", 0, true, false},
    {"random-seed", 0, true, true}, {"set", 0, true, true},         {"config", 0, true, false},
    {"plugins", 0, true, false},    {"json", 0, false, false},      {"quiet", 'q', false, true},
    {"verbose", 'v', false, true},  {"in-process", 0, false, false}};

class WordReader {
 public:
  WordReader(const Verb& verb, const std::vector<std::string>& words)
      : verb_(verb), words_(words) {}

  Given read() {
    for (; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      if (!are_places_only_ && word == "--") {
        are_places_only_ = true;
      } else if (!are_places_only_ && word.size() > 1 && word[0] == '-' && !is_number(word)) {
        read_flag(word);
      } else {
        read_place(word);
      }
    }
    return std::move(given_);
  }

 private:
  static bool is_number(const std::string& word) {
    return word.find_first_not_of("-0123456789.") == std::string::npos;
  }

  [[noreturn]] void refuse(const std::string& what, const std::string& fix) const {
    throw Error(Exit::kUsage, verb_.name + ": " + what, {"", "", "", fix});
  }

  void read_flag(const std::string& word) {
    const bool is_long = word.starts_with("--");
    const std::size_t equals = is_long ? word.find('=') : std::string::npos;
    const std::string name =
        word.substr(0, equals).substr(is_long ? 2 : 1, is_long ? std::string::npos : 1);
    std::string value;
    bool has_value = equals != std::string::npos;
    if (has_value) value = word.substr(equals + 1);
    if (!is_long && word.size() > 2) {
      has_value = true;
      value = word.substr(2);
    }
    const auto next_value = [&] {
      if (has_value) return value;
      if (at_ + 1 >= words_.size()) refuse(word + " needs a value", "");
      return words_[++at_];
    };
    if (const Parameter* parameter = flag_parameter(name, is_long)) {
      if (parameter->type == Type::kFlag && has_value)
        refuse(word + ": this flag takes no value", "leave the value out");
      add(*parameter, parameter->type == Type::kFlag ? "true" : next_value());
    } else {
      read_common(word, name, is_long, next_value);
    }
  }

  template <class NextValue>
  void read_common(const std::string& word, const std::string& name, bool is_long,
                   const NextValue& next_value) {
    for (const CommonFlag& flag : kCommonFlags) {
      if (is_long ? name != flag.name : name[0] != flag.letter) continue;
      if (!flag.may_stand)
        refuse("--" + std::string(flag.name) + " is not the verb's",
               "give it before the words of the verb, or leave it out");
      if (flag.has_value) next_value();
      return;
    }
    std::vector<std::string> known;
    for (const Parameter& parameter : verb_.parameters)
      if (!parameter.is_first) known.push_back("--" + parameter.name);
    const std::string near = nearest(word, known);
    refuse("there is no flag " + one_line(word),
           near.empty() ? "see: engine " + verb_.name + " --help" : "did you mean " + near + "?");
  }

  [[nodiscard]] const Parameter* flag_parameter(const std::string& name, bool is_long) const {
    for (const Parameter& parameter : verb_.parameters) {
      if (parameter.is_first && parameter.letter == 0) continue;
      if (is_long ? parameter.name == name : parameter.letter == name[0]) return &parameter;
    }
    return nullptr;
  }

  void read_place(const std::string& word) {
    for (const Parameter& parameter : verb_.parameters) {
      if (!parameter.is_first || (given_.contains(parameter.name) && !parameter.is_several))
        continue;
      return add(parameter, word);
    }
    refuse("\"" + one_line(word) + "\" is one word too many",
           "see: engine " + verb_.name + " --help");
  }

  void add(const Parameter& parameter, const std::string& value) {
    std::vector<std::string>& values = given_[parameter.name];
    if (parameter.separator == 0) return values.push_back(value);
    for (std::size_t from = 0; from <= value.size();) {
      const std::size_t end = std::min(value.find(parameter.separator, from), value.size());
      values.push_back(value.substr(from, end - from));
      from = end + 1;
    }
  }

  const Verb& verb_;
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  bool are_places_only_ = false;
  Given given_;
};

}  // namespace

VerbWords read_verb_words(const std::vector<std::string>& words) {
  const auto [verb, count] = verb_of(words);
  VerbWords read{.verb = verb,
                 .arguments = {words.begin() + static_cast<std::ptrdiff_t>(count), words.end()}};
  read.given = WordReader(*verb, read.arguments).read();
  Arguments checked(*verb, read.given);  // throws what does not fit
  return read;
}

}  // namespace engine::verbs
